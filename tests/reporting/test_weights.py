"""Weights by output: proposed of what was reached, applied, undone, compared with an even share, and taken back."""

import re
from datetime import timedelta
from decimal import Decimal
from importlib import import_module
from uuid import uuid4

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from leads import dispatch
from leads.models import Delivery, Lead
from reporting import weights
from reporting.models import WeightPlan, WeightProposal
from reporting.statistics import thompson
from reporting.statistics.shrunk import Record
from reporting.weights import Expected, Measured, StaleError, WeightsError, expected_leads
from reporting.weights.daily import LEAST_LEADS, LOOKS, is_worse, period_of, watch_daily
from reporting.weights.propose import strength_of
from reps import members, roster
from reps.models import Group, Membership
from routing import live
from routing.engine.strategies.weighted import is_even
from routing.models import Assignment, Decision, LedgerEntry
from tests import factories as make
from tests.reporting import worked

pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(days=40)
BY_WEIGHT = [{"strategy": "weighted"}]
TERMS = {"result": "meetings", "floor": Decimal("0.5"), "ceiling": Decimal(2), "control": 20}


def now():
    return timezone.now()


def on(group, rhythm="week", **changes):
    return weights.settle(group=group, terms=weights.Terms(rhythm=rhythm, **{**TERMS, **changes}), now=now())


def weights_of(group, at=None):
    rows = Membership.objects.at(at or now()).filter(group=group)
    return dict(rows.values_list("rep__user__name", "weight"))


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@pytest.fixture
def team():
    """Ana: 40 leads, 30 meetings. Ben: 40, 10. Cleo: 5 leads, too early. All had them 40 days ago, Ana 3 lately."""
    group, (ana, ben, cleo) = worked.team("Ana", "Ben", "Cleo", steps=BY_WEIGHT)
    had = [worked.many(rep, group, n, ago=LONG_AGO) for rep, n in ((ana, 40), (ben, 40), (cleo, 5))]
    worked.met([*had[0][:30], *had[1][:10]])
    worked.many(ana, group, 3, ago=timedelta(days=2))
    return group, ana, ben, cleo


@pytest.fixture
def manager(team):
    return team[0].managers.get()


def proposed(group):
    on(group)
    return weights.propose(group=group, now=now())


# What is proposed.


def test_off_by_default_and_nothing_is_proposed(team):
    group = team[0]

    assert weights.plan_of(group).rhythm == "off"
    assert watch_daily(now=now()) == 0
    with pytest.raises(WeightsError, match="off"):
        weights.propose(group=group, now=now())
    assert group.even_percent == 0


def test_more_for_who_makes_more_of_their_leads_and_an_even_share_for_who_is_new(team):
    group, ana, ben, cleo = team

    row = proposed(group)

    lines = {line["rep"]: line for line in row.lines}
    assert (lines[ana.pk]["leads"], lines[ben.pk]["leads"], lines[cleo.pk]["leads"]) == (43, 40, 5)
    assert [lines[rep.pk]["early"] for rep in (ana, ben, cleo)] == [False, False, True]
    # 40 days ago is the sixth week of 26, counted from the newest as 0: five steps of 0.97.
    assert lines[ana.pk]["observed"] == pytest.approx(30 * 0.97**5, abs=1e-6)
    assert lines[ben.pk]["observed"] == pytest.approx(10 * 0.97**5, abs=1e-6)
    assert row.weights[str(ana.pk)] > 130
    assert 50 <= row.weights[str(ben.pk)] < 70
    assert row.weights[str(cleo.pk)] == 100
    assert row.before == {str(rep.pk): 1 for rep in (ana, ben, cleo)}
    assert weights_of(group) == {"Ana": 1, "Ben": 1, "Cleo": 1}


def test_the_shares_can_be_drawn_again_from_what_is_kept(team):
    row = proposed(team[0])
    records = [
        Record(*(line[name] for name in ("rep", "leads", "observed", "expected", "variance"))) for line in row.lines
    ]

    found = thompson.shares(
        records, strength=strength_of(records)[1], seed=row.seed, bounds=thompson.Bounds(*row.bounds)
    )

    assert {str(rep): weight for rep, weight in thompson.weights(found).items()} == row.weights


