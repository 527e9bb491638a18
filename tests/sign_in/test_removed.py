"""Somebody is switched off: everything that opened in their name is shut with that commit, and stays shut."""

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from config.lib import sealed
from leads import keys
from reps import own_calendar
from reps.models import CalendarFeed, Endpoint, Invitation, Listener, User
from routing.web import slack
from tests import factories as make
from tests.telling.reached import endpoint

from .conftest import browser, enter, is_in

pytestmark = pytest.mark.django_db


def by_page(user):
    admin = browser()
    admin.force_login(make.user("Ada", is_superuser=True))
    page = admin.get(f"/admin/reps/user/{user.pk}/change/")
    form = {
        n: v for n, v in page.context["adminform"].form.initial.items() if v not in {None, False} and n != "password"
    }
    form.pop("is_active")
    answer = admin.post(f"/admin/reps/user/{user.pk}/change/", form)
    assert answer.status_code == 302


def by_sql(user):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE reps_user SET is_active = false WHERE id = %s", [user.pk])


def by_update(user):
    User.objects.filter(pk=user.pk).update(is_active=False)


def by_save(user):
    user.is_active = False
    user.save(update_fields=["is_active"])


class Everything:
    """All that somebody may hold, and what of it still opens."""

    def __init__(self, user, rep):
        self.user, self.rep, now = user, rep, timezone.now()
        self.clients = [browser() for _ in range(2)]
        for client in self.clients:
            enter(client, user)
            client.get("/security/")
        self.unlisted = browser()
        self.unlisted.force_login(user)
        self.key, self.plain = make.key_and_secret()
        type(self.key).objects.filter(pk=self.key.pk).update(created_by=user)
        self.ends = [endpoint(user), endpoint(user, channel="push", url="https://push.example/1")]
        Listener.objects.create(user=user, slack_team="T1", slack_member="U1")
        self.calendar = own_calendar.token_of(own_calendar.renew(rep=rep, now=now))
        CalendarFeed.objects.create(
            rep=rep, shown="x", sealed=sealed.seal({"url": "https://calendar.example/"}), digest="d", created_at=now,
            next_at=now,
        )  # fmt: skip
        Invitation.objects.create(
            email="new@example.org", by=user, digest="x", made_at=now, sent_at=now, good_until=now
        )

    def opens(self):
        bearer = {"authorization": f"Bearer {self.plain}"}
        return {
            "sessions": sum(is_in(client) for client in self.clients),
            "session in no list": is_in(self.unlisted),
            "key": browser().get("/api/v1/leads/", headers=bearer).status_code == 200,
            "key in hand": keys.find_key(self.plain, now=timezone.now()) is not None,
            "endpoints": Endpoint.objects.filter(user=self.user, active=True).exclude(sealed="").count(),
            "slack": slack.Listener.objects.filter(slack_team="T1", slack_member="U1").exists(),
            "calendar out": own_calendar.found_by(self.calendar) is not None,
            "calendar in": CalendarFeed.objects.filter(rep=self.rep, active=True).exclude(sealed="").exists(),
            "invitations": Invitation.objects.filter(by=self.user, withdrawn_at=None).exists(),
        }


@pytest.mark.parametrize("off", [by_page, by_sql, by_update, by_save])
def test_everything_is_shut_at_once_and_not_revived(off):
    rep = make.rep("Ana")
    held = Everything(rep.user, rep)
    before = held.opens()
    assert all(before.values()), before
    UserSession.objects.filter(session_key=held.unlisted.cookies["sessionid"].value).delete()
    listed = [client.cookies["sessionid"].value for client in held.clients]

    off(rep.user)

    # The rows are gone before anybody asks; the session that stood in no list falls by its number.
    assert not Session.objects.filter(session_key__in=listed).exists()
    assert not any(held.opens().values()), held.opens()
    again = browser()
    enter(again, rep.user)
    assert not is_in(again)

    User.objects.filter(pk=rep.user.pk).update(is_active=True)
    assert not any(held.opens().values()), held.opens()
    enter(again, rep.user)
    assert is_in(again)


def test_others_keep_theirs():
    rep, other = make.rep("Ana"), make.rep("Ben")
    held = Everything(other.user, other)

    by_update(rep.user)

    assert all(held.opens().values())


def test_what_is_saved_of_an_active_person_ends_nothing():
    rep = make.rep("Ana")
    held = Everything(rep.user, rep)
    user = User.objects.get(pk=rep.user.pk)
    user.name = "Ana Maria"

    user.save()

    assert all(held.opens().values())
