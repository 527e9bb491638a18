"""The invented company from a page: made for who may, and removed with everything but the people who are not of it."""

import pytest
from django.contrib.auth.hashers import check_password
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils import timezone

from leads.models import Connection, Lead, Stage
from reporting import tasks
from reporting.demo import build as demo_build
from reporting.demo import cast
from reporting.demo.build import is_demo
from reps.models import Division, Group, Rep, RosterVersion, User
from routing import live
from routing.models import Decision, RuleSet
from tests import factories as make

URL = "/demo/"


@pytest.fixture
def admin(client):
    user = make.user("Nora", is_superuser=True)
    client.force_login(user)
    return user


@pytest.mark.django_db
def test_it_is_made_with_a_password_of_its_own_told_once(client, admin, monkeypatch):
    asked = {}
    monkeypatch.setattr(tasks.load_demo, "delay", lambda **told: asked.update(told))
    assert client.get(URL).status_code == 200

    page = client.post(URL)

    assert cast.PASSWORD not in page.text
    assert check_password(page.context["word"], asked["password"])
    assert page.context["word"] in page.text
    assert page.context["word"] not in client.get(URL).text


@pytest.mark.django_db
def test_none_of_those_who_sign_in_with_it_runs_the_installation():
    demo_build.make_team(now=timezone.now(), password="as it is kept", admin=False)
    assert User.objects.filter(email=cast.OPS.email).exists()
    assert not User.objects.filter(is_superuser=True).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("password", "admin"), [("as it is kept", False), ("", True)])
def test_only_the_printed_word_is_an_admins_too(monkeypatch, password, admin):
    asked = {}

    def note(**told):
        asked.update(told)
        raise LookupError

    monkeypatch.setattr(demo_build, "make_team", note)
    with pytest.raises(LookupError):
        demo_build.build(password=password)

    assert asked["admin"] is admin


@pytest.mark.django_db
def test_it_is_not_offered_where_somebody_works_already(client, admin):
    make.rep("Ana")

    assert client.get(URL).status_code == 404
    assert tasks.load_demo(password="x") == 0


@pytest.mark.django_db
@pytest.mark.parametrize("roles", [{}, {"is_ops": True}])
def test_only_admins_open_it(client, roles):
    client.force_login(make.user("Otto", **roles))

    assert client.get(URL).status_code == 403
    assert client.post(URL).status_code == 403


@pytest.fixture
def invented(transactional_db):
    """As little of a demo as has rows everywhere: decided leads, rules, a door; and somebody who is not of it."""
    lena = make.rep("Lena")
    User.objects.filter(pk=lena.user_id).update(email=cast.VISITOR.email)
    group = make.group("Europe", [lena])
    make.publish(make.rule(group))
    lead = make.arrive()
    live.route_ready(lead.division_id)
    return lead


@pytest.mark.django_db(transaction=True)
def test_all_of_it_goes_but_who_is_not_of_it(client, invented):
    assert Decision.objects.exists()
    admin = make.user("Nora", is_superuser=True)
    assert client.login(username=admin.email, password="correct horse battery")
    last, roster = invented.pk, RosterVersion.objects.get().n
    assert client.post(URL, {}).status_code == 422
    assert is_demo(), "it was not meant"
    assert 'id="pulse"' not in client.get(URL).text, "it would load the page anew before the answer is there"

    assert client.post(URL, {"sure": "on"}).status_code == 302

    for model in (Lead, Rep, Group, RuleSet, Decision):
        assert not model.objects.exists(), model
    assert list(User.objects.values_list("email", flat=True)) == [admin.email]
    assert client.get(reverse("start")).status_code == 200, "she is signed in still"
    assert Division.objects.count() == 1
    assert Stage.objects.exists()
    assert Connection.objects.filter(kind="by_hand").exists()
    assert ContentType.objects.exists()
    assert RosterVersion.objects.get().n > roster, "what workers remember of the roster is out of date"
    assert make.arrive().pk > last


@pytest.mark.django_db(transaction=True)
def test_one_of_the_invented_says_who_runs_it_from_now_on(client, invented):
    ada = make.user("Ada", is_superuser=True)
    User.objects.filter(pk=ada.pk).update(email=cast.ADMIN.email)
    client.force_login(User.objects.get(pk=ada.pk))
    assert client.post(URL, {"sure": "on"}).status_code == 422
    asked = {"sure": "on", "name": "Nora", "email": cast.OPS.email, "password": "a long word of Nora's"}
    assert "goes with the demo" in client.post(URL, asked).text
    assert "too common" in client.post(URL, asked | {"email": "nora@example.net", "password": "password"}).text
    assert is_demo()

    assert client.post(URL, asked | {"email": "nora@example.net"}, follow=True).status_code == 200

    (nora,) = User.objects.all()
    assert (nora.email, nora.is_superuser) == ("nora@example.net", True)
    assert client.get(reverse("start")).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_an_installation_of_ones_own_is_never_emptied(client):
    from reporting.demo import remove

    ana = make.rep("Ana")
    with pytest.raises(remove.NotDemoError):
        remove.remove(owner=None)

    assert Rep.objects.get() == ana
