"""Twenty leads are given away by keyboard alone: picked by number, Enter, and the next lead is there."""

import pytest
from playwright.sync_api import expect

from leads.models import Lead
from routing import live
from routing.models import DeskTime, Rule
from tests import factories as make
from tests.journeys.conftest import Product

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

MOUSE = "for (const k of ['pointerdown', 'touchstart']) addEventListener(k, () => sessionStorage.mouse = 1, true)"


@pytest.fixture
def clara():
    """A manager of three reps, and twenty leads that no rule gives away."""
    team = make.group("Sales", [make.rep(name) for name in ("Ana Lindqvist", "Ben Okafor", "Kim Tran")])
    clara = make.user("Clara Hoffmann")
    team.managers.add(clara)
    make.publish({"to": Rule.To.DESK, "name": "By people", "condition": None})
    make.arrive(20)
    live.route_ready(1)
    return clara


def test_twenty_leads_by_keyboard_alone(browser, live_server, transactional_db, clara):
    with Product(browser, live_server.url).signed_in(clara) as page:
        page.add_init_script(MOUSE)
        page.goto(f"{live_server.url}/to-assign/")
        chosen = {}

        page.keyboard.press("?")
        expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
        page.keyboard.press("Escape")
        for n in range(20):
            if n == 3:  # a slip: given, taken back, given again
                give(page, "1")
                page.keyboard.press("u")
                expect(page.get_by_text("It is back here; nobody has it.")).to_be_visible()
            if n == 5:  # passed over, and come back to
                first = heading(page)
                page.keyboard.press("j")
                expect(page.locator("#h-lead")).not_to_have_text(first)
                page.keyboard.press("k")
                expect(page.locator("#h-lead")).to_have_text(first)
            if n == 7:  # not a customer: X, the letter of the reason, Enter
                chosen[heading(page)] = "rejected"
                page.keyboard.press("x")
                page.keyboard.type("Dup")
                leaves(page, lambda: page.keyboard.press("Enter"))
                continue
            lead, key = heading(page), "123"[n % 3]
            chosen[lead] = give(page, key)

        expect(page.get_by_role("heading", name="Nothing to assign")).to_be_visible()
        expect(page.get_by_role("heading", name="All done")).to_be_visible()
        assert page.evaluate("sessionStorage.mouse") is None

    rows = Lead.objects.select_related("owner__user", "private")
    assert {row.private.name: row.owner.name if row.owner else row.state for row in rows} == chosen
    assert len(chosen) == 20
    assert rows.get(state="rejected").reason == "by_hand_duplicate"
    assert DeskTime.objects.filter(decided_at=None).count() == 0
    assert DeskTime.objects.filter(what="assigned").count() == 19


def heading(page):
    """Whose lead it is."""
    return page.locator("#h-lead").inner_text().partition(",")[0]


def leaves(page, act):
    """The page goes on to the next lead."""
    with page.expect_navigation():
        act()


def give(page, key):
    """Pick by number and send; who it is."""
    page.keyboard.press(key)
    row = page.locator("tr:has(input:checked)")
    expect(row).to_have_count(1)
    name = row.locator("b").first.inner_text()
    leaves(page, lambda: page.keyboard.press("Enter"))
    return name
