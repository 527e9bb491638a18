"""The first run in a browser, for each kind of team: from an empty installation to a lead that somebody has."""

import time

import pytest

from leads.models import Lead
from routing import start
from tests import factories as make

pytestmark = pytest.mark.journey
FIVE_MINUTES = 300
PEOPLE = [("Ana Ruiz", "ana@team.example"), ("Ben Ode", "ben@team.example")]


@pytest.mark.parametrize("shape", start.SHAPES)
def test_a_first_lead_is_shared(product, shape):
    began = time.monotonic()
    odile = make.user("Odile", is_ops=True)

    with product.signed_in(odile) as page:
        page.wait_for_url("**/start/")
        page.get_by_role("link", name=str(start.SHAPES[shape].label)).click()
        for n, _team in enumerate(start.SHAPES[shape].teams):
            for row, (name, email) in enumerate(PEOPLE):
                page.locator(f"[name=people{n}-{row}-name]").fill(name)
                page.locator(f"[name=people{n}-{row}-email]").fill(email)
        if shape == "territories":
            page.locator("[name=people0-0-countries]").fill("Germany")
        if shape == "accounts":
            page.locator("[name=people0-0-domains]").fill("example.net")
        page.get_by_label("They work").select_option("always")
        assert page.get_by_label("Time zone").input_value() == "Europe/Berlin"
        page.get_by_role("button", name="Begin to share leads").click()
        page.get_by_role("heading", name="Leads are shared").wait_for()
        page.get_by_role("button", name="Send a test lead").click()
        told = page.locator(".tested-says")
        told.get_by_text("in the pool" if shape == "pool" else "has it.").wait_for()
        says = told.inner_text()

    took = time.monotonic() - began
    lead = Lead.objects.get()
    assert says.startswith("It waits in the pool." if shape == "pool" else f"{lead.owner.name} has it.")
    if shape == "territories":
        assert lead.owner.name == "Ana Ruiz"
    assert took < FIVE_MINUTES
