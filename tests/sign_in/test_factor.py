"""The second factor: asked after the password, taken once, set up and removed by its owner, reset by ops."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.contrib.admin.models import LogEntry

from tests import factories as make

from .conftest import RIGHT, Phone, browser, enter, factors_of, is_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("still")]


def again(client):
    return client.post("/login/again/", {"password": RIGHT})


def test_the_password_alone_opens_nothing_where_a_code_is_asked(ana, phone):
    client = browser()

    asked = enter(client, ana, next="/my-turn/")

    assert asked["Location"] == "/login/code/"
    assert client.get("/login/code/").status_code == 200
    assert not is_in(client)
    assert client.get("/api/v1/leads/").status_code == 401
    assert client.post("/login/code/", {"code": phone.code()})["Location"] == "/my-turn/"
    assert is_in(client)


WRONG = ["", "000000", "abc", "12345678901234567890", "\uff11\uff12\uff13\uff14\uff15\uff16", "\x00", " ", "' OR 1=1"]


@pytest.mark.parametrize("code", WRONG)
def test_a_wrong_code_is_told_and_lets_nobody_in(ana, phone, code):
    client = browser()
    enter(client, ana)

    answer = client.post("/login/code/", {"code": code})

    assert answer.status_code == 200
    assert "field-error" in answer.content.decode()
    assert not is_in(client)


@pytest.mark.parametrize("at", [-3, 3, 2000, -2000])
def test_a_code_of_another_time_is_wrong(ana, phone, at):
    client = browser()
    enter(client, ana)

    client.post("/login/code/", {"code": phone.code(at=at)})

    assert not is_in(client)


def test_a_code_is_taken_once_and_an_earlier_one_not_after_it(ana, phone):
    first, second = browser(), browser()
    enter(first, ana)
    enter(second, ana)

    first.post("/login/code/", {"code": phone.code(at=0)})
    for at in (0, -1):
        second.post("/login/code/", {"code": phone.code(at=at)})

    assert (is_in(first), is_in(second)) == (True, False)
    second.post("/login/code/", {"code": phone.code(at=1)})
    assert is_in(second)


def test_a_recovery_code_is_taken_once(ana, phone):
    first, second = browser(), browser()
    for client in (first, second):
        enter(client, ana)
        client.post("/login/code/", {"code": f" {phone.recovery[0][:4]} {phone.recovery[0][4:]}"})

    assert (is_in(first), is_in(second)) == (True, False)


def test_wrong_codes_lock_as_wrong_passwords_do(ana, phone, settings):
    settings.AXES_ENABLED = True
    client = browser()
    enter(client, ana)

    for _try in range(5):
        client.post("/login/code/", {"code": "000000"})
    client.post("/login/code/", {"code": phone.code()})

    assert not is_in(client)
    assert enter(browser(), ana).status_code == 429
    other = browser(at="198.51.100.9")
    enter(other, ana)
    other.post("/login/code/", {"code": phone.code()})
    assert is_in(other)


def test_guessing_codes_from_many_addresses_ends_too(ana, phone, limit):
    limit(wrong_codes="6/h")
    clients = [browser(at=f"198.51.100.{n}") for n in range(7)]
    for client in clients:
        enter(client, ana)
        client.post("/login/code/", {"code": "000000"})

    clients[0].post("/login/code/", {"code": phone.code()})

    assert not is_in(clients[0])


def test_setting_up_asks_for_the_password_then_confirms_by_a_code_and_shows_recovery_codes_once(ana):
    client = browser()
    enter(client, ana)

    assert client.get("/security/factor/")["Location"] == "/login/again/?next=%2Fsecurity%2Ffactor%2F"
    assert client.post("/login/again/?next=/security/factor/", {"password": "wrong"}).status_code == 200
    assert client.get("/security/factor/").status_code == 302
    client.post("/login/again/?next=/security/factor/", {"password": RIGHT})
    page = client.get("/security/factor/").content.decode()
    secret = re.search(r'class="secret">([A-Z2-7]{32})<', page)[1]
    assert "<svg" in page
    assert not re.search(r"<style|style=|data:image|<script>", page)

    client.post("/security/factor/", {"code": "000000"})
    assert factors_of(ana) == set()
    counter = int(totp.time.time()) // 30
    done = client.post("/security/factor/", {"code": totp.format_hotp_value(totp.hotp_value(secret, counter))})

    assert done["Location"] == "/security/codes/"
    assert factors_of(ana) == {"totp", "recovery_codes"}
    codes = re.findall(r"<code>(\d{8})</code>", client.get("/security/codes/").content.decode())
    assert len(set(codes)) == 10
    assert codes[0] not in client.get("/security/codes/").content.decode()
    assert enter(browser(), ana)["Location"] == "/login/code/"


def test_the_secret_lies_sealed(ana, phone):
    row = Authenticator.objects.get(user=ana, type="totp")

    assert phone.secret not in str(row.data)
    assert not any(code in str(Authenticator.objects.values_list("data")) for code in phone.recovery)


def test_removing_asks_who_it_is(ana, phone):
    client = browser()
    enter(client, ana)
    client.post("/login/code/", {"code": phone.code()})

    assert client.post("/security/factor/remove/")["Location"].startswith("/login/again/")
    assert factors_of(ana)
    again(client)
    client.post("/security/factor/remove/")

    assert factors_of(ana) == set()
    enter(fresh := browser(), ana)
    assert is_in(fresh)


@pytest.mark.parametrize(
    ("required", "role", "closed"),
    [
        ("nobody", {"is_superuser": True}, False),
        ("admins", {"is_superuser": True}, True),
        ("admins", {"is_ops": True}, True),
        ("admins", {}, False),
        ("everybody", {}, True),
    ],
)
def test_who_must_have_one_opens_nothing_before(ana, settings, required, role, closed):
    settings.REQUIRE_SECOND_FACTOR = required
    for name, value in role.items():
        setattr(ana, name, value)
    ana.save()
    client = browser()
    enter(client, ana)

    for path in ("/security/", "/my-leads/", "/password/", "/admin/", "/nonsense/"):
        answer = client.get(path)
        assert (answer.headers.get("Location") == "/security/factor/") == (closed and path != "/nonsense/"), path
    assert (client.get("/api/v1/leads/").status_code == 403) == closed
    assert (client.post("/duty/", {"on": "1"}).headers["Location"] == "/security/factor/") == closed


def test_who_must_have_one_cannot_remove_it(ana, phone, settings):
    settings.REQUIRE_SECOND_FACTOR = "everybody"
    client = browser()
    enter(client, ana)
    client.post("/login/code/", {"code": phone.code()})
    again(client)

    assert client.post("/security/factor/remove/").status_code == 200
    assert factors_of(ana) == {"totp", "recovery_codes"}


@pytest.mark.parametrize(
    ("by", "whose", "done"),
    [
        ({"is_ops": True}, {}, True),
        ({"is_ops": True}, {"is_ops": True}, False),
        ({"is_ops": True}, {"is_superuser": True}, False),
        ({"is_superuser": True}, {"is_superuser": True}, True),
    ],
)
def test_ops_reset_a_reps_and_admins_anybodys_with_history(by, whose, done):
    helper, user = make.user("Olga", **by), make.user("Lost", **whose)
    Phone(user)
    client = browser()
    client.force_login(helper)

    client.post("/admin/reps/user/", {"action": "reset_factor", "_selected_action": [user.pk]})

    assert (factors_of(user) == set()) is done
    noted = LogEntry.objects.filter(user=helper, object_id=str(user.pk), change_message__contains="econd factor")
    assert noted.exists() is done


def test_nobody_resets_their_own(db):
    ada = make.user("Ada", is_superuser=True)
    Phone(ada)
    client = browser()
    client.force_login(ada)

    client.post("/admin/reps/user/", {"action": "reset_factor", "_selected_action": [ada.pk]})

    assert factors_of(ada) == {"totp", "recovery_codes"}
