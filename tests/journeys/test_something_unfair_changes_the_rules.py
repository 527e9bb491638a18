"""A rep flags something unfair, the manager answers and changes the rules, and the version history links it."""

import pytest
from playwright.sync_api import expect

from tests import factories as make

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_a_question_its_answer_and_the_version_it_led_to(product):
    ana, clara = make.rep("Ana Lindqvist"), make.user("Clara Hoffmann")
    team = make.group("DACH", [ana])
    team.managers.add(clara)
    make.publish(make.rule(team, name="Everything else"), by=clara, comment="Our first rules")
    product.post_lead(name="Miriam Vogt", company="Brandl Logistik", country="DE")

    with product.signed_in(ana.user, width="hand") as page:
        page.get_by_role("link", name="Brandl Logistik").click()
        page.get_by_role("link", name="Something unfair?").click()
        expect(page.get_by_role("link", name="Brandl Logistik")).to_be_visible()
        page.get_by_label("What happened?").fill("Fifteen minutes are short while I am on a call.")
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_text("Not answered yet")).to_be_visible()

    with product.signed_in(clara) as page:
        page.goto(f"{product.url}/rules/")
        page.get_by_role("link", name="Edit", exact=True).click()
        page.get_by_role("link", name="Everything else", exact=True).click()
        page.get_by_label("Response time").fill("30")
        page.get_by_role("button", name="Save in the draft").click()
        expect(page.get_by_text("1 change since version 1")).to_be_visible()
        page.get_by_role("link", name="Publish", exact=True).click()
        page.get_by_label("What changed, and why?").fill("Thirty minutes")
        page.get_by_role("button", name="Publish version 2").click()
        expect(page.get_by_text("is published as version 2").first).to_be_visible()

        page.goto(f"{product.url}/how-shared/")
        expect(page.get_by_text("30 minutes").first).to_be_visible()
        page.get_by_role("link", name="Something unfair?").click()
        page.get_by_label("Your answer to Ana Lindqvist").fill("You are right: thirty from now on.")
        page.get_by_label("Changed the rules in").select_option(label="Rules for new leads, version 2: Thirty minutes")
        page.get_by_role("button", name="Answer", exact=True).click()
        expect(page.get_by_text("changed the rules in version 2")).to_be_visible()

    with product.signed_in(ana.user, width="hand") as page:
        page.goto(f"{product.url}/how-shared/")
        page.get_by_role("link", name="after a question by you").click()
        expect(page.get_by_text("You are right: thirty from now on.")).to_be_visible()
        page.get_by_role("link", name="changed the rules in version 2").click()
        expect(page.get_by_text("After a question by you")).to_be_visible()
