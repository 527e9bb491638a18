"""Two leads of one person are merged and taken apart again: nothing is lost, shares add up, nobody's notes leak."""

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from leads import alike, dispatch, respond
from leads.life import TouchKind
from leads.models import ContactKey, Lead, LeadEvent, Stage
from reporting import cohort
from reps.models import Division
from routing import claim, hand, live, watch
from routing.hand import NotMergedError
from routing.models import Assignment, LedgerEntry, Merge, Share, Timer
from tests import factories as make

pytestmark = pytest.mark.django_db

EMAIL, OTHER = "petra@nordfrakt.example", "p.lindqvist@post.example"


@pytest.fixture
def team(db):
    ana, ben = make.rep("Ana"), make.rep("Ben")
    boss = make.user("Boss")
    made = make.group("DACH", [ana, ben])
    made.managers.add(boss)
    make.publish(make.rule(made, name="All"))
    return made, ana, ben, boss


@pytest.fixture
def pair(team):
    """Ana's and Ben's, of the same person by two addresses."""
    one = make.arrive(name="Petra Lindqvist", company="Nordfrakt", email=EMAIL, message="First")
    live.route_ready(1)
    other = make.arrive(name="Lindqvist, Petra", company="Nordfrakt AB", email=OTHER, message="Second")
    live.route_ready(1)
    one, other = fresh(one), fresh(other)
    assert {one.owner, other.owner} == {team[1], team[2]}
    return one, other


def fresh(lead):
    return Lead.objects.select_related("owner__user", "group", "stage", "division").get(pk=lead.pk)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def balances():
    return {(s.group_id, s.rep_id): s.balance for s in Share.objects.all()}


def clean():
    return [f for f in watch.audit() if f.broken] == []


def stands(lead):
    lead = fresh(lead)
    return (lead.state, lead.owner, lead.group, lead.hop, lead.reason, lead.assigned_at, lead.contact_id, lead.sole)


def test_a_merged_lead_is_closed_counted_back_and_its_owner_told(team, pair):
    _group, _ana, _ben, boss = team
    one, other = pair
    before = balances()
    dispatch.drain(now=timezone.now())
    mail.outbox.clear()

    hand.merge(lead=other, into=one, by=boss)

    gone = fresh(other)
    assert (gone.state, gone.reason, gone.owner, gone.merged_into, gone.due_at) == ("closed", "merged", None, one, None)
    assert gone.closed_at is not None
    spell = Assignment.objects.get(lead=other)
    assert (spell.end, spell.ends_at is None) == ("merged", False)
    assert balances() != before
    assert sum(balances().values()) == 0
    assert LedgerEntry.objects.filter(lead=other.pk).values_list("kind", flat=True).order_by("pk").last() == "reversed"
    assert set(LeadEvent.objects.filter(kind="merged").values_list("lead", flat=True)) == {one.pk, other.pk}
    dispatch.drain(now=timezone.now())
    (told,) = mail.outbox
    assert told.to == [other.owner.user.email]
    assert one.owner.name in told.body
    assert gone.responded_at is None
    assert clean()


def test_who_writes_with_the_other_address_is_an_enquiry_on_the_one_that_goes_on(team, pair):
    one, other = pair
    hand.merge(lead=other, into=one, by=team[3])

    make.arrive(email=OTHER, message="Third")

    assert LeadEvent.objects.get(kind="enquiry").lead == one
    assert Lead.objects.count() == 2


def test_taken_apart_everything_stands_as_it_stood(team, pair):
    one, other = pair
    before, stood, stood_one = balances(), stands(other), stands(one)
    keys = set(ContactKey.objects.values_list("pk", "contact"))

    hand.merge(lead=other, into=one, by=team[3])
    assert clean()
    assert hand.unmerge(lead=other, by=team[3]) == "assigned"

    assert stands(other) == stood
    assert stands(one) == stood_one
    assert balances() == before
    assert set(ContactKey.objects.values_list("pk", "contact")) == keys
    assert fresh(other).merged_into is None
    assert fresh(other).due_at > timezone.now()
    assert Assignment.objects.get(lead=other).ends_at is None
    assert set(LeadEvent.objects.filter(kind="unmerged").values_list("lead", flat=True)) == {one.pk, other.pk}
    assert clean()
    # And it can be reassigned afterwards: the entry that was settled again is taken back as any other.
    hand.release(leads=[fresh(other)], by=team[3], why="", now=timezone.now())
    assert LedgerEntry.objects.filter(lead=other.pk, kind="reversed").count() == 2
    assert clean()


