"""A rep who leaves or goes on leave: looked at first, then done in one step; the past stays as it was."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from leads import respond
from leads.life import TouchKind
from leads.models import Account, Lead, Stage
from reporting import cohort
from reps import availability
from reps.models import Membership, Pause, Rep
from routing import hand, live, watch
from routing.hand.leave import Where
from routing.models import Act, Assignment, Offer, Share
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(db):
    ana, ben, cleo = (make.rep(name) for name in ("Ana", "Ben", "Cleo"))
    team = make.group("DACH", [ana, ben, cleo])
    make.publish(make.rule(team, name="All"))
    return ana, ben, cleo, team


@pytest.fixture
def busy(three):
    """Ana has three open leads, one contacted and a stage further, a closed one, two accounts; she is Ben's backup."""
    ana, ben, _cleo, _team = three
    make.arrive(12)
    live.route_ready(1)
    mine = list(Lead.objects.filter(owner=ana).select_related("stage", "division", "group").order_by("pk"))
    respond.touch(lead=mine[0], rep=ana, by=ana.user, kind=TouchKind.EMAIL, now=timezone.now())
    later = Stage.objects.order_by("position")[2]
    respond.move_stage(lead=mine[0], stage=later, by=ana.user, now=timezone.now())
    lost = Stage.objects.get(metric=Stage.Metric.LOST)
    respond.move_stage(lead=mine[3], stage=lost, by=ana.user, now=timezone.now(), reason="Too dear")
    mine[0].refresh_from_db()
    Account.objects.create(name="One", domain="one.example", owner=ana)
    Account.objects.create(name="Two", domain="two.example", owner=ana)
    ben.backup = ana
    ben.save()
    availability.pause(rep=ana, by=ana.user, now=timezone.now())
    return mine


def sound():
    return [finding.code for finding in watch.audit() if finding.broken] == []


def test_the_preview_tells_all_that_is_theirs_and_writes_nothing(three, busy):
    ana, _ben, _cleo, _team = three
    before = list(Lead.objects.values("pk", "owner", "state", "hop"))

    seen = hand.preview_leave(hand.Leave(rep=ana, stages={busy[0].stage_id: Where.TO}), now=timezone.now())

    assert seen.leads == 3
    assert [(row.count, row.contacted) for row in seen.stages] == [(2, 0), (1, 1)]
    assert (seen.accounts, seen.memberships, seen.backs_up, seen.claims, seen.offers) == (2, ("DACH",), ("Ben",), 0, 0)
    assert list(Lead.objects.values("pk", "owner", "state", "hop")) == before


def test_leaving_by_stage_gives_later_ones_to_the_heir_and_routes_early_ones_again(three, busy):
    ana, ben, cleo, _team = three
    later = Stage.objects.order_by("position")[2]
    browser = Client()
    browser.force_login(ana.user)

    plan = hand.Leave(rep=ana, stages={later.pk: Where.TO}, to=ben, accounts_to=cleo, why="Ana left us")
    counts = hand.leave(plan=plan, by=cleo.user)
    live.route_ready(1)

    assert counts == {
        "routed_again": 2, "given": 1, "accounts": 2, "memberships": 1, "pauses": 1, "backups": 1,
    }  # fmt: skip
    assert Lead.objects.get(pk=busy[0].pk).owner == ben
    assert set(Lead.objects.filter(pk__in=[b.pk for b in busy[1:3]]).values_list("owner", flat=True)) <= {
        ben.pk,
        cleo.pk,
    }
    assert Lead.objects.get(pk=busy[3].pk).owner == ana
    assert set(Account.objects.filter(domain__in=["one.example", "two.example"]).values_list("owner", flat=True)) == {
        cleo.pk
    }
    assert set(Assignment.objects.filter(rep=ana, lead__in=busy[:3]).values_list("end", flat=True)) == {"left"}
    ana.refresh_from_db()
    assert (ana.active, ana.user.is_active) == (False, False)
    assert not Membership.objects.at(timezone.now()).filter(rep=ana).exists()
    assert not Pause.objects.at(timezone.now()).filter(rep=ana).exists()
    assert Rep.objects.get(pk=ben.pk).backup is None
    assert browser.get("/my-leads/").status_code == 302
    act = Act.objects.get()
    assert (act.kind, act.why, act.result) == ("leave", "Ana left us", counts)
    assert sound()


