"""From nothing to published rules in the browser: problems mended, simulated, followed by the next lead, taken back."""

import pytest
from playwright.sync_api import expect

from routing import rulesets
from routing.models import RuleSet
from tests import factories as make

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def write(page, name, country, group):
    """One rule: where the lead is from, and which group gets it."""
    page.get_by_role("link", name="Rule", exact=True).click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Condition", exact=True).click()
    page.get_by_label("Country: add one").select_option(label=country)
    expect(page.get_by_role("button", name=f"Take {country} out")).to_be_visible()
    page.get_by_label("Group", exact=True).select_option(label=group)
    expect(page.locator("#rule-look .says")).to_contain_text(country)
    page.get_by_role("button", name="Save as a new rule").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def rules(page):
    return page.locator(".rule-list h2").all_inner_texts()


def test_rules_are_built_simulated_published_and_taken_back(product):
    ops, ana, ben = make.user("Olga Ops", is_ops=True), make.rep("Ana Lindqvist"), make.rep("Ben Okafor")
    make.group("DACH", [ana])
    make.group("France", [ben])
    product.post_lead(name="Miriam Vogt", company="Brandl Logistik", country="DE")

    with product.signed_in(ops) as page:
        page.goto(f"{product.url}/rules/")
        page.get_by_role("button", name="Write the first rules").click()
        write(page, "Everybody in Europe", "Europe", "France")
        write(page, "Germany", "Germany", "DACH")

        # What check shows is mended by keyboard alone, and the reader stays where they were.
        expect(page.get_by_text("Never reached: rule 1, Everybody in Europe")).to_be_visible()
        expect(page.locator(".rule-edit").first).to_contain_text("100 %")
        up = page.get_by_role("button", name="Move “Germany” up, it is 2 of 3")
        up.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").get_by_text("“Germany” is now rule 1 of 3.")).to_be_visible()
        expect(page.get_by_role("button", name="Move “Germany” up, it is 1 of 3")).to_be_focused()
        expect(page.get_by_text("Never reached")).to_have_count(0)
        assert rules(page) == ["Germany", "Everybody in Europe", "Everything else"]

        # Dragged away and back: the same by mouse.
        page.locator(".rule-edit").nth(1).locator("[data-grip]").drag_to(
            page.locator(".rule-edit").nth(0), target_position={"x": 40, "y": 4}
        )
        expect(page.get_by_text("“Everybody in Europe” is now rule 1 of 3.")).to_be_visible()
        page.get_by_role("button", name="Move “Everybody in Europe” down, it is 1 of 3").click()
        expect(page.get_by_text("“Everybody in Europe” is now rule 2 of 3.")).to_be_visible()

        page.get_by_label("Lead", exact=True).select_option(index=0)
        page.get_by_role("button", name="Try", exact=True).first.click()
        expect(page.get_by_role("heading", name="Goes to Ana Lindqvist")).to_be_visible()

        page.get_by_role("link", name="Simulate").click()
        page.get_by_role("button", name="Simulate", exact=True).click()
        expect(page.get_by_role("heading", name="Ana Lindqvist +1; 1 of 1 leads would move")).to_be_visible(
            timeout=20000
        )
        page.get_by_role("link", name="Publish", exact=True).click()
        page.get_by_label("What changed, and why?").fill("Our first rules")
        page.get_by_role("button", name="Publish version 1").click()
        expect(page.get_by_text("is published as version 1").first).to_be_visible()
        assert product.post_lead(name="Jan Koch", company="Alpina", country="DE")["owner"]["name"] == "Ana Lindqvist"

        page.get_by_role("link", name="Edit", exact=True).click()
        page.get_by_role("link", name="Germany", exact=True).click()
        page.get_by_label("Group", exact=True).select_option(label="France")
        expect(page.locator("#rule-look .to")).to_have_text("France")
        page.get_by_role("button", name="Save in the draft").click()
        expect(page.get_by_text("1 change since version 1")).to_be_visible()
        page.get_by_role("link", name="Publish", exact=True).click()
        page.get_by_role("button", name="Publish version 2").click()
        assert product.post_lead(name="Uta Lang", company="Hafen AG", country="DE")["owner"]["name"] == "Ben Okafor"

        page.get_by_role("link", name="Compare versions").click()
        page.get_by_label("To", exact=True).select_option(label="Version 1, Our first rules")
        page.get_by_role("button", name="Make version 1 the draft").click()
        page.get_by_role("link", name="Publish", exact=True).click()
        page.get_by_role("button", name="Publish version 3").click()
        expect(page.get_by_text("is published as version 3").first).to_be_visible()
        assert product.post_lead(name="Ina Ruf", company="Baumann", country="DE")["owner"]["name"] == "Ana Lindqvist"


def test_two_people_in_one_rule_see_both_texts(product):
    olga, kim = make.user("Olga Ops", is_ops=True), make.user("Kim Tran", is_ops=True)
    row = make.rule_set(make.rule(make.group("DACH"), name="Everything else"))
    key = rulesets.body_of(row)["rules"][0]["key"]

    with product.signed_in(olga) as page, product.signed_in(kim) as other:
        for one in (page, other):
            one.goto(f"{product.url}/rules/{row.uid}/draft/{key}/")
        other.get_by_label("Name", exact=True).fill("All the rest")
        other.get_by_role("button", name="Save in the draft").click()
        expect(other.get_by_role("heading", name="All the rest")).to_be_visible()
        page.get_by_label("Name", exact=True).fill("What is left")
        page.get_by_role("button", name="Save in the draft").click()

        expect(
            page.get_by_role("alert").get_by_text("Nothing was saved: somebody else saved this rule")
        ).to_be_visible()
        expect(page.get_by_role("row", name="Name All the rest What is left")).to_be_visible()
        assert RuleSet.objects.get().rules.get().name == "All the rest"
        page.get_by_role("button", name="Save mine over theirs").click()
        expect(page.get_by_role("heading", name="What is left")).to_be_visible()
