"""What moves on a page: clocks, menus, the line that logs a call, keys, notes, theme, and the refresh that waits."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import open_page
from tests.face import gallery
from tests.face.cast import REP_NOW
from tests.face.serve import serving

pytestmark = [pytest.mark.journey, pytest.mark.filterwarnings("ignore::ResourceWarning")]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving() as found:
        yield found


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with open_page(browser) as found:
        yield found


def running(page: Page, address: str, name: str) -> None:
    """Open a page whose clocks run, starting at the instant the page tells about."""
    page.clock.install(time=REP_NOW)
    page.route(
        f"**/page/{name}",
        lambda route: route.fulfill(response=(got := route.fetch()), body=got.text().replace(" data-still>", ">")),
    )
    page.goto(f"{address}/page/{name}", wait_until="load")


def test_clock_runs_over_and_turns_late(page: Page, address: str) -> None:
    running(page, address, "my-leads")
    row = page.locator(".row-lead").nth(1)
    expect(row.locator(".clock b")).to_have_text("6:40 left")

    page.clock.run_for(60_000)

    expect(row.locator(".clock b")).to_have_text("5:40 left")

    page.clock.run_for(6 * 60_000)

    expect(row.locator(".clock b")).to_have_text("0:19 over")
    expect(row).to_have_class("row-lead row-late")


def test_log_form_opens_and_closes_by_keyboard(page: Page, address: str) -> None:
    page.goto(f"{address}/page/my-leads-due", wait_until="load")
    row = page.locator("[data-row]").nth(1)
    opener = row.locator("[data-row-key=c]")

    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("c")

    expect(row.locator("[data-logform]")).to_be_visible()
    expect(opener).to_have_attribute("aria-expanded", "true")
    expect(row.locator("input[value=connected]")).to_be_visible()
    row.get_by_text("E-mail", exact=True).nth(1).click()
    expect(row.locator("[name=minutes]")).to_be_hidden()

    page.keyboard.press("Escape")

    expect(row.locator("[data-logform]")).to_be_hidden()
    expect(opener).to_be_focused()


def test_shortcuts_choose_rows_and_none_fires_while_typing(page: Page, address: str) -> None:
    page.goto(f"{address}/page/my-leads-due", wait_until="load")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("#bulk")).to_be_visible()

    page.keyboard.press("/")
    page.keyboard.type("jxc?")

    expect(page.get_by_role("searchbox")).to_have_value("jxc?")
    expect(page.locator("[data-row-key=x]:checked")).to_have_count(1)
    expect(page.locator("[data-logform]")).to_have_count(0)
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_refresh_waits_while_a_form_is_open_or_leads_are_chosen(page: Page, address: str) -> None:
    page.goto(f"{address}/page/my-leads-due", wait_until="load")
    asked: list[str] = []
    page.route("**/again/**", lambda route: (asked.append(route.request.url), route.fulfill(status=204)))
    page.evaluate("""() => {
        const part = document.getElementById("my-leads");
        part.setAttribute("hx-get", "/again/");
        part.setAttribute("hx-trigger", "look");
        htmx.process(part);
    }""")

    page.locator("[data-row-key=c]").first.click()
    expect(page.locator("[data-logform]").first).to_be_visible()
    page.evaluate("htmx.trigger('#my-leads', 'look')")
    page.keyboard.press("Escape")
    page.locator("[data-row-key=x]").first.check()
    page.evaluate("htmx.trigger('#my-leads', 'look')")
    page.wait_for_timeout(150)
    held = list(asked)
    page.locator("[data-row-key=x]").first.uncheck()
    page.locator("h1").click()
    with page.expect_request("**/again/**"):
        page.evaluate("htmx.trigger('#my-leads', 'look')")

    assert held == []


def test_menu_closes_on_escape_and_theme_is_kept(page: Page, address: str) -> None:
    page.goto(f"{address}/page/board")
    menu = page.locator(".side details.menu")
    menu.locator("summary").click()
    menu.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")

    page.keyboard.press("Escape")

    expect(menu.locator(".menu-panel")).to_be_hidden()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_key_presses_the_button_but_not_while_typing(page: Page, address: str) -> None:
    sent: list[str] = []
    page.route(
        "**/pool-pull/**",
        lambda route: (sent.append(route.request.headers.get("x-csrftoken", "")), route.fulfill(status=204)),
    )
    page.goto(f"{address}/page/pool", wait_until="load")

    with page.expect_request("**/pool-pull/**"):
        page.keyboard.press("p")
    page.goto(f"{address}/page/my-leads", wait_until="load")
    page.keyboard.press("/")
    page.keyboard.type("p")

    expect(page.locator("input[name=q]")).to_have_value("p")
    assert len(sent) == 1
    assert sent[0]


def test_note_of_an_answer_appears_as_text_never_as_markup(page: Page, address: str) -> None:
    page.goto(f"{address}/page/board", wait_until="load")

    page.evaluate("htmx.trigger(document.body, 'toast', {text: '<b>Kept</b>', tone: 'success'})")

    note = page.locator(".note-up")
    expect(note.locator("p")).to_have_text("<b>Kept</b>")
    note.get_by_role("button", name="Close").click()
    expect(note).to_have_count(0)


def test_failed_act_says_so(page: Page, address: str) -> None:
    page.route("**/pool-pull/**", lambda route: route.fulfill(status=500))
    page.goto(f"{address}/page/pool", wait_until="load")

    page.keyboard.press("p")

    expect(page.locator(".note-up p")).to_have_text("That did not work. Load the page again and try once more.")


def test_numbers_of_the_menu_follow_and_a_new_lead_is_told(page: Page, address: str) -> None:
    count = {"n": 4, "late": True, "title": "4 leads wait for a first contact"}
    body = gallery.made("components/_nav_counts.html", {"counts": {"my-leads": count}}, "UTC")
    news = {"HX-Trigger": json.dumps({"new-lead": {"text": "A new lead is yours", "n": 1}})}
    page.route("**/nav-counts/**", lambda route: route.fulfill(body=body, content_type="text/html", headers=news))

    page.goto(f"{address}/page/pool", wait_until="load")

    expect(page.locator("#n-side-my-leads")).to_have_text("4")
    expect(page.locator("#n-bottom-my-leads")).to_have_text("4")
    expect(page.get_by_role("status").get_by_role("link", name="A new lead is yours")).to_have_attribute(
        "href", "/my-leads/"
    )


def test_stage_that_needs_a_reason_asks_for_it(page: Page, address: str) -> None:
    page.goto(f"{address}/page/lead-steps", wait_until="load")
    menu = page.locator("main details.menu").first
    menu.locator("summary").click()
    reason, amount = menu.locator("input[name=reason]"), menu.locator("input[name=amount]")
    expect(reason).to_be_hidden()

    menu.locator("select[name=stage]").select_option("lost")

    expect(reason).to_be_visible()
    expect(amount).to_be_hidden()
    menu.locator("select[name=stage]").select_option("won")
    expect(amount).to_be_visible()
    expect(reason).to_be_hidden()
