"""What answers say: a verdict with its reason, points, and which thank-you page follows."""

from decimal import Decimal

import pytest

from leads.forms.verdict import judge
from leads.models import FormAnswer, FormEnding, Lead
from routing import live
from tests import factories as make

pytestmark = pytest.mark.django_db


def judged(*questions):
    """Of (item, value)."""
    return judge((item, list(item.answers.all()), value) for item, value in questions)


@pytest.fixture
def form():
    return make.web_form()


@pytest.fixture
def start(form):
    return make.question(
        form,
        "start",
        ("Now", {"verdict": "qualified", "points": 20}),
        ("This year", {"points": 5}),
        ("Just looking", {"verdict": "disqualified", "reason": "No plan to buy"}),
        label="When do you start?",
    )


@pytest.mark.parametrize(
    ("value", "verdict", "reason", "points"),
    [
        ("Now", "qualified", "When do you start?: Now", 20),
        ("This year", "", "", 5),
        ("Just looking", "disqualified", "No plan to buy", None),
        (None, "", "", None),
    ],
)
def test_one_answer(start, value, verdict, reason, points):
    found = judged((start, value))

    assert (found.verdict, found.reason, found.points) == (verdict, reason, points)


def test_the_gravest_answer_decides_and_points_add_up(form, start):
    owns = make.question(form, "owns", ("yes", {"points": 7}), ("no", {"verdict": "look", "points": -3}), kind="yes_no")

    assert judged((start, "Now"), (owns, False)).verdict == "look"
    assert judged((start, "Just looking"), (owns, False)).verdict == "disqualified"
    assert judged((start, "Now"), (owns, True)).points == 27
    assert judged((start, "Now"), (owns, False)).points == 17


def test_numbers_are_judged_by_the_first_range_they_fall_in(form):
    seats = make.question(form, "seats", kind="number")
    for n, (low, high, verdict, points) in enumerate(
        [(None, 4, "disqualified", 0), (5, 49, "", 5), (50, None, "qualified", 30), (40, 60, "look", 1)]
    ):
        FormAnswer.objects.create(item=seats, position=n, low=low, high=high, verdict=verdict, points=points)

    said = {n: judged((seats, Decimal(n))) for n in ("4", "4.5", "5", "49", "50", "1000")}

    assert {n: (j.verdict, j.points) for n, j in said.items()} == {
        "4": ("disqualified", None),
        "4.5": ("", None),
        "5": ("", 5),
        "49": ("", 5),
        "50": ("qualified", 30),
        "1000": ("qualified", 30),
    }


def test_verdict_and_points_come_with_the_lead(client, form, start, sent, monkeypatch):
    arrivals = []
    from leads import capture

    real = capture.capture
    monkeypatch.setattr(capture, "capture", lambda **kw: arrivals.extend(kw["arrivals"]) or real(**kw))

    client.post(f"/f/{form.uid}/", sent(form, start="Just looking"))

    (arrival,) = arrivals
    assert (arrival.verdict, arrival.verdict_reason, arrival.score) == ("disqualified", "No plan to buy", None)
    assert Lead.objects.get().private.answers["start"] == "Just looking"


def test_an_answer_that_is_none_of_those_is_refused(client, form, start, sent):
    answer = client.post(f"/f/{form.uid}/", sent(form, start="Yesterday"))

    assert answer.status_code == 422
    assert "Choose one of the answers." in answer.content.decode()


def test_the_thank_you_page_depends_on_answer_then_verdict(client, form, start, sent):
    FormEnding.objects.create(form=form, when="disqualified", title="Our guide may help")
    vip = FormEnding.objects.create(form=form, when="answer", title="We call today")
    start.answers.filter(label="Now").update(ending=vip)

    said = {
        value: client.post(f"/f/{form.uid}/", sent(form, start=value)).content.decode()
        for value in ("Now", "This year", "Just looking")
    }

    titles = ("We call today", "Thank you", "Our guide may help")
    assert {v: [t for t in titles if f">{t}</h1>" in page] for v, page in said.items()} == {
        "Now": ["We call today"],
        "This year": ["Thank you"],
        "Just looking": ["Our guide may help"],
    }


def test_an_ending_can_lead_to_a_page_of_theirs(client, form, start, sent):
    FormEnding.objects.create(
        form=form, when="qualified", title="Welcome", redirect_url="https://www.example.com/welcome?a=1"
    )

    answer = client.post(f"/f/{form.uid}/", sent(form, start="Now", next="https://evil.example/"))

    assert (answer.status_code, answer["Location"]) == (303, "https://www.example.com/welcome?a=1")


@pytest.mark.parametrize("name", ["next", "redirect", "return", "url", "retURL", "fl_go"])
@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_nothing_that_is_sent_says_where_to_go(client, form, sent, name, where):
    answer = client.post(f"/f/{form.uid}/?{name}={where}", sent(form, **{name: where}))

    assert answer.status_code == 200
    assert "evil.example" not in answer.content.decode()
    assert "javascript:" not in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_page_names_the_rep_and_offers_their_booking_page(client, sent, monkeypatch):
    ana = make.rep("Ana Lindqvist", booking_url="https://book.example/ana")
    make.publish(make.rule(make.group("DACH", [ana])))
    form = make.web_form()
    form.endings.update(names_rep=True)
    monkeypatch.setattr(
        "leads.web.form_page.wait_for_decision",
        lambda lead, seconds: live.route_ready(division_id=lead.division_id),
    )

    page = client.post(f"/f/{form.uid}/", sent(form)).content.decode()

    assert "<b>Ana Lindqvist</b> will be in touch with you." in page
    assert 'href="https://book.example/ana"' in page


def test_nobody_waits_where_no_rep_is_to_be_named(client, form, sent, monkeypatch):
    waited = []
    monkeypatch.setattr("leads.web.form_page.wait_for_decision", lambda lead, seconds: waited.append(seconds))

    client.post(f"/f/{form.uid}/", sent(form))
    form.endings.update(names_rep=True)
    client.post(f"/f/{form.uid}/", sent(form, email="other@northwind.example"))

    assert waited == [1.5]


@pytest.mark.parametrize(
    ("verdict", "state", "owned"),
    [
        ("disqualified", "rejected", False),
        ("look", "desk", False),
        ("qualified", "assigned", True),
        ("", "assigned", True),
    ],
)
def test_what_the_answers_say_decides_whether_a_rep_is_disturbed(client, form, sent, verdict, state, owned):
    make.publish(make.rule(make.group("DACH", [make.rep("Ana Lindqvist")])))
    make.question(form, "plan", ("This one", {"verdict": verdict, "reason": "As they said"}))

    client.post(f"/f/{form.uid}/", sent(form, plan="This one"))
    live.route_ready(division_id=form.connection.division_id)

    lead = Lead.objects.get()
    assert (lead.state, lead.owner is not None) == (state, owned)
