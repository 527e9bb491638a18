"""Pictures drawn on the server as SVG: today's flow, shares and balances, an interval, bars of times."""

from collections.abc import Sequence
from typing import Any

from django import template

from reps.templatetags.face import duration
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
def share_bar(
    off: float, behind: float | None = None, ahead: float | None = None, furthest: float | None = None
) -> dict[str, Any]:
    """How far somebody is off their fair share; the bounds, where the group has them, as dashed lines.

    `furthest` is how far anybody is off, so that bars of a list can be compared.
    """
    reach = max(behind or 0, ahead or 0, abs(off), furthest or 0, 1.0) * 1.08
    start, end = sorted((_place(off, -reach, reach), 50.0))
    return {
        "off": off,
        "x": start,
        "width": max(round(end - start, 2), 0.4),
        "low": _place(-behind, -reach, reach) if behind else None,
        "high": _place(ahead, -reach, reach) if ahead else None,
    }


@register.inclusion_tag("components/share_bars.html")
def share_bars(
    was: float, off: float, behind: float | None = None, ahead: float | None = None, furthest: float | None = None
) -> dict[str, Any]:
    """The same twice, one above the other: how far somebody is off now, and would be."""
    widest = max(furthest or 0, abs(was), abs(off))
    first, second = (share_bar(one, behind, ahead, widest) for one in (was, off))
    return {**second, "was": was, "was_x": first["x"], "was_width": first["width"]}


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
def bar(value: float, of: float, tone: str = "pri", mark: float | None = None) -> dict[str, Any]:
    """One bar of a funnel or a share: value of the whole; `mark` is the share of others, drawn across it."""
    return {
        "width": round(100 * value / of, 2) if of else 0,
        "tone": tone,
        "mark": None if mark is None else round(100 * mark, 2),
    }


@register.inclusion_tag("components/time_bars.html")
def time_bars(speeds: dict[str, Any]) -> dict[str, Any]:
    """How many took how long: bars of `width` seconds each, those that came too late on top of the others."""
    bars, width = speeds["bars"], speeds["width"]
    highest = max(one["kept"] + one["late"] for one in bars)
    each = 100 / len(bars)
    drawn = []
    for n, one in enumerate(bars):
        kept, late = (round(150 * one[part] / highest, 2) for part in ("kept", "late"))
        drawn.append(
            {
                "x": round(n * each + each * 0.06, 2),
                "width": round(each * 0.88, 2),
                "kept": kept,
                "kept_y": 150 - kept,
                "late": late,
                "late_y": round(150 - kept - late, 2),
            }
        )
    step = max(1, len(bars) // 4)
    shown = len(bars) - 1 if speeds["beyond"] else len(bars)
    ticks = [{"x": round(n * each, 2), "label": duration(n * width) if n else "0"} for n in range(0, shown, step)]
    return {"drawn": drawn, "ticks": ticks, **speeds}


_MOST_POINTS = 400


@register.inclusion_tag("components/balance_line.html")
def balance_line(balances: Sequence[float], behind: float | None = None, ahead: float | None = None) -> dict[str, Any]:
    """A balance entry by entry, as steps; the bounds, where there are any, as dashed lines. `behind` is owed to one."""
    every = -(-len(balances) // _MOST_POINTS)
    points = [*balances[:-1:every], balances[-1]] if len(balances) > 1 else [*balances, *balances]
    top = 1.12 * max(behind or 0, 1, *points)
    bottom = -1.12 * max(ahead or 0, 1, *(-point for point in points))

    def y(value: float) -> float:
        return round(200 * (top - value) / (top - bottom), 2)

    width = 1000 / (len(points) - 1)
    path = f"M0,{y(points[0])}" + "".join(
        f" H{round(n * width, 1)} V{y(point)}" for n, point in enumerate(points[1:], start=1)
    )
    return {
        "path": path,
        "zero": y(0),
        "one": {"y": y(1), "height": round(y(-1) - y(1), 2)},
        "behind": behind and {"y": y(behind), "at": behind},
        "ahead": ahead and {"y": y(-ahead), "at": -ahead},
        "low": min(points),
        "high": max(points),
        "now": points[-1],
        "now_y": round(y(points[-1]) / 2, 2),
    }
