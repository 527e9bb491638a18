"""A rep pulls from a blind pool, sees who it is only then, and puts it back; it is hidden again."""

import pytest
from playwright.sync_api import expect

from leads.models import Lead
from tests import factories as make

pytestmark = [pytest.mark.journey, pytest.mark.blind, pytest.mark.django_db(transaction=True)]

HIDDEN = ("Miriam Vogt", "Brandl Logistik", "+49 941 555 010", "vogt@brandl.example", "Please call")


@pytest.mark.parametrize("width", ["desktop", "phone"])
def test_pull_and_put_back(product, width):
    ana = make.rep("Ana Lindqvist")
    team = make.group("Small business", [ana], pool="blind", steps=[{"strategy": "pool", "options": {"mode": "blind"}}])
    make.publish(make.rule(team, name="Everything else"))
    product.post_lead(
        name="Miriam Vogt",
        company="Brandl Logistik",
        phone="+49 941 555 010",
        email="vogt@brandl.example",
        message="Please call",
        industry="Logistics",
        employees=80,
        country="DE",
        source="Web form",
    )

    with product.signed_in(ana.user, width=width) as page:
        page.goto(f"{product.url}/pool/")
        expect(page.get_by_role("heading", name="1 lead is waiting")).to_be_visible()
        expect(page.get_by_text("Logistics, 51 to 200 employees").first).to_be_visible()
        assert not [word for word in HIDDEN if word in page.content()]

        page.get_by_role("button", name="Pull next lead").click()
        expect(page.get_by_text("Brandl Logistik is yours.")).to_be_visible()
        page.get_by_role("link", name="Open lead").click()
        expect(page.get_by_text("+49 941 555 010").first).to_be_visible()
        lead_url = page.url

        page.get_by_role("button", name="More").click()
        page.get_by_label("Put back, because").select_option(label="I cannot get to it now")
        page.get_by_role("button", name="Put back into the pool").click()
        expect(page.get_by_role("heading", name="1 lead is waiting")).to_be_visible()
        assert not [word for word in HIDDEN if word in page.content()]
        assert page.goto(lead_url).status == 404
    assert Lead.objects.get().state == "pooled"
