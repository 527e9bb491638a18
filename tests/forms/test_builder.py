"""Ops builds a form without JavaScript: every button is a form that posts."""

import pytest

from leads.forms import build
from leads.models import Attribute, FormAnswer, FormEnding, FormItem, WebForm
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def ops(client):
    client.force_login(make.user("Olga Ops", is_ops=True))
    return client


def keys(form):
    return list(form.items.values_list("key", flat=True))


def filled(page, name="fields"):
    """What the page's form would send as it stands."""
    shown = page.context[name]
    values = {field.html_name: field.value() for field in shown if field.value() not in (None, False)}
    return {key: "\n".join(value) if isinstance(value, list) else value for key, value in values.items()}


def answers(*rows):
    """The management form and rows of answers."""
    data = {"answers-TOTAL_FORMS": len(rows), "answers-INITIAL_FORMS": 0}
    for n, row in enumerate(rows):
        data |= {f"answers-{n}-{key}": value for key, value in row.items()}
    return data


@pytest.mark.parametrize("pattern", build.PATTERNS)
def test_every_pattern_makes_a_form_that_can_be_opened_at_once(ops, pattern):
    made = ops.post("/forms/new/", {"name": "Mine", "pattern": pattern})

    form = WebForm.objects.get()
    assert made.url == f"/forms/{form.uid}/"
    assert not form.active
    ops.post(f"/forms/{form.uid}/switch/", {"on": "1"})
    assert ops.get(f"/f/{form.uid}/").status_code == 200
    assert build.problems(form) == []
    assert list(form.endings.values_list("when", flat=True)) == ["any"]


def test_two_forms_of_one_name_are_refused_in_words(ops):
    make.web_form("Contact")

    page = ops.post("/forms/new/", {"name": "Contact", "pattern": "demo"})

    assert page.context["form"].errors == {"name": ["Another form is called so."]}


def test_things_are_added_moved_and_taken_away(ops):
    Attribute.objects.create(key="plan", label="Plan", type="text")
    form = make.web_form(asks="name email")
    at = f"/forms/{form.uid}/items/"

    for what in ("attribute:plan", "field:phone", "field:phone", "field:score", "nonsense", ""):
        ops.post(at, {"what": what})
    assert keys(form) == ["name", "email", "plan", "phone"]

    phone = form.items.get(key="phone")
    for to in ("up", "up", "up", "up", "down"):
        ops.post(f"{at}{phone.uid}/move/", {"to": to})
    assert keys(form) == ["name", "phone", "email", "plan"]

    ops.post(f"{at}{form.items.get(key='email').uid}/remove/")
    assert keys(form) == ["name", "phone", "plan"]
    assert ops.post(f"{at}{phone.uid}/move/", {"to": "up"}).url == f"/forms/{form.uid}/"


def test_a_question_gets_its_name_from_its_words_and_keeps_it(ops):
    form = make.web_form()
    item_url = ops.post(f"/forms/{form.uid}/items/", {"what": "choice:"}).url
    now = {"label": "Now", "verdict": "qualified", "reason": "Buys soon", "points": "20"}

    ops.post(item_url, {"label": "How soon?", "key": "", **answers(now, {"label": "Later", "points": ""})})

    item = form.items.get(kind="choice")
    assert item.key == "how_soon"
    assert list(item.answers.values_list("label", "verdict", "reason", "points")) == [
        ("Now", "qualified", "Buys soon", 20),
        ("Later", "", "", 0),
    ]
    ops.post(item_url, {"label": "When?", "key": "how_soon", **answers()})
    assert form.items.get(kind="choice").key == "how_soon"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"key": "email"}, "This name is taken"),
        ({"key": "utm_source"}, "This name is taken"),
        ({"key": "fl_token"}, "This name is taken"),
        ({"key": "plan"}, "This name is taken"),
        ({"key": "other"}, "asks for this already"),
        ({"key": "two words"}, "Enter a valid"),
        ({"label": ""}, "This field is required"),
        (answers({"label": "Now"}, {"label": "Now"}), "stands there twice"),
        (answers({"label": "", "points": "5"}), "This field is required"),
        (answers({"label": "Now", "points": "many"}), "Enter a whole number"),
        (answers({"label": "Now", "verdict": "loved"}), "Select a valid choice"),
        (answers({"label": "Now\x00"}), "Null characters are not allowed"),
        ({"answers-TOTAL_FORMS": "x"}, "ManagementForm data is missing"),
    ],
)
def test_what_cannot_be_is_said_beside_it_and_nothing_is_saved(ops, data, says):
    Attribute.objects.create(key="plan", label="Plan", type="text")
    form = make.web_form()
    make.question(form, "other")
    item = make.question(form, "start", label="Before")

    page = ops.post(f"/forms/{form.uid}/items/{item.uid}/", {"label": "After", "key": "start", **answers(), **data})

    assert page.status_code == 200
    assert says in page.content.decode()
    item.refresh_from_db()
    assert (item.label, item.key, item.answers.count()) == ("Before", "start", 0)


