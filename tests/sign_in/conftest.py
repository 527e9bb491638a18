"""Somebody with a second factor, and the codes of their phone."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.test import Client

from reps.web import sign_in
from tests import factories as make
from tests.limits.conftest import clock, limit  # noqa: F401 - fixtures

RIGHT = "correct horse battery"


class Phone:
    """What shows codes; each call the code of a later half minute, so that none comes twice."""

    def __init__(self, user):
        self.secret = totp.generate_totp_secret()
        self.row = totp.TOTP.activate(user, self.secret).instance
        self.recovery = RecoveryCodes.activate(user).generate_codes()
        self.at = -2

    def code(self, *, at=None):
        if at is None:
            self.at = at = self.at + 1
        return totp.format_hotp_value(totp.hotp_value(self.secret, int(time.time()) // 30 + at))


@pytest.fixture
def ana(db):
    return make.rep("Ana").user


@pytest.fixture
def phone(ana):
    return Phone(ana)


@pytest.fixture
def still(monkeypatch):
    """Time stands at the beginning of a half minute, so that codes agree."""
    at = time.time() // 30 * 30 + 1
    monkeypatch.setattr(totp.time, "time", lambda: at)


def browser(*, at="203.0.113.7", **more):
    return Client(REMOTE_ADDR=at, **more)


def enter(client, user, password=RIGHT, **more):
    return client.post("/login/", {"username": user.email, "password": password, **more})


def is_in(client):
    return client.get("/security/").status_code == 200


def factors_of(user):
    return set(Authenticator.objects.filter(user=user).values_list("type", flat=True))


def mails():
    """What was sent beside the answers, too."""
    sign_in._mails.submit(int).result(5)
    return mail.outbox
