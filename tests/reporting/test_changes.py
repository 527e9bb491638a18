"""Changes: one page over all histories says who changed what, before and after; found by words, area, person, time."""

import csv
import io
from datetime import timedelta

import pghistory
import pytest
from django.utils import timezone

from leads.forms import build as forms
from reporting.changes import Asked, acts, moves
from reps.models import Division, Group, Membership, Pause, Territory
from routing import rulesets
from routing.models import RuleSet
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def odile(client):
    user = make.user("Odile", is_ops=True)
    client.force_login(user)
    return user


@pytest.fixture
def team(odile):
    group = make.group("DACH", [make.rep("Ana")])
    make.publish(make.rule(group))
    return group


def lines(**asked):
    return [(act.by, line.what, line.did, line.parts) for act in acts(Asked(**asked), most=99)[0] for line in act.lines]


def test_before_and_after_in_words_by_whom(client, odile, team):
    with pghistory.context(by=odile.pk):
        Group.objects.filter(pk=team.pk).update(respond_within=30, clock="wall", pool="blind")

    by, what, did, parts = lines(area="team")[0]

    assert (by, what, did) == ("Odile", "Group: DACH", "update")
    assert ("response time in minutes", "15", "30") in parts
    assert ("pool", "no pool", "blind: details after claiming") in parts
    page = client.get("/changes/").content.decode()
    assert "Group: DACH" in page
    assert "blind: details after claiming" in page


def test_what_a_row_does_not_point_to_is_no_part_of_its_name(odile, team):
    names = [what for _by, what, _did, _parts in lines(area="rules")]

    assert names
    assert not [name for name in names if "\N{EN DASH}" in name]


def test_rules_read_as_on_their_page(odile, team):
    rule_set = RuleSet.objects.get()
    rules = rulesets.body_of(rule_set)["rules"]
    asks = {"field": "country", "operator": "is", "value": "DE"}
    body = {"rules": [{**rules[0], "name": "Germany", "condition": asks, "key": None}, *rules], "bands": []}
    rule_set = rulesets.replace(rule_set=rule_set, revision=rule_set.revision, body=body, by=odile)
    rules = rulesets.body_of(rule_set)["rules"]
    rules[0]["condition"] = {**asks, "value": "FR"}
    rulesets.replace(rule_set=rule_set, revision=rule_set.revision, body={"rules": rules, "bands": []}, by=odile)

    parts = next(parts for _by, what, did, parts in lines(area="rules") if "Germany" in what and did == "update")

    assert [(name, "Germany" in before, "France" in after) for name, before, after in parts] == [("when", True, True)]


def test_what_is_done_at_one_stroke_is_one_act(odile, team):
    with pghistory.context(by=odile.pk):
        Membership.objects.update(weight=3)
        Pause.objects.create(rep=team.memberships.get().rep, starts_at=timezone.now())

    (act, *_rest), _older = acts(Asked(), most=9)

    assert act.by == "Odile"
    assert [line.what.split(":")[0] for line in act.lines] in (["Membership", "Pause"], ["Pause", "Membership"])


def test_it_is_found_by_words_person_and_time(odile, team):
    other = make.user("Matteo", is_ops=True)
    with pghistory.context(by=other.pk):
        make.group("Nordics", [])

    assert [what for _by, what, _did, _parts in lines(words="nordics matteo")] == ["Group: Nordics"]
    assert [what for _by, what, _did, _parts in lines(by=other.pk)] == ["Group: Nordics"]
    assert lines(words="nobody wrote this") == []
    assert lines(since=timezone.now() + timedelta(hours=1)) == []


@pytest.mark.django_db(transaction=True)  # a test within one transaction has one instant
def test_older_ones_are_behind_a_link_and_none_is_left_out(client, odile, team):
    for n in range(90):
        with pghistory.context(by=odile.pk):
            Group.objects.filter(pk=team.pk).update(respond_within=100 + n)
    seen, url = [], "/changes/?area=team"
    while url:
        page = client.get(url)
        seen += [
            part[2]
            for day in page.context["days"]
            for act in day["acts"]
            for line in act["lines"]
            for part in line["parts"]
        ]
        url = page.context["older_url"]

    assert [value for value in seen if value.isdigit() and int(value) >= 100] == [str(n) for n in range(189, 99, -1)]


def test_pages_say_whose_change_it_was(client, odile, team):
    form = forms.new(name="Contact", pattern="contact", division=Division.objects.get())
    client.post(f"/forms/{form.uid}/switch/", {"on": "1"})
    fields = {"steps-TOTAL_FORMS": 0, "steps-INITIAL_FORMS": 0, "again": "on", "give_on": "no", "quiet_days": 7}
    assert client.post(f"/work-plans/{team.uid}/", fields).status_code == 302

    assert {by for by, what, did, _parts in lines(area="doors") if did == "update"} == {"Odile"}
    assert lines(area="work")[0][0] == "Odile"


