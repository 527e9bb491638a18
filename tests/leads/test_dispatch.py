"""Telling the rep: planned with the decision, sent after it, at least once with a constant id, retried."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from leads import dispatch
from leads.models import Delivery, LeadEvent
from reps.channels import email
from routing import live
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(db):
    ana = make.rep("Ana")
    make.publish(make.rule(make.group("DACH", [ana]), name="Everything else"))
    made = make.arrive(name="Miriam Vogt", company="Brandl\r\nBcc: x@evil.example", message="Please <b>call</b>")
    live.route_ready(1)
    return made


def row():
    return Delivery.objects.get(channel="email")


def test_the_mail_tells_lead_and_why_and_has_a_constant_id(lead):
    dispatch.drain(now=timezone.now())

    (sent,) = mail.outbox
    assert sent.to == [row().rep.user.email]
    assert sent.subject == "New lead for you: Brandl Bcc: x@evil.example"
    assert sent.message()["Bcc"] is None
    assert sent.extra_headers["Message-ID"] == f"<{row().uid}@fairlead>"
    assert "It came to you because the rule “Everything else” fits this lead" in sent.body
    assert f"/leads/{lead.uid}/" in sent.body
    assert "Please &lt;b&gt;call&lt;/b&gt;" in sent.alternatives[0][0]
    assert row().sent_at is not None
    assert LeadEvent.objects.filter(lead=lead, kind="told").count() == 1


def test_nothing_is_sent_twice(lead):
    dispatch.drain(now=timezone.now())

    assert dispatch.drain(now=timezone.now() + timedelta(days=1)) == 0
    assert len(mail.outbox) == 1


def test_a_mail_that_is_refused_is_tried_again_later_with_the_same_id(lead, settings):
    settings.EMAIL_BACKEND = "tests.leads.test_dispatch.Refusing"
    now = timezone.now()
    for _ in range(3):
        dispatch.drain(now=now)
        now = row().due_at + timedelta(seconds=1)
    refused = row()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    dispatch.drain(now=now)

    assert (refused.tries, refused.error, refused.sent_at) == (3, "no room", None)
    assert mail.outbox[0].extra_headers["Message-ID"] == f"<{refused.uid}@fairlead>"


def test_after_the_last_try_it_is_parked_with_the_error(lead, settings):
    settings.EMAIL_BACKEND = "tests.leads.test_dispatch.Refusing"
    now = timezone.now()
    for _ in range(20):
        if not dispatch.drain(now=now):
            break
        now = row().due_at + timedelta(seconds=1)

    assert row().failed_at is not None
    assert row().tries == 8


def test_a_sender_that_died_leaves_its_mail_due_again(lead, monkeypatch):
    monkeypatch.setattr(email.channel, "send", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
    now = timezone.now()
    with pytest.raises(KeyboardInterrupt):
        dispatch.drain(now=now)
    monkeypatch.undo()

    assert dispatch.drain(now=now) == 0
    assert dispatch.drain(now=now + timedelta(seconds=61)) == 1
    assert len(mail.outbox) == 1


class Refusing:
    """A mail server without room."""

    def __init__(self, **_options):
        pass

    def open(self):
        pass

    def close(self):
        pass

    def send_messages(self, messages):
        raise OSError("no room")
