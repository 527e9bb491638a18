"""A new name, colour and logo stand wherever people meet the company, and the logo is served harmlessly."""

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from leads.forms import build
from reps import alerts
from reps.models import Division, Installation
from routing.models import GroupPage
from tests import factories as make
from tests.settings.test_pictures import SECRET, chunk, png

pytestmark = pytest.mark.django_db

NAME, COLOUR = "Harborline & Söhne", "#7a1fa2"
SHEET = "/brand/7a1fa2.css"
SHOWN = "Harborline &amp; Söhne"


@pytest.fixture
def branded(odile):
    Installation.objects.update(company=NAME, colour=COLOUR)


def upload(client, body, name="logo.png", kind="image/png"):
    return client.post("/settings/logo/", {"logo": SimpleUploadedFile(name, body, kind)})


def test_pages_carry_name_and_colour(client, branded):
    group = make.group("DACH", [make.rep("Ana")])
    make.publish(make.rule(group))
    form = build.new(name="Demo", pattern="demo", division=Division.objects.get())
    form.connection.active = True
    form.connection.save()
    GroupPage.objects.create(group=group, token="a" * 32)
    inside = client.get("/settings/").content.decode()
    client.logout()
    paths = ["/login/", f"/f/{form.uid}/", f"/how/{'a' * 32}/", "/password/reset/"]

    for page in [inside, *(client.get(path).content.decode() for path in paths)]:
        body = page.partition("</head>")[2]
        assert SHOWN in body
        assert f'<link rel="stylesheet" href="{SHEET}">' in page


def test_mails_carry_name_and_colour(branded):
    ana = make.rep("Ana")

    sent = alerts.render(event="test", uid="1", user=ana.user, context={"name": "Ana", "act": "Open", "url": "x"})

    assert NAME in sent.subject
    assert NAME in sent.text
    assert SHOWN in sent.html
    assert f'bgcolor="{COLOUR}"' in sent.html
    assert NAME not in sent.brief


def test_invitations_are_the_companys(client, branded):
    client.post("/invitations/", {"email": "new@example.org", "is_rep": "on"})

    assert NAME in mail.outbox[0].subject
    assert f"invites you to {NAME}" in mail.outbox[0].body


def test_the_sheet_is_that_of_its_address_and_nothing_else_is_one(client):
    answer = client.get(SHEET)

    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "immutable" in answer.headers["Cache-Control"]
    assert "--fl-primary:light-dark(#7a1fa2," in answer.content.decode()
    assert client.get("/brand/7a1fa.css").status_code == 404
    assert client.get("/brand/7a1fax.css").status_code == 404


def test_a_logo_is_served_as_nothing_but_a_picture(client, odile):
    assert upload(client, png(64, 32, chunk(b"tEXt", SECRET))).status_code == 302
    row = Installation.objects.get()
    url = f"/brand/logo/{row.logo_digest}"
    page = client.get("/settings/").content.decode()
    client.logout()

    answer = client.get(url)

    assert row.logo_name == f"logo.png ({row.logo_digest[:6]})"  # told apart under Changes
    assert page.count(f'href="{url}"') == 1  # in the tab
    assert page.count(f'src="{url}"') == 3  # side, top, here
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert SECRET not in answer.content
    assert client.get("/brand/logo/" + "0" * 64).status_code == 404
    client.force_login(make.user("Ops", is_ops=True))
    assert client.post("/settings/logo/remove/").status_code == 302
    assert client.get(url).status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        (b"<svg onload='alert(1)'/>", 422, "SVG cannot be taken"),
        (png()[:-9], 422, "damaged"),
        (png(8, 8), 422, "16 to 2,000 pixels"),
        (b"\x00" * 400_000, 413, "larger than 300 kB"),
    ],
)
def test_other_files_are_refused_in_words(client, odile, body, status, says):
    answer = upload(client, body)

    assert (answer.status_code, says in answer.content.decode()) == (status, True)
    assert Installation.objects.get().logo is None


def test_a_logo_needs_a_file_and_the_forms_token(odile):
    client = Client(enforce_csrf_checks=True)
    client.force_login(odile)

    assert upload(client, png()).status_code == 403
    assert Installation.objects.get().logo is None