def test_again_and_again_the_shares_stay(team, pair):
    one, other = pair
    before = balances()

    for _round in range(3):
        hand.merge(lead=other, into=one, by=team[3])
        hand.unmerge(lead=other, by=team[3])

    assert balances() == before
    assert (Merge.objects.count(), Merge.objects.filter(undone_at=None).count()) == (3, 0)
    assert clean()


def test_given_by_hand_and_returned_after_being_taken_apart_its_entry_is_found(team, pair):
    _group, ana, ben, boss = team
    one, other = pair
    taker = ana if other.owner == ben else ben
    hand.give(lead=other, rep=taker, group=other.group, by=boss)
    other = fresh(other)
    hand.merge(lead=other, into=one, by=boss)
    hand.unmerge(lead=other, by=boss)

    hand.release(leads=[fresh(other)], by=boss, why="", now=timezone.now())

    kinds = list(LedgerEntry.objects.filter(lead=other.pk, kind="forced").values_list("reversed_by", flat=True))
    assert None not in kinds
    assert clean()


def test_who_was_in_touch_keeps_that_and_gets_no_new_clock(team, pair):
    one, other = pair
    respond.touch(lead=other, rep=other.owner, by=other.owner.user, kind=TouchKind.EMAIL, now=timezone.now())
    due = fresh(other).due_at
    hand.merge(lead=other, into=one, by=team[3])
    assert fresh(one).responded_at is None

    hand.unmerge(lead=other, by=team[3])

    assert fresh(other).due_at == due
    assert not Timer.objects.filter(lead=other, fired_at=None).exists()
    assert fresh(other) not in Lead.objects.awaiting_contact()


def test_where_the_owner_has_left_the_rules_look_again(team, pair):
    one, other = pair
    hand.merge(lead=other, into=one, by=team[3])
    gone = other.owner
    gone.active = False
    gone.save()

    assert hand.unmerge(lead=other, by=team[3]) == "ready"
    live.route_ready(1)

    assert fresh(other).owner == one.owner
    assert Assignment.objects.filter(lead=other).count() == 2
    assert clean()


@pytest.mark.parametrize("pool", ["open", "blind"])
def test_what_waited_in_a_pool_waits_there_again(team, pool):
    group, ana, _ben, boss = team
    group.pool, group.steps = pool, [{"strategy": "pool", "options": {"mode": pool}}]
    group.save()
    one, other = make.arrive(email=EMAIL), make.arrive(email=OTHER)
    make.publish()
    live.route_ready(1)
    assert fresh(other).state == "pooled"
    hand.merge(lead=other, into=one, by=boss)
    assert claim.waiting_in(group) == 1

    assert hand.unmerge(lead=other, by=boss) == "pooled"

    assert claim.waiting_in(group) == 2
    assert claim.pull(group=group, rep=ana, by=ana.user)
    assert clean()


def test_what_cannot_be_merged_says_why_and_changes_nothing(team, pair):
    one, other = pair
    test = make.arrive(test=True)
    live.route_ready(1)
    won = Stage.objects.get(key="won")
    respond.move_stage(lead=one, stage=won, by=one.owner.user, now=timezone.now())

    for lead, into, code in (
        (other, other, "same"),
        (other, test, "kind"),
        (other, one, "stays"),
        (one, other, "closed"),
    ):
        with pytest.raises(NotMergedError) as refused:
            hand.merge(lead=lead, into=into, by=team[3])
        assert refused.value.code == code
    with pytest.raises(NotMergedError):
        hand.unmerge(lead=other, by=team[3])
    assert not Merge.objects.exists()
    assert clean()


