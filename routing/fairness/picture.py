"""Two pictures as SVG, written by hand: the worst of each way as bars, and one team lead by lead. Light and dark."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from math import log10

_WIDTH = 760
_STYLE = """
text { font: 14px system-ui, sans-serif; fill: #1f2933 } .small { font-size: 12px; fill: #52606d }
.back { fill: #ffffff } .grid { stroke: #d5dae0 } .line { fill: none; stroke-width: 2 }
.ours { fill: #0b7a5b } .other { fill: #9aa5b1 }
.line.ours { fill: none; stroke: #0b7a5b } .line.a { stroke: #b4540a } .line.b { stroke: #5b4bc4 }
text.ours { fill: #0b7a5b; font-weight: 600 } text.a { fill: #b4540a } text.b { fill: #5b4bc4 }
@media (prefers-color-scheme: dark) {
text { fill: #e4e7eb } .small { fill: #a9b4c0 } .back { fill: #15191e } .grid { stroke: #39424c }
.ours { fill: #3ecf9f } .other { fill: #6b7785 }
.line.ours { stroke: #3ecf9f } .line.a { stroke: #f0a35e } .line.b { stroke: #a79bf5 }
text.ours { fill: #3ecf9f } text.a { fill: #f0a35e } text.b { fill: #a79bf5 } }
"""


def bars(title: str, worst: Mapping[str, float], ours: str) -> str:
    """One bar for each way, in leads (as they are to be read); every line to the right is ten times as many."""
    left, right, top, step = 240, 70, 56, 36
    low = 0.1
    decades = max(2, int(log10(max(worst.values()))) + 2)
    scale = (_WIDTH - left - right) / decades
    bottom = top + step * len(worst)

    def place(value: float) -> float:
        return left + scale * max(0, log10(max(value, low)) - log10(low))

    def parts() -> Iterator[str]:
        for decade in range(decades + 1):
            value = low * 10**decade
            x = place(value)
            yield _grid(x, top - 8, x, bottom)
            yield _text(x, bottom + 18, f"{value:g}", "small", "middle")
        for row, (way, value) in enumerate(worst.items()):
            kind = "ours" if way == ours else "other"
            y = top + step * row
            yield _text(left - 10, y + 17, way, kind if way == ours else "", "end")
            yield f'<rect class="{kind}" x="{left}" y="{y}" width="{place(value) - left:.1f}" height="24" rx="3"/>'
            yield _text(place(value) + 8, y + 17, f"{value:g}", "", "start")

    return _svg(title, bottom + 32, parts())


def lines(title: str, ways: Mapping[str, Sequence[float]], ours: str) -> str:
    """One line for each way: how many leads whoever is furthest off is off, after each lead."""
    left, right, top, height = 56, 284, 56, 300
    count = len(next(iter(ways.values())))
    most = max(max(line) for line in ways.values()) or 1.0
    tick = _tick(most)
    bucket = max(1, count // 200)
    kinds = {way: "ours" if way == ours else "ab"[i % 2] for i, way in enumerate(ways)}

    def x(lead: float) -> float:
        return left + (_WIDTH - left - right) * lead / count

    def y(value: float) -> float:
        return top + height * (1 - value / most)

    def parts() -> Iterator[str]:
        for n in range(int(most / tick) + 1):
            yield _grid(left, y(n * tick), _WIDTH - right, y(n * tick))
            yield _text(left - 8, y(n * tick) + 4, f"{n * tick:g}", "small", "end")
        for lead in range(0, count + 1, max(1, count // 5)):
            yield _text(x(lead), top + height + 18, f"{lead:,}", "small", "middle")
        yield _text(x(count / 2), top + height + 36, "leads", "small", "middle")
        for way, line in ways.items():
            points = [(x(start), y(max(line[start : start + bucket]))) for start in range(0, count, bucket)]
            points.append((x(count), y(line[-1])))
            path = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
            yield f'<polyline class="line {kinds[way]}" points="{path}"/>'
        for at, way in _apart([(y(line[-1]), way) for way, line in ways.items()]):
            yield _text(_WIDTH - right + 8, at + 5, f"{way}: {ways[way][-1]:.1f}", kinds[way], "start")

    return _svg(title, top + height + 48, parts())


def _tick(most: float) -> float:
    """A round distance that gives three to seven lines."""
    power = 10.0 ** int(log10(most))
    return next(step for step in (power / 5, power / 2, power, power * 2, power * 5) if most / step <= 7)


def _apart(labels: list[tuple[float, str]]) -> list[tuple[float, str]]:
    """The labels from below upwards, none on another."""
    placed: list[tuple[float, str]] = []
    for at, way in sorted(labels, reverse=True):
        placed.append((min(at, placed[-1][0] - 18) if placed else at, way))
    return placed


def _grid(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="grid" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(x: float, y: float, text: str, kind: str, anchor: str) -> str:
    told = f' class="{kind}"' if kind else ""
    return f'<text{told} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _svg(title: str, height: int, parts: Iterator[str]) -> str:
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img">',
        f"<title>{escape(title)}</title>",
        f"<style>{_STYLE}</style>",
        f'<rect class="back" width="{_WIDTH}" height="{height}"/>',
        _text(16, 28, title, "", "start"),
        *parts,
        "</svg>",
        "",
    ])  # fmt: skip
