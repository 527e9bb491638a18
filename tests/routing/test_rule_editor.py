"""The rules editor: every question can be built and kept unchanged, rules are ordered, two people never overwrite."""

import html
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from routing import rulesets
from tests import factories as make

pytestmark = pytest.mark.django_db

GERMANY = {"field": "country", "operator": "is", "value": "DE"}
AUSTRIA = {"field": "country", "operator": "is", "value": "AT"}


def signed_in(name="Olga Ops", **fields):
    browser = Client()
    browser.user = make.user(name, **{"is_ops": True, **fields})
    browser.force_login(browser.user)
    return browser


@pytest.fixture
def ops(db):
    return signed_in()


@pytest.fixture
def team(db):
    return make.group("DACH", [make.rep("Ana"), make.rep("Ben")])


@pytest.fixture
def drafted(team):
    return make.rule_set(
        make.rule(team, GERMANY, name="Germany"),
        make.rule(team, AUSTRIA, name="Austria"),
        make.rule(team, name="Everything else"),
    )


def names(row):
    return [rule["name"] for rule in rulesets.body_of(row)["rules"]]


def keys(row):
    return [rule["key"] for rule in rulesets.body_of(row)["rules"]]


def url_of(row, key):
    return reverse("rules-rule", args=[row.uid, key])


def typed(page):
    """What a browser would send of the open form, untouched: every control that has a name."""
    form = re.search(r'<form class="rule-form".*?</form>', page.content.decode(), re.DOTALL)[0]
    data = {}
    for tag in re.findall(r"<input [^>]*>", form):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        chosen = attributes.get("type") not in {"checkbox", "radio"} or re.search(r"\schecked[\s>]", tag)
        if "name" in attributes and chosen:
            data[attributes["name"]] = html.unescape(attributes.get("value", ""))
    for name, options in re.findall(r'<select [^>]*?\bname="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        values = re.findall(r'<option value="([^"]*)"', options)
        picked = re.findall(r'<option value="([^"]*)" selected', options)
        data[name] = html.unescape((picked or values or [""])[0])
    data.pop("csrfmiddlewaretoken")
    return data


def test_a_draft_reads_as_sentences_in_order(ops, drafted):
    page = ops.get(reverse("rules-draft", args=[drafted.uid])).content.decode()

    assert re.findall(r'id="edit-[^"]+">([^<]+)<', page) == ["Germany", "Austria", "Everything else"]
    assert "Country is <b>Germany</b>" in page
    assert "No lead came in the last 30 days" in page


def test_buttons_move_a_rule_and_say_where_it_is(ops, drafted):
    key = keys(drafted)[1]

    page = ops.post(reverse("rules-order", args=[drafted.uid]), {"revision": 1, "move": key, "to": "up"}, follow=True)

    assert names(drafted) == ["Austria", "Germany", "Everything else"]
    assert "“Austria” is now rule 1 of 3." in page.content.decode()


def test_a_stale_order_moves_nothing_and_says_who_saved(ops, drafted):
    ben = signed_in("Ben Ops")
    ben.post(reverse("rules-order", args=[drafted.uid]), {"revision": 1, "move": keys(drafted)[0], "to": "down"})

    page = ops.post(
        reverse("rules-order", args=[drafted.uid]),
        {"revision": 1, "move": keys(drafted)[0], "to": "down"},
        follow=True,
    )

    assert names(drafted) == ["Austria", "Germany", "Everything else"]
    assert "Nothing was done, as the draft has changed. Ben Ops saved at" in page.content.decode()


def test_dragging_sends_the_whole_order(ops, drafted):
    wanted = list(reversed(keys(drafted)))

    ops.post(reverse("rules-order", args=[drafted.uid]), {"revision": 1, "keys": ",".join(wanted), "move": wanted[0]})
    ops.post(reverse("rules-order", args=[drafted.uid]), {"revision": 2, "keys": "made,up"})

    assert keys(drafted) == wanted


def test_a_rule_is_copied_taken_out_and_brought_back(ops, drafted):
    germany, austria, rest = keys(drafted)

    copied = ops.post(reverse("rules-duplicate", args=[drafted.uid, germany]), {"revision": 1})
    ops.post(reverse("rules-remove", args=[drafted.uid, austria]), {"revision": 2})
    between = names(drafted)
    ops.post(reverse("rules-restore", args=[drafted.uid]))

    assert copied.status_code == 302
    assert between == ["Germany", "Germany, copy", "Everything else"]
    assert names(drafted) == ["Germany", "Germany, copy", "Austria", "Everything else"]
    assert keys(drafted)[2:] == [austria, rest]


def test_only_who_answers_for_every_group_edits_rules(drafted, team):
    mona, other = signed_in("Mona", is_ops=False), make.group("Other", [make.rep("Cleo")])
    team.managers.add(mona.user)
    url = reverse("rules-draft", args=[drafted.uid])

    alone = mona.get(url).status_code
    other.managers.add(mona.user)

    assert (alone, mona.get(url).status_code) == (403, 200)


def test_the_first_rules_begin_with_one_that_keeps_every_lead(ops):
    page = ops.post(reverse("rules-begin"), follow=True)

    row = page.context["set"]
    assert [rule["name"] for rule in page.context["rules"]] == ["Everything else"]
    assert ops.post(reverse("rules-begin")).headers["Location"].endswith(f"/rules/{row['uid']}/draft/")


