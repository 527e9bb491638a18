"""Takes pictures of every page of the gallery, at both widths, light and dark: `python -m tests.journeys.shots DIR`."""

import os
import sys
from itertools import product
from pathlib import Path

import django


def main(folder: Path, names: list[str]) -> int:
    """Write one picture a page, width and theme; says what it wrote."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    django.setup()
    from tests.browser import WIDTHS, executable, open_browser, open_page
    from tests.face.gallery import PAGES
    from tests.face.serve import serving

    path = executable()
    if path is None:
        sys.exit("No Chromium on this machine: install it from the system's packages.")
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [name for name in PAGES if not names or name in names]
    with serving() as address, open_browser(path) as browser:
        for width, dark in product(WIDTHS, (False, True)):
            with open_page(browser, width=width, dark=dark) as page:
                for name in wanted:
                    page.set_viewport_size({"width": WIDTHS[width], "height": 780})
                    page.goto(f"{address}/page/{name}", wait_until="load")
                    page.wait_for_selector(".htmx-request", state="detached")
                    # The bars at the sides are fixed: a window as high as the page shows them as a whole.
                    tall = page.evaluate("document.documentElement.scrollHeight")
                    page.set_viewport_size({"width": WIDTHS[width], "height": max(tall, 780)})
                    picture = folder / f"{name}-{width}-{'dark' if dark else 'light'}.png"
                    page.screenshot(path=picture, full_page=True)
    sys.stdout.write(f"{len(wanted) * 4} pictures in {folder}\n")
    return 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("Where to? python -m tests.journeys.shots DIR [page ...]")
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
