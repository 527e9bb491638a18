"""The pytest plugin with the one browser of a run: the system's Chromium, never one fetched; without it tests skip."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
QUIET = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    "--disable-gpu",
    "--font-render-hinting=none",
    "--force-color-profile=srgb",
]
WIDTHS = {"desktop": 1440, "hand": 390, "phone": 360}


def executable() -> str | None:
    """Where this machine keeps its Chromium."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@contextmanager
def open_browser(path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def open_page(
    browser: Browser, *, width: str = "desktop", dark: bool = False, zone: str = "Europe/Berlin"
) -> Iterator[Page]:
    """A page at one of the widths that every page must suit."""
    height = 900 if width == "desktop" else 780
    context = browser.new_context(
        viewport={"width": WIDTHS[width], "height": height},
        color_scheme="dark" if dark else "light",
        timezone_id=zone,
        locale="en-GB",
        reduced_motion="reduce",
        has_touch=width != "desktop",
    )
    try:
        yield context.new_page()
    finally:
        context.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = executable()
    if path is None:
        pytest.skip("NO BROWSER: install Chromium from the system's packages; nothing of the pages was looked at")
    with open_browser(path) as found:
        yield found
