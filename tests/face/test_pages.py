"""What holds for every page of the gallery: readable to all, no sideways scroll, nothing the strict policy refuses."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import open_page
from tests.face import gallery
from tests.face.axe import grave
from tests.face.serve import serving

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
INLINE = """[...document.querySelectorAll('[style], style, script:not([src]), [onclick]')]
    .map(node => node.outerHTML.slice(0, 80))"""

pytestmark = [pytest.mark.journey, pytest.mark.filterwarnings("ignore::ResourceWarning")]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving() as found:
        yield found


@pytest.fixture(scope="module", params=["desktop", "phone"])
def view(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    with open_page(browser, width=request.param) as page:
        yield page


@pytest.mark.parametrize("name", gallery.PAGES)
def test_page_is_sound(view: Page, address: str, name: str) -> None:
    complaints: list[str] = []
    view.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    view.on("pageerror", lambda error: complaints.append(str(error)))

    view.emulate_media(color_scheme="light")
    view.goto(f"{address}/page/{name}", wait_until="load")
    view.get_by_text("Working it out ...").wait_for(state="detached")  # the parts it loads are there

    assert complaints == []
    assert view.evaluate(INLINE) == []
    assert view.evaluate(SIDEWAYS) <= 0
    assert grave(view) == []
    view.emulate_media(color_scheme="dark")  # the same page in other colours
    assert grave(view, rules=["color-contrast"]) == []
    between = view.viewport_size
    view.set_viewport_size({"width": 1024, "height": 800})
    assert view.evaluate(SIDEWAYS) <= 0
    view.set_viewport_size(between)