def test_a_merged_lead_is_out_of_reports(team, pair):
    one, other = pair
    now = timezone.now()
    span = {"since": now - timezone.timedelta(days=1), "until": now + timezone.timedelta(days=1), "now": now}

    def leads():
        return cohort.figures(scope=cohort.Scope(), **span).counts["leads"]

    assert leads() == 2
    hand.merge(lead=other, into=one, by=team[3])
    assert leads() == 1
    assert other not in Lead.objects.reported()
    hand.unmerge(lead=other, by=team[3])
    assert leads() == 2


def test_the_page_shows_what_the_other_lead_brought_but_not_its_owners_notes(team, pair):
    one, other = pair
    respond.note(lead=other, by=other.owner.user, text="My private note", now=timezone.now())
    respond.touch(lead=other, rep=other.owner, by=other.owner.user, kind=TouchKind.EMAIL, now=timezone.now())
    hand.merge(lead=other, into=one, by=team[3])

    owner = signed_in(one.owner.user).get(f"/leads/{one.uid}/").content.decode()
    boss = signed_in(team[3]).get(f"/leads/{one.uid}/").content.decode()

    assert ("Second" in owner, "My private note" in owner, str(other.uid) in owner) == (True, False, False)
    assert ("Second" in boss, "My private note" in boss, f"/leads/{other.uid}/unmerge/" in boss) == (True, True, True)
    assert owner.count("merged into this lead") == 2
    assert signed_in(other.owner.user).get(f"/leads/{one.uid}/").status_code == 404
    assert signed_in(other.owner.user).get(f"/leads/{other.uid}/").status_code == 404


def test_the_same_person_is_suggested_surest_first(team, pair):
    one, other = pair
    third = make.arrive(name="Olof Berg", company="Nordfrakt", email="olof@nordfrakt.example")
    stranger = make.arrive(name="Jo Stranger", company="Elsewhere")
    Division.objects.update(enquiries=False)
    twin = make.arrive(name="P L", email=EMAIL)

    found = alike.alike(fresh(one), team[3], now=timezone.now())

    assert [a.lead for a in found] == [twin, other, third]
    assert found[1].because == ["a name alike", "the same company"]
    assert "the same e-mail" in found[0].because
    assert stranger not in [a.lead for a in found]


def test_by_the_page_a_manager_merges_and_takes_apart(team, pair):
    one, other = pair
    boss = signed_in(team[3])
    page = boss.get(f"/leads/{other.uid}/merge/?q=petra").content.decode()
    assert str(one.uid) in page

    answer = boss.post(f"/leads/{other.uid}/merge/", {"other": str(one.uid), "stays": "other"})
    assert answer["Location"] == f"/leads/{one.uid}/"
    assert fresh(other).merged_into == one
    assert "Take apart" in boss.get(f"/leads/{other.uid}/").content.decode()
    again = boss.post(f"/leads/{other.uid}/merge/", {"other": str(one.uid), "stays": "this"}, follow=True)
    assert "is not open any more" in again.content.decode()
    boss.post(f"/leads/{other.uid}/unmerge/")
    assert fresh(other).state == "assigned"
    assert boss.post(f"/leads/{other.uid}/unmerge/", follow=True).status_code == 200


def test_only_who_manages_both_may(team, pair):
    one, other = pair
    stranger = make.user("Stranger")
    make.group("Iberia").managers.add(stranger)

    assert signed_in(one.owner.user).post(f"/leads/{one.uid}/merge/", {"other": str(other.uid)}).status_code == 403
    assert signed_in(one.owner.user).get(f"/leads/{one.uid}/merge/").status_code == 403
    assert signed_in(stranger).get(f"/leads/{one.uid}/merge/").status_code == 404
    assert signed_in(stranger).post(f"/leads/{one.uid}/unmerge/").status_code == 404
    assert not Merge.objects.exists()
