"""On a phone a rep pastes a message, sees the form fill itself, is told who has the next one, and keeps the first."""

import pytest
from playwright.sync_api import expect

from leads.models import Lead
from tests import factories as make

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

MESSAGE = """Petra Lindqvist sent the following message at 10:32
Hi Ana, we look for cold storage in Malmö. Could you call me? +46 8 5550 1234
https://www.linkedin.com/in/petra-lindqvist-1a2b3c
"""


def test_paste_and_keep(product):
    ana, ben = make.rep("Ana Lindqvist"), make.rep("Ben Okafor")
    team = make.group("Nordics", [ana, ben])
    make.publish(make.rule(team, name="All"))

    with product.signed_in(ana.user, width="phone") as page:
        page.get_by_role("link", name="Add lead").click()
        page.get_by_label("Profile link or message").fill(MESSAGE)
        page.get_by_label("Company").click()
        expect(page.get_by_label("Name", exact=True)).to_have_value("Petra Lindqvist")
        expect(page.get_by_label("Phone", exact=True)).to_have_value("+46 8 5550 1234")
        page.get_by_label("Company").fill("Nordfrakt")
        page.get_by_role("button", name="Keep it").click()
        expect(page.get_by_role("heading", name="Nordfrakt")).to_be_visible()
        expect(page.get_by_text("Kept: it is yours.")).to_be_visible()
    lead = Lead.objects.select_related("private").get()
    assert (lead.owner, lead.channel) == (ana, "LinkedIn message")
    assert lead.private.profile_url.endswith("petra-lindqvist-1a2b3c")

    with product.signed_in(ben.user, width="phone") as page:
        page.goto(f"{product.url}/add-lead/")
        page.get_by_label("Phone", exact=True).fill("+46 (0)8 555 012 34")
        page.get_by_label("Name", exact=True).click()
        expect(page.get_by_text("Ana Lindqvist has this person.")).to_be_visible()
        expect(page.get_by_role("button", name="Keep it")).to_have_count(0)
        page.get_by_label("Profile link or message").fill("She asks for a price list")
        page.get_by_role("button", name="Add it to Ana Lindqvist's lead").click()
        expect(page.get_by_text("Added to a lead there was")).to_be_visible()
    assert Lead.objects.count() == 1
    assert lead.events.get(kind="enquiry").user == ben.user
