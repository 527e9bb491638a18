"""The page on which a first reply is written: who may, what is kept, what is refused, what is shown."""

import pytest
from django.core import mail
from django.test import Client

from leads.models import FirstReply
from tests import factories as make

pytestmark = pytest.mark.django_db
WORDS = {"when": "always", "subject": "Thank you", "text": "Hello [[first name]] of [[company]],\n{{7*7}}\n[[rep]]"}


@pytest.fixture
def team(db):
    team = make.group("DACH", [make.rep("Ana")])
    team.managers.add(make.user("Clara"))
    return team


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def test_a_manager_writes_it_sees_it_and_mails_it_to_herself(team):
    client, page = signed_in(team.managers.get()), f"/work-plans/{team.uid}/first-reply/"

    looked = client.post(page, {**WORDS, "go": "look"}).content.decode()
    assert "Hello Miriam of Brandl Maschinenbau,<br>{{7*7}}<br>Ana" in looked
    assert not FirstReply.objects.exists()

    client.post(page, {**WORDS, "go": "test"})
    assert not FirstReply.objects.exists()
    (sent,) = mail.outbox
    assert sent.to == [team.managers.get().email]
    assert sent.body.startswith("Hello Miriam")

    assert client.post(page, {**WORDS, "go": "save"}).status_code == 302
    assert FirstReply.objects.get(group=team).when == "always"
    assert "[[first name]]" in client.get(page).content.decode()


def test_what_stands_for_nothing_is_refused_beside_its_field(team):
    answer = signed_in(team.managers.get()).post(
        f"/work-plans/{team.uid}/first-reply/", {**WORDS, "text": "[[ __class__ ]]", "subject": ""}
    )

    assert answer.status_code == 422
    assert "There is no placeholder [[__class__]]" in answer.content.decode()
    assert "or choose “never”" in answer.content.decode()
    assert not FirstReply.objects.exists()


def test_a_form_is_as_its_group_until_ops_say_otherwise(db):
    form, ops = make.web_form(), signed_in(make.user("Odile", is_ops=True))
    page = f"/forms/{form.uid}/first-reply/"

    assert 'value="as_group" selected' in ops.get(page).content.decode()
    ops.post(page, {**WORDS, "when": "nobody"})
    assert FirstReply.objects.get(form=form).when == "nobody"


def test_a_group_cannot_leave_it_to_itself(team):
    page = f"/work-plans/{team.uid}/first-reply/"
    assert signed_in(team.managers.get()).post(page, {**WORDS, "when": "as_group"}).status_code == 422


def test_others_are_not_let_in(team):
    rep = signed_in(team.memberships.get().rep.user)
    other = make.group("Other")
    form = make.web_form()

    assert rep.get(f"/work-plans/{team.uid}/first-reply/").status_code == 403
    assert rep.get(f"/forms/{form.uid}/first-reply/").status_code == 403
    assert signed_in(team.managers.get()).get(f"/work-plans/{other.uid}/first-reply/").status_code == 404
