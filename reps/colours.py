"""One accent colour made readable: the shades of it that the pages need, in light and dark, by WCAG contrast."""

from collections.abc import Callable
from dataclasses import dataclass

RGB = tuple[int, int, int]

# The grounds that text of the accent stands on, as static/css/tokens.css has them.
_WHITE, _INK = (255, 255, 255), (11, 16, 32)
_BLACK = (0, 0, 0)
_LIGHT_GROUNDS = ((255, 255, 255), (246, 247, 250), (242, 244, 249))
_DARK_CANVAS = (20, 24, 33)
_DARK_GROUNDS = (_DARK_CANVAS, (16, 20, 27), (27, 32, 43), (31, 37, 49))
TEXT, PART = 4.5, 3.0  # WCAG 2.2 AA: 1.4.3 text, 1.4.11 parts of controls


@dataclass(frozen=True, slots=True)
class Shades:
    """Of one theme: what is filled, text on it, text in the accent, and two paler grounds."""

    fill: RGB
    on: RGB
    ink: RGB
    soft: RGB
    mid: RGB


def read(text: str) -> RGB:
    """Of #rrggbb. Raises ValueError."""
    digits = text.removeprefix("#")
    if len(digits) != 6:
        raise ValueError(text)
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def written(colour: RGB) -> str:
    """As #rrggbb."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def contrast(one: RGB, other: RGB) -> float:
    """From 1 to 21, as WCAG has it."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def light(accent: RGB) -> Shades:
    """On white: darkened until white text can be read on it, and it on white."""
    fill = _moved(accent, _BLACK, lambda c: contrast(c, _WHITE) >= TEXT)
    soft = _mixed(_WHITE, fill, 0.09)
    ink = _moved(fill, _BLACK, lambda c: all(contrast(c, g) >= TEXT for g in (soft, *_LIGHT_GROUNDS)))
    return Shades(fill, _WHITE, ink, soft, _mixed(_WHITE, fill, 0.35))


def dark(accent: RGB) -> Shades:
    """On the dark canvas: lightened until dark text can be read on it, and it on the canvas."""
    fill = _moved(
        accent,
        _WHITE,
        lambda c: contrast(c, _INK) >= TEXT and all(contrast(c, g) >= PART for g in _DARK_GROUNDS),
    )
    soft = _mixed(_DARK_CANVAS, fill, 0.2)
    ink = _moved(fill, _WHITE, lambda c: all(contrast(c, g) >= TEXT for g in (soft, *_DARK_GROUNDS)))
    return Shades(fill, _INK, ink, soft, _mixed(_DARK_CANVAS, fill, 0.5))


def style_of(accent: RGB) -> str:
    """The style sheet that puts it in the place of ours, on the pages and on web forms."""
    day, night = light(accent), dark(accent)
    tokens = {
        "primary": _both(day.fill, night.fill),
        "primary-ink": _both(day.ink, night.ink),
        "primary-soft": _both(day.soft, night.soft),
        "primary-mid": _both(day.mid, night.mid),
        "on-primary": _both(day.on, night.on),
        "k-primary": f"light-dark({_pale(day.fill, 13)}, {_pale(night.fill, 24)})",
    }
    pages = "".join(f"--fl-{name}:{value};" for name, value in tokens.items())
    form = "".join(
        f"--fl-f-{name}:{tokens[of]};"
        for name, of in (
            ("primary", "primary"),
            ("primary-ink", "primary-ink"),
            ("primary-soft", "primary-soft"),
            ("on", "on-primary"),
        )
    )
    return f':root,[data-bs-theme="light"],[data-bs-theme="dark"]{{{pages}}}\n.fl-form{{{form}}}\n'


def _luminance(colour: RGB) -> float:
    red, green, blue = (c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _mixed(one: RGB, other: RGB, part: float) -> RGB:
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _moved(colour: RGB, towards: RGB, enough: Callable[[RGB], bool]) -> RGB:
    """The nearest shade that is enough, in steps of a hundredth."""
    return next((c for step in range(101) if enough(c := _mixed(colour, towards, step / 100))), towards)


def _both(day: RGB, night: RGB) -> str:
    return f"light-dark({written(day)},{written(night)})"


def _pale(colour: RGB, part: int) -> str:
    return "rgb({} {} {} / {}%)".format(*colour, part)