def test_a_range_that_ends_before_it_begins_is_refused(ops):
    form = make.web_form()
    item = make.question(form, "seats", kind="number")

    page = ops.post(
        f"/forms/{form.uid}/items/{item.uid}/", {"label": "Seats", "key": "seats", **answers({"low": "9", "high": "4"})}
    )

    assert "This is below where it begins." in page.content.decode()


def test_choices_turn_a_free_text_into_a_list(ops):
    form = make.web_form(asks="email* industry")
    item = form.items.get(key="industry")

    ops.post(f"/forms/{form.uid}/items/{item.uid}/", {"label": "Industry", "choices": "Shipping\n\n Dairy \nShipping"})

    item.refresh_from_db()
    assert item.choices == ["Shipping", "Dairy"]
    assert ops.post(f"/f/{form.uid}/", {"email": "ida@northwind.example", "industry": "Mining"}).status_code == 422
    assert ops.post(f"/f/{form.uid}/", {"email": "ida@northwind.example", "industry": "Dairy"}).status_code == 200


def test_settings_stand_on_form_and_connection(ops):
    form = make.web_form("Contact")
    at = f"/forms/{form.uid}/settings/"

    ops.post(
        at,
        {**filled(ops.get(at)), "name": "Demo", "source": "Site", "intent": " Demo ", "origins": "https://A.example/"},
    )

    form = WebForm.objects.select_related("connection").get()
    door = form.connection
    assert (door.name, door.source, door.intent, form.origins) == ("Demo", "Site", "demo", ["https://a.example"])


def test_thank_you_pages_one_a_verdict_and_one_for_everybody_for_good(ops):
    form = make.web_form()
    at = f"/forms/{form.uid}/thanks/"
    page = {"when": "qualified", "title": "Great", "text": "We call."}

    ops.post(f"{at}new/", page)
    twice = ops.post(f"{at}new/", page)
    unsafe = [
        ops.post(f"{at}new/", {**page, "when": "look", "redirect_url": url}).context["fields"].errors
        for url in ("javascript:alert(1)", "http://a.example", "//a.example", "https://u@a.example", "https://")
    ]
    for ending in form.endings.all():
        ops.post(f"{at}{ending.uid}/", {"remove": "1", "title": ""})

    assert twice.context["fields"].errors["when"] == ["There is a page for these already."]
    assert all(error["redirect_url"] == ["Write the whole address, beginning with https://."] for error in unsafe)
    assert list(form.endings.values_list("when", flat=True)) == ["any"]


def test_the_list_counts_leads_and_what_is_held(ops, sent):
    form = make.web_form("Contact")
    ops.post(f"/f/{form.uid}/", sent(form))
    ops.post(f"/f/{form.uid}/", sent(form, drawn=None, email="b@c.example", message="www.a.example " * 3))
    make.web_form("Another")

    rows = {row["name"]: (row["came"], row["held"]) for row in ops.get("/forms/").context["forms"]}

    assert rows == {"Contact": (1, 1), "Another": (0, 0)}


def test_parts_of_another_form_are_not_found(ops):
    mine, other = make.web_form(), make.web_form()
    item, ending = other.items.first(), other.endings.first()

    assert ops.get(f"/forms/{mine.uid}/items/{item.uid}/").status_code == 404
    assert ops.post(f"/forms/{mine.uid}/items/{item.uid}/remove/").status_code == 404
    assert ops.get(f"/forms/{mine.uid}/thanks/{ending.uid}/").status_code == 404
    assert FormItem.objects.filter(pk=item.pk).exists()
    assert FormEnding.objects.filter(pk=ending.pk).exists()
    assert FormAnswer.objects.count() == 0
