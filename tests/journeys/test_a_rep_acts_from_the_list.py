"""From the list itself: the menu of a row brings what is done seldom when it opens, and the list follows."""

import pytest
from playwright.sync_api import expect

from leads.models import Lead
from tests import factories as make

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_a_stage_is_moved_from_the_rows_menu(product):
    ana = make.rep("Ana Lindqvist")
    make.publish(make.rule(make.group("DACH", [ana])))

    with product.signed_in(ana.user) as page:
        page.goto(f"{product.url}/my-leads/")
        product.post_lead(name="Miriam Vogt", company="Brandl Logistik", email="vogt@brandl.example")
        row = page.get_by_role("article", name="Brandl Logistik")
        expect(row).to_be_visible(timeout=5000)  # by itself: the page asked what is new

        expect(page.get_by_role("link", name="A new lead is yours")).to_have_count(1)
        row.get_by_role("button", name="More").click()
        row.get_by_label("Stage", exact=True).select_option(label="Lost")
        expect(row.get_by_label("Reason, if lost or unqualified")).to_be_visible()
        row.get_by_label("Reason, if lost or unqualified").fill("Bought elsewhere")
        row.get_by_role("button", name="Move", exact=True).click()

        expect(page.get_by_role("article", name="Brandl Logistik")).to_have_count(0)
    assert Lead.objects.get().lost_reason == "Bought elsewhere"
