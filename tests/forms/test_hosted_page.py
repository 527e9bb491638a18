"""The page of a form: drawn without cookies, taken without JavaScript, drawn again with the reasons."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from leads.forms import token
from leads.models import Intake, Lead
from routing import live
from tests import factories as make

pytestmark = pytest.mark.django_db


def sent(form, **fields):
    """What a browser sends that drew the form a minute ago."""
    drawn = token.draw(form, now=timezone.now() - timedelta(minutes=1))
    return {
        "name": "Ida Beck",
        "email": "ida@northwind.example",
        "message": "Please call.",
        "fl_token": drawn,
        **fields,
    }


def test_a_form_becomes_an_owned_lead(client):
    ana = make.rep("Ana Lindqvist")
    make.publish(make.rule(make.group("DACH", [ana])))
    form = make.web_form("Contact us", source="Website", intent="demo")

    answer = client.post(f"/f/{form.uid}/", sent(form))
    live.route_ready(division_id=form.connection.division_id)

    lead = Lead.objects.select_related("private").get()
    assert answer.status_code == 200
    assert "Thank you" in answer.content.decode()
    assert (lead.source, lead.channel, lead.intent, lead.kind) == ("Website", "form", "demo", "new")
    assert (lead.private.name, lead.private.email) == ("Ida Beck", "ida@northwind.example")
    assert lead.owner == ana
    assert Intake.objects.get().body["message"] == "Please call."


def test_the_page_sets_no_cookie_and_needs_no_sign_in(client):
    form = make.web_form()

    answer = client.get(f"/f/{form.uid}/")

    assert answer.status_code == 200
    assert not answer.cookies
    assert "no-store" in answer["Cache-Control"]
    assert re.findall(r'autocomplete="([a-z-]+)"', answer.content.decode())[:3] == ["name", "email", "tel"]
