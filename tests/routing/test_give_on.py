"""Handing a lead to a colleague, and what a rep sees of leads they returned."""

import pytest
from django.test import Client
from django.utils import timezone

from leads.life import EventKind
from leads.models import Delivery, FollowUpStep, Lead, LeadEvent, Task, WorkPlan
from routing import follow, hand, live, proposals, returns
from routing.models import Assignment, Proposal, Return
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(db):
    team = make.group("DACH", [make.rep("Ana"), make.rep("Ben")])
    make.publish(make.rule(team))
    return team


@pytest.fixture
def lead(team):
    made = make.arrive(company="Brandl")
    live.route_ready(1)
    return Lead.objects.select_related("owner__user").get(pk=made.pk)


def other(team, lead):
    return next(m.rep for m in team.memberships.all() if m.rep != lead.owner)


def signed_in(rep):
    client = Client()
    client.force_login(rep.user)
    return client


def test_a_group_must_allow_it(team, lead):
    client = signed_in(lead.owner)

    assert client.get(f"/leads/{lead.uid}/give-on/").status_code == 404
    assert "give-on" not in client.get(f"/leads/{lead.uid}/").content.decode()


def test_a_lead_goes_to_a_colleague_with_the_reason(team, lead):
    WorkPlan.objects.create(group=team, give_on="free")
    ana, ben = lead.owner, other(team, lead)

    page = f"/leads/{lead.uid}/give-on/"
    assert page in signed_in(ana).get(f"/leads/{lead.uid}/").content.decode()
    signed_in(ana).post(page, {"to": str(ben.uid), "why": "Speaks Polish"})

    assert Lead.objects.get().owner == ben
    assert Assignment.objects.get(ends_at=None).how == "hand_over"
    assert "Speaks Polish" in Delivery.objects.filter(rep=ben, channel="in_app").get().why


def test_who_lost_it_meanwhile_reads_so_and_changes_nothing(team, lead):
    WorkPlan.objects.create(group=team, give_on="free")
    ana, ben = lead.owner, other(team, lead)
    hand.give(lead=lead, rep=ben, group=team, by=None)

    answer = signed_in(ana).post(f"/leads/{lead.uid}/give-on/", {"to": str(ana.uid), "why": "Mine"})

    assert answer.status_code == 409
    assert "not yours any more" in answer.content.decode()
    assert "Brandl" not in answer.content.decode()
    assert Lead.objects.get().owner == ben


@pytest.mark.parametrize("data", [{}, {"to": "x", "why": "a"}, {"why": "a"}, {"to": "outsider", "why": "a"}])
def test_bad_input_and_who_never_had_it(team, lead, data):
    WorkPlan.objects.create(group=team, give_on="free")
    outsider = make.rep("Eva")
    if data.get("to") == "outsider":
        data = {**data, "to": str(outsider.uid)}

    assert signed_in(lead.owner).post(f"/leads/{lead.uid}/give-on/", data).status_code == 422
    assert signed_in(outsider).get(f"/leads/{lead.uid}/give-on/").status_code == 404


@pytest.mark.parametrize(("approve", "chip"), [(True, "Approved"), (False, "Refused")])
def test_a_rep_sees_what_became_of_a_return(team, lead, approve, chip):
    ana = lead.owner
    row = returns.give_back(lead=lead, rep=ana, by=ana.user, reason=Return.Reason.SPAM, note="A robot")
    waiting = signed_in(ana).get("/my-leads/returned/").content.decode()

    returns.rule_on(given_back=row, approve=approve, by=make.user("Clara"))
    ruled = signed_in(ana).get("/my-leads/returned/").content.decode()

    assert "Brandl" in waiting
    assert "A robot" in waiting
    assert "Waits for a ruling" in waiting
    assert f"{chip}</span>" in ruled
    assert Delivery.objects.filter(event="ruled", rep=ana, channel="in_app").count() == 1
    assert LeadEvent.objects.filter(kind=EventKind.RULED).count() == 1
    assert "Brandl" not in signed_in(other(team, lead)).get("/my-leads/returned/").content.decode()