def test_weight_nothing_stays_nothing(team):
    group, _ana, _ben, cleo = team
    Membership.objects.filter(rep=cleo).update(weight=0)

    row = proposed(group)

    assert str(cleo.pk) not in row.weights
    weights.apply(proposal=row, by=group.managers.get(), now=now())
    assert weights_of(group)["Cleo"] == 0


def test_too_early_and_not_by_weight_are_said(team):
    group, ana, _ben, _cleo = team
    on(group)
    Assignment.objects.filter(rep=ana, starts_at__gt=now() - timedelta(days=60)).update(rep=team[3])

    Membership.objects.filter(rep=team[3]).delete()
    with pytest.raises(WeightsError, match="too_early"):
        weights.propose(group=group, now=now())
    Group.objects.filter(pk=group.pk).update(steps=[{"strategy": "round_robin"}])
    with pytest.raises(WeightsError, match="not_weighed"):
        weights.propose(group=Group.objects.get(pk=group.pk), now=now())


def test_a_rule_that_shares_by_weight_makes_the_weights_matter():
    group = make.group("DACH", [make.rep("Ana")], steps=[{"strategy": "round_robin"}])

    assert not weights.shares_by_weight(group)
    make.publish({**make.rule(group), "steps": BY_WEIGHT})
    assert weights.shares_by_weight(group)


@pytest.mark.parametrize(
    ("was", "becomes", "expected"),
    [
        # 60 leads: of 100 parts 50, 25, 25 become 25, 25, 50
        (({"1": 2, "2": 1, "3": 1}, 0), ({"1": 1, "2": 1, "3": 2}, 0), {"1": 15, "2": 15, "3": 30}),
        # a fifth evenly: 0.8 * 0.5 + 0.2 / 3 and so on
        (({"1": 1, "2": 1, "3": 1}, 0), ({"1": 2, "2": 1, "3": 1}, 20), {"1": 28, "2": 16, "3": 16}),
    ],
)
def test_leads_to_be_expected_worked_by_hand(was, becomes, expected):
    even = {"1": 30, "2": 15, "3": 15} if was[0]["1"] == 2 else {"1": 20, "2": 20, "3": 20}

    found = expected_leads(even, was=Expected(*was), becomes=Expected(*becomes))

    assert found == pytest.approx(expected)


def test_who_was_hardly_there_is_expected_to_be_hardly_there():
    weighed = Expected({"1": 1, "2": 1}, 0), Expected({"1": 100, "2": 100}, 20)

    assert expected_leads({"1": 30, "2": 2}, was=weighed[0], becomes=weighed[1]) == {"1": 30, "2": 2}
    assert expected_leads({"1": 0, "2": 0}, was=weighed[0], becomes=weighed[1]) == {"1": 0, "2": 0}


# When.


def test_due_once_a_week_and_told_to_the_managers(team, manager):
    group = team[0]
    on(group)

    assert watch_daily(now=now()) == 1
    assert watch_daily(now=now()) == 0
    row = WeightProposal.objects.get()
    assert row.period == period_of(weights.plan_of(group), now=now())
    told = Delivery.objects.filter(event="weights_proposed", channel="in_app")
    assert list(told.values_list("user", "payload")) == [(manager.pk, {"group": "DACH"})]
    assert weights.propose(group=group, now=now(), period=row.period) is None
    dispatch.drain(now=now())
    assert [one.subject for one in mail.outbox if "weights" in one.subject] == ["New weights are proposed for DACH"]
    weights.dismiss(proposal=row, by=manager, now=now())
    assert watch_daily(now=now()) == 0
    assert watch_daily(now=now() + timedelta(days=7)) == 1
    assert weights_of(group) == {"Ana": 1, "Ben": 1, "Cleo": 1}


