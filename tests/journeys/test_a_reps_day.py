"""A rep's day on a phone and at a desk: an offer, a pull, a pause, time off, a lead given back and credited."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from leads.models import Lead
from reps.models import TimeOff
from routing.models import LedgerEntry, Return
from tests import factories as make

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

OFFER = [{"strategy": "availability"}, {"strategy": "weighted"}, {"strategy": "offer", "options": {"seconds": 300}}]
TURNS = [{"strategy": "availability"}, {"strategy": "round_robin"}]
POOL = [{"strategy": "pool", "options": {"mode": "blind"}}]


def country(code):
    return {"field": "country", "operator": "is", "value": code}


def lead(name, code):
    mark = name.lower().split()[0]
    return {"name": f"Miriam {name}", "company": name, "email": f"miriam@{mark}.example", "country": code}


@pytest.mark.parametrize("width", ["hand", "desktop"])
def test_a_day(product, width):
    ana, ben = make.rep("Ana Lindqvist"), make.rep("Ben Okafor")
    both = make.group("DACH", [ana, ben], steps=TURNS)
    make.publish(
        make.rule(make.group("France", [ana], steps=OFFER), country("FR"), name="France"),
        make.rule(make.group("Britain", [ana, ben], pool="blind", steps=POOL), country("GB"), name="Britain"),
        make.rule(both, name="All others"),
    )
    ops = make.user("Odile Ops", is_ops=True)

    with product.signed_in(ana.user, width=width) as page:
        # An offer comes by itself and is accepted.
        page.goto(f"{product.url}/my-leads/")
        product.post_lead(**lead("Lumière", "FR"))
        offer = page.get_by_role("region", name="Offer")
        expect(offer).to_be_visible(timeout=6000)
        assert "Lumière" not in page.content()
        offer.get_by_role("button", name="Accept").click()
        expect(page.get_by_role("heading", name="Lumière").first).to_be_visible()
        offered = page.url

        # The next is pulled blind, and answered.
        product.post_lead(**lead("Brandl", "GB"))
        page.goto(f"{product.url}/pool/")
        assert "Brandl" not in page.content()
        page.get_by_role("button", name="Pull next lead").click()
        expect(page.get_by_text("Brandl is yours.")).to_be_visible()
        page.get_by_role("link", name="Open lead").click()
        page.get_by_role("button", name="E-mail").first.click()
        expect(page.get_by_text("Logged").first).to_be_visible()

        # Paused: what that does is told first, then leads go to others.
        page.goto(f"{product.url}/availability/")
        page.get_by_role("button", name="30 minutes").click()
        expect(page.get_by_text("This would happen:")).to_be_visible()
        page.locator(".look-do button[value=do]").click()
        for name in ("Kessler", "Vogel"):
            product.post_lead(**lead(name, "DE"))
        assert set(Lead.objects.filter(country="DE").values_list("owner", flat=True)) == {ben.pk}

        # Time off next week.
        page.goto(f"{product.url}/availability/")
        monday = timezone.localdate() + timedelta(days=7 - timezone.localdate().weekday())
        page.locator("#off").get_by_label("First day").first.fill(monday.isoformat())
        page.locator("#off").get_by_label("Last day").first.fill((monday + timedelta(days=4)).isoformat())
        page.locator("#off").get_by_role("button", name="Show what it does").first.click()
        expect(page.get_by_text("This would happen:")).to_be_visible()
        page.locator(".look-do button[value=do]").click()
        expect(page.locator("#off .offs li")).to_have_count(1)
        off = TimeOff.objects.get(rep=ana)
        assert (off.ends_at - off.starts_at).days == 5

        # A lead that was none is given back; ops agrees, and the share is credited.
        page.goto(offered)
        page.get_by_role("button", name="More").click()
        page.get_by_label("Return lead, because").select_option(label="Spam or bogus")
        page.get_by_role("button", name="Return lead", exact=True).click()
        expect(page.get_by_text("Lumière").first).to_be_visible()
    with product.signed_in(ops, width="desktop") as page:
        page.goto(f"{product.url}/admin/routing/return/")
        page.locator("input.action-select").first.check()
        page.locator("select[name=action]").select_option("approve")
        page.locator("button[name=index]").first.click()
        expect(page.get_by_text("1 return is ruled on.")).to_be_visible()
    with product.signed_in(ana.user, width=width) as page:
        page.goto(f"{product.url}/my-leads/returned/")
        expect(page.get_by_text("Approved").first).to_be_visible()
    assert Return.objects.get().ruling == "approved"
    assert LedgerEntry.objects.filter(kind="reversed", winner=ana.pk).exists()
