"""The admin: bad values are refused in words, nothing is a 500, and what people may not see it does not show."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from leads.models import Attribute, Intake, Lead, Stage, Task
from reps.models import Group, Membership, Rep, Territory, TimeOff
from routing import live, returns
from routing.models import Act, Assignment, Question, Return, Rule, RuleSet
from tests import factories as make

pytestmark = pytest.mark.django_db

BAD_JSON = [
    '"\\ud800"',
    "[" * 3000 + "]" * 3000,
    "9" * 5000,
    "NaN",
    '{"a": 1, "a": 2}',
    "[1e400]",
    '["\\u0000"]',
    "{",
    "5",
    "[5]",
]


@pytest.fixture
def ops(db):
    made = Client(raise_request_exception=True)
    made.force_login(make.user("Olga", is_ops=True))
    return made


def empty(prefix):
    return {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}


def group_form(**fields):
    return {
        "name": "DACH",
        "steps": "",
        "method": "own",
        "respond_within": "15",
        "clock": "working",
        "wait_alert": "10",
        "on_return": "keep",
        "when_away": "keep",
        "repay_per_day": "2",
        "active": "on",
        "pool": "none",
        "public_fields": "",
        "visibility": "own",
        **empty("memberships"),
        **fields,
    }


def rules_form(**fields):
    rule = {"position": "1", "name": "All", "condition": "", "to": "desk", "steps": "", "otherwise": "", **fields}
    return {
        "name": "Rules",
        "note": "",
        "rules-TOTAL_FORMS": "1",
        "rules-INITIAL_FORMS": "0",
        **{f"rules-0-{key}": value for key, value in rule.items()},
        **empty("bands"),
    }


def refused(answer):
    assert answer.status_code == 200, answer.status_code
    assert "errorlist" in answer.content.decode() or "error" in answer.content.decode().lower()


@pytest.mark.parametrize("text", BAD_JSON)
@pytest.mark.parametrize("field", ["condition", "steps", "otherwise"])
def test_bad_json_in_a_rule_is_refused(ops, field, text):
    refused(ops.post("/admin/routing/ruleset/add/", rules_form(**{field: text})))

    assert not Rule.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("condition", {"all": [{"field": "country", "operator": "is", "value": 5}]}, "all[0].value"),
        ("condition", {"field": "budjet", "operator": "is", "value": "x"}, "budjet"),
        ("steps", [{"strategy": "lottery"}], "steps[0].strategy"),
        ("otherwise", [{"to": "moon"}], "otherwise[0].to"),
    ],
)
def test_the_error_names_the_place(ops, field, value, says):
    answer = ops.post("/admin/routing/ruleset/add/", rules_form(**{field: json.dumps(value)}))

    refused(answer)
    assert says in answer.content.decode()


@pytest.mark.parametrize("text", BAD_JSON)
def test_bad_json_elsewhere_is_refused(ops, text):
    team = make.group("Iberia")
    refused(ops.post("/admin/reps/group/add/", group_form(steps=text)))
    refused(ops.post("/admin/reps/group/add/", group_form(public_fields=text)))
    market = {"name": "North", "group": team.pk, "market": text, "active": "on", **empty("covers")}
    refused(ops.post("/admin/reps/territory/add/", market))
    choice = {"label": "Plan", "key": "plan", "type": "choice", "options": text}
    refused(ops.post("/admin/leads/attribute/add/", choice))

    assert Group.objects.count() == 1
    assert not Territory.objects.exists()
    assert not Attribute.objects.exists()


MEMBER = {"weight": 1, "percent": 100, "tier": 1}


def test_what_only_the_rows_together_break_is_told_in_words(ops):
    ana = make.rep("Ana", around_the_clock=False)
    rows = {
        "memberships-TOTAL_FORMS": "2",
        "memberships-INITIAL_FORMS": "0",
        **{f"memberships-{n}-{k}": v for n in (0, 1) for k, v in MEMBER.items()},
        **{f"memberships-{n}-rep": ana.pk for n in (0, 1)},
    }

    answer = ops.post("/admin/reps/group/add/", group_form(**rows), follow=True)

    assert answer.status_code == 200
    assert "This overlaps another entry of the same kind." in answer.content.decode()
    assert not Membership.objects.exists()


def test_duplicates_and_reversed_periods_are_refused(ops):
    make.group("DACH")
    refused(ops.post("/admin/reps/group/add/", group_form(name="dach")))
    make.rule_set()
    answer = ops.post("/admin/routing/ruleset/add/", rules_form(), follow=True)
    assert answer.status_code == 200
    assert RuleSet.objects.count() == 1
    ana = make.rep("Ana")
    now = timezone.now()
    pause = {
        "rep": ana.pk,
        "starts_at_0": f"{now:%Y-%m-%d}",
        "starts_at_1": "12:00",
        "ends_at_0": f"{now - timedelta(days=2):%Y-%m-%d}",
        "ends_at_1": "12:00",
    }
    assert ops.post("/admin/reps/pause/add/", pause, follow=True).status_code == 200
    assert not ana.pauses.exists()
    assert not TimeOff.objects.exists()


def test_a_good_group_and_its_edit_keep_the_past(ops):
    ana = make.rep("Ana")
    team = make.group("DACH", [ana])
    member = team.memberships.get()
    row = {
        "memberships-TOTAL_FORMS": "1",
        "memberships-INITIAL_FORMS": "1",
        "memberships-0-id": member.pk,
        "memberships-0-group": team.pk,
        "memberships-0-rep": ana.pk,
        "memberships-0-weight": 3,
        "memberships-0-tier": 1,
        "memberships-0-percent": 100,
    }

    answer = ops.post(f"/admin/reps/group/{team.pk}/change/", group_form(**row))

    assert answer.status_code == 302, answer.content.decode()[:2000]
    weights = [(m.weight, m.ends_at is None) for m in Membership.objects.order_by("starts_at")]
    assert weights == [(1, False), (3, True)]


def test_publishing_asks_first_and_takes_a_comment(ops):
    drafted = make.rule_set(make.rule(make.group("DACH", [make.rep("Ana")]), name="All"))
    page = ops.get(f"/admin/routing/ruleset/{drafted.pk}/publish/")
    drafted.refresh_from_db()
    assert (page.status_code, drafted.published) == (200, None)

    ops.post(f"/admin/routing/ruleset/{drafted.pk}/publish/", {"comment": "Our first"})

    drafted.refresh_from_db()
    assert (drafted.published.n, drafted.published.comment) == (1, "Our first")
    assert [ops.get(f"/admin/routing/ruleset/{pk}/publish/").status_code for pk in ("9999", "abc")] == [404, 404]


def test_stages_cannot_be_deleted(ops):
    pks = list(Stage.objects.values_list("pk", flat=True))
    ops.post("/admin/leads/stage/", {"action": "delete_selected", "_selected_action": pks, "post": "yes"})

    assert Stage.objects.count() == len(pks)


def test_who_is_kept_blind_on_the_pages_is_kept_blind_in_the_admin(db):
    ana = make.rep("Ana")
    ana.user.is_ops = True
    ana.user.save()
    steps = [{"strategy": "pool", "options": {"mode": "blind"}}]
    make.publish(make.rule(make.group("Pool", [ana], pool="blind", blind_for_managers=True, steps=steps)))
    lead = make.arrive(company="CANARY Ltd", email="canary@canary7q.example")
    live.route_ready(1)
    client = Client()
    client.force_login(ana.user)
    pages = [
        f"/admin/leads/intake/{lead.intakes.get().pk}/change/",
        "/admin/leads/intake/",
        "/admin/leads/lead/?q=canary",
        f"/admin/leads/lead/{lead.pk}/change/",
    ]

    answers = [client.get(page, follow=True).content.decode() for page in pages]

    assert Lead.objects.get().state == "pooled"
    assert not any("CANARY" in text or "canary7q" in text for text in answers)
    assert f"Lead {lead.pk}" not in answers[2]


@pytest.fixture
def records(ops):
    """One lead of Ana, one of Ben, each with all that is kept about it."""
    ana, ben = make.rep("Ana Lindqvist"), make.rep("Ben Okafor")
    for rep, company in ((ana, "Brandl Bau"), (ben, "Fjord AS")):
        group = make.group(rep.name, [rep], steps=[{"strategy": "availability"}, {"strategy": "weighted"}])
        make.publish(make.rule(group))
        RuleSet.objects.get().rules.update(group=group)
        make.publish()
        make.arrive(company=company)
        live.route_ready(1)
    mine = Lead.objects.get(owner=ana)
    returns.give_back(lead=mine, rep=ana, by=ana.user, reason=Return.Reason.SPAM, note="Casino")
    now = timezone.now()
    for lead, rep in ((mine, ana), (Lead.objects.get(owner=ben), ben)):
        group = rep.memberships.get().group
        Question.objects.create(group=group, rep=rep, lead=lead, text=f"Why {rep.name}?", at=now)
        Task.objects.create(lead=lead, rep=rep, hop=1, source="own", kind="call", due_at=now, created_at=now)
        Act.objects.create(kind="release", by=rep.user, why=rep.name, at=now)
    return mine


RECORDS = {
    "routing/decision": "brandl",
    "routing/assignment": "lindq",
    "routing/ledgerentry": "Brandl Bau",
    "routing/return": "casino",
    "routing/act": "lindqvist",
    "routing/question": "why ana",
    "leads/task": "ana lind",
    "leads/delivery": "ana",
    "leads/intake": "brandl",
}


@pytest.mark.parametrize(("where", "text"), RECORDS.items())
def test_records_are_found_by_lead_person_and_words(ops, records, where, text):
    every = ops.get(f"/admin/{where}/").context["cl"]
    found = ops.get(f"/admin/{where}/", {"q": text}).context["cl"]
    by_address = ops.get(f"/admin/{where}/", {"q": str(records.uid)}).context["cl"]

    assert 0 < len(found.result_list) < len(every.result_list) or where == "routing/return"
    assert {row.pk for row in by_address.result_list} <= {row.pk for row in every.result_list}
    assert not ops.get(f"/admin/{where}/", {"q": "nobody at all"}).context["cl"].result_list
    assert ops.get(f"/admin/{where}/", {"q": "\x00"}).status_code == 200


def test_who_pulls_from_a_blind_pool_finds_no_record_by_what_lies_in_it(records):
    olga = make.user("Olga", is_ops=True)
    make.join(records.group, Rep.objects.create(user=olga))
    client = Client()
    client.force_login(olga)
    found = {}
    for hidden in (False, True):
        Group.objects.filter(pk=records.group_id).update(pool="blind", blind_for_managers=hidden)
        found[hidden] = len(client.get("/admin/routing/decision/", {"q": "brandl"}).context["cl"].result_list)

    assert found == {False: 1, True: 0}


def test_leads_are_taken_back_and_deliveries_run_again_by_the_same_verbs(ops, records):
    lead = Lead.objects.exclude(pk=records.pk).get()
    ops.post("/admin/leads/lead/", {"action": "release", "_selected_action": [lead.pk]})

    assert Assignment.objects.filter(lead=lead).order_by("hop").first().end == Assignment.End.HAND_OVER
    assert Act.objects.filter(kind="release", by__name="Olga").count() == 1
    intake = Intake.objects.filter(lead=lead).first()
    answer = ops.post("/admin/leads/intake/", {"action": "run_again", "_selected_action": [intake.pk]}, follow=True)
    assert "Nothing to run again" in answer.text
