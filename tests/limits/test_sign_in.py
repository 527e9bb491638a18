"""Guessing passwords: closed after five tries for the pair of person and address, whatever a header says."""

import pytest
from django.test import Client

from tests import factories as make

pytestmark = pytest.mark.django_db
RIGHT = "correct horse battery"
HEADERS = [
    {"X-Forwarded-For": "198.51.100.{n}"},
    {"X-Forwarded-For": "198.51.100.{n}, 192.0.2.1"},
    {"X-Forwarded-For": "2001:db8::{n}"},
    {"X-Real-IP": "198.51.100.{n}", "Client-IP": "198.51.100.{n}", "X-Client-IP": "198.51.100.{n}"},
    {"Forwarded": "for=198.51.100.{n}"},
    {"X-Forwarded-For": "nonsense {n}"},
]


@pytest.fixture(autouse=True)
def locks(settings):
    settings.AXES_ENABLED = True


@pytest.fixture
def ana(db):
    return make.rep("Ana").user


def sign_in(user, password, *, at="203.0.113.7", n=0, **headers):
    told = {name: text.format(n=n) for name, text in headers.items()}
    return Client(REMOTE_ADDR=at).post("/login/", {"username": user.email, "password": password}, headers=told)


def wrong(user, times, **more):
    return [sign_in(user, "wrong", n=n + 1, **more).status_code for n in range(times)]


@pytest.mark.parametrize("headers", HEADERS)
def test_no_header_gets_round_the_lock(ana, headers):
    assert wrong(ana, 7, **headers) == [200] * 4 + [429] * 3
    assert sign_in(ana, RIGHT, n=99, **headers).status_code == 429


@pytest.mark.parametrize("headers", HEADERS)
def test_a_stranger_who_writes_anothers_address_locks_nobody_out(ana, headers):
    """They write the address the owner has; the lock falls on where they come from."""
    owners = dict.fromkeys(headers, "203.0.113.50")

    wrong(ana, 7, at="198.51.100.66", **owners)

    assert sign_in(ana, RIGHT, at="203.0.113.50").status_code == 302


def test_a_stranger_elsewhere_locks_nobody_out(ana):
    wrong(ana, 20, at="198.51.100.66")

    assert sign_in(ana, RIGHT, at="198.51.100.66").status_code == 429
    assert sign_in(ana, RIGHT, at="203.0.113.50").status_code == 302


def test_behind_a_proxy_the_address_it_added_counts_and_none_before_it(ana, settings):
    settings.TRUSTED_PROXIES = 1
    proxy = {"at": "10.0.0.1"}
    spoofed = {"X-Forwarded-For": "192.0.2.{n}, 198.51.100.66"}

    assert wrong(ana, 6, **proxy, **spoofed) == [200] * 4 + [429] * 2

    assert sign_in(ana, RIGHT, **proxy, **{"X-Forwarded-For": "203.0.113.50"}).status_code == 302
    assert sign_in(ana, RIGHT, **proxy, **{"X-Forwarded-For": "203.0.113.50, 198.51.100.66"}).status_code == 429


def test_one_network_of_ipv6_is_one_caller(ana):
    codes = [wrong(ana, 1, at=f"2001:db8:1:1::{n}")[0] for n in range(1, 7)]

    assert codes == [200] * 4 + [429] * 2
    assert sign_in(ana, RIGHT, at="2001:db8:1:2::1").status_code == 302


def test_an_address_that_is_none_locks_as_any_other(ana):
    assert wrong(ana, 6, at="unix:") == [200] * 4 + [429] * 2


def test_the_admin_has_no_sign_in_of_its_own():
    boss = make.user("boss", is_superuser=True)
    client = Client()

    assert client.post("/admin/login/", {"username": boss.email, "password": RIGHT}).status_code == 405
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/login/?next=")
    assert client.get("/admin/login/?next=//evil.example")["Location"] == "/login/?next=%2Fadmin%2F"


def test_one_password_tried_on_everybody_closes_the_address_and_no_other(ana, limit):
    limit(wrong_sign_ins="6/h")
    people = [make.user(f"Person {n}") for n in range(8)]

    codes = [sign_in(person, "Winter-2026", at="198.51.100.66").status_code for person in people]

    assert codes == [200] * 6 + [429] * 2
    assert sign_in(ana, RIGHT, at="198.51.100.66").status_code == 429
    assert sign_in(ana, RIGHT, at="203.0.113.50").status_code == 302
