"""What the scripts add to a picture: keys and pointer read its figures, and it can be taken along as a file."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import open_page
from tests.face.serve import serving

SVG = "{http://www.w3.org/2000/svg}"

pytestmark = [pytest.mark.journey, pytest.mark.filterwarnings("ignore::ResourceWarning")]


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    with serving() as address, open_page(browser) as found:
        found.goto(f"{address}/page/pictures", wait_until="load")
        yield found


def test_keys_and_pointer_read_the_table_behind(page: Page) -> None:
    figure = page.locator("#slow")
    chart, said = figure.locator("[data-readable]"), figure.locator("p.readout")
    rows = figure.locator("tbody tr")

    chart.focus()
    chart.press("Home")
    expect(said.locator("b")).to_have_text("Week 1")
    chart.press("ArrowRight")
    expect(said.locator("b")).to_have_text("Week 2")
    first = rows.nth(1).locator("td").all_text_contents()
    expect(said).to_have_text(f"Week 2This period {first[0]}The period before {first[1]}")

    box = chart.locator("svg.chart-pic").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.99, box["y"] + 60)
    expect(said.locator("b")).to_have_text(f"Week {rows.count()}")


@pytest.mark.parametrize("name", ["survival", "fairness", "heat"])
def test_picture_is_saved_as_it_looks(page: Page, name: str, tmp_path: Path) -> None:
    figure = page.locator(f"#{name}")
    with page.expect_download() as saving:
        figure.get_by_role("button", name="Save picture").click()
    saving.value.save_as(tmp_path / "picture.svg")

    assert saving.value.suggested_filename == f"{name}.svg"
    root = ET.parse(tmp_path / "picture.svg").getroot()
    title = figure.locator(".picture-table caption").text_content()
    texts = {text.text for text in root.iter(f"{SVG}text")}
    assert root.findtext(f"{SVG}title") == title
    assert {title, "Mon" if name == "heat" else "Ana Lindqvist"} <= texts
    # A file has no style sheet: every colour stands in it, none of our classes does.
    assert not [part for part in root.iter() if "class" in part.attrib or "var(" in str(part.attrib)]
    assert any(part.attrib.get("fill", "").startswith("rgb(59, 91, 219") for part in root.iter()) or name != "fairness"
