"""A result as lines for a terminal and rows for a file."""

from collections.abc import Iterator, Mapping
from typing import Any

from config.lib.cells import cell
from routing import wording
from routing.simulate import words
from routing.simulate.result import SIDES, Result

_HEADS = {"here": "these rules", "there": "live", "happened": "happened"}
_DESK = ("assigned", "offered", "pooled", "held", "desk", "rejected", "unmatched", "undecided")


def lines(result: Result, names: wording.Names, *, said: str) -> Iterator[str]:
    """Headline, tables, assumptions."""
    yield words.headline(result, names)
    yield ""
    yield f"{said}, {result.since[:16]} to {result.until[:16]}, roster {result.roster}, against {result.against}"
    yield from _table("rep", result.reps, names.rep, result)
    yield from _table("group", result.groups, names.group, result)
    yield ""
    yield _row("where to", [_HEADS[side] for side in _sides(result)])
    for outcome in _DESK:
        counts = [result.outcomes.get(side, {}).get(outcome, 0) for side in _sides(result)]
        if any(counts):
            yield _row(words.outcome_says(outcome), [f"{n:,}" for n in counts])
    yield _row("waited at first", [f"{result.waits.get(side, 0):,}" for side in _sides(result)])
    for side in ("here", "there"):
        for group, (leads, rep) in result.deviation.get(side, {}).items():
            yield f"greatest deviation, {_HEADS[side]}, {names.group(int(group))}: {leads} leads ({names.rep(rep)})"
    for rep, times in result.at_cap.get("here", {}).items():
        yield f"passed over at a limit: {names.rep(int(rep))}, {times:,} times"
    yield f"of the {result.moving:,} that would move, {result.within:,} go to another rep of the same group"
    if result.released:
        yield f"taken back: {result.released:,}"
    for why, number in result.left_out.items():
        yield f"left out ({why}): {number:,}"
    yield ""
    yield "Assumed:"
    yield from (f"- {sentence}" for sentence in words.assumptions(result))
    yield ""
    yield (
        f"{result.seconds:.2f} s ({result.read_seconds:.2f} s reading): {result.rate:,.0f} leads a second,"
        f" {result.fold_rate:,.0f} decisions a second in the fold alone"
    )


def moves(result: Result, names: wording.Names) -> Iterator[list[object]]:
    """The leads that would move, under a header."""
    yield ["lead", "at", "from", "from_rule", "from_reason", "to", "to_rule", "to_reason"]
    for move in result.moves:
        before, after = move["from"], move["to"]
        row = [move["lead"], move["at"], *_told(before, names), *_told(after, names)]
        yield [cell(text) for text in row]


def _told(place: Mapping[str, Any], names: wording.Names) -> list[str]:
    rule = names.rule(place["rule"]) or place["rule"]
    return [words.place_says(place, names), rule, words.reason_says(place)]


def _sides(result: Result) -> list[str]:
    return [side for side in SIDES if side in result.outcomes]


def _table(head: str, counts: dict[str, dict[str, int]], name: object, result: Result) -> Iterator[str]:
    sides = _sides(result)
    yield ""
    yield _row(head, [_HEADS[side] for side in sides])
    for key in sorted({key for side in sides for key in counts.get(side, {})}, key=int):
        label = name(int(key)) if callable(name) else key
        yield _row(str(label), [f"{counts.get(side, {}).get(key, 0):,}" for side in sides])


def _row(head: str, cells: list[str]) -> str:
    return f"{head[:30]:<30}" + "".join(f"{cell:>14}" for cell in cells)
