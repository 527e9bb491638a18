"""Ops builds a form; it stands on another site, is filled in with and without JavaScript, and its leads are owned."""

import http.server
import threading
import time
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from leads.models import Lead
from tests import factories as make

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@contextmanager
def site(pages):
    """Another site: `pages` by path, on a host and port of its own."""

    class Door(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = pages.get(self.path.partition("?")[0])
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(f"<!doctype html><title>Northwind</title>{body or ''}".encode())

        def log_message(self, *args):
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def build(product, ops, origin):
    """By keyboard and mouse, as ops do it; gives the snippets."""
    with product.signed_in(ops) as page:
        page.goto(f"{product.url}/forms/")
        page.get_by_role("link", name="New form").click()
        page.get_by_label("Name", exact=True).fill("Demo, pricing page")
        page.get_by_label("Begin with").select_option("pricing")
        page.get_by_role("button", name="Make it").click()

        page.get_by_label("Add", exact=True).select_option("choice:")
        page.get_by_role("button", name="Add", exact=True).click()
        page.get_by_label("Label").fill("How soon do you start?")
        page.get_by_label("must be answered").check()
        rows = page.locator("fieldset.answer")
        for n, (answer, says, points) in enumerate([("This month", "qualifies", "20"), ("Next year", "", "2")]):
            rows.nth(n).get_by_label("Answer").fill(answer)
            rows.nth(n).get_by_label("What it says").select_option(label=says or "says nothing")
            rows.nth(n).get_by_label("Points").fill(points)
        page.get_by_role("button", name="Save", exact=True).click()

        # The question comes up one place by the keyboard alone.
        up = page.get_by_role("button", name="Move “How soon do you start?” up")
        up.focus()
        page.keyboard.press("Enter")
        expect(page.locator(".ask").nth(4)).to_contain_text("How soon do you start?")
        expect(page.frame_locator("iframe").get_by_text("How soon do you start?")).to_be_visible()

        tabs = page.get_by_role("navigation", name="Parts of the form")
        tabs.get_by_role("link", name="Thank you").click()
        page.get_by_role("row", name="Everybody").get_by_role("link").click()
        page.get_by_label("Name the rep").check()
        page.get_by_role("button", name="Save", exact=True).click()
        tabs.get_by_role("link", name="Settings").click()
        page.get_by_label("Websites it may stand on").fill(origin)
        page.get_by_label("Consent").fill("You may write to me.")
        page.get_by_role("button", name="Save", exact=True).click()
        page.get_by_role("button", name="Take leads").click()
        tabs.get_by_role("link", name="Put it on a page").click()
        return {key: page.locator(f"#snippet-{key}").input_value() for key in ("script", "iframe", "html")}


def fill(form, name):
    """As people do."""
    form.get_by_label("Name").fill(f"{name} Beck")
    form.get_by_label("E-mail").fill(f"{name.lower()}@northwind.example")
    form.get_by_label("Company").fill("Northwind")
    form.get_by_label("This month").check()
    form.get_by_label("You may write to me.").check()


def owned(email, since):
    """The lead, once it has an owner; within two seconds of the click."""
    while True:
        lead = Lead.objects.select_related("private", "owner__user").filter(private__email=email).first()
        if lead and lead.owner:
            assert time.monotonic() - since < 2
            return lead
        assert time.monotonic() - since < 2, "nobody owns it after two seconds"
        time.sleep(0.02)


def test_a_form_on_another_site(product, settings):
    settings.PUBLIC_URL = product.url
    ana = make.rep("Ana Lindqvist", booking_url="https://book.example/ana")
    team = make.group("DACH", [ana])
    pricing = {"all": [{"field": "intent", "operator": "is", "value": "pricing"}]}
    rest = make.group("Rest", [make.rep("Ben Okafor")])
    make.publish(make.rule(team, pricing, name="Pricing"), make.rule(rest, name="Everything else"))
    ops = make.user("Olga Ops", is_ops=True)
    pages = {}
    with site(pages) as other:
        snippets = build(product, ops, other)
        pages |= {f"/{key}": text for key, text in snippets.items()}
        found = {}

        # By script, with JavaScript.
        with visitor(product) as page:
            page.goto(f"{other}/script?utm_source=news&utm_campaign=Spring")
            expect(page.get_by_role("heading", name="Ask for a price")).to_be_visible()
            page.get_by_role("button", name="Ask for a price").click()
            expect(page.get_by_role("link", name="E-mail: Please fill this in.")).to_be_visible()
            fill(page, "Ida")
            page.wait_for_timeout(2100)  # the time trap
            since = time.monotonic()
            page.get_by_role("button", name="Ask for a price").click()
            found["script"] = owned("ida@northwind.example", since)
            expect(page.get_by_text("Ana Lindqvist will be in touch with you.")).to_be_visible()
            expect(page.get_by_role("link", name="Choose a time with Ana Lindqvist")).to_be_visible()
            assert page.url.startswith(other)

        # In a frame, with JavaScript: it takes the height it needs.
        with visitor(product) as page:
            page.goto(f"{other}/iframe?gclid=Cj0K")
            frame = page.frame_locator("iframe")
            fill(frame, "Jan")
            page.wait_for_timeout(2100)
            assert int(page.locator("iframe").get_attribute("height")) > 700
            since = time.monotonic()
            frame.get_by_role("button", name="Ask for a price").click()
            found["iframe"] = owned("jan@northwind.example", since)
            expect(frame.get_by_role("heading", name="Thank you")).to_be_visible()

        # Plain HTML, without JavaScript: our page answers, with the reasons and then with thanks.
        with visitor(product, java_script_enabled=False) as page:
            page.goto(f"{other}/html")
            fill(page, "Kim")
            page.get_by_label("E-mail").fill("kim@northwind")  # good enough for the browser
            page.get_by_role("button", name="Ask for a price").click()
            expect(page.get_by_role("link", name="E-mail: Write it like")).to_be_visible()
            expect(page.get_by_label("Name")).to_have_value("Kim Beck")
            page.get_by_label("E-mail").fill("kim@northwind.example")
            since = time.monotonic()
            page.get_by_role("button", name="Ask for a price").click()
            found["html"] = owned("kim@northwind.example", since)
            expect(page.get_by_text("Ana Lindqvist will be in touch with you.")).to_be_visible()

        # A site the form does not name sees nothing but the link.
        with site(pages) as stranger, visitor(product) as page:
            page.goto(f"{stranger}/script")
            expect(page.get_by_role("link", name="Ask for a price")).to_be_visible()
            page.wait_for_timeout(300)
            assert page.locator("form").count() == 0

    assert {lead.owner for lead in found.values()} == {ana}
    assert {lead.channel for lead in found.values()} == {"form"}
    assert {lead.private.score for lead in found.values()} == {20}
    assert {lead.private.answers["how_soon_do_you_start"] for lead in found.values()} == {"This month"}
    assert found["script"].campaign == "Spring"
    assert found["script"].private.tracking["landing_page"] == f"{other}/script"
    assert found["iframe"].private.tracking["gclid"] == "Cj0K"
    assert found["html"].private.tracking["landing_page"].startswith(other)


@contextmanager
def visitor(product, **how):
    """Somebody on the other site."""
    context = product.browser.new_context(viewport={"width": 390, "height": 844}, locale="en-GB", **how)
    try:
        yield context.new_page()
    finally:
        context.close()
