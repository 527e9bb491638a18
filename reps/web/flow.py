"""Where the nodes, bands and labels of the flow picture stand; plain arithmetic, no database."""

from dataclasses import dataclass, field
from typing import Any

# What the picture is drawn from (a mapping, made by the board's view):
#   sources   [{"label", "qualified", "dropped", "url"}]     came in = qualified + dropped
#   dropped   {"label", "note", "url"}                       words for what did not qualify
#   went      [{"key", "label", "short", "count", "url"}]    key: assigned, pooled, desk, held, other; sums to qualified
#             (a lead still on its way to a decision counts as qualified and as other)
#   answered  [{"key", "label", "short", "count", "url"}]    key: answered, runs, due, late; sums to assigned
TONES = {
    "assigned": "pri",
    "pooled": "mid",
    "desk": "due",
    "held": "quiet",
    "other": "quiet",
    "answered": "good",
    "runs": "mid",
    "due": "due",
    "late": "late",
}
BANDS = {"pri": "pri", "mid": "pri", "due": "due", "quiet": "quiet", "good": "good", "late": "late"}
INKS = {"answered": "t-good", "desk": "t-due", "due": "t-due", "late": "t-late"}


@dataclass(frozen=True)
class Sheet:
    """The size of a drawing."""

    width: int
    columns: tuple[int, int, int, int]
    bar: int
    top: int
    body: int
    slot: int
    gap: int
    narrow: bool


DESK = Sheet(1144, (0, 356, 640, 964), 8, 64, 224, 20, 18, narrow=False)
PHONE = Sheet(328, (0, 70, 150, 258), 6, 48, 176, 30, 10, narrow=True)


@dataclass
class Node:
    """One upright bar with its words; `used` is how much of each side is taken by bands."""

    count: int
    tone: str
    label: str
    url: str = ""
    ink: str = ""
    note: str = ""
    bar: int = 8
    x: int = 0
    y: float = 0
    height: float = 0
    used_in: float = 0
    used_out: float = 0

    @property
    def middle(self) -> float:
        """Where the words stand."""
        return round(self.y + self.height / 2 + 4.5, 1)

    @property
    def small(self) -> bool:
        """Whether the words stand over other bands, and need a rim."""
        return self.height < 20

    @property
    def middle_up(self) -> float:
        """Where the first of two lines stands."""
        return round(self.y + self.height / 2 - 2, 1)

    @property
    def tx(self) -> int:
        """Where the words begin."""
        return self.x + self.bar + (10 if self.bar > 6 else 5)


@dataclass
class Picture:
    """A drawing, ready for the template."""

    sheet: Sheet
    height: float = 0
    nodes: list[Node] = field(default_factory=list)
    bands: list[dict[str, str]] = field(default_factory=list)
    heads: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Columns:
    """The nodes of one day, column by column, and the sources that feed the first."""

    sources: list[dict[str, Any]]
    first: list[Node]
    qualified: Node
    dropped: Node
    went: list[Node]
    answered: list[Node]

    def drawn(self) -> list[Node]:
        """All that have leads."""
        return [n for n in [*self.first, self.qualified, self.dropped, *self.went, *self.answered] if n.count]


def draw(flow: dict[str, Any], sheet: Sheet) -> Picture:
    """The picture of a day; what has no leads is not drawn."""
    columns = _columns(flow, sheet)
    came = columns.qualified.count + columns.dropped.count
    scale = min(sheet.body / max(came, 1), 16)
    picture = Picture(sheet, height=round(_place(columns, sheet, scale) + 4, 1))
    _bands(picture, columns, scale)
    picture.nodes = columns.drawn()
    picture.heads = _heads(flow, sheet, came, columns.qualified.count)
    return picture


