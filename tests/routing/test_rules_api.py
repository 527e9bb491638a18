"""REST about rules and bulk acts: drafts, versions, examples, pauses, routing again, assigning, letting a rep go."""

import json
import uuid

import pytest
from django.test import Client

from leads.models import Lead
from reps.models import Rep
from routing import live
from routing.models import Act, RoutingPause, RuleSet
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.contract]

GERMANY = {"field": "country", "operator": "is", "value": "DE"}


class Caller:
    """Sends with a key, or signed in."""

    def __init__(self, *scopes, user=None):
        self.client = Client()
        self.headers = {}
        if user is not None:
            self.client.force_login(user)
        else:
            self.headers = {"Authorization": f"Bearer {make.key_and_secret(*scopes)[1]}"}

    def __call__(self, method, path, body=None, **headers):
        raw = json.dumps(body) if body is not None else ""
        answer = getattr(self.client, method)(
            f"/api/v1/{path}", raw, "application/json", headers={**self.headers, **headers}
        ) if method != "get" else self.client.get(f"/api/v1/{path}", headers={**self.headers, **headers})  # fmt: skip
        answer.says = answer.json() if answer.content else None
        return answer


@pytest.fixture
def call(db):
    return Caller("rules:read", "rules:write")


@pytest.fixture
def team(db):
    return make.group("DACH", [make.rep("Ana"), make.rep("Ben")])


@pytest.fixture
def drafted(team):
    return make.rule_set(make.rule(team, GERMANY, name="Germany"), make.rule(team, name="Everything else"))


def arrive(count=1, **fields):
    made = make.arrive(count, **fields)
    live.route_ready(1)
    return [Lead.objects.get(pk=m.pk) for m in ([made] if count == 1 else made)]


def fields_of(answer):
    return [error["field"] for error in answer.says["errors"]]


def test_a_draft_is_read_and_replaced_with_public_ids_only(call, drafted, team):
    listed = call("get", "rule-sets/").says["rule_sets"]
    read = call("get", f"rule-sets/{listed[0]['id']}/draft/")
    rules = read.says["rules"]

    assert (listed[0]["name"], listed[0]["version"], read["ETag"]) == ("Rules for new leads", None, '"1"')
    assert rules[0]["destination"] == {"to": "group", "group": str(team.uid)}
    new = {**rules[0], "name": "Deutschland", "respond_within": 600, "escalation": [{"after": 300, "do": "remind"}],
           "otherwise": [{"to": "pool", "group": str(team.uid)}]}  # fmt: skip
    saved = call("put", f"rule-sets/{drafted.uid}/draft/", {"revision": 1, "rules": [new, rules[1]]})

    assert saved.status_code == 200, saved.says
    assert (saved.says["revision"], saved.says["rules"][0]) == (2, new)
    row = drafted.rules.get(name="Deutschland")
    assert (str(row.key), row.respond_within, row.otherwise[0]["group"]) == (new["key"], 10, team.pk)


def test_a_stale_draft_is_answered_with_both_texts(call, drafted):
    first = call("get", f"rule-sets/{drafted.uid}/draft/").says
    mine = [{**first["rules"][0], "name": "Mine"}, first["rules"][1]]
    theirs = [{**first["rules"][0], "name": "Theirs"}, first["rules"][1]]
    call("put", f"rule-sets/{drafted.uid}/draft/", {"rules": theirs}, **{"If-Match": '"1"'})

    refused = call("put", f"rule-sets/{drafted.uid}/draft/", {"rules": mine}, **{"If-Match": '"1"'})

    assert (refused.status_code, refused["Content-Type"]) == (409, "application/problem+json")
    assert refused.says["code"] == "stale"
    assert refused.says["sent"]["rules"][0]["name"] == "Mine"
    assert (refused.says["current"]["revision"], refused.says["current"]["rules"][0]["name"]) == (2, "Theirs")
    assert drafted.rules.first().name == "Theirs"


