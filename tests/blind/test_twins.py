"""No answer to a rep depends on what is hidden before the claim (non-interference), and none of it holds any of it."""

import json

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from leads.models import Delivery, Lead
from routing.models import Offer
from tests.blind import asked, twins

pytestmark = [pytest.mark.blind, pytest.mark.django_db(transaction=True)]

SECRETS = (b"canary7q", b"5550 77", b"5550%2077", b"+493055507", b"77771", b"77,771")


# Pages that show when something was noted.
NOTED = frozenset({"my-availability", "security", "mfa_index"})


def ask(cookies, question):
    """One answer, whole: status, headers, body."""
    _name, method, url, body, headers = question
    client = Client(raise_request_exception=False)
    client.cookies.load(cookies)
    if body is not None and url.startswith("/api/"):
        answer = client.generic(method, url, json.dumps(body), content_type="application/json", headers=headers)
    elif method == "POST":
        answer = client.post(url, body, headers=headers)
    else:
        answer = client.generic(method, url, headers=headers)
    whole = b"".join(answer.streaming_content) if answer.streaming else answer.content
    cookies_set = sorted(morsel.OutputString() for morsel in answer.cookies.values())
    return answer.status_code, sorted(answer.headers.items()), cookies_set, whole


def crawl(world, cookies, stand, *, other, extra=None):
    """All answers of one world, in order; pages that open are asked in more ways, the same ones in both worlds."""
    answers, opened = [], {}
    with stand(other=other), twins.standing_still() as draw_anew:
        for question in asked.questions(world):
            draw_anew()
            if question[0] in NOTED:
                twins.still_history()
            answer = ask(cookies, question)
            answers.append((question, answer))
            if question[1] == "GET" and answer[0] == 200:
                opened[question[2]] = question[0]
        twins.still_history()
        for url, name in opened.items() if extra is None else extra.items():
            for question in asked.more(name, url):
                draw_anew()
                answers.append((question, ask(cookies, question)))
        kept = [dict(row) for row in Delivery.objects.filter(rep=world.viewer).order_by("pk").values("event", "why")]
    return answers, opened, kept


@pytest.fixture
def world(transactional_db):
    return twins.build()


def leaks(answers):
    """Questions whose answer holds something hidden; what the asker wrote may be shown to them again."""
    found = []
    for (name, method, url, body, _headers), (_status, headers, cookies, whole) in answers:
        if "?" in url or body is not None:
            continue
        told = (repr(headers) + repr(cookies)).encode() + whole
        found += [(name, method, secret) for secret in SECRETS if secret in told.lower()]
    return found


def apart(first, second):
    """The first place where two answers part, with what stands there in each."""
    one, two = ("\n".join(map(repr, answer[:3])).encode() + answer[3] for answer in (first, second))
    at = next((n for n, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    return one[max(0, at - 60) : at + 40], two[at : at + 40]


def test_two_worlds_that_differ_in_hidden_fields_answer_alike(world, caplog):
    cookies = twins.sessions_of(world.viewer.user)
    with twins.twin() as stand:
        with stand(other=True):
            twins.hide(world)
        first, opened, told = crawl(world, cookies, stand, other=False)
        second, _opened, told_there = crawl(world, cookies, stand, other=True, extra=opened)
        with stand(other=True):
            hidden = [row.private.name for row in Lead.objects.filter(pk__in=[x.pk for x in world.leads])]
        with stand(other=False):
            waiting = list(Lead.objects.filter(pk__in=[x.pk for x in world.leads]).values_list("state", flat=True))

    differing = [(q[:3], *apart(a, b)) for (q, a), (_q, b) in zip(first, second, strict=True) if a != b]
    assert differing == []
    assert told == told_there
    assert leaks(first) == []
    assert {q[0] for q, a in first if a[0] >= 500} <= {"readyz"}  # no worker beside this test
    # The crawl was one: pages opened, hidden values did differ, and the leads still wait.
    assert {"pool", "my-leads", "my-offers", "my-numbers"} <= set(opened.values())
    assert not [name for name in hidden if twins.CANARY in name]
    assert sorted(waiting) == twins.STATES
    said = " ".join(record.getMessage() for record in caplog.records) + repr([m.message() for m in mail.outbox])
    assert twins.CANARY.lower() not in said.lower()
    assert not [key for key in cache._cache.get_client().keys("*") if b"canary" in key.lower()]


@pytest.mark.parametrize("name", ["offer-decline", "api:offer-decline"])
def test_declining_an_offer_says_the_same_in_both_worlds(world, name):
    """Not in the crawl, as it moves the lead: the answer, and what stands on the pages after it."""
    cookies = twins.sessions_of(world.viewer.user)
    paths = dict(asked.routes())
    after = ("my-leads", "my-offers", "pool", "my-numbers", "api:offers", "api:lead-list")
    url = asked.fill(paths[name], world.leads[4], world.viewer, world.offer.uid)
    questions = [(name, "POST", url, {}, {})]
    questions += [(then, "GET", asked.fill(paths[then], world.leads[4], world.viewer), None, {}) for then in after]
    answers = {}
    with twins.twin() as stand:
        with stand(other=True):
            twins.hide(world)
        for other in (False, True):
            with stand(other=other), twins.standing_still() as draw_anew:
                draw_anew()
                answers[other] = [ask(cookies, question) for question in questions]
                declined = Offer.objects.get(uid=world.offer.uid).answer

    assert [apart(a, b) for a, b in zip(*answers.values(), strict=True) if a != b] == []
    assert declined == "declined"
    assert [status for status, *_rest in answers[True]][1:] == [200] * len(after)
    assert leaks(list(zip(questions[1:], answers[False][1:], strict=True))) == []