def test_a_rule_is_written_and_stands_before_the_rule_for_everything_else(ops, drafted, team):
    url = url_of(drafted, "new")
    data = typed(ops.get(url))
    data = typed(ops.post(url, {**data, "do": "add:c"}))
    data |= {"name": "France", "c.0-field": "country", "c.0-op": "one_of", "c.0-more": "FR", "to": "group"}

    answer = ops.post(url, {**data, "group": str(team.uid), "respond": "15", "do": "save"})

    made = rulesets.body_of(drafted)["rules"][2]
    assert answer.status_code == 302
    assert names(drafted) == ["Germany", "Austria", "France", "Everything else"]
    assert made["condition"] == {"all": [{"field": "country", "operator": "one_of", "value": ["FR"]}]}
    assert (made["destination"], made["respond_within"]) == ({"to": "group", "group": team.pk}, 900)


def test_what_is_wrong_is_told_beside_its_field_and_nothing_typed_is_lost(ops, drafted):
    url = url_of(drafted, keys(drafted)[0])
    data = typed(ops.get(url))
    data |= {"name": " ", "c.0-field": "employees", "c.0-was": "employees", "c.0-op": "at_least", "c.0-value": "many"}

    page = ops.post(url, {**data, "group": "", "respond": "soon", "do": "save"})

    shown = page.context["form"]
    assert page.status_code == 422
    assert shown["errors"]["name"] == ["Give the rule a name."]
    assert shown["errors"]["group"] == ["Choose one."]
    assert shown["errors"]["respond"] == ["Write minutes: more than 0, at most 30 days."]
    assert shown["root"]["parts"][0]["errors"] == ["Write a number, like 10000 or 0.5."]
    assert 'value="many"' in page.content.decode()
    assert drafted.rules.get(key=keys(drafted)[0]).name == "Germany"


def test_two_people_in_one_rule_see_both_texts_and_choose(ops, drafted):
    ben = signed_in("Ben Ops")
    url = url_of(drafted, keys(drafted)[0])
    mine, theirs = typed(ops.get(url)), typed(ben.get(url))
    ben.post(url, {**theirs, "name": "Theirs", "do": "save"})

    page = ops.post(url, {**mine, "name": "Mine", "do": "save"})

    assert page.status_code == 409
    assert [(p.label, p.before, p.after) for p in page.context["stale"]["parts"]] == [("Name", "Theirs", "Mine")]
    assert "Ben Ops saved at" in page.content.decode()
    assert names(drafted)[0] == "Theirs"
    ops.post(url, {**typed(page), "do": "save"})
    assert names(drafted)[0] == "Mine"


def test_two_people_in_two_rules_lose_nothing_and_are_told(ops, drafted):
    ben = signed_in("Ben Ops")
    first, second = (url_of(drafted, key) for key in keys(drafted)[:2])
    mine, theirs = typed(ops.get(first)), typed(ben.get(second))
    ben.post(second, {**theirs, "name": "Theirs", "do": "save"})

    page = ops.post(first, {**mine, "name": "Mine", "do": "save"}, follow=True)

    assert names(drafted) == ["Mine", "Theirs", "Everything else"]
    assert "Ben Ops saved other parts of the draft meanwhile; they stay." in page.content.decode()


def test_what_was_typed_into_a_rule_that_somebody_took_out_can_be_saved_as_a_new_one(ops, drafted):
    url = url_of(drafted, keys(drafted)[0])
    mine = typed(ops.get(url))
    signed_in("Ben Ops").post(reverse("rules-remove", args=[drafted.uid, keys(drafted)[0]]), {"revision": 1})

    page = ops.post(url, {**mine, "name": "Mine", "do": "save"})
    ops.post(url_of(drafted, "new"), {**typed(page), "do": "save"})

    assert page.status_code == 409
    assert names(drafted) == ["Austria", "Mine", "Everything else"]


def test_problems_stand_beside_the_rule_while_it_is_edited(ops, drafted, team):
    url = url_of(drafted, keys(drafted)[1])
    data = typed(ops.get(url))
    look = reverse("rules-look", args=[drafted.uid, keys(drafted)[1]])

    fine = ops.post(look, data).context["look"]
    wrong = ops.post(look, {**data, "c.0-value": "DE"}).context["look"]

    assert [p["text"] for p in wrong["problems"]] == ["Never reached: rule 1, Germany, takes every such lead first."]
    assert "Never reached" not in str(fine["problems"])
    assert "<b>Austria</b>" in fine["says"]


def test_shares_are_counted_by_the_rules_that_decide(ops, drafted):
    make.publish()
    for country in ("Germany", "Germany", "France"):
        make.arrive(country=country)

    page = ops.get(reverse("rules-draft", args=[drafted.uid]))

    assert [rule["leads"] for rule in page.context["rules"]] == [2, 0, 1]
    assert page.context["shares_of"] == "Shares are of the 3 leads of the last 30 days."


def test_one_rule_costs_as_many_questions_as_three(ops, drafted, team, django_assert_num_queries):
    url = reverse("rules-draft", args=[drafted.uid])
    ops.get(url)
    with CaptureQueriesContext(connection) as three:
        ops.get(url)
    asked = len(three)
    drafted.rules.exclude(name="Everything else").delete()
    ops.get(url)

    with django_assert_num_queries(asked):
        ops.get(url)


def test_a_rule_that_is_never_reached_offers_the_move_that_mends_it(ops, drafted):
    drafted.rules.filter(name="Austria").update(condition=GERMANY)

    page = ops.get(reverse("rules-draft", args=[drafted.uid]))
    (problem,) = [p for p in page.context["rules"][1]["problems"] if "Never reached" in p["text"]]
    move = {"revision": 1, "move": keys(drafted)[1], "above": problem["above"]["key"]}
    ops.post(reverse("rules-order", args=[drafted.uid]), move)

    assert problem["above"]["n"] == 1
    assert names(drafted) == ["Austria", "Germany", "Everything else"]
