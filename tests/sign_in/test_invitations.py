"""Invitations: who may, what the link makes, once; and nothing told to who guesses."""

import re
import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from reps import invitations
from reps.models import Invitation, Membership, Rep, User
from tests import factories as make

from .conftest import browser, is_in

pytestmark = pytest.mark.django_db
NEW = "new.person@example.org"
SAID = {"name": "Nia New", "password": "Fair-winds-2026"}


@pytest.fixture
def dach(db):
    return make.group("DACH")


def client_of(user):
    client = browser()
    client.force_login(user)
    return client


@pytest.fixture
def ada(db):
    return client_of(make.user("Ada", is_superuser=True))


def link():
    return re.search(r"https?://[^/\s]+(/invitation/\S+)", mail.outbox[-1].body)[1]


def invite(client, email=NEW, **roles):
    return client.post("/invitations/", {"email": email, **roles})


def test_an_admin_invites_a_rep_of_groups_who_comes_in_by_the_link(ada, dach, settings):
    settings.PUBLIC_URL = "https://leads.example.net"
    other = make.group("Other")
    assert (
        invite(ada, "New.Person@example.org", rep_in=[dach.pk], manager_of=[other.pk], is_ops="on").status_code == 302
    )
    assert mail.outbox[-1].to == [NEW]
    assert "https://leads.example.net/invitation/" in mail.outbox[-1].body
    client = browser()

    assert NEW in client.get(link()).content.decode()
    assert not User.objects.filter(email=NEW).exists()
    came = client.post(link(), SAID)

    assert came.headers["Location"] == "/"
    assert is_in(client)
    user = User.objects.get(email=NEW)
    assert (user.name, user.is_ops, user.is_superuser, user.is_referrer) == ("Nia New", True, False, False)
    assert list(Membership.objects.at(timezone.now()).filter(rep__user=user).values_list("group", flat=True)) == [
        dach.pk
    ]
    assert list(user.managed_groups.all()) == [other]
    again = browser()
    again.post("/login/", {"username": NEW, "password": SAID["password"]})
    assert is_in(again)


BAD = [
    {"name": "", "password": "Fair-winds-2026"},
    {"name": "Nia", "password": "short"},
    {"name": "Nia", "password": "1234567890123"},
    {"name": "Nia", "password": "new.person@example.org"},
    {"name": "N" * 151, "password": "Fair-winds-2026"},
    {"name": "N\x00", "password": "Fair-winds-2026"},
    {},
]


@pytest.mark.parametrize("said", BAD)
def test_what_is_wrong_with_name_or_password_is_told_and_makes_nobody(ada, dach, said):
    invite(ada, is_rep="on")

    answer = browser().post(link(), said)

    assert (answer.status_code, "field-error" in answer.content.decode()) == (200, True)
    assert not User.objects.filter(email=NEW).exists()


@pytest.mark.parametrize("over", ["used", "withdrawn", "old", "sent again", "inviter gone", "account made"])
def test_a_link_that_is_over_says_what_one_never_sent_does(ada, dach, over):
    invite(ada, is_rep="on")
    old, row = link(), Invitation.objects.get()
    if over == "used":
        browser().post(old, SAID)
    elif over == "withdrawn":
        ada.post(f"/invitations/{row.uid}/withdraw/")
    elif over == "old":
        Invitation.objects.update(good_until=timezone.now() - timedelta(seconds=1))
    elif over == "sent again":
        ada.post(f"/invitations/{row.uid}/again/")
        assert browser().get(link()).status_code == 200
    elif over == "inviter gone":
        User.objects.filter(pk=row.by_id).update(is_active=False)
    else:
        make.user("Else", email=NEW)
    users = User.objects.count()

    seen, never = browser().post(old, SAID), browser().post("/invitation/never-sent/", SAID)

    assert (seen.status_code, seen.content) == (404, never.content)
    assert User.objects.count() == users


def test_opening_the_link_uses_nothing_up(ada):
    invite(ada, is_rep="on")

    for _scanner in range(3):
        assert browser().get(link()).status_code == 200
    browser().head(link())

    assert browser().post(link(), SAID).status_code == 302


def test_the_secret_is_not_kept(ada):
    invite(ada, is_rep="on")
    secret = link().strip("/").rpartition("/")[2]

    assert secret not in str(list(Invitation.objects.values()))


def test_somebody_signed_in_does_not_become_somebody_else(ada, ana):
    invite(ada, is_rep="on")
    client = client_of(ana)

    assert client.post(link(), SAID).status_code == 409
    assert not User.objects.filter(email=NEW).exists()


def test_who_has_an_account_is_not_invited(ada, ana):
    before = len(mail.outbox)

    assert "has an account already" in invite(ada, ana.email.upper(), is_rep="on").content.decode()
    assert len(mail.outbox) == before


@pytest.mark.parametrize(
    ("role", "allowed", "wanted", "made"),
    [
        ("ops", False, "is_rep", True),
        ("ops", False, "is_referrer", True),
        ("ops", False, "is_ops", False),
        ("ops", False, "manager_of", False),
        ("manager", False, "rep_in", False),
        ("manager", True, "rep_in", True),
        ("manager", True, "foreign", False),
        ("manager", True, "is_rep", False),
        ("manager", True, "is_ops", False),
        ("manager", True, "manager_of", False),
        ("rep", True, "is_rep", False),
        ("nobody", True, "is_rep", False),
    ],
)
def test_nobody_gives_more_than_they_may(ana, dach, settings, role, allowed, wanted, made):
    settings.MANAGERS_INVITE = allowed
    client = browser()
    if role == "ops":
        client = client_of(make.user("Olga", is_ops=True))
    elif role == "manager":
        dach.managers.add(manager := make.user("Max"))
        client = client_of(manager)
    elif role == "rep":
        client = client_of(ana)
    roles = {"rep_in": [dach.pk], "foreign": [make.group("Foreign").pk], "manager_of": [dach.pk]}
    name = "rep_in" if wanted == "foreign" else wanted

    invite(client, **{name: roles.get(wanted, "on")})

    assert Invitation.objects.exists() is made


def test_ops_touch_no_invitation_of_an_admin_to_power(ada, dach):
    invite(ada, is_ops="on")
    uid = Invitation.objects.get().uid
    olga = client_of(make.user("Olga", is_ops=True))

    assert olga.post(f"/invitations/{uid}/again/").status_code == 404
    assert olga.post(f"/invitations/{uid}/withdraw/").status_code == 404
    assert "invited already" in invite(olga, is_rep="on").content.decode()
    assert Invitation.objects.get().withdrawn_at is None


def test_a_second_invitation_takes_the_place_of_the_first(ada, dach):
    invite(ada, is_rep="on")
    first = link()
    invite(ada, is_referrer="on")

    assert browser().get(first).status_code == 404
    browser().post(link(), SAID)
    assert User.objects.get(email=NEW).is_referrer
    assert not Rep.objects.filter(user__email=NEW).exists()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_gets_in():
    by = make.user("Ada", is_superuser=True)
    grant = invitations.Grant(is_referrer=True)
    _row, secret = invitations.invite(email=NEW, grant=grant, by=by, now=timezone.now())
    won, start = [], threading.Barrier(6)

    def take(n):
        start.wait(10)
        try:
            won.append(invitations.accept(secret=secret, name=f"N{n}", password="Fair-winds-2026", now=timezone.now()))
        except invitations.UsedUpError:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert len(won) == 1
    assert User.objects.filter(email=NEW).count() == 1
