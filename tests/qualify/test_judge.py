"""Scores and qualification rules: what they say of a lead, what becomes of it, and how that is told."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leads import capture
from leads.life import Kind
from leads.models import Intake, Lead, LeadEvent, LeadFacts, LeadPrivate
from leads.qualify.said import said_in
from leads.web.facts import qualification_facts
from reps.models import Division
from routing import explain, hand, live
from routing.models import Act, Decision, RuleSet
from routing.rulesets import rules_of
from routing.trial import try_lead
from tests import factories as make
from tests.factories import qualify
from tests.factories.lead import door

pytestmark = pytest.mark.django_db

LARGE = qualify.condition("employees", "at_least", 200)
TINY = qualify.condition("employees", "at_most", 5)


def route():
    live.route_ready(1)


def fresh(lead):
    return Lead.objects.get(pk=lead.pk)


def kinds(lead):
    return list(LeadEvent.objects.filter(lead=lead).order_by("id").values_list("kind", flat=True))


def receive(**fields):
    row = make.arrival(**{k: v for k, v in fields.items() if not k.startswith("verdict")})
    row.verdict, row.verdict_reason = fields.get("verdict", ""), fields.get("verdict_reason", "")
    (found,) = capture.capture(connection=door(), arrivals=[row], now=timezone.now())
    return found.lead


@pytest.mark.parametrize(
    ("rows", "fields", "score"),
    [
        ([], {}, None),
        ([], {"score": 7}, 7),
        ([(20, LARGE)], {}, None),
        ([(20, LARGE)], {"employees": 10, "score": 7}, 7),
        ([(20, LARGE)], {"employees": 500}, 20),
        ([(20, LARGE), (-5, qualify.condition("free_mail", "is", True))], {"employees": 500, "score": 3}, 23),
        ([(20, LARGE), (5, None)], {"employees": 500}, 25),
        ([(-20, None)], {"score": 5}, -15),
        # a row may ask for the points that came with the lead, never for the sum it adds to
        (
            [(10, qualify.condition("score", "at_least", 7)), (10, qualify.condition("score", "at_least", 17))],
            {"score": 7},
            17,
        ),
    ],
)
def test_score_is_the_sum_of_what_holds_and_what_came(rows, fields, score):
    for points, when in rows:
        qualify.score(points, when=when)

    lead = make.arrive(**fields)

    facts = LeadFacts.objects.get(lead=lead)
    assert LeadPrivate.objects.get(lead=lead).score == score
    assert facts.facts.get("score") == score
    assert facts.folded.get("score") == score


def test_rules_may_ask_for_the_score_and_its_parts_are_kept(ana):
    qualify.score(20, "company over 200", LARGE)
    qualify.score(25, "asked for a demo", qualify.condition("intent", "is", "demo"))
    qualify.score(99, "small", TINY)
    hot = make.group("Hot", [ana])
    rest = make.group("Rest", [ana])
    make.publish(make.rule(hot, condition=qualify.condition("score", "at_least", 45)), make.rule(rest))

    lead = make.arrive(employees=300, intent="demo")
    route()

    assert fresh(lead).group == hot
    kept = LeadFacts.objects.get(lead=lead).judged["score"]
    assert kept == {"given": None, "rows": [["company over 200", 20], ["asked for a demo", 25]]}


@pytest.mark.parametrize(
    ("score_bands", "rule_bands", "points", "band"),
    [
        ([], [], 50, None),
        ([(40, 1)], [], 50, 1),
        ([(40, 1)], [], 30, 5),
        ([(10, 3), (40, 1)], [], 50, 1),
        ([(10, 3), (40, 1)], [], 10, 3),
        ([(40, 1)], [("DE", 2)], 50, 1),
        ([(40, 3)], [("DE", 2)], 50, 2),
        ([(0, 8)], [("DE", 2)], 50, 2),
        ([(0, 8)], [("NZ", 0)], 50, 8),
        ([(99, 1)], [("NZ", 0)], 50, 5),
    ],
)
def test_the_better_of_score_and_rule_set_gives_the_priority(score_bands, rule_bands, points, band, ana):
    for at_least, number in score_bands:
        qualify.score_band(at_least, number)
    qualify.score(points)
    bands = [{"name": "x", "band": n, "condition": qualify.condition("country", "is", to)} for to, n in rule_bands]
    make.publish(make.rule(make.group("DACH", [ana])), bands=bands)

    lead = make.arrive(country="DE")
    route()

    assert fresh(lead).band == band


@pytest.mark.parametrize(
    ("rules", "answers", "employees", "says", "by"),
    [
        ([], "", 3, None, None),
        ([("disqualified", TINY)], "", 3, "disqualified", "rule"),
        ([("disqualified", TINY)], "", 30, "qualified", "rule"),
        ([("look", TINY), ("disqualified", None)], "", 3, "look", "rule"),
        ([("qualified", TINY), ("disqualified", None)], "", 3, "qualified", "rule"),
        # a form's answer alone
        ([], "disqualified", 3, "disqualified", "answers"),
        ([], "look", 3, "look", "answers"),
        ([], "qualified", 3, "qualified", "answers"),
        # grave answers go before rules, unless the rule was set above them
        ([("qualified", None)], "disqualified", 3, "disqualified", "answers"),
        ([("disqualified", None)], "look", 3, "look", "answers"),
        ([("over", None)], "disqualified", 3, "qualified", "rule"),
        ([("over", TINY)], "disqualified", 30, "disqualified", "answers"),
        # an answer that qualifies is only what holds where no rule does
        ([("disqualified", TINY)], "qualified", 3, "disqualified", "rule"),
        ([("disqualified", TINY)], "qualified", 30, "qualified", "answers"),
    ],
)
def test_the_first_that_holds_says_who_qualifies(rules, answers, employees, says, by):
    for verdict, when in rules:
        qualify.qualification("qualified" if verdict == "over" else verdict, when, over_answers=verdict == "over")

    lead = receive(employees=employees, verdict=answers, verdict_reason="Budget: none")

    facts = LeadFacts.objects.get(lead=lead)
    assert facts.facts.get("verdict") == facts.folded.get("verdict") == says
    assert (facts.judged.get("verdict") or {}).get("by") == by


def test_who_does_not_qualify_is_turned_away_with_the_reason(rules):
    qualify.qualification("disqualified", TINY, name="Too small", reason="Fewer than six people")
    lead = make.arrive(employees=3)
    other = make.arrive(employees=30)

    route()

    lead = fresh(lead)
    assert (lead.state, lead.reason, lead.owner) == ("rejected", "rejected_by_qualification", None)
    assert fresh(other).state == "assigned"
    assert kinds(lead) == ["received", "qualified", "rejected"]
    event = LeadEvent.objects.get(lead=lead, kind="qualified")
    assert event.payload == {
        "verdict": "disqualified", "by": "rule", "rule": "Too small", "reason": "Fewer than six people",
    }  # fmt: skip
    receipt = explain.receipt_of(lead)
    assert (receipt.outcome, receipt.reason) == ("rejected", "rejected_by_qualification")
    assert receipt.numbers == {"rule": "Too small", "reason": "Fewer than six people"}
    assert receipt.same is True


def test_nobody_is_turned_away_without_rules_either(db):
    qualify.qualification("disqualified", TINY)
    lead = make.arrive(employees=3)

    route()

    assert fresh(lead).state == "rejected"


def test_a_person_looks_first_and_gives_it(rules, ana):
    qualify.qualification("look", TINY, name="Small")
    lead = make.arrive(employees=3)
    route()
    assert (fresh(lead).state, fresh(lead).reason) == ("desk", "look_first")

    hand.route_again(leads=[fresh(lead)], by=None)
    route()
    assert fresh(lead).state == "desk"  # nobody has looked yet

    hand.give(lead=fresh(lead), rep=ana, group=None, by=make.user())
    assert fresh(lead).owner == ana
    hand.release(leads=[fresh(lead)], by=None, why="", now=timezone.now())
    route()
    assert fresh(lead).state == "assigned"  # who gave it has looked


@pytest.mark.parametrize("verdict", ["disqualified", "look"])
def test_a_person_lets_it_through_by_the_rules(verdict, rules, ana):
    qualify.qualification(verdict, TINY)
    lead = make.arrive(employees=3)
    route()
    clara = make.user()

    done = hand.revive(leads=[fresh(lead)], by=clara, why="They grow fast", now=timezone.now())
    route()

    assert done.count == 1
    assert fresh(lead).owner == ana
    assert LeadFacts.objects.filter(lead=lead).order_by("-n").first().judged["verdict"] == {
        "says": "qualified", "by": "person", "reason": "They grow fast",
    }  # fmt: skip
    assert kinds(lead)[-2:] == ["qualified", "assigned"]
    assert Act.objects.get(kind="revive").by == clara
    assert explain.receipt_of(fresh(lead)).same is True


def test_only_what_qualification_stopped_is_let_through(rules, ana):
    lead = make.arrive()
    route()

    done = hand.revive(leads=[fresh(lead)], by=None, now=timezone.now())

    assert (done.count, dict(done.stayed)) == (0, {"assigned": 1})
    assert fresh(lead).owner == ana


def test_who_was_turned_away_stays_where_its_person_has_an_open_lead(rules):
    qualify.qualification("disqualified", TINY)
    first = make.arrive(email="m.vogt@brandl.example", employees=3)
    route()
    make.arrive(email="m.vogt@brandl.example", employees=30)

    done = hand.revive(leads=[fresh(first)], by=None, now=timezone.now())

    assert (done.count, dict(done.stayed)) == (0, {"twin": 1})


def test_a_trial_says_what_live_does(rules):
    qualify.score(20, "company over 200", LARGE)
    qualify.qualification("disqualified", qualify.condition("score", "at_least", 20), name="Large")
    fields = {"employees": 300, "name": "ADA LOVELACE", "website": "brandl.example"}
    arrival = make.arrival(**fields)
    row = RuleSet.objects.get()

    tried = try_lead(division=row.division, arrival=arrival, rules=rules_of(row.published), now=timezone.now())
    lead = make.arrive(**fields)
    route()

    facts = LeadFacts.objects.get(lead=lead)
    assert tried.judged.score == LeadPrivate.objects.get(lead=lead).score == 20
    assert tried.judged.kept == facts.judged
    decision = Decision.objects.get(lead=lead)
    assert (tried.receipt.outcome, tried.receipt.reason) == (decision.outcome, decision.reason)
    assert LeadPrivate.objects.get(lead=lead).name == "Ada Lovelace"


def test_a_lead_of_the_past_is_not_judged(rules):
    qualify.score(20)
    qualify.qualification("disqualified")
    row = make.arrival()
    row.kind = Kind.HISTORY

    (found,) = capture.capture(connection=door(), arrivals=[row], now=timezone.now())

    assert LeadFacts.objects.get(lead=found.lead).judged == {}


def test_a_condition_that_cannot_be_read_any_more_is_passed_over(rules):
    qualify.qualification("disqualified", qualify.condition("no_such_field", "is", "x"))
    qualify.score(20, when={"broken": True})

    lead = make.arrive()
    route()

    assert fresh(lead).state == "assigned"


def test_judging_costs_no_query_a_lead(rules):
    qualify.score(20, when=LARGE)
    qualify.qualification("disqualified", TINY)
    qualify.enricher("mail_domain")
    qualify.enricher("company_table")
    counts = []
    for n in (1, 8):
        rows = [make.arrival(employees=300) for _ in range(n)]
        with CaptureQueriesContext(
            connection,
        ) as asked:
            capture.capture(connection=door(), arrivals=rows, now=timezone.now())
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_with_nothing_said_capture_asks_one_query_for_it(rules):
    with CaptureQueriesContext(connection) as asked:
        said_in(1)
    assert len(asked) == 1
    row = make.arrival()
    with CaptureQueriesContext(connection) as asked:
        capture.capture(connection=door(), arrivals=[row], now=timezone.now())

    texts = [str(query["sql"]) for query in asked]
    assert not [sql for sql in texts if "enrichmentanswer" in sql or "companyrecord" in sql or "lookup" in sql]
    assert sum("leads_attribute" in sql for sql in texts) == 1


def test_an_enquiry_counts_only_while_the_lead_shows_signs_of_life(rules, ana):
    Division.objects.update(enquiry_days=30)
    lead = make.arrive(email="m.vogt@brandl.example")
    route()
    before = fresh(lead)

    def again(after):
        row = make.arrival(email="m.vogt@brandl.example")
        (found,) = capture.capture(connection=door(), arrivals=[row], now=timezone.now() + timedelta(days=after))
        return found

    enquiry = again(29)
    assert enquiry.outcome is Intake.Outcome.ENQUIRY
    assert again(58).outcome is Intake.Outcome.ENQUIRY  # the enquiry was a sign itself
    new = again(100)
    assert new.outcome is Intake.Outcome.NEW
    after = fresh(lead)
    clocks = ("state", "owner_id", "due_at", "responded_at", "reached_at", "assigned_at", "hop")
    assert [getattr(after, name) for name in clocks] == [getattr(before, name) for name in clocks]
    assert again(101).lead == new.lead


@pytest.mark.parametrize(
    ("country", "default", "typed", "read"),
    [
        ("", "DE", "030 901820", "+4930901820"),
        ("", "", "030 901820", ""),
        ("AT", "DE", "01 58858 0", "+431588580"),
        ("", "DE", "+43 1 588580", "+431588580"),
        ("", "DE", "call me", ""),
    ],
)
def test_a_number_that_says_no_country_is_of_the_divisions(country, default, typed, read, db):
    Division.objects.update(default_country=default)

    lead = make.arrive(phone=typed, country=country)

    assert LeadPrivate.objects.get(lead=lead).phone_e164 == read
    assert lead.contact.keys.filter(kind="phone").exists() is bool(read)


def test_points_of_a_forms_answers_alone_are_named_as_the_reason(db):
    row = make.arrival()
    row.score, row.answer_points = 5, 5

    (found,) = capture.capture(connection=door(), arrivals=[row], now=timezone.now())

    judged = LeadFacts.objects.get(lead=found.lead).judged
    (told,) = [fact for fact in qualification_facts(5, judged) if fact["label"] == "Score"]
    assert told["value"] == "5: +5 by answers in the form"


def test_points_are_told_apart_by_where_they_come_from(db):
    qualify.score(10, label="Large")
    row = make.arrival()
    row.score, row.answer_points = 7, 5

    (found,) = capture.capture(connection=door(), arrivals=[row], now=timezone.now())

    judged = LeadFacts.objects.get(lead=found.lead).judged
    (told,) = [fact for fact in qualification_facts(17, judged) if fact["label"] == "Score"]
    assert told["value"] == "17: +10 Large, +5 by answers in the form, +2 came with it"
