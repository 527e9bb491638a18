"""From a value to its place: straight, by tenfold steps, and written as SVG takes it."""

from dataclasses import dataclass
from math import log


@dataclass(frozen=True, slots=True)
class Scale:
    """Values from `low` to `high` on the way from `begins` to `ends`; upwards on a screen ends is the smaller one."""

    low: float
    high: float
    begins: float
    ends: float

    def __call__(self, value: float) -> float:
        if self.high <= self.low:
            return (self.begins + self.ends) / 2
        return self.begins + (self.ends - self.begins) * (value - self.low) / (self.high - self.low)

    def held(self, value: float) -> float:
        """The place of the nearest value that is on the axis."""
        return self(max(self.low, min(self.high, value)))


@dataclass(frozen=True, slots=True)
class LogScale:
    """The same by tenfold steps; what is below `low` stands at the beginning, so that zero has a place."""

    low: float
    high: float
    begins: float
    ends: float

    def __call__(self, value: float) -> float:
        if value <= self.low or self.high <= self.low:
            return self.begins
        return self.begins + (self.ends - self.begins) * log(value / self.low) / log(self.high / self.low)

    def held(self, value: float) -> float:
        """The place of the nearest value that is on the axis."""
        return self(min(self.high, value))


def put(value: float) -> str:
    """A coordinate, the same in every language: 12.5, 0, 100."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def percents(value: float) -> str:
    """A coordinate across a picture as wide as its page lets it be."""
    return f"{put(value)}%"
