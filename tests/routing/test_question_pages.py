"""Questions and comments sent twice, too often, by the hundred or at an odd instant: none is lost, none doubled."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from routing import questions, rulesets
from routing.models import Comment, Question, RuleSetVersion
from tests.limits.conftest import clock, limit
from tests.routing.test_how_shared import signed_in, text_of
from tests.routing.test_questions import team

__all__ = ["clock", "limit", "team"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def version():
    return rulesets.published(1)


def test_a_form_sent_twice_asks_once_and_another_text_asks_again(team):
    _dach, ana, *_ = team
    client, form = signed_in(ana.user), uuid.uuid4()

    for text in ("Ben had two.", "Ben had two.", "Ben had three."):
        assert client.post(reverse("unfair"), {"text": text, "form": str(form)}).status_code == 302

    assert sorted(Question.objects.values_list("text", flat=True)) == ["Ben had three.", "Ben had two."]
    assert f'name="form" value="{form}"' not in client.get(reverse("unfair")).content.decode()


def test_nobody_writes_into_the_question_of_another(team):
    _dach, ana, ben, *_ = team
    form = str(uuid.uuid4())
    for rep in (ana, ben):
        signed_in(rep.user).post(reverse("unfair"), {"text": "The same words", "form": form})

    assert set(Question.objects.values_list("rep", flat=True)) == {ana.pk, ben.pk}


def test_a_comment_sent_twice_stands_once(team, version):
    _dach, ana, *_ = team
    client, address = signed_in(ana.user), reverse("how-shared-comment", args=[version.rule_set.uid, version.n])
    for _n in range(2):
        client.post(address, {"text": "Why turns?", "form": "2f1f0d0e-7a40-4a5a-9a55-5f3a1d1a0a01"})

    assert Comment.objects.count() == 1


def test_beyond_the_limit_nothing_is_kept_and_what_was_typed_stays(team, version, limit):
    limit(questions="2/h")
    _dach, ana, *_ = team
    client, form = signed_in(ana.user), str(uuid.uuid4())
    for _n in range(2):  # twice the same: counted once
        client.post(reverse("unfair"), {"text": "First", "form": form})
    comment = reverse("how-shared-comment", args=[version.rule_set.uid, version.n])
    client.post(comment, {"text": "Second"})

    refused = client.post(reverse("unfair"), {"text": "The third one"})
    spoken = client.post(comment, {"text": "The fourth one"}, follow=True)

    assert refused.status_code == 429
    assert "That is more than 2 questions and comments in an hour. You can go on at" in text_of(refused)
    assert "The third one" in text_of(refused)
    assert "You wrote: The fourth one" in text_of(spoken)
    assert (Question.objects.count(), Comment.objects.count()) == (1, 1)


def test_the_newest_comments_come_first_and_all_are_reached(team, version):
    _dach, ana, *_ = team
    start = timezone.now() - timedelta(days=1)
    for n in range(70):
        questions.comment(version=version, by=ana.user, text=f"Word {n}.", now=start + timedelta(minutes=n))
    client = signed_in(ana.user)

    page = text_of(client.get(reverse("how-shared")))
    own = reverse("how-shared-version", args=[version.rule_set.uid, version.n])
    all_of_them = [text_of(client.get(own, {"page": n})) for n in (1, 2, 3)]

    assert page.index("Word 69.") < page.index("Word 68.")
    assert "All 70 comments" in page
    assert all(any(f"Word {n}." in one for one in all_of_them) for n in range(70))
    assert "Word 69." in all_of_them[0]


def test_an_answer_leads_to_the_page_that_holds_the_question(team):
    dach, ana, _ben, clara, _otto = team
    now = timezone.now()
    rows = [
        questions.ask(rep=ana, group=dach, text=f"Line {n}.", now=now - timedelta(minutes=n // 2)) for n in range(70)
    ]
    client = signed_in(clara)

    for row in (rows[0], rows[29], rows[30], rows[69]):
        answered = client.post(reverse("question-answer", args=[row.uid]), {"answer": "Yes."}, follow=True)
        assert f'id="question-{row.uid}"' in answered.content.decode()
        own = signed_in(ana.user).get(reverse("unfair"), {"question": row.uid})
        assert f'id="question-{row.uid}"' in own.content.decode()
    asked = client.get(reverse("questions"), {"show": "all", "question": rows[69].uid, "page": 1})
    assert asked.context["page"].number == 1


def test_answering_again_keeps_an_old_version_on_offer(team, version):
    dach, ana, _ben, clara, _otto = team
    row = questions.ask(rep=ana, group=dach, text="Why?", now=timezone.now())
    questions.answer(question=row, text="So.", by=clara, now=timezone.now(), seen=None, version=version)
    later = timezone.now() + timedelta(minutes=1)
    for n in range(2, 24):
        same = {"rule_set": version.rule_set, "engine": version.engine, "body": version.body}
        RuleSetVersion.objects.create(n=n, published_at=later, **same)

    page = signed_in(clara).get(reverse("questions"), {"show": "all"}).content.decode()

    assert f'<option value="{version.uid}" selected>' in page


@pytest.mark.parametrize(
    "seen",
    ["2026-13-45T00:00:00", "2026-02-30T10:00", "2026-01-01T10:00:00+99:99", "0001-01-01T00:00:00+23:59", "9" * 5000],
)
def test_an_odd_instant_saw_no_answer(team, seen):
    dach, ana, _ben, clara, _otto = team
    row = questions.ask(rep=ana, group=dach, text="Why?", now=timezone.now())
    questions.answer(question=row, text="So.", by=clara, now=timezone.now(), seen=None, version=None)

    answer = signed_in(clara).post(
        reverse("question-answer", args=[row.uid]), {"answer": "Not so.", "seen": seen}, follow=True
    )

    assert "answered meanwhile, so yours was not saved" in text_of(answer)
    row.refresh_from_db()
    assert row.answer == "So."
