"""Mailboxes by IMAP, at a server of the test's own: each mail once, kept before it is marked, all bounds kept."""

from datetime import timedelta

import pytest
from django.utils import timezone

from leads import inbound, mailboxes
from leads.models import Inbound, Lead, Mailbox
from routing import live
from tests import factories as make
from tests.mail.imap_server import PASSWORD, USER, Server

pytestmark = pytest.mark.django_db


def mail(n, *, who="Ann Bauer", message_id="", body="I would like a demo."):
    known = f"Message-ID: <{message_id or f'm{n}@mail.example'}>\r\n" if message_id != "none" else ""
    return (
        f"From: {who} <p{n}@example.net>\r\nTo: leads@example.org\r\nSubject: Demo {n}\r\n{known}"
        f"Date: Sun, 22 Nov 2026 09:00:00 +0000\r\n\r\n{body}\r\n"
    ).encode()


@pytest.fixture
def server(tmp_path, settings, monkeypatch):
    made = Server(tmp_path)
    settings.ALLOWED_PRIVATE_HOSTS = ["localhost"]
    monkeypatch.setenv("SSL_CERT_FILE", str(made.certificate))
    yield made
    made.stop()


@pytest.fixture
def team():
    rep = make.rep("Ana")
    make.publish(make.rule(make.group("Inbound", [rep])))
    return rep


def box(server, **settings):
    first = {"host": "localhost", "port": server.port, "user": USER, "folder": "INBOX", **settings}
    return make.connection("mailbox", settings=first, secrets={"password": PASSWORD})


def poll(connection, *, minutes=0):
    return mailboxes.poll(connection=connection.pk, clock=lambda: timezone.now() + timedelta(minutes=minutes))


def handle():
    while inbound.handle_due(now=timezone.now() + timedelta(minutes=1)):
        pass
    live.route_ready(1)


def state():
    return Mailbox.objects.get()


def test_a_mail_becomes_an_owned_lead_and_is_marked_as_read(server, team):
    server.put(mail(1))
    connection = box(server)

    assert mailboxes.due(now=timezone.now()) == [connection.pk]
    assert poll(connection) == 1
    handle()

    lead = Lead.objects.get()
    assert (lead.owner, lead.channel) == (team, "mail")
    assert server.seen() == [1]
    assert (state().error, state().taken, state().to_mark, state().leased_until) == ("", 1, [], None)
    assert mailboxes.due(now=timezone.now()) == []
    assert poll(connection, minutes=1) == 0
    assert not any("BODY[]" in command and "PEEK" not in command for command in server.commands)


def test_only_what_is_new_is_fetched_and_the_last_one_not_again(server):
    connection = box(server)
    for n in range(3):
        server.put(mail(n))
        poll(connection, minutes=n)
    server.commands.clear()

    assert poll(connection, minutes=9) == 0
    assert [command for command in server.commands if "FETCH" in command] == []
    assert Inbound.objects.count() == 3


@pytest.mark.parametrize(("first", "taken"), [("unread", 1), ("all", 2), ("none", 0)])
def test_the_first_look_takes_what_ops_want_and_later_ones_all_that_is_new(server, first, taken):
    server.put(mail(1), seen=True)
    server.put(mail(2))
    connection = box(server, first=first)

    assert poll(connection) == taken
    server.put(mail(3), seen=True)  # somebody looked at it before us: it is new all the same
    assert poll(connection, minutes=1) == 1


@pytest.mark.parametrize("can_move", [True, False])
def test_taken_mails_are_moved_and_what_was_not_taken_stays(server, can_move):
    server.can_move = can_move
    server.put(mail(1), seen=True)
    server.put(mail(2))

    poll(box(server, handled="move", moved_to="Erledigt & weg"))

    assert list(server.folders["INBOX"]) == [1]
    assert list(server.folders["Erledigt &- weg"]) == [2]


def test_a_mailbox_left_alone_is_opened_for_reading_only(server):
    server.put(mail(1))
    connection = box(server, handled="leave")

    assert (poll(connection), poll(connection, minutes=1)) == (1, 0)
    assert server.seen() == []
    assert any(command.startswith("EXAMINE") for command in server.commands)


def test_numbers_given_anew_bring_nothing_twice(server, team):
    connection = box(server, first="all")
    server.put(mail(1))
    poll(connection)
    server.validity = 8
    server.folders["INBOX"] = {}
    server.put(mail(1))
    server.put(mail(2))

    poll(connection, minutes=1)
    handle()

    assert Lead.objects.count() == 2
    assert Inbound.objects.count() == 2


