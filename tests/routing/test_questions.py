"""Something unfair: asked by a rep, read by them and the group's managers alone, answered, told, in the history."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from leads import mails
from leads.models import Delivery, Lead
from reps import alerts
from routing import live, questions, rulesets
from routing.models import LedgerEntry, Question, RuleSet
from tests import factories as make
from tests.routing.test_how_shared import signed_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    """A blind pool beside turns: Ana and Ben share, Clara manages; Otto manages others."""
    ana, ben = make.rep("Ana Lindqvist"), make.rep("Ben Okafor")
    clara, otto = make.user("Clara Hoffmann"), make.user("Otto Other")
    dach = make.group(
        "DACH", [ana, ben], pool="blind", steps=[{"strategy": "availability"}, {"strategy": "round_robin"}]
    )
    dach.managers.add(clara)
    make.group("Nordics", [make.rep("Nils")]).managers.add(otto)
    make.publish(make.rule(dach, name="Everything"), by=clara)
    for n in range(2):
        make.arrive(company=f"Hidden Works {n}", email=f"p{n}@hidden.example")
    live.route_ready(1)
    return dach, ana, ben, clara, otto


def ask(rep, **fields):
    return signed_in(rep.user).post(reverse("unfair"), {"text": "Ben had two in a row.", **fields}, follow=True)


def test_a_rep_asks_a_manager_answers_and_both_are_told(team):
    _dach, ana, _ben, clara, _otto = team

    assert "Sent. Only you and the managers of DACH can read it." in ask(ana).content.decode()
    row = Question.objects.get()
    told = Delivery.objects.filter(event="unfair")
    assert {(one.user_id, one.lead_id) for one in told} == {(clara.pk, None)}
    assert {"in_app", "email"} <= {one.channel for one in told}

    client = signed_in(clara)
    assert "Ben had two in a row." in text_of(client.get(reverse("questions")))
    client.post(reverse("question-answer", args=[row.uid]), {"answer": "You were off shift.", "seen": ""})

    assert "You were off shift. Clara Hoffmann" in text_of(signed_in(ana.user).get(reverse("unfair")))
    assert {one.rep_id for one in Delivery.objects.filter(event="answered")} == {ana.pk}
    assert Question.objects.get().answered_by == clara


def test_every_number_of_the_statement_can_be_asked_about(team):
    """Those of leads they could not take, too: these are what people find unfair."""
    dach, ana, ben, _clara, _otto = team
    entry = LedgerEntry.objects.first()
    LedgerEntry.objects.filter(pk=entry.pk).update(reps=[ben.pk], weights=[1], winner=ben.pk)

    page = ask(ana, number=f"#{entry.pk}").content.decode()

    assert "Sent. Only you" in page
    assert Question.objects.get().entry == entry
    assert (
        "No line of your statement" in ask(make.rep("Eva"), number=str(entry.pk), group=str(dach.uid)).content.decode()
    )


@pytest.mark.parametrize("event", ["unfair", "answered"])
def test_the_word_holds_nothing_of_question_answer_or_lead(team, event):
    dach, ana, _ben, clara, _otto = team
    lead = Lead.objects.get(owner=ana)
    row = questions.ask(rep=ana, group=dach, text="Secret text", lead=lead, now=timezone.now())
    questions.answer(question=row, text="Secret answer", by=clara, now=timezone.now(), seen=None, version=None)
    delivery = Delivery.objects.select_related("rep__user", "user", "lead").get(event=event, channel="email")

    context = mails.contexts_of([delivery], now=timezone.now())[0]
    alert = alerts.render(event=event, uid="1", user=delivery.person, context=context)
    whole = alert.subject + alert.text + alert.html + alert.brief

    assert reverse("questions" if event == "unfair" else "unfair") in alert.url
    assert (ana.name if event == "unfair" else clara.name) in whole
    assert not re.search(r"Secret|Hidden", whole)


def test_only_the_asker_and_managers_of_the_group_read_it(team):
    dach, ana, ben, clara, otto = team
    row = questions.ask(rep=ana, group=dach, text="Between us", now=timezone.now())
    act = reverse("question-answer", args=[row.uid])

    assert "Between us" not in text_of(signed_in(ben.user).get(reverse("unfair")))
    assert "Between us" not in text_of(signed_in(ben.user).get(reverse("how-shared")))
    assert "Between us" not in text_of(signed_in(otto).get(reverse("questions"), {"show": "all"}))
    assert signed_in(otto).post(act, {"answer": "x"}).status_code == 404
    assert signed_in(ben.user).post(act, {"answer": "x"}).status_code == 403
    assert signed_in(ben.user).get(reverse("questions")).status_code == 403
    assert Client().post(reverse("unfair"), {"text": "x"}).status_code == 302
    assert signed_in(clara).get(reverse("unfair")).status_code == 403
    assert Question.objects.get().answer == ""


def test_a_hidden_lead_cannot_be_asked_about_and_says_nothing(team):
    """A colleague's lead of a blind pool: by its address it is as one that never was, by number only of own lines."""
    _dach, ana, ben, _clara, _otto = team
    theirs = Lead.objects.get(owner=ben)

    answers = [ask(ana, lead=uid) for uid in (str(theirs.uid), "8a1ff2d0-0000-4000-8000-000000000000", "nonsense")]
    page = signed_in(ana.user).get(reverse("unfair"), {"lead": str(theirs.uid)})

    assert [row.lead for row in Question.objects.all()] == [None] * 3
    assert "Hidden" not in page.content.decode() + "".join(one.content.decode() for one in answers)