def test_where_it_is_too_early_it_is_reckoned_once_a_day(team, monkeypatch):
    group = team[0]
    on(group, result="wins")
    reckoned = []
    records = [[]]

    def reckon(*asked):
        reckoned.append(asked)
        return records[0]

    monkeypatch.setattr(import_module("reporting.weights.propose"), "records_of", reckon)  # not the function
    noon = now().replace(hour=12)

    def hours(*hours):
        reckoned.clear()
        made = sum(watch_daily(now=noon + timedelta(hours=hour)) for hour in hours)
        return made, len(reckoned)

    assert hours(0, 1, 2, 5) == (0, 1)
    assert hours(24, 25) == (0, 1)
    on(group, result="meetings")  # on other terms at once
    assert hours(26, 27) == (0, 1)
    records[0] = [Record(rep.pk, 40, 20.0, 20.0, 10.0) for rep in team[1:]]
    assert hours(28) == (0, 0)
    assert hours(48, 49) == (1, 1)


def test_a_fault_is_no_answer_for_the_day(team, monkeypatch):
    on(team[0])
    with monkeypatch.context() as patched:
        patched.setattr("reporting.weights.daily.propose", lambda **_: 1 / 0)
        assert watch_daily(now=now()) == 0

    assert watch_daily(now=now()) == 1


@pytest.mark.parametrize(
    ("rhythm", "day", "period"),
    [("week", "2026-12-31", "2026-W53"), ("week", "2027-01-04", "2027-W01"), ("quarter", "2026-12-31", "2026-Q4")],
)
def test_the_name_of_the_period(rhythm, day, period):
    plan = WeightPlan(group=make.group(), rhythm=rhythm)

    assert period_of(plan, now=timezone.datetime.fromisoformat(f"{day}T12:00:00+00:00")) == period


def test_a_newer_proposal_takes_the_place_of_an_open_one(team, manager):
    first = proposed(team[0])

    second = weights.propose(group=team[0], now=now(), by=manager)

    first.refresh_from_db()
    assert first.dismissed_at is not None
    with pytest.raises(WeightsError, match="dismissed"):
        weights.apply(proposal=first, by=manager, now=now())
    weights.apply(proposal=second, by=manager, now=now())


# Applied and undone.


def test_applying_changes_the_weights_and_keeps_leads_to_compare(team, manager):
    group, ana, ben, _cleo = team
    row = proposed(group)

    weights.apply(proposal=row, by=manager, now=now())

    group.refresh_from_db()
    assert weights_of(group) == {"Ana": row.weights[str(ana.pk)], "Ben": row.weights[str(ben.pk)], "Cleo": 100}
    assert group.even_percent == 20
    plan = weights.plan_of(group)
    assert (plan.before, plan.since is not None) == (row.before, True)
    with pytest.raises(WeightsError) as refused:
        weights.apply(proposal=row, by=manager, now=now())
    assert (refused.value.code, refused.value.names) == ("applied", manager.name)


def test_nothing_is_applied_where_one_weight_was_changed_since(team, manager):
    group, _ana, ben, _cleo = team
    row = proposed(group)
    roster.revise(row=Membership.objects.at(now()).get(rep=ben), now=now(), changes={"weight": 3})

    with pytest.raises(StaleError) as refused:
        weights.apply(proposal=row, by=manager, now=now())

    assert refused.value.names == "Ben"
    assert weights_of(group) == {"Ana": 1, "Ben": 3, "Cleo": 1}
    assert weights.plan_of(group).since is None


def test_nothing_is_applied_where_somebody_joined_since(team, manager):
    row = proposed(team[0])
    make.join(team[0], make.rep("Dora"))

    with pytest.raises(StaleError) as refused:
        weights.apply(proposal=row, by=manager, now=now())

    assert refused.value.names == "Dora"


