"""Figures in words, as axes, tables and readouts of the pictures say them."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from reps.templatetags.face import EMPTY, duration, percent

UNITS = ("count", "share", "seconds", "per_100", "number")


def worded(value: float | None, unit: str, *, places: int | None = None) -> str:
    """A value of a unit: 1,204; 93 %; 4 min; 17.4."""
    if value is None:
        return EMPTY
    if unit == "share":
        return percent(value, places or 0)
    if unit == "seconds":
        return duration(value)
    if unit == "count":
        return number_format(round(value), force_grouping=True)
    if unit == "per_100":
        return number_format(round(100 * value, 1), 1 if places is None else places)
    return number_format(round(value, 1 if places is None else places), 1 if places is None else places)


def span(low: float | None, high: float | None, unit: str) -> str:
    """An interval in words; nothing where there is none."""
    if low is None or high is None:
        return ""
    if unit == "share":
        return _("%(low)s to %(high)s") % {"low": number_format(round(100 * low), 0), "high": percent(high)}
    return _("%(low)s to %(high)s") % {"low": worded(low, unit), "high": worded(high, unit)}


def marked(ticks: tuple[float, ...], unit: str) -> list[str]:
    """The words of an axis, all with as many places as its step needs; nothing is 0 in every unit but shares."""
    if unit == "seconds":
        return [duration(tick) if tick else "0" for tick in ticks]
    factor = 100 if unit in {"share", "per_100"} else 1
    step = (ticks[1] - ticks[0]) * factor if len(ticks) > 1 else 1
    places = next((n for n in range(6) if abs(step * 10**n - round(step * 10**n)) < 1e-6), 6)
    if unit == "share":
        return [percent(tick, places) for tick in ticks]
    return [number_format(tick * factor, places, force_grouping=True) for tick in ticks]
