"""Round ticks for an axis of numbers or of durations: the first at or below what is shown, the last at or above."""

from math import ceil, floor, isfinite, log10

_ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)
_WHOLE = (1.0, 2.0, 5.0, 10.0)
MINUTE, HOUR, DAY = 60, 3600, 86_400
# What people count time in; beyond the last, round numbers of days.
_STEPS = (
    1, 2, 5, 10, 15, 30,
    MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE,
    HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR,
    DAY, 2 * DAY, 5 * DAY, 7 * DAY, 14 * DAY, 28 * DAY, 91 * DAY, 182 * DAY, 364 * DAY,
)  # fmt: skip
# Where a tenfold axis of durations is marked.
_LANDMARKS = (
    1, 10, MINUTE, 10 * MINUTE, HOUR, 6 * HOUR, DAY, 7 * DAY, 28 * DAY, 91 * DAY, 364 * DAY, 3640 * DAY, 36_400 * DAY
)  # fmt: skip


def numbers(low: float, high: float, *, most: int = 5, whole: bool = False) -> tuple[float, ...]:
    """At most `most` round steps that hold everything from `low` to `high`; `whole` for what is counted."""
    low, high = _ends(low, high)
    step = _round_step((high - low) / most, whole=whole)
    while ceil(_tidy(high / step)) - floor(_tidy(low / step)) > most:
        step = _round_step(step * 1.01, whole=whole)
    first, last = floor(_tidy(low / step)), ceil(_tidy(high / step))
    return tuple(_tidy(n * step) for n in range(first, last + 1))


def durations(high: float, *, most: int = 6) -> tuple[float, ...]:
    """Ticks in seconds from nothing to at or above `high`, at steps that people count time in."""
    _low, high = _ends(0, high)
    step = next((step for step in _STEPS if ceil(_tidy(high / step)) <= most), None)
    if step is None:
        return tuple(day * DAY for day in numbers(0, high / DAY, most=most, whole=True))
    return tuple(float(n * step) for n in range(max(1, ceil(_tidy(high / step))) + 1))


def landmarks(low: float, high: float) -> tuple[float, ...]:
    """Ticks in seconds for a tenfold axis that holds `low` to `high`: 1 s, 10 s, 1 min, 10 min, 1 h, 6 h, 1 day."""
    low, high = _ends(max(low, _LANDMARKS[0]), high)
    first = max((n for n, mark in enumerate(_LANDMARKS) if mark <= low), default=0)
    last = next((n for n, mark in enumerate(_LANDMARKS) if mark >= high), len(_LANDMARKS) - 1)
    return tuple(float(mark) for mark in _LANDMARKS[min(first, last - 1) : last + 1])


def _ends(low: float, high: float) -> tuple[float, float]:
    if not (isfinite(low) and isfinite(high)):
        raise ValueError(f"an axis needs finite ends, got {low} and {high}")
    return (low, high) if high > low else (low, low + (abs(low) or 1.0))


def _round_step(least: float, *, whole: bool) -> float:
    if whole:
        least = max(least, 1.0)
    size = 10 ** floor(log10(least))
    return next(_tidy(part * size) for part in (_WHOLE if whole else _ROUND) if part * size >= least * (1 - 1e-9))


def _tidy(value: float) -> float:
    """Without the dust of binary fractions: 0.30000000000000004 is 0.3."""
    return float(f"{value:.10g}")
