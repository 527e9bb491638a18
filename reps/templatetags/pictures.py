"""Pictures drawn on the server as SVG: today's flow, a fair-share bar, an interval, a bar of a funnel."""

from typing import Any

from django import template

from reps.web.flow import DESK, PHONE, draw

register = template.Library()


def _place(value: float, low: float, high: float) -> float:
    """Where a value stands on an axis, in percent of its width."""
    return round(100 * (value - low) / (high - low), 2) if high > low else 50.0


@register.inclusion_tag("components/flow.html")
def flow_picture(flow: dict[str, Any]) -> dict[str, Any]:
    """Today's flow from arrival to answer, drawn twice: wide, and narrow for a phone. See `reps.web.flow`."""
    return {"flow": flow, "wide": draw(flow, DESK), "narrow": draw(flow, PHONE)}


@register.inclusion_tag("components/share_bar.html")
def share_bar(off: float, behind: float | None = None, ahead: float | None = None) -> dict[str, Any]:
    """How far somebody is off their fair share; the bounds, where the group has them, as dashed lines."""
    reach = max(behind or 0, ahead or 0, abs(off), 1.0) * 1.08
    start, end = sorted((_place(off, -reach, reach), 50.0))
    return {
        "off": off,
        "x": start,
        "width": max(round(end - start, 2), 0.4),
        "low": _place(-behind, -reach, reach) if behind else None,
        "high": _place(ahead, -reach, reach) if ahead else None,
    }


@register.inclusion_tag("components/interval.html")
def interval(  # noqa: PLR0917 - a template tag reads best as a row of numbers
    low: float,
    point: float,
    high: float,
    axis_low: float,
    axis_high: float,
    mark: float | None = None,
    *,
    quiet: bool = False,
) -> dict[str, Any]:
    """A point with its interval on an axis; `mark` is what all are compared with, drawn dashed."""

    def place(value: float) -> float:
        return max(0.0, min(100.0, _place(value, axis_low, axis_high)))

    return {
        "low": place(low),
        "point": place(point),
        "high": place(high),
        "mark": None if mark is None else place(mark),
        "quiet": quiet,
    }


@register.inclusion_tag("components/bar.html")
def bar(value: float, of: float, tone: str = "pri") -> dict[str, Any]:
    """One bar of a funnel or a share: value of the whole."""
    return {"width": round(100 * value / of, 2) if of else 0, "tone": tone}