def sent(**fields):
    return {"revision": 1, "rules": [{"name": "A", "destination": {"to": "desk"}, **fields}]}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"rules": []}, "revision"),
        ({"revision": "1", "rules": []}, "revision"),
        ({"revision": True, "rules": []}, "revision"),
        ({"revision": 1, "rules": [], "name": "x"}, "name"),
        ({"revision": 1, "rules": {}}, "rules"),
        ({"revision": 1, "rules": [5]}, "rules[0]"),
        (sent(destination={"to": "group", "group": "x"}), "rules[0].destination.group"),
        (sent(destination={"to": "group", "group": 1}), "rules[0].destination.group"),
        (sent(destination={"to": "rep", "rep": str(uuid.uuid4())}), "rules[0].destination.rep"),
        (sent(condition={"field": "x"}), "rules[0].condition"),
        (sent(name="x" * 101), "rules[0].name"),
        (sent(destination={"to": "reject", "reason": "x" * 201}), "rules[0].destination.reason"),
        ([1], "body"),
    ],
)  # fmt: skip
def test_a_draft_that_cannot_be_read_is_refused_by_place(call, drafted, body, field):
    refused = call("put", f"rule-sets/{drafted.uid}/draft/", body)

    assert refused.status_code == 400
    assert any(found.startswith(field) for found in fields_of(refused)), refused.says
    assert RuleSet.objects.get().revision == 1


def test_check_publish_compare_and_go_back(call, drafted, team):
    arrive(country="Germany")
    checked = call("get", f"rule-sets/{drafted.uid}/check/").says
    first = call("post", f"rule-sets/{drafted.uid}/publish/", {"comment": "First", "revision": 1})
    rules = call("get", f"rule-sets/{drafted.uid}/draft/").says["rules"]
    call("put", f"rule-sets/{drafted.uid}/draft/", {"revision": 1, "rules": [{**rules[0], "name": "D"}, rules[1]]})
    stale = call("post", f"rule-sets/{drafted.uid}/publish/", {"revision": 1})
    changed = call("get", f"rule-sets/{drafted.uid}/compare/").says["changes"]
    back = call("post", f"rule-sets/{drafted.uid}/versions/1/go-back/", {"revision": 2, "why": "No"})

    assert [m["leads"] for m in checked["matched"]] == [1, 0]
    assert (first.status_code, first.says["version"], first.says["comment"]) == (201, 1, "First")
    assert (stale.status_code, stale.says["current"]["revision"]) == (409, 2)
    assert [(c["kind"], c["says"]) for c in changed] == [
        ("changed", "D: Changed at place 1. Name: “Germany” became “D”.")
    ]
    assert (back.status_code, back.says["revision"], back.says["rules"][0]["name"]) == (200, 3, "Germany")
    assert [v["version"] for v in call("get", f"rule-sets/{drafted.uid}/versions/").says["versions"]] == [1]
    assert call("get", f"rule-sets/{drafted.uid}/versions/1/").says["rules"] == back.says["rules"]
    assert call("get", f"rule-sets/{drafted.uid}/compare/?from=7").status_code == 400
    assert call("get", f"rule-sets/{drafted.uid}/versions/7/").status_code == 404


def test_a_draft_with_errors_is_not_published(call, drafted):
    drafted.rules.filter(name="Everything else").delete()

    refused = call("post", f"rule-sets/{drafted.uid}/publish/", {})

    assert (refused.status_code, refused.says["code"]) == (422, "not_published")
    assert refused.says["problems"][0]["blocks"]


def test_examples_are_made_run_changed_and_deleted(call, drafted, team):
    make.publish()
    (lead,) = arrive(country="Germany")
    path = f"rule-sets/{drafted.uid}/examples/"

    made = call("post", path, {"name": "A German", "lead": str(lead.uid)})
    run = call("get", path).says["examples"][0]
    wrong = call("patch", f"{path}{made.says['id']}/", {"expected": {"outcome": "moon"}})
    other = call("patch", f"{path}{made.says['id']}/", {"expected": {"outcome": "desk"}})
    broken = call("post", f"rule-sets/{drafted.uid}/publish/", {})
    forced = call("post", f"rule-sets/{drafted.uid}/publish/", {"override": "On purpose"})
    gone = call("delete", f"{path}{made.says['id']}/")

    assert made.status_code == 201
    assert made.says["expected"] == {"outcome": "assigned", "group": str(team.uid)}
    assert (run["holds"], run["got"]["group"]) == (True, str(team.uid))
    assert (wrong.status_code, fields_of(wrong)) == (400, ["outcome"])
    assert other.status_code == 200
    assert "“A German” is broken" in broken.says["problems"][0]["says"]
    assert (forced.status_code, forced.says["overridden"]) == (201, "On purpose")
    assert (gone.status_code, call("get", path).says) == (204, {"examples": []})
    missing = call("post", path, {"name": "x", "lead": str(uuid.uuid4())})
    assert fields_of(missing) == ["leads[0]"]