def test_csv_has_a_row_a_field(client, odile, team):
    with pghistory.context(by=odile.pk):
        Group.objects.filter(pk=team.pk).update(name="=1+1", respond_within=5)

    rows = list(csv.reader(io.StringIO(client.get("/changes/export.csv?area=team").content.decode("utf-8-sig"))))

    assert rows[0] == ["At", "By", "What", "Was", "Field", "Before", "After"]
    assert rows[1][1:] == ["Odile", "Group: =1+1", "changed", "name", "DACH", "'=1+1"]
    assert rows[2][4:] == ["response time in minutes", "15", "5"]


@pytest.mark.parametrize(
    "query", ["area=x", "by=x", "since=x", "before=x", "before=2026-01-01", "q=%00", "before=2026-99-99T00:00Z"]
)
def test_nonsense_is_answered(client, odile, team, query):
    assert client.get(f"/changes/?{query}").status_code == 200
    assert client.get(f"/changes/export.csv?{query}").status_code == 200


def test_a_rule_that_was_moved_is_told_and_not_those_it_passed(odile, team):
    for n in range(2, 6):
        RuleSet.objects.get().rules.create(position=n, name=f"R{n}", to="desk")
    row = RuleSet.objects.get()
    body = rulesets.body_of(row)
    body["rules"].insert(1, body["rules"].pop(4))
    rulesets.replace(rule_set=row, revision=row.revision, body=body, by=odile)

    moved = [(what, parts) for _by, what, did, parts in lines(area="rules") if did == "move"]
    assert moved == [("Rule: R5, Rules for new leads", (("position", "5", "2"),))]
    row.refresh_from_db()
    body = rulesets.body_of(row)
    del body["rules"][0]
    rulesets.replace(rule_set=row, revision=row.revision, body=body, by=odile)

    strokes = [
        [(line.what.partition(",")[0], line.did) for line in act.lines]
        for act in acts(Asked(area="rules"), most=9)[0]
        if act.by
    ]
    assert [("Rule: Rule 1", "delete")] in strokes


class Row:
    """An event of an ordered list."""

    pgh_label = "update"

    def __init__(self, name, was, position):
        self.name, self.was, self.position, self.pgh_id = name, was, position, ord(name)
        self.pgh_obj_id = self.pgh_id


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [
        ("abcde", "aebcd", "e"),
        ("abcde", "bcdea", "a"),
        ("abc", "bac", "a"),
        ("abcdef", "fbcdea", "af"),
        ("abcd", "abcd", ""),
    ],
)
def test_as_few_as_can_be_count_as_moved(before, after, moved):
    rows = [row for row in map(Row, before, range(9), map(after.index, before)) if row.position != row.was]
    same = moves.shifted(rows, {(Row, row.pgh_id): Row(row.name, row.was, row.was) for row in rows})

    assert "".join(row.name for row in rows if (Row, row.pgh_obj_id) not in same) == moved


def test_codes_are_told_by_their_names(odile, team):
    make.connection("google_ads")
    make.rep("Lea", country="DE", time_zone="Europe/Berlin")
    market = [{"kind": "country", "countries": ["AT", "DE"]}]
    Territory.objects.create(name="Middle", group=team, market=market)

    said = {part for *_rest, parts in lines() for part in parts}

    assert {("kind", "", "Google Ads"), ("country", "", "Germany"), ("covers", "", "Austria, Germany")} <= said
    assert ("time zone", "", "Berlin time") in said


def test_only_who_answers_for_all_reads_it(client, team):
    clara = make.user("Clara")
    team.managers.add(clara)
    client.force_login(clara)
    assert client.get("/changes/").status_code == client.get("/changes/export.csv").status_code == 200
    make.group("Nordics")
    assert client.get("/changes/").status_code == 403
    client.force_login(team.memberships.get().rep.user)

    assert client.get("/changes/").status_code == 403
    assert client.get("/changes/export.csv").status_code == 403


def test_it_asks_as_often_for_three_as_for_one(client, odile, team, django_assert_max_num_queries):
    client.get("/changes/")
    counts = []
    for _ in range(2):
        Group.objects.filter(pk=team.pk).update(respond_within=len(counts) + 40)
        with django_assert_max_num_queries(90) as asked:
            client.get("/changes/?area=team")
        counts.append(len(asked))
        for n in range(3):
            Group.objects.filter(pk=team.pk).update(respond_within=n + 50)

    assert counts[0] == counts[1]