def test_undo_puts_back_the_weights_and_compares_no_more(team, manager):
    group = team[0]
    row = proposed(group)
    weights.apply(proposal=row, by=manager, now=now())

    weights.undo(proposal=row, by=manager, now=now())

    group.refresh_from_db()
    assert weights_of(group) == {"Ana": 1, "Ben": 1, "Cleo": 1}
    assert (group.even_percent, weights.plan_of(group).since) == (0, None)
    with pytest.raises(WeightsError, match="not_the_last"):
        weights.undo(proposal=row, by=manager, now=now())


def test_undo_of_the_second_leaves_the_first(team, manager):
    group = team[0]
    first = proposed(group)
    weights.apply(proposal=first, by=manager, now=now())
    second = weights.propose(group=group, now=now())
    weights.apply(proposal=second, by=manager, now=now())

    with pytest.raises(WeightsError, match="not_the_last"):
        weights.undo(proposal=first, by=manager, now=now())
    weights.undo(proposal=second, by=manager, now=now())

    assert sorted(weights_of(group).values()) == sorted(first.weights.values())
    assert weights.plan_of(group).since is not None


def test_undo_is_refused_where_somebody_changed_a_weight_since(team, manager):
    group, ana, _ben, _cleo = team
    row = proposed(group)
    weights.apply(proposal=row, by=manager, now=now())
    roster.revise(row=Membership.objects.at(now()).get(rep=ana), now=now(), changes={"weight": 77})

    with pytest.raises(StaleError) as refused:
        weights.undo(proposal=row, by=manager, now=now())

    assert refused.value.names == "Ana"
    assert weights_of(group)["Ana"] == 77


def test_who_joins_meanwhile_begins_with_an_even_share(team, manager):
    group = team[0]
    weights.apply(proposal=proposed(group), by=manager, now=now())
    group.refresh_from_db()

    row = members.join(group=group, rep=make.rep("Dora"), terms={}, now=now())

    assert 95 <= row.weight <= 105


def test_switched_off_weights_stay_and_no_lead_is_kept(team, manager):
    group = team[0]
    row = proposed(group)
    weights.apply(proposal=row, by=manager, now=now())

    on(group, "off")

    group.refresh_from_db()
    assert group.even_percent == 0
    assert sorted(weights_of(group).values()) == sorted(row.weights.values())
    weights.undo(proposal=row, by=manager, now=now())
    assert set(weights_of(group).values()) == {1}


def test_switched_off_nothing_waits_to_be_applied(client, team, manager):
    group = team[0]
    row = proposed(group)

    on(group, "off")

    client.force_login(manager)
    assert "New weights are proposed" not in text_of(client.get("/board/"))
    page = client.get(reverse("weights"))
    assert reverse("weights-apply", args=[row.uid]) not in page.content.decode()
    assert ": weights by output were switched off" in text_of(page)
    on(group)
    said = text_of(client.post(reverse("weights-apply", args=[row.uid]), follow=True))
    assert "This proposal was closed when weights by output were switched off." in said
    assert set(weights_of(group).values()) == {1}


def test_after_going_back_nothing_is_left_to_undo(client, team, manager):
    group = team[0]
    first = proposed(group)
    weights.apply(proposal=first, by=manager, now=now())
    second = weights.propose(group=group, now=now())
    weights.apply(proposal=second, by=manager, now=now())
    third = weights.propose(group=group, now=now())

    assert weights.fall_back(plan=weights.plan_of(group), why="worse", now=now())

    assert set(weights_of(group).values()) == {1}
    client.force_login(manager)
    page = client.get(reverse("weights"))
    for row in (first, second):
        assert reverse("weights-undo", args=[row.uid]) not in page.content.decode()
        with pytest.raises(WeightsError, match="went_back"):
            weights.undo(proposal=row, by=manager, now=now())
    assert text_of(page).count(f": applied by {manager.name}; the weights went back by themselves") == 2
    assert text_of(page).count(": the weights went back by themselves") == 1
    with pytest.raises(WeightsError, match="closed_went_back"):
        weights.apply(proposal=third, by=manager, now=now())
    again = proposed(group)
    weights.apply(proposal=again, by=manager, now=now())
    assert reverse("weights-undo", args=[again.uid]) in client.get(reverse("weights")).content.decode()


