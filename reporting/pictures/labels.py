"""Where words stand so that none lies over another, whatever the width the picture gets."""

from collections.abc import Sequence
from dataclasses import dataclass

# The widest a sign is on average at 12 px.
_SIGN = 6.7
LINE = 15.0


def spread(wanted: Sequence[float], *, gap: float, low: float, high: float) -> list[float]:
    """Places at least `gap` apart, in the same order and as near to the wanted ones as that allows.

    Where there is no room for all between `low` and `high`, they stand evenly, nearer than `gap`.
    """
    if not wanted:
        return []
    gap = min(gap, (high - low) / max(1, len(wanted) - 1))
    order = sorted(range(len(wanted)), key=lambda n: wanted[n])
    places = [0.0] * len(wanted)
    at = low
    for n in order:
        places[n] = at = max(at, min(high, wanted[n]))
        at += gap
    ceiling = high
    for n in reversed(order):
        places[n] = min(places[n], ceiling)
        ceiling = places[n] - gap
    return places


def shortened(text: str, most: int) -> str:
    """Cut at `most` signs."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


@dataclass(frozen=True, slots=True)
class Spot:
    """A point with the words that should stand beside it; the more `weight`, the sooner it gets room."""

    x: float
    y: float
    text: str
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class Placed:
    """Where the words of a spot stand, from the point; `anchor` is the end of the words that stands there."""

    spot: int
    dx: float
    dy: float
    anchor: str


@dataclass(frozen=True, slots=True)
class Box:
    """What a point or its words cover; `at` is where the point stands across, and what the rest is fixed to."""

    at: float
    left: float
    right: float
    top: float
    bottom: float

    def clear_of(self, other: "Box") -> bool:
        """Apart, and staying so when the picture grows wider: points only move away from each other."""
        if self.bottom <= other.top or other.bottom <= self.top:
            return True
        first, second = (self, other) if self.at <= other.at else (other, self)
        return first.right <= second.left


def beside(spots: Sequence[Spot], *, width: float, height: float, radius: float = 5) -> list[Placed]:
    """Words for as many points as there is room for at `width`, the weightiest first."""
    points = [Box(s.x, s.x - radius, s.x + radius, s.y - radius, s.y + radius) for s in spots]
    taken: list[Box] = []
    found: list[Placed] = []
    for n in sorted(range(len(spots)), key=lambda n: (-spots[n].weight, n)):
        others = [*(box for m, box in enumerate(points) if m != n), *taken]
        for box, placed in _choices(n, spots[n], radius):
            inside = box.left >= 0 and box.right <= width and box.top >= 0 and box.bottom <= height
            if inside and all(box.clear_of(other) for other in others):
                taken.append(box)
                found.append(placed)
                break
    return sorted(found, key=lambda placed: placed.spot)


def _choices(n: int, spot: Spot, radius: float) -> list[tuple[Box, Placed]]:
    long, off, half = len(spot.text) * _SIGN, radius + 3, LINE / 2
    up, down = spot.y - radius - LINE, spot.y + radius
    return [
        (Box(spot.x, spot.x + off, spot.x + off + long, spot.y - half, spot.y + half), Placed(n, off, 4, "")),
        (Box(spot.x, spot.x - off - long, spot.x - off, spot.y - half, spot.y + half), Placed(n, -off, 4, "e")),
        (Box(spot.x, spot.x - long / 2, spot.x + long / 2, up, up + LINE), Placed(n, 0, -radius - 4, "c")),
        (Box(spot.x, spot.x - long / 2, spot.x + long / 2, down, down + LINE), Placed(n, 0, radius + 12, "c")),
        (Box(spot.x, spot.x + 4, spot.x + 4 + long, up + 2, up + 2 + LINE), Placed(n, 4, -radius - 2, "")),
        (Box(spot.x, spot.x - 4 - long, spot.x - 4, up + 2, up + 2 + LINE), Placed(n, -4, -radius - 2, "e")),
        (Box(spot.x, spot.x + 4, spot.x + 4 + long, down - 2, down - 2 + LINE), Placed(n, 4, radius + 10, "")),
        (Box(spot.x, spot.x - 4 - long, spot.x - 4, down - 2, down - 2 + LINE), Placed(n, -4, radius + 10, "e")),
    ]
