"""A form on another site: who may frame it, who may read it by script, and what the snippets hold."""

import re

import pytest
from django.test import override_settings

from leads.models import Lead
from leads.web.form_fields import origin_of
from leads.web.form_snippets import snippet
from tests import factories as make

pytestmark = pytest.mark.django_db

SITE = "https://www.example.com"


def test_a_form_that_names_no_site_is_framed_by_none_but_us(client):
    form = make.web_form()

    answer = client.get(f"/f/{form.uid}/?embed=1")

    assert "frame-ancestors 'self';" in answer["Content-Security-Policy"] + ";"
    assert answer["X-Frame-Options"] == "SAMEORIGIN"


def test_a_form_is_framed_by_the_sites_it_names(client):
    form = make.web_form(origins=[SITE, "https://shop.example.com:8443"])

    answer = client.get(f"/f/{form.uid}/?embed=1")

    policy = dict(part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";") if part.strip())
    assert policy["frame-ancestors"] == "'self' https://www.example.com https://shop.example.com:8443"
    assert policy["script-src"] == "'self'"
    assert policy["default-src"] == "'self'"
    assert "X-Frame-Options" not in answer


@pytest.mark.parametrize("path", ["/forms/", "/login/", "/my-leads/", "/f/00000000-0000-4000-8000-000000000000/"])
def test_no_other_page_is_framed(client, path):
    make.web_form(origins=[SITE])
    client.force_login(make.user("Olga Ops", is_ops=True))

    answer = client.get(path)

    assert answer["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]


def test_a_script_of_a_named_site_reads_and_sends(client, sent):
    form = make.web_form(origins=[SITE])
    headers = {"origin": SITE}

    drawn = client.get(f"/f/{form.uid}/part/", headers=headers)
    wrong = client.post(f"/f/{form.uid}/part/", sent(form, email="ida@"), headers=headers)
    taken = client.post(f"/f/{form.uid}/part/", sent(form), headers=headers)

    assert [answer.status_code for answer in (drawn, wrong, taken)] == [200, 422, 200]
    assert {answer["Access-Control-Allow-Origin"] for answer in (drawn, wrong, taken)} == {SITE}
    assert "Access-Control-Allow-Credentials" not in drawn
    assert "Origin" in drawn["Vary"]
    assert "data-fl-form" in drawn.json()["html"]
    assert "fl-error" in wrong.json()["html"]
    assert "Thank you" in taken.json()["html"]
    assert Lead.objects.count() == 1


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "null",
        "https://example.com",
        "http://www.example.com",
        "https://www.example.com.evil.example",
        "https://evil.example/https://www.example.com",
        "https://www.example.com:444",
        "https://WWW.example.com",
        "https://evilwww.example.com",
        "*",
    ],
)
def test_no_other_origin_reads_or_sends(client, sent, origin):
    form = make.web_form(origins=[SITE])
    headers = {"origin": origin} if origin else {}

    answers = [
        client.get(f"/f/{form.uid}/part/", headers=headers),
        client.post(f"/f/{form.uid}/part/", sent(form), headers=headers),
        client.options(f"/f/{form.uid}/part/", headers=headers),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert not any("Access-Control-Allow-Origin" in answer for answer in answers)
    assert Lead.objects.count() == 0


def test_a_redirect_is_told_to_the_script_and_to_the_frame(client, sent):
    form = make.web_form(origins=[SITE])
    form.endings.update(redirect_url="https://www.example.com/thanks")

    script = client.post(f"/f/{form.uid}/part/", sent(form), headers={"origin": SITE}).json()
    frame = client.post(f"/f/{form.uid}/", sent(form, fl_embed="1"))
    page = client.post(f"/f/{form.uid}/", sent(form))

    assert script["go"] == "https://www.example.com/thanks"
    assert 'data-go="https://www.example.com/thanks"' in frame.content.decode()
    assert 'target="_top"' in frame.content.decode()
    assert (page.status_code, page["Location"]) == (303, "https://www.example.com/thanks")


@override_settings(PUBLIC_URL="https://leads.example.com/")
def test_the_snippets_name_our_address_and_no_third_party():
    form = make.web_form("Contact", consent="You may write to me.")
    make.question(form, "start", ("Now", {}), ("Later", {}), required=True)

    found = {kind: snippet(form, kind) for kind in ("html", "iframe", "script")}

    hosts = {host for text in found.values() for host in re.findall(r"https?://([^/\"]+)", text)}
    assert hosts == {"leads.example.com"}
    names = re.findall(r' name="([^"]+)"', found["html"])
    assert [n for n in names if not re.fullmatch(r"fl_[0-9a-f]{8}", n)] == [
        "name", "email", "phone", "company", "message", "start", "start", "fl_consent"
    ]  # fmt: skip
    assert "style=" not in found["html"]
    assert "fl_token" not in found["html"]


@pytest.mark.parametrize(
    ("typed", "origin"),
    [
        ("https://www.example.com", "https://www.example.com"),
        ("HTTPS://WWW.Example.COM/", "https://www.example.com"),
        ("https://shop.example.com:443", "https://shop.example.com"),
        ("http://localhost:8000", "http://localhost:8000"),
    ],
)
def test_sites_are_kept_as_browsers_name_them(typed, origin):
    assert origin_of(typed) == origin


@pytest.mark.parametrize(
    "typed",
    [
        "www.example.com",
        "*",
        "https://*.example.com",
        "null",
        "https://www.example.com/contact",
        "https://user@www.example.com",
        "javascript:alert(1)",
        "https://www.example.com; script-src *",
        "https://exa mple.com",
        "https://www.example.com:99999",
        "'self'",
        "https://",
    ],
)
def test_nothing_else_is_a_site(client, typed):
    form = make.web_form()
    client.force_login(make.user("Olga Ops", is_ops=True))
    page = client.get(f"/forms/{form.uid}/settings/")
    fields = {name: page.context["fields"][name].value() or "" for name in page.context["fields"].fields}

    answer = client.post(f"/forms/{form.uid}/settings/", {**fields, "origins": typed})

    assert answer.status_code == 200
    assert answer.context["fields"].errors["origins"]
    form.refresh_from_db()
    assert form.origins == []