def test_a_line_of_the_own_statement_can_be_named_and_shows_no_lead_of_a_colleague(team):
    _dach, ana, ben, clara, _otto = team
    nils = make.rep("Stranger")
    entry = LedgerEntry.objects.get(winner=ben.pk)

    ask(ana, number=str(entry.pk))
    own = text_of(signed_in(ana.user).get(reverse("unfair")))
    managers = text_of(signed_in(clara).get(reverse("questions")))
    wrong = [signed_in(ana.user).post(reverse("unfair"), {"text": "x", "number": n}) for n in ("999999", "x", "9" * 30)]

    assert f"line no. {entry.pk}" in own
    assert "Hidden" not in own
    assert re.search(r"Hidden Works \d", managers)  # who may read the lead finds it
    assert [answer.status_code for answer in wrong] == [422] * 3
    assert all("No line of your statement has this number." in text_of(answer) for answer in wrong)
    assert signed_in(nils.user).post(reverse("unfair"), {"text": "x", "number": entry.pk}).status_code == 422


def test_a_title_is_gone_with_the_right_to_read_the_lead(team):
    _dach, ana, ben, _clara, _otto = team
    lead = Lead.objects.get(owner=ana)
    ask(ana, lead=str(lead.uid))
    assert Question.objects.get().lead == lead
    assert "Hidden Works" in text_of(signed_in(ana.user).get(reverse("unfair")))

    Lead.objects.filter(pk=lead.pk).update(owner=ben)

    assert "Hidden Works" not in text_of(signed_in(ana.user).get(reverse("unfair")))


def test_the_history_names_what_led_to_a_version_and_no_colleague(team):
    dach, ana, ben, clara, _otto = team
    row = questions.ask(rep=ana, group=dach, text="Too slow", now=timezone.now())
    version = rulesets.publish(rule_set=RuleSet.objects.get(), by=clara, comment="Faster", now=timezone.now())
    signed_in(clara).post(
        reverse("question-answer", args=[row.uid]), {"answer": "Right.", "seen": "", "version": str(version.uid)}
    )

    pages = {who: signed_in(user).get(reverse("how-shared")) for who, user in (("ana", ana.user), ("ben", ben.user), ("clara", clara))}  # fmt: skip  # noqa: E501

    assert f"{reverse('unfair')}#question-{row.uid}" in pages["ana"].content.decode()
    assert "after a question by Ana Lindqvist" in text_of(pages["clara"])
    assert "after a question" in text_of(pages["ben"])
    assert "after a question by" not in text_of(pages["ben"])
    assert "changed the rules in version 2" in text_of(signed_in(ana.user).get(reverse("unfair")))
    assert [r["row"].pk for r in signed_in(clara).get(reverse("questions"), {"show": "changed"}).context["rows"]] == [row.pk]  # fmt: skip  # noqa: E501


def test_two_managers_never_overwrite_each_other_unseen(team):
    dach, ana, _ben, clara, _otto = team
    dora = make.user("Dora")
    dach.managers.add(dora)
    row = questions.ask(rep=ana, group=dach, text="Why?", now=timezone.now())
    act = reverse("question-answer", args=[row.uid])

    signed_in(clara).post(act, {"answer": "First", "seen": ""})
    late = signed_in(dora).post(act, {"answer": "Second", "seen": ""}, follow=True)

    assert Question.objects.get().answer == "First"
    assert "Clara Hoffmann answered meanwhile, so yours was not saved. You wrote: Second" in text_of(late)
    seen = re.search(r'name="seen" value="([^"]+)"', late.content.decode())[1]
    signed_in(dora).post(act, {"answer": "Third", "seen": seen})
    assert Question.objects.get().answer == "Third"
    assert Delivery.objects.filter(event="answered", channel="in_app").count() == 2


def test_nothing_empty_and_nothing_wrong_is_kept(team):
    dach, ana, _ben, clara, _otto = team
    row = questions.ask(rep=ana, group=dach, text="Why?", now=timezone.now())

    empty = signed_in(ana.user).post(reverse("unfair"), {"text": " \x00 "})
    alone = signed_in(make.rep("Alone").user).post(reverse("unfair"), {"text": "x"})
    signed_in(clara).post(reverse("question-answer", args=[row.uid]), {"answer": " ", "seen": "x\x00", "version": "y"})

    assert (empty.status_code, "Say what happened." in text_of(empty)) == (422, True)
    assert (alone.status_code, "You are in no group" in text_of(alone)) == (422, True)
    assert Question.objects.get().answered_at is None


def test_the_page_of_a_lead_leads_here(team):
    _dach, ana, _ben, clara, _otto = team
    lead = Lead.objects.get(owner=ana)
    url = reverse("lead-why", args=[lead.uid])

    assert f"{reverse('unfair')}?lead={lead.uid}" in signed_in(ana.user).get(url).content.decode()
    assert reverse("unfair") not in signed_in(clara).get(url).content.decode()
