"""Lines 82 to 91 of the attack list, as far as signing in goes: nothing told, nothing reused, nobody sent elsewhere."""

import re
import time
from datetime import timedelta
from statistics import median

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from reps.models import User
from tests import factories as make

from .conftest import RIGHT, browser, enter, is_in, mails

pytestmark = pytest.mark.django_db


def shown(answer):
    """The page without what differs each time, and without what was typed."""
    text = re.sub(r'(csrfmiddlewaretoken"|csrf-token") (value|content)="[^"]+"', "", answer.content.decode())
    return answer.status_code, answer.headers.get("Location"), re.sub(r"[\w.]+@[\w.]+", "", text)


@pytest.fixture
def kinds(ana):
    """Addresses of somebody, of nobody, of who left, and of who has no password."""
    left = make.user("Left", is_active=False)
    sso = make.user("Sso")
    sso.set_unusable_password()
    sso.save()
    return [ana.email, "nobody@example.org", left.email, sso.email, ana.email.upper()]


@pytest.mark.parametrize("locks", [False, True])
def test_a_wrong_password_says_the_same_of_everybody(kinds, settings, locks):
    settings.AXES_ENABLED = locks
    for _try in range(6):
        said = {shown(browser().post("/login/", {"username": email, "password": "wrong"})) for email in kinds[:4]}
        assert len(said) == 1


def test_the_right_password_of_who_left_says_what_a_wrong_one_does(kinds):
    right = browser().post("/login/", {"username": kinds[2], "password": RIGHT})
    wrong = browser().post("/login/", {"username": kinds[1], "password": RIGHT})

    assert shown(right) == shown(wrong)


def test_asking_for_a_link_says_the_same_of_everybody(kinds):
    assert len({shown(browser().post("/password/reset/", {"email": email})) for email in kinds}) == 1


def test_a_link_is_not_written_while_the_answer_waits(kinds, settings):
    """The mail leaves by another thread, so that a slow server tells nothing."""
    settings.EMAIL_BACKEND = "tests.sign_in.slow_mail.Backend"
    took = {}
    for email in kinds[:2]:
        begun = time.perf_counter()
        browser().post("/password/reset/", {"email": email})
        took[email] = time.perf_counter() - begun

    assert max(took.values()) < 0.5


def test_a_guess_costs_one_hashing_whoever_it_is(kinds, settings):
    """Measured with a costly hash: without the same work for everybody the times would differ by all of it."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    User.objects.filter(email__in=(kinds[0], kinds[2])).update(password=make_password(RIGHT))

    def took(email):
        begun = time.perf_counter()
        authenticate(browser().get("/login/").wsgi_request, username=email, password="wrong")
        return time.perf_counter() - begun

    times = [median(took(email) for _ in range(3)) for email in kinds[:4]]

    assert min(times) > max(times) / 3


def link(user, host="testserver", **headers):
    browser().post("/password/reset/", {"email": user.email}, headers=headers)
    return re.search(r"https?://\S+/password/reset/\S+", mails()[-1].body)[0]


HOSTS = [
    {"X-Forwarded-Host": "evil.example"},
    {"Forwarded": "host=evil.example"},
    {"X-Original-Host": "evil.example", "X-Host": "evil.example"},
    {"Host": "localhost"},
]


@pytest.mark.parametrize("headers", HOSTS)
def test_links_begin_with_the_public_url_whatever_host_is_named(ana, settings, headers):
    settings.PUBLIC_URL = "https://leads.example.net"
    settings.ALLOWED_HOSTS = ["*"]

    assert link(ana, **headers).startswith("https://leads.example.net/password/reset/")


def new_password(url, password="Fair-winds-2026"):
    client = browser()
    path = "/" + url.split("/", 3)[3]
    there = client.get(path).headers.get("Location")
    if there:
        client.post(there, {"new_password1": password, "new_password2": password})
    return there is not None


def test_a_link_works_once_and_ends_every_session(ana):
    signed = browser()
    enter(signed, ana)
    url = link(ana)

    assert new_password(url)
    assert not is_in(signed)
    assert not new_password(url, "Another-one-2026")
    enter(after := browser(), ana, "Fair-winds-2026")
    assert is_in(after)


@pytest.mark.parametrize("over", ["old", "signed in since", "switched off", "switched off and on", "other password"])
def test_a_link_that_is_over_opens_nothing(ana, over, settings):
    url = link(ana)
    if over == "old":
        settings.PASSWORD_RESET_TIMEOUT = -1
    elif over == "signed in since":
        User.objects.filter(pk=ana.pk).update(last_login=timezone.now() + timedelta(seconds=5))
    elif over == "other password":
        ana.set_password("Else-2026-else")
        ana.save()
    else:
        User.objects.filter(pk=ana.pk).update(is_active=False)
    if over.endswith("and on"):
        User.objects.filter(pk=ana.pk).update(is_active=True)

    assert not new_password(url)


@pytest.mark.parametrize("token", ["x", "set-password", "c0ffee-" + "0" * 32, "%00", "a" * 3000])
def test_a_link_nobody_sent_opens_nothing(ana, token):
    for uid in ("MQ", "x", "%00", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5"):
        assert browser().get(f"/password/reset/{uid}/{token}/").status_code in {200, 404}


def test_so_many_links_and_no_more(ana, limit):
    limit(resets_of_one="2/h", resets="4/h")
    before = len(mails())

    codes = [browser().post("/password/reset/", {"email": ana.email}).status_code for _ in range(5)]

    assert codes == [302] * 4 + [429]
    assert len(mails()) - before == 2


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "\\\\evil.example",
    "javascript:alert(1)",
    "http:///evil.example",
    "https:evil.example",
    " //evil.example",
    "\t//evil.example",
    "https://testserver@evil.example/",
    "https://testserver.evil.example/",
    "data:text/html,x",
]


@pytest.mark.parametrize("next_", ELSEWHERE)
@pytest.mark.parametrize("trusted", [[], ["https://evil.example"]])
def test_signing_in_leads_nowhere_else(ana, next_, trusted, settings):
    settings.CSRF_TRUSTED_ORIGINS = trusted
    client = browser()

    answer = enter(client, ana, next=next_)

    assert answer.headers["Location"] == "/"
    assert client.get("/login/", {"next": next_}).headers["Location"] == "/"
    asked = client.post("/login/again/?" + "next=" + next_.replace("\\", "%5C"), {"password": RIGHT})
    assert asked.headers["Location"].startswith("/")
    assert not asked.headers["Location"].startswith(("//", "/\\"))


@pytest.mark.parametrize("path", ["/login/again/", "/login/again/code/", "/security/factor/", "/security/codes/"])
def test_nothing_of_it_opens_to_strangers(db, path):
    for answer in (browser().get(path), browser().post(path, {"code": "1", "password": "x"})):
        assert (answer.status_code, answer.headers.get("Location", "/login/").startswith("/login/")) == (302, True)