def test_routing_is_paused_looked_at_and_resumed(call, drafted, team):
    make.publish()
    body = {"group": str(team.uid), "why": "Moving"}

    first, again = call("post", "routing/pauses/", body), call("post", "routing/pauses/", body)
    arrive(2)
    seen = call("get", f"routing/resume/preview/?group={team.uid}").says
    standing = call("get", "routing/pauses/").says
    resumed = call("post", "routing/resume/", {"group": str(team.uid)})

    assert (first.status_code, again.status_code) == (201, 200)
    assert (standing["everything"], standing["groups"][0]["why"]) == (None, "Moving")
    assert (seen["waiting"], sum(w["leads"] for w in seen["went"])) == (2, 2)
    assert {w["outcome"] for w in seen["went"]} == {"assigned"}
    assert resumed.says == {"woken": 2}
    assert not RoutingPause.objects.filter(ends_at=None).exists()
    assert fields_of(call("post", "routing/pauses/", {})) == ["why"]
    assert fields_of(call("post", "routing/pauses/", {"group": str(uuid.uuid4()), "why": "x"})) == ["group"]


def test_leads_of_a_version_are_routed_again_after_a_look(call, drafted):
    make.publish()
    leads = arrive(3)
    body = {"rule_set": str(drafted.uid), "version": 1}

    seen = call("post", "routing/again/preview/", body).says
    done = call("post", "routing/again/", {**body, "why": "Wrong"})

    assert (seen["going"], seen["reversed"], seen["stayed"]) == (3, 3, {})
    assert (done.says["moved"], set(done.says["leads"])) == (3, {str(lead.uid) for lead in leads})
    assert Act.objects.get().why == "Wrong"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body"),
        ({"version": 1}, "rule_set"),
        ({"rule_set": str(uuid.uuid4())}, "version"),
        ({"rule_set": str(uuid.uuid4()), "version": 1}, "version"),
        ({"since": "yesterday"}, "since"),
        ({"since": "2026-11-22T08:00:00"}, "since"),
        ({"since": "2026-99-22T08:00:00Z"}, "since"),
        ({"leads": []}, "leads"),
        ({"leads": ["x"]}, "leads[0]"),
        ({"leads": [5]}, "leads[0]"),
        ({"leads": [str(uuid.uuid4())]}, "leads[0]"),
        ({"all": True}, "all"),
    ],
)
def test_what_to_route_again_is_refused_by_field(call, body, field):
    for path in ("routing/again/", "routing/again/preview/"):
        refused = call("post", path, body)
        assert (refused.status_code, fields_of(refused)) == (400, [field])


def test_leads_are_assigned_and_unassigned(call, drafted):
    make.publish()
    leads = arrive(4)
    ben = Rep.objects.get(user__name="Ben")
    ids = [str(lead.uid) for lead in leads]

    given = call("post", "leads/assign/", {"leads": ids, "to": str(ben.uid), "why": "Holiday", "counted": False})
    taken = call("post", "leads/unassign/", {"leads": ids[:1], "bar": True})

    assert (given.status_code, given.says["moved"], given.says["stayed"]) == (200, 2, {"theirs": 2})
    assert (taken.says["moved"], taken.says["leads"]) == (1, ids[:1])
    assert fields_of(call("post", "leads/assign/", {"leads": ids})) == ["to"]
    assert fields_of(call("post", "leads/assign/", {"leads": ids, "to": str(ben.uid), "counted": "yes"})) == ["counted"]
    ben.active = False
    ben.save()
    assert fields_of(call("post", "leads/assign/", {"leads": ids, "to": str(ben.uid)})) == ["to"]