def test_a_proposal_somebody_replaced_was_not_dismissed_by_them(client, team, manager):
    proposed(team[0])
    weights.propose(group=team[0], now=now(), by=manager)
    client.force_login(manager)

    said = text_of(client.get(reverse("weights")))

    assert ": a newer one took its place" in said
    assert "dismissed by" not in said


# What they bring.


def test_live_keeps_with_the_decision_which_leads_were_shared_evenly(team, manager):
    group = team[0]
    weights.apply(proposal=proposed(group), by=manager, now=now())
    LedgerEntry.objects.all().delete()
    Decision.objects.all().delete()
    leads = [make.arrive() for _ in range(12)]

    live.route_ready(leads[0].division_id)

    said = dict(Decision.objects.values_list("lead", "record__asked__even"))
    assert said == {lead.pk: is_even(lead.pk, 20) for lead in leads}
    for entry in LedgerEntry.objects.filter(kind__in=("share", "forced")):
        assert (set(entry.weights) == {1}) is is_even(entry.lead_id, 20)
        assert entry.kind == ("forced" if is_even(entry.lead_id, 20) else "share")


def shared(group, rep, *, even, leads, won, ago=LONG_AGO):
    """Leads of the past that a decision shared so, of which so many came to a meeting."""
    made = worked.many(rep, group, leads, ago=ago)
    spells = Assignment.objects.filter(lead__in=made)
    for spell in spells:
        decision = Decision.objects.create(
            division_id=group.division_id, lead_id=spell.lead_id, engine=2, at=spell.starts_at, outcome="assigned",
            reason="x", record={"asked": {"even": even}}, uid=uuid4(),
        )  # fmt: skip
        Assignment.objects.filter(pk=spell.pk).update(decision=decision.pk)
    worked.met(made[:won])
    return made


@pytest.fixture
def compared():
    """Since 50 days: 12 leads by weight with 6 meetings, 8 evenly with 2; and one by weight of yesterday."""
    group, (ana, ben) = worked.team("Ana", "Ben", steps=BY_WEIGHT)
    plan = on(group)
    plan.since = now() - timedelta(days=50)
    plan.before = {str(ana.pk): 3, str(ben.pk): 1}
    plan.save()
    worked.many(ana, group, 4, ago=LONG_AGO)  # of these nothing was said: by hand, or before
    Group.objects.filter(pk=group.pk).update(even_percent=20)
    shared(group, ana, even=False, leads=12, won=6)
    shared(group, ben, even=True, leads=8, won=2)
    shared(group, ana, even=False, leads=1, won=0, ago=timedelta(seconds=30))
    return group, ana, ben


def test_measured_over_leads_that_have_had_their_time(compared):
    found = weights.measure(weights.plan_of(compared[0]), now=now())

    assert (found.won, found.leads, found.even_won, found.even_leads) == (6, 12, 2, 8)
    assert found.lift.value == pytest.approx(1.0)  # a half against a quarter
    assert found.lift.low < 0 < found.lift.high


def test_a_lead_given_on_afterwards_counts_once_for_what_it_was_first(compared):
    group, ana, ben = compared
    lead = Lead.objects.filter(assignments__rep=ben).first()
    spell = Assignment.objects.get(lead=lead)
    Assignment.objects.filter(pk=spell.pk).update(ends_at=spell.starts_at + timedelta(hours=2), end="timed_out")
    other = Decision.objects.create(
        division_id=group.division_id, lead=lead, engine=2, at=spell.starts_at, outcome="assigned", reason="x",
        record={"asked": {"even": False}}, uid=uuid4(),
    )  # fmt: skip
    Assignment.objects.create(
        lead=lead,
        hop=2,
        rep=ana,
        group=group,
        decision=other,
        how="rule",
        starts_at=spell.starts_at + timedelta(hours=2),
    )

    found = weights.measure(weights.plan_of(group), now=now())

    assert (found.leads, found.even_leads) == (12, 8)


