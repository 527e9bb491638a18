"""The page of a form: drawn without cookies, taken without JavaScript, drawn again with the reasons."""

import re

import pytest
from django.test import Client

from leads.models import Attribute, Intake, Lead
from routing import live
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_a_form_becomes_an_owned_lead(client, sent):
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


def test_the_page_sets_no_cookie_and_asks_for_no_csrf_token(sent):
    form = make.web_form()
    client = Client(enforce_csrf_checks=True)

    drawn = client.get(f"/f/{form.uid}/")
    taken = client.post(f"/f/{form.uid}/", sent(form))

    assert (drawn.status_code, taken.status_code) == (200, 200)
    assert not drawn.cookies
    assert not taken.cookies
    assert "no-store" in drawn["Cache-Control"]


def test_browsers_are_told_how_to_fill_it_in(client):
    form = make.web_form(asks="first_name last_name email* phone company job_title country message")

    page = client.get(f"/f/{form.uid}/").content.decode()

    words = dict(re.findall(r'name="([a-z_]+)"[^>]*? autocomplete="([a-z0-9-]+)"', page))
    assert words == {
        "first_name": "given-name",
        "last_name": "family-name",
        "email": "email",
        "phone": "tel",
        "company": "organization",
        "job_title": "organization-title",
        "country": "country",
        "message": "off",
    }


def test_what_is_wrong_is_told_by_field_and_what_was_typed_stays(client, sent):
    form = make.web_form(asks="name* email* phone website employees country message")

    answer = client.post(
        f"/f/{form.uid}/",
        sent(
            form,
            name="",
            email="ida(at)northwind",
            phone="call me",
            website="javascript:alert(1)",
            employees="a few",
            country="Atlantis",
            message="<b>bold & true</b>",
        ),
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert Lead.objects.count() == 0
    wrong = re.findall(r'class="fl-error" id="fl-[0-9a-f]{6}-([a-z_]+)-error"', page)
    assert wrong == ["name", "email", "phone", "website", "employees", "country"]
    assert page.count('<a href="#fl-') == 6
    assert 'value="ida(at)northwind"' in page
    assert "&lt;b&gt;bold &amp; true&lt;/b&gt;" in page
    assert 'aria-invalid="true"' in page


def test_mending_a_field_keeps_the_note_so_the_second_sending_is_not_too_quick(client, sent):
    form = make.web_form(asks="name* email*")
    first = client.post(f"/f/{form.uid}/", sent(form, drawn=None, email="ida@"))
    note = re.search(r'name="fl_token" value="([^"]+)"', first.content.decode())[1]

    client.post(f"/f/{form.uid}/", sent(form, drawn=None, fl_token=note))

    assert Lead.objects.count() == 1


def test_a_second_click_makes_no_second_lead_and_a_correction_is_not_lost(client, sent):
    form = make.web_form()
    said = sent(form)

    for _click in range(3):
        assert client.post(f"/f/{form.uid}/", said).status_code == 200
    client.post(f"/f/{form.uid}/", {**said, "message": "Please call after five."})

    assert Lead.objects.count() == 1
    assert sorted(Intake.objects.values_list("outcome", flat=True)) == ["enquiry", "new", "repeated", "repeated"]


def test_plain_html_sent_twice_at_once_makes_one_lead_too(client, sent):
    form = make.web_form()

    for _click in range(2):
        client.post(f"/f/{form.uid}/", sent(form, drawn=None))

    assert sorted(Intake.objects.values_list("outcome", flat=True)) == ["new", "repeated"]


def test_where_the_person_came_from_is_kept_without_what_is_personal(client, sent):
    form = make.web_form()
    page = client.get(
        f"/f/{form.uid}/?utm_source=news&utm_campaign=Spring&gclid=Cj0K&email=ida@northwind.example",
        headers={"referer": "https://www.example.org/blog?user=ida#top"},
    ).content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"', page))

    client.post(f"/f/{form.uid}/", sent(form, **{k: v for k, v in hidden.items() if k != "fl_token"}))

    lead = Lead.objects.select_related("private").get()
    assert lead.campaign == "Spring"
    assert lead.private.tracking == {
        "utm_source": "news",
        "utm_campaign": "Spring",
        "gclid": "Cj0K",
        "referrer": "https://www.example.org/blog",
        "landing_page": f"http://testserver/f/{form.uid}/",
    }


def test_consent_is_asked_and_kept_with_its_text_and_time(client, sent):
    form = make.web_form(consent="You may write to me.")

    refused = client.post(f"/f/{form.uid}/", sent(form))
    client.post(f"/f/{form.uid}/", sent(form, fl_consent="yes"))

    assert refused.status_code == 422
    lead = Lead.objects.select_related("private").get()
    assert re.fullmatch(
        r"You may write to me\. \(20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC\)", lead.private.answers["consent"]
    )


def test_own_attributes_are_read_by_their_type(client, sent):
    Attribute.objects.create(key="plan", label="Plan", type="choice", options=["gold", "silver"])
    Attribute.objects.create(key="seats", label="Seats", type="number")
    Attribute.objects.create(key="starts", label="Starts", type="date")
    Attribute.objects.create(key="uses", label="Uses", type="list", options=["mail", "chat", "phone"])
    form = make.web_form()
    for key in ("plan", "seats", "starts", "uses"):
        make.ask(form, f"attribute:{key}")

    wrong = client.post(f"/f/{form.uid}/", sent(form, plan="bronze", seats="many", starts="soon", uses=["mail", "fax"]))
    client.post(f"/f/{form.uid}/", sent(form, plan="gold", seats="1 200", starts="2027-01-15", uses=["mail", "chat"]))

    assert re.findall(r'id="fl-[0-9a-f]{6}-([a-z_]+)-error"', wrong.content.decode()) == [
        "plan",
        "seats",
        "starts",
        "uses",
    ]
    lead = Lead.objects.select_related("private").get()
    kept = {key: str(value) for key, value in lead.private.attributes.items()}
    assert kept == {"plan": "gold", "seats": "1200", "starts": "2027-01-15", "uses": "['mail', 'chat']"}


def test_a_closed_form_takes_nothing_and_says_so(client, sent):
    form = make.web_form(active=False)

    assert client.get(f"/f/{form.uid}/").status_code == 410
    assert client.post(f"/f/{form.uid}/", sent(form)).status_code == 410
    assert client.get("/f/00000000-0000-4000-8000-000000000000/").status_code == 404
    assert Lead.objects.count() == 0


def test_ops_try_a_closed_form_with_leads_marked_as_tests(client, sent):
    form = make.web_form(active=False)
    client.force_login(make.user("Olga Ops", is_ops=True))
    page = client.get(f"/forms/{form.uid}/").content.decode()
    note = re.search(r"\?test=([^\"&]+)", page)[1].replace("&amp;", "&")

    drawn = client.get(f"/f/{form.uid}/", {"test": note})
    answer = client.post(f"/f/{form.uid}/", sent(form, fl_test=note))

    assert "This is a test" in drawn.content.decode()
    assert "Open the test lead" in answer.content.decode()
    assert Lead.objects.get().kind == "test"


def test_a_test_note_of_another_form_opens_nothing(client, sent):
    mine, other = make.web_form(active=False), make.web_form()
    client.force_login(make.user("Olga Ops", is_ops=True))
    note = re.search(r"\?test=([^\"&]+)", client.get(f"/forms/{other.uid}/").content.decode())[1]

    assert client.get(f"/f/{mine.uid}/", {"test": note}).status_code == 410
    client.post(f"/f/{other.uid}/", sent(other, fl_test="made up"))
    assert Lead.objects.get().kind == "new"