def _columns(flow: dict[str, Any], sheet: Sheet) -> Columns:
    sources = [s for s in flow["sources"] if s["qualified"] + s["dropped"]]
    qualified, dropped = sum(s["qualified"] for s in sources), sum(s["dropped"] for s in sources)
    if sheet.narrow:
        sources = [{"label": "", "qualified": qualified, "dropped": dropped}] if sources else []
    words = flow.get("dropped") or {}
    note = "" if sheet.narrow else words.get("note", "")
    return Columns(
        sources=sources,
        first=[Node(s["qualified"] + s["dropped"], "pri", s["label"], s.get("url", "")) for s in sources],
        qualified=Node(qualified, "pri", ""),
        dropped=Node(dropped, "quiet", words.get("label", ""), words.get("url", ""), note=note),
        went=_side(flow["went"], narrow=sheet.narrow),
        answered=_side(flow["answered"], narrow=sheet.narrow),
    )


def _side(rows: list[dict[str, Any]], *, narrow: bool) -> list[Node]:
    name = "short" if narrow else "label"
    return [
        Node(r["count"], TONES[r["key"]], r.get(name) or r["label"], r.get("url", ""), INKS.get(r["key"], ""))
        for r in rows
        if r["count"]
    ]


def _place(columns: Columns, sheet: Sheet, scale: float) -> float:
    """Give every node its place; what did not qualify stands below all bands. Returns where the drawing ends."""
    bottom = max(
        _stack(columns.first, sheet, 0, scale),
        _stack([columns.qualified], sheet, 1, scale),
        _stack(columns.went, sheet, 2, scale),
    )
    dropped = columns.dropped
    if dropped.count:
        _stack([dropped], sheet, 1, scale)
        dropped.y = round(bottom + max(sheet.slot - dropped.height, 0) / 2, 1)
        bottom += max(dropped.height, sheet.slot) + (sheet.gap if dropped.note or sheet.narrow else 0)
    return max(bottom, _stack(columns.answered, sheet, 3, scale))


def _stack(nodes: list[Node], sheet: Sheet, column: int, scale: float) -> float:
    """Put the nodes of a column under each other; small ones keep room for their words. Returns where it ends."""
    y = float(sheet.top)
    for node in nodes:
        node.x, node.bar = sheet.columns[column], sheet.bar
        node.height = max(node.count * scale, 2 if node.count else 0)
        room = max(node.height, sheet.slot if node.label else 0)
        node.y = round(y if y == sheet.top and node.height >= sheet.slot else y + (room - node.height) / 2, 1)
        y += room + sheet.gap
    return y


def _bands(picture: Picture, columns: Columns, scale: float) -> None:
    for node, source in zip(columns.first, columns.sources, strict=True):
        _band(picture, node, columns.qualified, source["qualified"] * scale, "pri")
        _band(picture, node, columns.dropped, source["dropped"] * scale, "quiet")
    for node in columns.went:
        _band(picture, columns.qualified, node, node.count * scale, BANDS[node.tone])
    for assigned in [n for n in columns.went if n.tone == "pri"]:
        for node in columns.answered:
            _band(picture, assigned, node, node.count * scale, BANDS[node.tone])


def _band(picture: Picture, left: Node, right: Node, thick: float, tone: str) -> None:
    if thick <= 0:
        return
    x1, x2 = left.x + picture.sheet.bar, right.x
    y1, y2 = round(left.y + left.used_out, 1), round(right.y + right.used_in, 1)
    left.used_out += thick
    right.used_in += thick
    mid, low1, low2 = (x1 + x2) / 2, round(y1 + thick, 1), round(y2 + thick, 1)
    path = f"M{x1} {y1}C{mid} {y1} {mid} {y2} {x2} {y2}V{low2}C{mid} {low2} {mid} {low1} {x1} {low1}Z"
    picture.bands.append({"tone": tone, "path": path})


def _heads(flow: dict[str, Any], sheet: Sheet, came: int, qualified: int) -> list[dict[str, Any]]:
    done = sum(r["count"] for r in flow["answered"] if r["key"] == "answered")
    assigned = sum(r["count"] for r in flow["answered"])
    share = round(100 * qualified / came) if came else None
    return [
        {"x": sheet.columns[0], "key": "came", "count": came},
        {"x": sheet.columns[1], "key": "qualified", "count": qualified, "share": share},
        {"x": sheet.columns[2], "key": "went", "count": sum(r["count"] for r in flow["went"])},
        {"x": sheet.columns[3], "key": "answered", "count": done, "of": assigned or None},
    ]
