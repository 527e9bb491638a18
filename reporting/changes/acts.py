"""The events of all histories, newest first; what was done at one stroke is one act with a line for each row."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from reporting.changes.areas import AREAS, JOINS, NAMES, SILENT
from reporting.changes.moves import shifted
from reporting.changes.words import NOTHING, Words
from reps.models import User

_READ = 400  # events of one page at most
_SEARCHED = 2000  # where words are asked for: so many of each history are looked through


@dataclass(frozen=True, slots=True)
class Asked:
    """What of it: an area's key, a user's number, words, before which instant."""

    area: str = ""
    by: int | None = None
    words: str = ""
    since: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One row that was made, changed or taken away; `parts` are (field, before, after)."""

    what: str
    did: str  # "insert", "update", "delete", "move": it stands elsewhere in its list, and nothing else changed
    parts: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody did at one stroke; `by` is empty where nobody signed in did."""

    at: datetime
    by: str
    lines: tuple[Line, ...]


def acts(asked: Asked, *, most: int) -> tuple[list[Act], datetime | None]:
    """Newest first, and before which instant the next ones are, if there are more."""
    limit = _SEARCHED if asked.words else _READ
    found = sorted(_events(asked, limit), key=_stroke_of, reverse=True)
    found = found[:limit]
    before = _before(found)
    words = Words([*found, *before.values()])
    people = dict(User.objects.filter(pk__in={who for event in found if (who := _by(event))}).values_list("pk", "name"))
    made: list[Act] = []
    for _stroke, events in groupby(found, key=_stroke_of):
        rows = list(events)
        same = shifted(rows, before)
        lines = tuple(
            line
            for row in reversed(rows)
            if (line := _line(row, before.get(_key(row)), words, shifted=(type(row), row.pgh_obj_id) in same))
        )
        by = people.get(_by(rows[0]) or 0, "")
        if lines and _has(asked.words, by, lines):
            made.append(Act(rows[0].pgh_created_at, by, lines))
        if len(made) == most:
            return made, rows[-1].pgh_created_at
    return made, found[-1].pgh_created_at if len(found) == limit else None


def _events(asked: Asked, limit: int) -> Iterator[Any]:
    areas = [AREAS[asked.area]] if asked.area else AREAS.values()
    for model in (model for area in areas for model in area.models):
        rows: QuerySet[Any] = model.pgh_event_model.objects.select_related("pgh_context")
        if asked.since:
            rows = rows.filter(pgh_created_at__gte=asked.since)
        if asked.before:
            rows = rows.filter(pgh_created_at__lt=asked.before)
        if asked.by:
            rows = rows.filter(pgh_context__metadata__by=asked.by)
        yield from rows.order_by("-pgh_id")[:limit]


def _before(found: list[Any]) -> dict[tuple[Any, int], Any]:
    """Of each event that is no first one: the event before it of the same row."""
    by_model: dict[Any, list[int]] = {}
    for event in found:
        if event.pgh_label == "update":
            by_model.setdefault(type(event), []).append(event.pgh_id)
    answers: dict[tuple[Any, int], Any] = {}
    for model, numbers in by_model.items():
        former = model.objects.filter(pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__lt=OuterRef("pgh_id"))
        last = Subquery(former.order_by("-pgh_id").values("pgh_id")[:1])
        pairs = dict(model.objects.filter(pgh_id__in=numbers).annotate(last=last).values_list("pgh_id", "last"))
        rows = model.objects.in_bulk([number for number in pairs.values() if number])
        answers |= {(model, number): rows[last] for number, last in pairs.items() if last in rows}
    return answers


def _line(event: Any, before: Any, words: Words, *, shifted: bool) -> Line | None:
    """None where only what says nothing changed, such as the place of a row before which another came."""
    fields = [
        field
        for field in event.pgh_tracked_model._meta.concrete_fields  # noqa: SLF001 - Django's documented API
        if field.name not in SILENT and hasattr(event, field.attname) and not (shifted and field.name == "position")
    ]
    if event.pgh_label == "update":
        changed = [f for f in fields if before is None or getattr(before, f.attname) != getattr(event, f.attname)]
        parts = tuple(
            (str(field.verbose_name), words.value(before, field) if before else NOTHING, words.value(event, field))
            for field in changed
        )
        did = "move" if before and [field.name for field in changed] == ["position"] else "update"
        return Line(words.what(event), did, parts) if parts else None
    said = [field for field in fields if field.name not in {*NAMES, *JOINS}]
    return Line(
        words.what(event),
        event.pgh_label,
        tuple(
            (str(field.verbose_name), "", words.value(event, field))
            for field in said
            if getattr(event, field.attname) not in (None, "") and getattr(event, field.attname) != field.get_default()
        )
        if event.pgh_label == "insert"
        else (),
    )


def _has(words: str, by: str, lines: tuple[Line, ...]) -> bool:
    """All of the words, anywhere."""
    text = " ".join(
        [by, *(" ".join([line.what, *(" ".join(part) for part in line.parts)]) for line in lines)]
    ).casefold()
    return all(word in text for word in words.casefold().split())


def _stroke_of(event: Any) -> tuple[datetime, str]:
    """One transaction has one instant; what was done in one, and under one name, belongs together."""
    return event.pgh_created_at, str(event.pgh_context_id or "")


def _key(event: Any) -> tuple[Any, int]:
    return type(event), event.pgh_id


def _by(event: Any) -> int | None:
    said = event.pgh_context.metadata.get("by") if event.pgh_context else None
    return said or (getattr(event, "by_id", None) if event.pgh_label == "insert" else None)