def test_another_part_shared_evenly_begins_a_new_comparison(compared):
    """Nobody differs: 40 of 100 came to a meeting at first, 10 of 100 later; a tenth was shared evenly, then a half."""
    group, ana, ben = compared
    Lead.objects.all().delete()
    WeightPlan.objects.update(control=10, since=now() - timedelta(days=60))
    before = shared(group, ana, even=False, leads=90, won=36, ago=timedelta(days=50))
    shared(group, ben, even=True, leads=10, won=4, ago=timedelta(days=50))
    assert weights.measure(weights.plan_of(group), now=now()).lift.value == pytest.approx(0)

    on(group, control=50)
    WeightPlan.objects.update(compared_since=now() - timedelta(days=45))
    shared(group, ana, even=False, leads=50, won=5)
    shared(group, ben, even=True, leads=50, won=5)
    again = Assignment.objects.get(lead=before[0])  # given on in the new span, it stays what it was before
    Assignment.objects.filter(pk=again.pk).update(ends_at=again.starts_at + timedelta(hours=2), end="timed_out")
    Assignment.objects.create(
        lead=again.lead, hop=2, rep=ben, group=group, decision=again.decision, how="rule",
        starts_at=now() - LONG_AGO,
    )  # fmt: skip

    found = weights.measure(weights.plan_of(group), now=now())

    assert (found.won, found.leads, found.even_won, found.even_leads) == (5, 50, 5, 50)
    assert found.lift.value == pytest.approx(0)


@pytest.mark.parametrize("changes", [{"result": "wins"}, {"control": 50}])
def test_other_terms_leave_nothing_of_the_old_comparison_and_the_page_says_so(client, compared, changes):
    group = compared[0]
    since = weights.plan_of(group).since
    WeightPlan.objects.update(measured=WORSE.kept(), below=3, looked_at=now())
    client.force_login(group.managers.get())
    form = {"rhythm": "week", "result": "meetings", "floor": "0.5", "ceiling": "2", "control": "20"}
    settle = reverse("weights-settle", args=[group.uid])

    same = text_of(client.post(settle, {**form, "floor": "0.4"}, follow=True))
    assert "begins anew" not in same
    assert "less than even sharing" in same
    assert weights.plan_of(group).below == 3

    said = text_of(client.post(settle, {**form, **changes}, follow=True))
    plan = weights.plan_of(group)
    assert (plan.measured, plan.below, plan.looked_at, plan.since) == ({}, 0, None, since)
    assert plan.compared_since > since
    assert "Saved. The comparison begins anew." in said
    assert "The comparison began anew then" in said
    assert "less than even sharing:" not in said
    weights.look(plan, now=now())
    assert "Nothing to compare yet" in text_of(client.get(reverse("weights")))


def test_a_look_at_the_old_comparison_is_not_kept_with_the_new(compared, monkeypatch):
    group = compared[0]

    def changed_meanwhile(_plan, now):
        on(group, control=50)
        return WORSE

    monkeypatch.setattr("reporting.weights.daily.measure", changed_meanwhile)
    weights.look(weights.plan_of(group), now=now())

    plan = weights.plan_of(group)
    assert (plan.below, plan.measured, plan.looked_at) == (0, {}, None)


WORSE = Measured(now(), now(), 100, 1_000, 60, 300)
EQUAL = Measured(now(), now(), 100, 1_000, 30, 300)


@pytest.mark.parametrize(
    ("found", "worse"),
    [
        (WORSE, True),
        (EQUAL, False),
        (Measured(now(), now(), 0, 1_000, 19, 300), False),  # under 20 results
        (Measured(now(), now(), 100, 1_000, 40, 99), False),  # under 100 leads shared evenly
        (Measured(now(), now(), 100, 1_000, 40, 100), True),
        (Measured(now(), now(), 0, 0, 0, 0), False),
    ],
)
def test_worse_is_where_the_whole_interval_is_below_nothing_over_leads_enough(found, worse):
    assert is_worse(found) is worse