def test_leads_that_wait_are_given_a_priority(call, drafted):
    make.publish()
    (owned,) = arrive(1)
    waits = make.arrive()
    ids = [str(waits.uid), str(owned.uid)]

    put = call("post", "leads/priority/", {"leads": ids, "priority": 2, "why": "Fair"})

    assert (put.status_code, put.says["leads"], put.says["stayed"]) == (200, ids[:1], {"assigned": 1})
    assert Lead.objects.get(pk=waits.pk).set_band == 2
    assert call("post", "leads/priority/", {"leads": ids[:1], "priority": None}).says["moved"] == 1
    assert Lead.objects.get(pk=waits.pk).set_band is None
    for wrong in ({}, {"priority": 10}, {"priority": -1}, {"priority": True}, {"priority": "2"}):
        refused = call("post", "leads/priority/", {"leads": ids} | wrong)
        assert (refused.status_code, fields_of(refused)) == (400, ["priority"])
    assert fields_of(call("post", "leads/priority/", {"priority": 2})) == ["leads"]


def test_a_rep_leaves_after_a_look(call, drafted):
    make.publish()
    arrive(4)
    ana, ben = Rep.objects.get(user__name="Ana"), Rep.objects.get(user__name="Ben")
    body = {"leads": "to", "to": str(ben.uid), "stages": {"new": "again"}, "why": "Left"}

    seen = call("post", f"reps/{ana.uid}/leave/preview/", body)
    still = Rep.objects.get(pk=ana.pk).active
    done = call("post", f"reps/{ana.uid}/leave/", body)

    assert seen.status_code == 200, seen.says
    assert (seen.says["leads"], seen.says["stages"][0]["where"], seen.says["groups"]) == (2, "again", ["DACH"])
    assert still
    assert (done.says["routed_again"], done.says["given"]) == (2, 0)
    assert call("post", f"reps/{ana.uid}/leave/", body).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"leads": "to"}, "to"),
        ({"leads": "away"}, "leads"),
        ({"to": str(uuid.uuid4())}, "to"),
        ({"stages": {"moon": "to"}}, "stages.moon"),
        ({"stages": {"new": "moon"}}, "stages.new"),
        ({"stages": 5}, "stages"),
        ({"kind": "fired"}, "kind"),
        ({"sign_off": 1}, "sign_off"),
    ],
)
def test_a_leave_that_cannot_be_is_refused_by_field(call, team, body, field):
    ana = Rep.objects.get(user__name="Ana")

    refused = call("post", f"reps/{ana.uid}/leave/", body)

    assert (refused.status_code, fields_of(refused)) == (400, [field])


def test_each_scope_and_each_role_opens_its_own(drafted, team):
    make.publish()
    (lead,) = arrive()
    ana = Rep.objects.get(user__name="Ana")
    manager = make.user("Mona")
    team.managers.add(manager)
    other = make.user("Otto")
    make.group("Other").managers.add(other)
    callers = {
        "leads": Caller("leads:read", "leads:write"),
        "reads": Caller("rules:read"),
        "rep": Caller(user=ana.user),
        "manager": Caller(user=manager),
        "other": Caller(user=other),
        "ops": Caller(user=make.user("Ada", is_ops=True)),
    }
    draft, again = f"rule-sets/{drafted.uid}/draft/", {"leads": [str(lead.uid)]}

    def status(method, path, body=None):
        return {name: caller(method, path, body).status_code for name, caller in callers.items()}

    assert status("get", draft) == {
        "leads": 403, "reads": 200, "rep": 403, "manager": 200, "other": 200, "ops": 200,
    }  # fmt: skip
    assert status("put", draft, {}) == {
        "leads": 403, "reads": 403, "rep": 403, "manager": 403, "other": 403, "ops": 400,
    }  # fmt: skip
    assert status("post", "routing/again/preview/", again) == {
        "leads": 403, "reads": 403, "rep": 403, "manager": 403, "other": 403, "ops": 200,
    }  # fmt: skip
    assert status("post", "leads/unassign/", again) == {
        "leads": 403, "reads": 403, "rep": 403, "manager": 200, "other": 400, "ops": 200,
    }  # fmt: skip
    assert status("post", "leads/priority/", again | {"priority": 1}) == {
        "leads": 403, "reads": 403, "rep": 403, "manager": 200, "other": 400, "ops": 200,
    }  # fmt: skip
    assert status("post", f"reps/{ana.uid}/leave/preview/", {}) == {
        "leads": 403, "reads": 403, "rep": 403, "manager": 200, "other": 403, "ops": 200,
    }  # fmt: skip
    assert status("post", "routing/pauses/", {"why": "x"}) == {
        "leads": 403, "reads": 403, "rep": 403, "manager": 400, "other": 400, "ops": 201,
    }  # fmt: skip