def test_the_same_mail_twice_and_one_without_an_id_twice_are_one_lead_each(server):
    for raw in (mail(1), mail(1), mail(2, message_id="none"), mail(2, message_id="none")):
        server.put(raw)

    poll(box(server))
    handle()

    assert Lead.objects.count() == 2
    assert server.seen() == [1, 2, 3, 4]
    assert sorted(Inbound.objects.values_list("times", flat=True)) == [2, 2]


class Large(bytes):
    size = 26 << 20


def test_a_mail_too_large_is_kept_as_refused_with_its_headers_and_harms_no_other(server):
    server.put(Large(mail(1, body="x" * 1000)))
    server.put(mail(2))

    poll(box(server))
    handle()

    refused = Inbound.objects.get(state="refused")
    assert "26 MB" in refused.error
    assert b"Subject: Demo 1" in bytes(refused.body)
    assert b"xxx" not in bytes(refused.body)
    assert Lead.objects.count() == 1
    assert server.seen() == [1, 2]


def test_two_never_look_at_once(server):
    server.put(mail(1))
    connection = box(server)

    assert mailboxes._lease(connection.pk, timezone.now()) is not None
    assert poll(connection) == 0
    assert mailboxes.due(now=timezone.now()) == []
    assert mailboxes.due(now=timezone.now() + mailboxes.LEASE) == [connection.pk]


def test_who_lost_the_lease_keeps_nothing(server, monkeypatch):
    server.put(mail(1))
    connection = box(server)
    fetched = mailboxes._fetched

    def slow(*args):
        Mailbox.objects.update(leased_until=timezone.now() + timedelta(hours=1))
        return fetched(*args)

    monkeypatch.setattr(mailboxes, "_fetched", slow)

    assert poll(connection) == 0
    assert not Inbound.objects.exists()
    assert server.seen() == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"user": "somebody"}, "does not let us in"),
        ({"user": "a\r\nX LOGOUT"}, "does not let us in"),
        ({"folder": "Nowhere"}, "no such folder"),
        ({"port": 1}, "cannot be reached"),
        ({"host": "127.0.0.1"}, "private network"),
        ({"host": "10.0.0.7"}, "private network"),
        ({"host": "redis"}, "private network"),
        ({"host": "no-such-name.example", "port": 993}, "not known"),
        ({"host": "localhost/x"}, "name of the server alone"),
    ],
)
def test_what_is_wrong_stands_on_its_page_and_waits_longer_each_time(server, change, says):
    connection = box(server, **change)

    poll(connection)
    assert says in state().error
    assert "SECRET-TOLD" not in state().error
    first = state().due_at - state().looked_at
    poll(connection, minutes=30)
    assert state().failures == 2
    assert state().due_at - state().looked_at > first * 1.5
    assert poll(connection, minutes=30) == 0
    assert state().failures == 2


def test_a_certificate_nobody_vouches_for_ends_it(server, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")

    poll(box(server))

    assert "certificate" in state().error
    assert server.commands == []


def test_a_server_that_hangs_up_in_the_middle_loses_nothing(server):
    for n in range(3):
        server.put(mail(n))
    connection = box(server)

    def hang_up(command):
        if command.startswith("UID FETCH 2 "):
            raise OSError

    server.before = hang_up
    poll(connection)
    assert (state().last_uid, state().to_mark, server.seen()) == (1, [1], [])
    server.before = lambda command: None
    poll(connection, minutes=30)

    assert Inbound.objects.count() == 3
    assert server.seen() == [1, 2, 3]
    assert (state().failures, state().error) == (0, "")


class Endless(bytes):
    size = 100

    def __len__(self):
        return 1 << 40


def test_a_server_that_announces_more_than_allowed_is_left(server):
    server.put(Endless(mail(1)))

    poll(box(server))

    assert "hangs up" in state().error
    assert not Inbound.objects.exists()


def test_a_mailbox_without_a_server_or_paused_is_not_looked_into(server):
    make.connection("mailbox", settings={"host": ""})
    paused = box(server)
    paused.active = False
    paused.save()

    assert mailboxes.due(now=timezone.now()) == []
    assert poll(paused) == 0
    assert server.commands == []
