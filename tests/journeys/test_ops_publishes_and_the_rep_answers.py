"""Ops publishes a rule in the admin, a lead arrives, the rep answers, the report shows it."""

import pytest
from playwright.sync_api import expect

from routing.models import RuleSet
from tests import factories as make

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_from_a_published_rule_to_the_report(product):
    ops = make.user("Olga Ops", is_ops=True)
    ana = make.rep("Ana Lindqvist")
    boss = make.user("Clara Hoffmann")
    team = make.group("DACH", [ana])
    team.managers.add(boss)
    make.rule_set(make.rule(team, name="Everything else"))

    with product.signed_in(ops) as page:
        page.goto(f"{product.url}/admin/routing/ruleset/{RuleSet.objects.get().pk}/change/")
        page.locator("[name=rules-0-respond_within]").fill("20")
        page.get_by_role("button", name="Save and continue editing").click()
        expect(page.get_by_text("Everything else: All other leads: DACH").first).to_be_visible()
        page.get_by_role("link", name="Publish", exact=True).click()
        page.get_by_label("What changed, and why?").fill("Our first rules")
        page.get_by_role("button", name="Publish now").click()
        expect(page.get_by_text("is published as version 1").first).to_be_visible()

    with product.signed_in(ana.user) as page:
        expect(page.get_by_role("heading", name="My leads", exact=True)).to_be_visible()
        answer = product.post_lead(name="Miriam Vogt", company="Brandl Logistik", phone="+49 941 555 010", country="DE")
        assert answer["owner"]["name"] == "Ana Lindqvist"

        row = page.get_by_role("article", name="Brandl Logistik")
        expect(row).to_be_visible(timeout=3000)  # told within 3 s, without a reload
        row.get_by_role("link", name="Brandl Logistik").click()
        expect(page.get_by_text("It came to you because the rule Everything else fits this lead")).to_be_visible()
        page.get_by_role("link", name="Call", exact=True).click()
        page.get_by_label("Minutes").fill("6")
        page.get_by_role("button", name="Log", exact=True).click()
        expect(page.get_by_text("In time", exact=True)).to_be_visible()
        expect(page.get_by_text("They were reached.")).to_be_visible()

    with product.signed_in(boss) as page:
        page.goto(f"{product.url}/reports/")
        row = page.get_by_role("row", name="Ana Lindqvist")
        expect(row).to_be_visible()
        expect(row).to_contain_text("1")