def test_after_four_weeks_of_being_worse_all_is_as_before(compared, monkeypatch):
    group = compared[0]
    dora = make.rep("Dora")
    Membership.objects.filter(group=group).update(weight=150)
    make.join(group, dora, weight=90)
    monkeypatch.setattr("reporting.weights.daily.measure", lambda plan, now: WORSE)

    for week in range(LOOKS):
        assert weights.plan_of(group).rhythm == "week"
        at = now() + timedelta(weeks=week, minutes=week)
        weights.look(weights.plan_of(group), now=at)
        weights.look(weights.plan_of(group), now=at + timedelta(days=1))  # once a week

    plan = weights.plan_of(group)
    group.refresh_from_db()
    assert (plan.rhythm, plan.stopped_why, plan.since, group.even_percent) == ("off", "worse", None, 0)
    assert weights_of(group, at) == {"Ana": 3, "Ben": 1, "Dora": 2}  # who came later: the mean of the others
    told = Delivery.objects.get(event="weights_stopped", channel="in_app")
    assert (told.user, told.payload) == (group.managers.get(), {"group": "DACH", "why": "worse"})
    dispatch.drain(now=at)
    (sent,) = [one for one in mail.outbox if "weights" in one.subject]
    assert sent.subject == "The weights of DACH went back to what they were"
    assert "Leads of DACH that were shared by weight brought less" in sent.body
    assert "/reports/weights/" in sent.body


def test_one_week_that_is_not_worse_begins_the_count_anew(compared, monkeypatch):
    group = compared[0]
    looks = iter([WORSE, WORSE, WORSE, EQUAL, WORSE])
    monkeypatch.setattr("reporting.weights.daily.measure", lambda plan, now: next(looks))

    for week in range(5):
        weights.look(weights.plan_of(group), now=now() + timedelta(weeks=week, minutes=week))

    assert (weights.plan_of(group).rhythm, weights.plan_of(group).below) == ("week", 1)


@pytest.mark.parametrize(("weeks", "why"), [(12, ""), (13, "too_few")])
def test_too_few_leads_in_a_quarter_end_it_too(compared, weeks, why):
    plan = weights.plan_of(compared[0])
    WeightPlan.objects.update(since=now() - timedelta(weeks=weeks, hours=1))

    assert weights.look(weights.plan_of(compared[0]), now=now()) == why
    assert LEAST_LEADS > 21  # there are 21
    assert weights.plan_of(compared[0]).rhythm == ("off" if why else plan.rhythm)


def test_where_the_group_shares_otherwise_by_now_it_ends(compared):
    Group.objects.filter(pk=compared[0].pk).update(steps=[{"strategy": "round_robin"}])

    assert weights.look(weights.plan_of(compared[0]), now=now()) == "not_weighed"


# The page.


def test_the_page_tells_in_leads_and_acts(client, team, manager):
    group = team[0]
    client.force_login(manager)
    page = reverse("weights")

    assert "switched off" in text_of(client.get(page))
    form = {"rhythm": "week", "result": "meetings", "floor": "0.5", "ceiling": "2", "control": "20"}
    assert client.post(reverse("weights-settle", args=[group.uid]), form).status_code == 302
    client.post(reverse("weights-propose", args=[group.uid]))
    said = text_of(client.get(page))
    assert "Cleo" in said
    assert "too early: 5 of 30 leads are old enough; an even share" in said
    assert "as in the last 7 days: 3 leads" in said
    row = WeightProposal.objects.get()
    client.post(reverse("weights-apply", args=[row.uid]))
    said = text_of(client.get(page))
    assert "Applied: it counts from the next lead on." in said
    assert "Of 100 leads 20 are shared evenly since then" in said
    assert f"Already applied by {manager.name}." in text_of(
        client.post(reverse("weights-apply", args=[row.uid]), follow=True)
    )
    client.post(reverse("weights-undo", args=[row.uid]))
    assert set(weights_of(group).values()) == {1}
    assert f"applied, and undone by {manager.name}" in text_of(client.get(page))
    changes = text_of(client.get("/changes/?area=weights"))
    assert "each week" in changes
    assert manager.name in changes


