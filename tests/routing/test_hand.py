"""What people decide for many leads: reassign, unassign, route again; fair shares stay exact."""

from datetime import timedelta

import pytest
from django.utils import timezone

from leads import respond
from leads.life import TouchKind
from leads.models import Delivery, Lead, LeadEventPrivate
from routing import hand, live, rulesets, watch
from routing.assign import NotYoursError
from routing.engine.ledger import UNIT
from routing.models import Act, Assignment, LedgerEntry, Share
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(db):
    ana, ben, cleo = (make.rep(name) for name in ("Ana", "Ben", "Cleo"))
    team = make.group("DACH", [ana, ben, cleo])
    make.publish(make.rule(team, name="All"))
    return ana, ben, cleo, team


def arrive(count=1):
    made = make.arrive(count)
    live.route_ready(1)
    found = list(Lead.objects.filter(pk__in=[m.pk for m in (made if count > 1 else [made])]).order_by("pk"))
    return found if count > 1 else found[0]


def call(lead):
    respond.touch(
        lead=Lead.objects.select_related("stage", "division", "group").get(pk=lead.pk),
        rep=lead.owner, by=lead.owner.user, kind=TouchKind.EMAIL, now=timezone.now(),
    )  # fmt: skip


def sound():
    return [finding.code for finding in watch.audit() if finding.broken] == []


def received(team):
    return dict(Share.objects.filter(group=team).exclude(rep=None).values_list("rep__user__name", "received"))


def test_many_leads_go_to_one_rep_with_a_reason_and_both_are_told(three):
    ana, ben, _cleo, _team = three
    leads = arrive(6)
    hers = [lead for lead in leads if lead.owner == ana]

    done = hand.hand_over(leads=leads, rep=ben, by=ana.user, why="Ana is ill", now=timezone.now())

    theirs = [lead for lead in leads if lead.owner == ben]
    assert (done.count, dict(done.stayed)) == (6 - len(theirs), {"theirs": len(theirs)})
    assert set(Lead.objects.values_list("owner", flat=True)) == {ben.pk}
    word = Delivery.objects.filter(rep=ana, event="handed_over", channel="email", lead=hers[0]).get()
    assert (word.why, word.payload) == ("Ana is ill", {"rep": ben.pk})
    mine = Delivery.objects.get(rep=ben, event="assigned", channel="email", lead=hers[0])
    assert mine.why == "Ana gave it to you: Ana is ill"
    assert LeadEventPrivate.objects.filter(event__lead=hers[0], payload={"reason": "Ana is ill"}).exists()
    act = Act.objects.get()
    assert (act.kind, act.why, act.result["moved"]) == ("hand_over", "Ana is ill", done.count)
    assert sound()


@pytest.mark.parametrize(
    ("default", "asked", "counts"), [(True, None, 4), (False, None, 0), (True, False, 0), (False, True, 4)]
)
def test_reassigning_counts_as_the_group_says_or_as_asked(three, default, asked, counts):
    _ana, _ben, cleo, team = three
    team.count_manual = default
    team.save()
    leads = [lead for lead in arrive(6) if lead.owner != cleo]

    hand.hand_over(leads=leads, rep=cleo, by=None, why="", now=timezone.now(), counted=asked)

    assert LedgerEntry.objects.filter(kind="forced", winner=cleo.pk).count() == counts
    assert received(team)["Cleo"] == 2 + counts
    assert sound()


def test_a_rep_who_may_not_sign_in_is_given_nothing(three):
    ana, ben, _cleo, _team = three
    lead = arrive()
    ben.user.is_active = False
    ben.user.save()

    with pytest.raises(NotYoursError):
        hand.hand_over(leads=[lead], rep=ben, by=ana.user, why="", now=timezone.now())


def test_routing_again_gives_back_every_share_in_order(three):
    _ana, _ben, _cleo, team = three
    before = arrive(7)
    version = make.publish()
    after = arrive(5)
    call(after[0])
    wanted = hand.Wanted(version=version)

    preview = hand.preview_again(division_id=1, wanted=wanted)
    seen = []
    done = hand.run_again(
        division_id=1, wanted=wanted, by=None, why="Wrong rule", now=timezone.now(), progress=lambda *n: seen.append(n)
    )

    assert preview.going == tuple(lead.pk for lead in after[1:]) == tuple(done.leads)
    assert (dict(preview.stayed), preview.reversed) == ({"contacted": 1}, 4)
    assert dict(done.stayed) == {"contacted": 1}
    assert seen == [(5, 5)]
    assert sum(received(team).values()) == 8
    entries = LedgerEntry.objects.filter(kind="reversed")
    assert {e.lead_id for e in entries} == set(done.leads)
    assert all((e.reverses.lead_id, e.reverses.winner) == (e.lead_id, e.winner) for e in entries)
    assert sound()
    live.route_ready(1)
    assert Lead.objects.filter(state="assigned").count() == 12
    assert sum(received(team).values()) == 12
    assert max(abs(s.balance) for s in Share.objects.all()) < 2 * UNIT
    assert sound()
    assert Act.objects.get().result == {"moved": 4, "stayed": {"contacted": 1}}
    assert before


