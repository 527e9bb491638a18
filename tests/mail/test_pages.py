"""Mailboxes in the browser: their settings, how far they are read, and a template made of an example."""

from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from leads import inbound, mailboxes
from leads.models import Connection, LeadPrivate, Mailbox
from tests import factories as make
from tests.mail.corpus import raw

pytestmark = pytest.mark.django_db
SAMPLE = "New request!\nVisitor >> Ann Bauer <<\nWrite to\nann@example.net\nSeats wanted = 40 (about)\nBye"


@pytest.fixture
def ops(client):
    client.force_login(make.user("Odile", is_ops=True))
    return client


def send(connection, text, n):
    mail = raw(text, Message_ID=f"<{n}@example.net>", sender="Robot <robot@site.example>")
    Client().post(make.address(connection), mail, content_type="message/rfc822")
    while inbound.handle_due(now=timezone.now()):
        pass


def template(client, connection, **sent):
    url = reverse("connection-template", args=[connection.uid])
    return client.post(url, sent) if sent else client.get(url)


def test_a_pattern_made_of_an_example_reads_the_next_mail(ops):
    connection = make.connection("mailbox", settings={"host": ""})
    send(connection, SAMPLE, 1)
    assert "Visitor &gt;&gt; Ann Bauer" in template(ops, connection).content.decode()
    values = {"value_0": "Ann Bauer", "value_3": "ann@example.net", "answer_13": "Seats", "value_13": "40"}

    tried = template(ops, connection, template="pattern", sample=SAMPLE, **values, **{"try": "1"})
    assert "from “Visitor >>” to “<<”" in unescape(tried.content.decode())
    assert "the line below “Write to”" in unescape(tried.content.decode())
    assert "patterns" not in Connection.objects.get(pk=connection.pk).settings
    saved = template(ops, connection, template="pattern", sample=SAMPLE, **values, save="1")
    assert saved.status_code == 302

    send(connection, SAMPLE.replace("Ann Bauer", "Ben <Holt").replace("ann@", "ben@").replace("40", "7"), 2)
    details = LeadPrivate.objects.get(email="ben@example.net")
    assert (details.name, details.answers["Seats"]) == ("Ben <Holt", "7")


def test_what_cannot_be_found_again_is_said_beside_its_field_and_nothing_is_saved(ops):
    connection = make.connection("mailbox", settings={})

    answer = template(ops, connection, template="pattern", sample=SAMPLE, value_0="Zoe", value_13="40", save="1")

    assert answer.status_code == 400
    told = answer.content.decode()
    assert "This does not stand in the sample." in told
    assert "Say what the answer is called." in told
    assert "patterns" not in Connection.objects.get(pk=connection.pk).settings


def test_only_ops_and_only_mails_have_templates(ops, client):
    other = make.connection("webhook")
    assert template(ops, other).status_code == 404
    stranger = Client()
    stranger.force_login(make.user("Rita"))
    assert template(stranger, make.connection("mailbox")).status_code == 403


def test_settings_refuse_a_server_of_our_own_network_and_a_new_mailbox_is_looked_into_at_once(ops):
    url = reverse("connection-new", args=["mailbox"])
    sent = {
        "name": "Leads",
        "own_security": "tls",
        "own_handled": "seen",
        "own_first": "unread",
        "own_template": "lines",
        "own_copies": "no",
    }

    for host in ("127.0.0.1", "redis", "imap.example.net/x", "169.254.169.254", "user:pw@imap.example.net"):
        assert ops.post(url, {**sent, "own_host": host}).status_code == 400, host
    assert ops.post(url, {**sent, "own_host": "imap.example.net", "own_port": "70000"}).status_code == 400
    assert not Connection.objects.filter(kind="mailbox").exists()
    assert ops.post(url, {**sent, "own_host": "imap.example.net"}).status_code == 302

    made = Connection.objects.get(kind="mailbox")
    assert mailboxes.due(now=timezone.now()) == [made.pk]
    Mailbox.objects.update(error="There is no such folder.", failures=3, looked_at=timezone.now())
    shown = ops.get(reverse("connection", args=[made.uid])).content.decode()
    assert "There is no such folder." in shown
    assert ops.post(reverse("connection-look", args=[made.uid])).status_code == 302
    assert Mailbox.objects.get().failures == 0
