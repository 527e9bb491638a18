"""A blind or offered lead says nothing hidden by any way: canaries in all hidden fields, every payload looked at."""

import json

import pytest
from django.core import mail
from django.utils import timezone

from leads import dispatch
from leads.dispatch import Word
from leads.models import Lead
from reps import endpoints
from reps.channels import all_channels
from tests import factories as make
from tests.telling.reached import browser, endpoint

pytestmark = [pytest.mark.django_db, pytest.mark.blind]

CANARY = "kanarienvogel"
SECRET = {
    "name": f"Miriam {CANARY}",
    "company": f"{CANARY} GmbH",
    "email": f"m@{CANARY}.example",
    "phone": "+49 30 901820",
    "message": f"Call {CANARY}",
    "city": CANARY,
    "campaign": CANARY,
    "product": CANARY,
    "job_title": CANARY,
    "deal_size": 424242,
}
HIDDEN = (CANARY, "90182", "424242", "miriam")


@pytest.fixture
def payloads(monkeypatch):
    """All that left by any channel but e-mail, as text, before it was sealed for a browser."""
    found = []
    for one in all_channels().values():
        if one.has_endpoints:
            monkeypatch.setattr(one, "send_one", lambda alert, one=one: found.append(_text(one, alert)))
    return found


def _text(one, alert):
    message = one.message(alert)
    return message.decode() if isinstance(message, bytes) else json.dumps(message, ensure_ascii=False)


def everywhere(user):
    endpoint(user)
    endpoint(user, "teams", url="https://prod.logic.azure.com/1")
    endpoint(user, "apprise", url="tgram://1:a/2")
    endpoint(user, "push", url="https://push.example/1", **browser()[2])
    for kind in ("pool", "moved"):
        endpoints.choose(user=user, kind=kind, chosen=["email", "slack", "teams", "apprise", "push"], quiet={})


@pytest.mark.parametrize(("event", "state"), [("offered", "offered"), ("broadcast", "pooled")])
@pytest.mark.parametrize("n", [1, 7])
def test_before_the_lead_is_theirs(ana, payloads, event, state, n):
    team = make.group("Pool", [ana], pool="blind", public_fields=["industry"])
    everywhere(ana.user)
    for i in range(n):
        made = make.arrive(
            **SECRET | {"email": f"m{i}@{CANARY}.example", "phone": f"+49 30 90182{i}"}, industry="Logistics"
        )
        Lead.objects.filter(pk=made.pk).update(state=state, group=team)
        payload = {"until": "2026-03-04T12:00:00Z"}
        dispatch.plan(
            [Word(made.pk, 0, ana.pk, event, why=f"The rule {CANARY} fits.", payload=payload)], now=timezone.now()
        )
    dispatch.drain(now=timezone.now())

    one_each = n == 1 or event == "broadcast"  # offers are told one by one, as each has its own time
    assert (len(payloads), len(mail.outbox)) == ((4, 1) if one_each else (28, 7))
    said = [*payloads, *("\n".join([m.subject, m.body, m.alternatives[0][0]]) for m in mail.outbox)]
    assert [text for text in said if any(word in text.lower() for word in HIDDEN)] == []
    if n == 1:
        assert all("Logistics" in text for text in said)


@pytest.mark.parametrize("event", ["taken_back", "handed_over", "switched_off", "merged"])
def test_who_never_had_it_hears_nothing_of_it(ana, payloads, event):
    everywhere(ana.user)
    made = make.arrive(**SECRET)

    dispatch.plan([Word(made.pk, 1, ana.pk, event, why=f"The rule {CANARY} fits.")], now=timezone.now())
    dispatch.drain(now=timezone.now())

    assert len(payloads) == 4
    assert [text for text in payloads if any(word in text.lower() for word in (*HIDDEN, str(made.uid)))] == []


def test_the_owner_does_hear_so_that_the_canary_can_sing(ana, payloads):
    everywhere(ana.user)
    made = make.arrive(**SECRET)
    Lead.objects.filter(pk=made.pk).update(state="assigned", owner=ana, hop=1)

    dispatch.plan([Word(made.pk, 1, ana.pk, "assigned")], now=timezone.now())
    dispatch.drain(now=timezone.now())

    assert len(payloads) == 4
    assert all(CANARY in text for text in payloads)
