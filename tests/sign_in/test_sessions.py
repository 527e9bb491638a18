"""Sessions: listed in words, ended one by one or all, renewed with every change of who somebody is."""

from datetime import timedelta

import pytest
from django.utils import timezone

from leads.models import ApiKey
from leads.tasks import forget_expired
from reps import sessions
from reps.devices import device
from tests import factories as make

from .conftest import RIGHT, browser, enter, is_in

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Mobile/15E148 Safari/604.1"
AGENTS = [
    (FIREFOX, "Firefox on Linux"),
    (PHONE, "Safari on iPhone"),
    ("Mozilla/5.0 (Windows NT 10.0) Chrome/138.0 Safari/537.36 Edg/138.0", "Edge on Windows"),
    ("Mozilla/5.0 (Linux; Android 15) Chrome/138.0 Mobile Safari/537.36", "Chrome on Android"),
    ("Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/138.0 Safari/537.36", "Chrome on Linux"),
    (
        "Mozilla/5.0 (Linux; Android 15) SamsungBrowser/28.0 Chrome/130.0 Safari/537.36",
        "Samsung Internet on Android",
    ),
    ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Something/1.0", "Unknown browser on Mac"),
    ("curl/8", "Unknown device"),
    ("<script>\x00", "Unknown device"),
    ("", "Unknown device"),
]


def key_of(client):
    return client.cookies["sessionid"].value


def signed_in(user, **more):
    client = browser(**more)
    enter(client, user)
    assert is_in(client)
    return client


@pytest.mark.parametrize(("agent", "words"), AGENTS)
def test_devices_in_words(agent, words):
    assert device(agent) == words


def test_all_sessions_are_listed_with_device_and_address_and_nobody_elses(ana):
    here = signed_in(ana, headers={"user-agent": FIREFOX})
    signed_in(ana, at="198.51.100.9", headers={"user-agent": PHONE})
    signed_in(make.user("Other"), at="192.0.2.77")

    page = here.get("/security/").content.decode()

    assert page.index("Firefox on Linux") < page.index("Safari on iPhone")
    assert "198.51.100.9" in page
    assert "192.0.2.77" not in page
    assert page.count("chip-good") == 1


def test_one_is_signed_out_and_the_others_stay(ana):
    here, there = signed_in(ana), signed_in(ana, at="198.51.100.9")
    theirs = signed_in(other := make.user("Other"))
    [pk] = [one.pk for one in sessions.of(ana, here=key_of(here)) if not one.here]
    [foreign] = [one.pk for one in sessions.of(other, here=None)]

    assert here.post(f"/security/sessions/{foreign}/end/").status_code == 404
    assert here.post(f"/security/sessions/{pk}/end/").status_code == 302

    assert (is_in(here), is_in(there), is_in(theirs)) == (True, False, True)


def test_everywhere_ends_sessions_that_stand_in_no_list_too(ana):
    here, there, unlisted = (signed_in(ana) for _ in range(3))
    sessions.UserSession.objects.filter(session_key=key_of(unlisted)).delete()

    here.post("/security/sessions/end/")

    assert (is_in(here), is_in(there), is_in(unlisted)) == (True, False, False)


def test_another_password_signs_out_the_others(ana):
    here, there = signed_in(ana), signed_in(ana)
    before = key_of(here)

    other = "Fair-winds-2026"
    here.post("/password/", {"old_password": RIGHT, "new_password1": other, "new_password2": other})

    assert (is_in(here), is_in(there)) == (True, False)
    assert key_of(here) != before
    assert [one.here for one in sessions.of(ana, here=key_of(here))] == [True]


@pytest.mark.parametrize("role", ["is_ops", "is_superuser", "is_referrer"])
def test_another_role_renews_the_key(ana, role):
    client = signed_in(ana)
    before = key_of(client)
    setattr(ana, role, True)
    ana.save()

    assert is_in(client)
    assert key_of(client) != before
    stolen = browser()
    stolen.cookies["sessionid"] = before
    assert not is_in(stolen)


@pytest.mark.parametrize("planted", ["a" * 32, "0" * 40, "x"])
def test_a_key_planted_before_signing_in_is_not_the_one_after(ana, planted):
    client = browser()
    client.cookies["sessionid"] = planted

    enter(client, ana)

    assert key_of(client) != planted
    assert is_in(client)
    other = browser()
    other.cookies["sessionid"] = planted
    assert not is_in(other)


def test_logging_out_leaves_nothing_that_opens(ana):
    client = signed_in(ana)
    kept = key_of(client)

    client.post("/logout/")

    again = browser()
    again.cookies["sessionid"] = kept
    assert not is_in(again)
    assert not is_in(client)
    assert client.get("/logout/").status_code == 405


def test_a_key_of_the_api_says_nothing_of_the_gate(ana, settings):
    """Machines have no second factor; people who must have one do."""
    settings.REQUIRE_SECOND_FACTOR = "everybody"
    _key, plain = make.key_and_secret(ApiKey.Scope.LEADS_READ)

    assert browser().get("/api/v1/leads/", headers={"authorization": f"Bearer {plain}"}).status_code == 200


def test_sessions_that_ran_out_are_forgotten(ana):
    kept, over = signed_in(ana), signed_in(ana)
    now = timezone.now()
    sessions.Session.objects.filter(session_key=key_of(over)).update(expire_date=now)
    sessions.UserSession.objects.filter(session_key=key_of(over)).update(last_seen_at=now - timedelta(days=15))

    forget_expired()

    assert list(sessions.UserSession.objects.values_list("session_key", flat=True)) == [key_of(kept)]
    assert is_in(kept)