def test_routing_again_twice_reverses_no_entry_twice(three):
    lead = arrive()
    for _ in range(3):
        hand.run_again(division_id=1, wanted=hand.Wanted(ids=(lead.pk,)), by=None, why="", now=timezone.now())
        live.route_ready(1)

    assert LedgerEntry.objects.filter(kind="reversed").count() == 3
    assert LedgerEntry.objects.filter(kind="share").count() == 4
    assert sound()


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        ({"state": "closed", "closed_at": timezone.now()}, "closed"),
        ({"state": "rejected", "owner": None}, "rejected"),
        ({"state": "ready", "owner": None}, "ready"),
    ],
)
def test_what_is_over_stays_and_is_counted(three, spoil, reason):
    lead = arrive()
    Lead.objects.filter(pk=lead.pk).update(**spoil)

    done = hand.run_again(division_id=1, wanted=hand.Wanted(ids=(lead.pk,)), by=None, why="", now=timezone.now())

    assert (done.count, dict(done.stayed)) == (0, {reason: 1})


def test_leads_are_chosen_by_rule_and_instant_together_and_those_people_gave_stay(three):
    ana, ben, _cleo, team = three
    lead, given = arrive(2)
    hand.give(lead=given, rep=ben if given.owner == ana else ana, group=team, by=ana.user)
    rule = rulesets.published(1).body["rules"][0]["key"]
    now = timezone.now()

    def choose(**fields):
        found = hand.preview_again(division_id=1, wanted=hand.Wanted(**fields))
        return found.going, dict(found.stayed)

    assert choose(rule=rule) == ((lead.pk,), {"by_hand": 1})
    assert choose(rule="another") == ((), {})
    assert choose(rule=rule, since=now - timedelta(hours=1)) == ((lead.pk,), {"by_hand": 1})
    assert choose(since=now + timedelta(hours=1)) == ((), {})
    assert choose(ids=(given.pk,)) == ((given.pk,), {})
    assert choose() == ((), {})


@pytest.mark.parametrize(("bar", "end"), [(False, "hand_over"), (True, "released")])
def test_unassigning_gives_the_turn_back_and_bars_only_if_asked(three, bar, end):
    _ana, _ben, _cleo, team = three
    lead = arrive()
    former = lead.owner

    done = hand.release(leads=[lead], by=None, why="Try another", now=timezone.now(), bar=bar)

    assert done.count == 1
    assert Assignment.objects.get(lead=lead).end == end
    assert sum(received(team).values()) == 0
    word = Delivery.objects.get(rep=former, event="handed_over", channel="email")
    assert word.why == "Try another"
    live.route_ready(1)
    lead.refresh_from_db()
    assert lead.state == "assigned"
    assert sound()


def test_unassigning_may_leave_the_turn_paid(three):
    lead = arrive()

    hand.release(leads=[lead], by=None, why="", now=timezone.now(), counted=True)

    assert not LedgerEntry.objects.filter(kind="reversed").exists()


def test_leads_of_a_rep_who_was_switched_off_are_found_and_routed_again(three):
    ana, _ben, _cleo, _team = three
    leads = arrive(6)
    hers = [lead for lead in leads if lead.owner == ana]
    call(hers[0])
    assert not hand.stranded_owners(1).exists()
    ana.active = False
    ana.save()

    assert hand.rescue(1) == 2
    assert set(Lead.objects.filter(pk__in=[h.pk for h in hers]).values_list("state", "reason")) == {
        ("ready", "owner_left")
    }
    live.route_ready(1)
    assert not Lead.objects.filter(owner=ana, state="assigned").exists()
    assert set(Assignment.objects.filter(rep=ana).values_list("end", flat=True)) == {"left"}
    # only the turn of the lead she never touched is given back
    assert LedgerEntry.objects.filter(kind="reversed").count() == 1
    assert hand.rescue(1) == 0
    assert sound()
