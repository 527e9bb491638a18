"""One accent, readable everywhere: whatever colour is chosen, text on it and in it reaches WCAG AA in both themes."""

import re
from itertools import product
from pathlib import Path

import pytest

from reps import colours

WHITE, INK = (255, 255, 255), (11, 16, 32)
TOKENS = Path("static/css/tokens.css").read_text()


def test_contrast_is_that_of_wcag():
    assert colours.contrast(WHITE, (0, 0, 0)) == pytest.approx(21)
    assert colours.contrast(colours.read("#777777"), WHITE) == pytest.approx(4.48, abs=0.005)


def test_every_colour_becomes_one_whose_text_can_be_read():
    steps = (0, 40, 90, 128, 170, 215, 255)
    for accent in product(steps, repeat=3):
        day, night = colours.light(accent), colours.dark(accent)
        for shades, grounds in ((day, ground("light")), (night, ground("dark"))):
            assert colours.contrast(shades.fill, shades.on) >= 4.5, accent
            assert colours.contrast(shades.ink, shades.soft) >= 4.5, accent
            for one in grounds:
                assert colours.contrast(shades.ink, one) >= 4.5, accent
                assert colours.contrast(shades.fill, one) >= 3, accent


def test_what_can_be_read_already_stays_as_it_is():
    for accent in ("#3b5bdb", "#7a1fa2", "#00695c"):
        assert colours.written(colours.light(colours.read(accent)).fill) == accent


def test_the_sheet_replaces_tokens_that_are_there():
    sheet = colours.style_of(colours.read("#aa0000"))
    for name in re.findall(r"--fl-(?!f-)([a-z-]+):", sheet):
        assert f"--fl-{name}:" in TOKENS
    form = Path("static/css/form.css").read_text()
    for name in re.findall(r"--fl-f-([a-z-]+):", sheet):
        assert f"--fl-f-{name}:" in form


def ground(theme):
    """The grounds of the pages, as the style sheet has them."""
    place = 0 if theme == "light" else 1
    found = []
    for name in ("canvas", "side", "sunken", "raised", "hover"):
        pair = re.search(rf"--fl-{name}: light-dark\((#\w+), (#\w+)\)", TOKENS)
        found.append(colours.read(pair.group(place + 1)))
    return found