@pytest.mark.parametrize(
    "wrong", [{"rhythm": "daily"}, {"floor": "1.1"}, {"ceiling": "0.9"}, {"control": "5"}, {"control": ""}]
)
def test_wrong_settings_are_refused_beside_the_field(client, team, manager, wrong):
    client.force_login(manager)
    form = {"rhythm": "week", "result": "meetings", "floor": "0.5", "ceiling": "2", "control": "20", **wrong}

    response = client.post(reverse("weights-settle", args=[team[0].uid]), form)

    assert response.status_code == 422
    assert f'id="id_{next(iter(wrong))}_error"' in response.content.decode()
    assert weights.plan_of(team[0]).rhythm == "off"


def test_where_weights_do_not_matter_the_page_says_so_with_a_link(client, team, manager):
    group = team[0]
    on(group)
    Group.objects.filter(pk=group.pk).update(steps=[{"strategy": "round_robin"}])
    client.force_login(manager)

    response = client.get(reverse("weights"))

    assert "does not share by weight" in text_of(response)
    assert reverse("team-group", args=[group.uid]) in response.content.decode()
    assert reverse("weights-propose", args=[group.uid]) not in response.content.decode()


def test_only_managers_of_the_group_may(client, team, manager):
    group, ana, _ben, _cleo = team
    row = proposed(group)
    _other, _reps = worked.team("Else", name="Other")
    acts = [
        *(reverse(f"weights-{act}", args=[row.uid]) for act in ("apply", "dismiss", "undo")),
        *(reverse(f"weights-{act}", args=[group.uid]) for act in ("settle", "propose")),
    ]

    client.force_login(ana.user)
    assert client.get(reverse("weights")).status_code == 403
    assert {client.post(url).status_code for url in acts} == {403}
    client.force_login(_other.managers.get())
    assert "DACH" not in client.get(reverse("weights")).content.decode()
    assert client.get(reverse("weights") + f"?group={group.uid}").status_code == 404
    assert {client.post(url).status_code for url in acts} == {404}
    client.force_login(manager)
    assert {client.get(url).status_code for url in acts} == {405}
    assert weights_of(group) == {"Ana": 1, "Ben": 1, "Cleo": 1}


def test_the_board_says_what_waits_and_what_went_back(client, team, manager):
    proposed(team[0])
    client.force_login(manager)

    assert "New weights are proposed for DACH" in text_of(client.get("/board/"))
    WeightProposal.objects.update(dismissed_at=now())
    WeightPlan.objects.update(rhythm="off", stopped_at=now(), stopped_why="worse")
    said = text_of(client.get("/board/"))
    assert "New weights are proposed" not in said
    assert "The weights of DACH went back" in said
    assert "Stopped: leads shared by weight brought less than those shared evenly." in text_of(
        client.get("/reports/weights/")
    )


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (Measured(now(), now(), 106, 1_000, 100, 1_000),
         "+6 % meetings per lead than even sharing, between \N{MINUS SIGN}15 % and +32 %: too early to say."),
        (WORSE,
         ("\N{MINUS SIGN}50 % meetings per lead than even sharing, between \N{MINUS SIGN}61 % and"
          " \N{MINUS SIGN}36 %: less than even sharing.")),
        (Measured(now(), now(), 200, 1_000, 20, 300),
         "+200 % meetings per lead than even sharing, between +104 % and +323 %: more than chance would make it."),
        (Measured(now(), now(), 3, 10, 0, 3),
         "Nothing to compare yet: leads shared evenly have had too little time to come to something."),
    ],
)  # fmt: skip
def test_the_gain_in_words(found, said):
    from reporting.web.weights_words import lift_says

    assert lift_says(found, "meetings") == said