def test_of_a_return_that_waits_in_a_blind_pool_by_now_nothing_is_told(team, lead):
    ana = lead.owner
    returns.give_back(lead=lead, rep=ana, by=ana.user, reason=Return.Reason.SPAM, note="A robot")
    blind = make.group("Pool", [ana], pool="blind")
    Lead.objects.filter(pk=lead.pk).update(group=blind, state="pooled")

    page = signed_in(ana).get("/my-leads/returned/").content.decode()

    assert "Brandl" not in page
    assert "A robot" in page


def test_who_writes_again_has_replied(team, lead):
    FollowUpStep.objects.create(plan=WorkPlan.objects.create(group=team), day=1, kind="call")
    follow.follow(1, now=timezone.now())
    before = Lead.objects.select_related("private").get()

    make.arrive(email=before.private.email, message="Any news?")

    assert Task.objects.get().why == "reply"


@pytest.mark.parametrize(("said", "owner_moves"), [("approve", True), ("refuse", False)])
def test_a_proposed_hand_over_waits_for_a_manager(team, lead, said, owner_moves):
    WorkPlan.objects.create(group=team, give_on="approve")
    team.managers.add(make.user("Clara"))
    ana, ben = lead.owner, other(team, lead)
    boss = Client()
    boss.force_login(team.managers.get())

    signed_in(ana).post(f"/leads/{lead.uid}/give-on/", {"to": str(ben.uid), "why": "Speaks Polish"})
    row = Proposal.objects.get()
    assert Lead.objects.get().owner == ana
    assert Delivery.objects.filter(event="proposed", user=team.managers.get(), channel="in_app").count() == 1
    assert "Speaks Polish" in boss.get("/hand-overs/").content.decode()
    assert signed_in(ben).post(f"/hand-overs/{row.uid}/answer/", {"answer": "approve"}).status_code == 403

    boss.post(f"/hand-overs/{row.uid}/answer/", {"answer": said})
    again = boss.post(f"/hand-overs/{row.uid}/answer/", {"answer": "approve"}, follow=True)

    assert (Lead.objects.get().owner == ben) is owner_moves
    assert "answered it before" in again.content.decode()


def test_a_proposal_is_void_when_the_lead_went_elsewhere(team, lead):
    WorkPlan.objects.create(group=team, give_on="approve")
    ana, ben, eva = lead.owner, other(team, lead), make.rep("Eva")
    signed_in(ana).post(f"/leads/{lead.uid}/give-on/", {"to": str(ben.uid), "why": "Speaks Polish"})
    hand.give(lead=lead, rep=eva, group=team, by=None)
    boss = make.user("Boss", is_ops=True)

    assert proposals.answer(proposal=Proposal.objects.get(), approve=True, by=boss, now=timezone.now()) == "void"
    assert Lead.objects.get().owner == eva


def test_an_answer_that_is_cut_off_can_be_given_again(team, lead, monkeypatch):
    WorkPlan.objects.create(group=team, give_on="approve")
    ana, ben = lead.owner, other(team, lead)
    signed_in(ana).post(f"/leads/{lead.uid}/give-on/", {"to": str(ben.uid), "why": "Speaks Polish"})
    boss, row = make.user("Boss", is_ops=True), Proposal.objects.get()

    def killed(**_):
        raise KeyboardInterrupt

    with monkeypatch.context() as cut:
        cut.setattr(hand, "give", killed)
        with pytest.raises(KeyboardInterrupt):
            proposals.answer(proposal=row, approve=True, by=boss, now=timezone.now())
    assert Proposal.objects.get().answer == ""

    assert proposals.answer(proposal=row, approve=True, by=boss, now=timezone.now()) == "approved"
    assert Lead.objects.get().owner == ben