def test_the_heirs_share_is_touched_only_if_asked(three, busy):
    ana, ben, _cleo, _team = three
    had = Share.objects.get(rep=ben).received

    hand.leave(plan=hand.Leave(rep=ana, leads=Where.TO, to=ben), by=None)

    assert Share.objects.get(rep=ben).received == had
    assert sound()


def test_going_on_leave_moves_open_leads_and_nothing_else(three, busy):
    ana, _ben, _cleo, _team = three

    counts = hand.leave(plan=hand.Leave(rep=ana, kind=Act.Kind.AWAY), by=ana.user)
    live.route_ready(1)

    assert counts == {"routed_again": 3, "given": 0}
    assert not Lead.objects.filter(owner=ana, state="assigned").exists()
    ana.refresh_from_db()
    assert (ana.active, ana.user.is_active, ana.accounts.count()) == (True, True, 2)
    assert Membership.objects.at(timezone.now()).filter(rep=ana).exists()
    assert Act.objects.get().kind == "away"


@pytest.mark.parametrize(
    ("fields", "by", "problem"),
    [
        ({"leads": Where.TO}, None, ("to", "missing")),
        ({"to": "ana"}, None, ("to", "same")),
        ({"accounts_to": "ana"}, None, ("accounts_to", "same")),
        ({"to": "gone"}, None, ("to", "gone")),
        ({}, "ana", ("rep", "self")),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_is_written(three, fields, by, problem):
    ana, ben, cleo, _team = three
    Rep.objects.filter(pk=cleo.pk).update(active=False)
    people = {"ana": ana, "ben": ben, "gone": cleo}
    fields = {name: people.get(who, who) for name, who in fields.items()}

    with pytest.raises(hand.NotLeavingError) as refused:
        hand.leave(plan=hand.Leave(rep=ana, **fields), by=people[by].user if by else None)

    assert (refused.value.field, refused.value.code) == problem
    assert Rep.objects.get(pk=ana.pk).active


def test_reports_of_the_past_stay_as_they_were(three, busy):
    ana, ben, _cleo, _team = three
    now = timezone.now()
    asked = {"scope": cohort.Scope(), "since": now - timedelta(days=1), "until": now, "now": now}

    def told():
        # How long clocks still run is a fact of the present: those of a leaver's leads stop. Lists come in any order.
        return {
            (cut, key, name): sorted(count) if isinstance(count, list) else count
            for cut in ("all", "rep", "group")
            for key, figures in cohort.ask(**asked, cut=cut).items()
            for name, count in figures.counts.items()
            if name != "response_waiting"
        }

    before = told()
    assert before["rep", ana.pk, "leads"] == 4

    hand.leave(plan=hand.Leave(rep=ana, stages={busy[0].stage_id: Where.TO}, to=ben), by=None)
    live.route_ready(1)

    assert told() == before


def test_an_offer_they_have_not_answered_is_withdrawn_and_routed_again(three):
    _ana, _ben, _cleo, team = three
    team.steps = [{"strategy": "availability"}, {"strategy": "round_robin"}, {"strategy": "offer"}]
    team.save()
    lead = make.arrive()
    live.route_ready(1)
    offer = Offer.objects.get(lead=lead)

    counts = hand.leave(plan=hand.Leave(rep=offer.rep), by=None)
    lead.refresh_from_db()
    offer.refresh_from_db()

    assert counts["routed_again"] == 1
    assert (lead.state, lead.reason, offer.answer) == ("ready", "owner_left", "withdrawn")
    live.route_ready(1)
    assert Offer.objects.get(lead=lead, answered_at=None).rep != offer.rep
    assert sound()
