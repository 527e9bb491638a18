"""Makes an arrival of one row of a file: columns mapped to fields, dates and numbers read, problems told by field."""

import hashlib
import zoneinfo
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from leads.arrival import Arrival
from leads.conditions.facts import Type
from leads.conditions.fields import Catalogue
from leads.files import Row, Table
from leads.life import Kind
from leads.models import Attribute
from leads.qualify.freeze import catalogue_of
from leads.web.serializers import NO, YES, ArrivalSerializer, arrival_of
from reps.models import Division

# Fields of an arrival that a cell can hold.
PLAIN = tuple(str(name) for name in ArrivalSerializer().fields if str(name) not in {"answers", "test", "tracking"})
ARRIVED = "arrived_at"
# What only the past knows: text, then instants.
PAST_TEXTS = ("owner", "group", "stage", "outcome", "lost_reason", "won_amount", "won_currency")
PAST_DATES = ("assigned_at", "first_contact", "reached", "closed_at")


class MappingError(Exception):
    """A --map names a column or field that does not exist."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column fills which field, and how dates are written."""

    fields: Mapping[str, int]
    catalogue: Catalogue
    date_format: str
    zone: zoneinfo.ZoneInfo


@dataclass(slots=True)
class Incoming:
    """One row understood, or the problems by field."""

    row: Row
    arrival: Arrival | None = None
    past: dict[str, Any] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)


def map_columns(
    pairs: Sequence[str],
    *,
    table: Table,
    division: Division,
    history: bool,
    define: bool,
    key: str = "",
    date_format: str = "",
) -> Columns:
    """Read FIELD=COLUMN pairs; with `define`, names nobody knows become attributes. Raises MappingError."""
    catalogue = catalogue_of(division.pk)
    wanted = _pairs([*pairs, *([f"external_id={key}"] if key else [])], table.header)
    known = {*PLAIN, ARRIVED, *(f.key for f in catalogue if f.custom)}
    past = {*PAST_TEXTS, *PAST_DATES}
    if early := sorted(past & set(wanted) - known) if not history else []:
        raise MappingError(_("Only --history takes: %s.") % ", ".join(early))
    unknown = [name for name in wanted if name not in known | (past if history else set())]
    if unknown and not define:
        problem = _("Unknown fields: %(names)s. Choose from %(known)s; --define-attributes makes attributes of others.")
        raise MappingError(problem % {"names": ", ".join(unknown), "known": ", ".join(sorted(known | past))})
    if unknown:
        _define(unknown, division)
        catalogue = catalogue_of(division.pk)
    return Columns(wanted, catalogue, date_format, zoneinfo.ZoneInfo(division.time_zone))


def _pairs(pairs: Sequence[str], header: Sequence[str]) -> dict[str, int]:
    wanted: dict[str, int] = {}
    for pair in pairs:
        name, equals, column = (part.strip() for part in pair.partition("="))
        if not equals or not name or not column:
            raise MappingError(_("“%s”: write it as field=column.") % pair)
        if column not in header:
            problem = _("There is no column “%(name)s”. The header has: %(header)s.")
            raise MappingError(problem % {"name": column, "header": ", ".join(header)})
        if name in wanted:
            raise MappingError(_("The field “%s” is mapped twice.") % name)
        wanted[name] = header.index(column)
    if not wanted:
        raise MappingError(_("Say at least one --map field=column."))
    return wanted


def _define(names: Sequence[str], division: Division) -> None:
    """New attributes are text and personal, which is the careful guess; ops change it in the admin."""
    slug = Attribute._meta.get_field("key")  # noqa: SLF001 - Django's documented API
    for name in names:
        try:
            slug.run_validators(name)
        except Exception as error:
            problem = _("“%s” cannot name an attribute: only letters, digits, hyphens and underscores.")
            raise MappingError(problem % name) from error
    Attribute.objects.bulk_create(
        [Attribute(division=division, key=name, label=name.replace("_", " ").capitalize()) for name in names],
        ignore_conflicts=True,
    )


class Reader:
    """Reads the rows of one file in order; equal rows are told apart by how often they came before."""

    def __init__(self, columns: Columns, *, history: bool, now: datetime) -> None:
        self._columns, self._history, self._now = columns, history, now
        self._seen: Counter[str] = Counter()

    def read(self, row: Row) -> Incoming:
        """The row as an arrival, or its problems by field."""
        found = Incoming(row)
        digest = self._digest(row)
        if row.problem:
            found.problems[_("row")] = row.problem
            return found
        cells = {name: row.cells[place].strip() for name, place in self._columns.fields.items()}
        values = {name: text for name, text in cells.items() if text and name in PLAIN}
        values |= self._attributes(cells, found)
        arrived = self._date(cells, ARRIVED, found)
        serializer = ArrivalSerializer(data=values, context={"catalogue": self._columns.catalogue})
        if not serializer.is_valid():
            found.problems |= {name: _first(errors) for name, errors in serializer.errors.items()}
        if self._history:
            self._read_past(cells, found, arrived)
        elif arrived and arrived > self._now:
            found.problems[ARRIVED] = _("This lies in the future.")
        if not found.problems:
            external = cells.get("external_id", "") or digest
            found.arrival = arrival_of(
                serializer.validated_data,
                raw={**{name: text for name, text in cells.items() if text}, "external_id": external},
                kind=Kind.HISTORY if self._history else Kind.NEW,
                arrived_at=arrived,
            )
            found.arrival.external_id = external
        return found

    def _digest(self, row: Row) -> str:
        digest = hashlib.sha256("\x1f".join(row.cells).encode()).hexdigest()[:32]
        self._seen[digest] += 1
        return f"row-{digest}-{self._seen[digest]}"

    def _attributes(self, cells: Mapping[str, str], found: Incoming) -> dict[str, Any]:
        """Own attributes of the type ops gave them, and answers to the questions of others."""
        values: dict[str, Any] = {}
        answers: dict[str, Any] = {}
        for name, text in cells.items():
            asked = self._columns.catalogue.get(name)
            if not text or asked is None or not asked.custom or name in PLAIN:
                continue
            try:
                (answers if asked.question else values)[asked.question or name] = self._typed(asked.type, text)
            except ValueError:
                found.problems[name] = _("This must be a %s.") % asked.type.value.replace("_", " ")
        return {**values, "answers": answers} if answers else values

    def _typed(self, kind: Type, text: str) -> Any:
        if kind is Type.NUMBER:
            return int(text) if text.lstrip("+-").isdigit() else float(text)
        if kind is Type.YES_NO:
            if text.casefold() not in YES | NO:
                raise ValueError
            return text.casefold() in YES
        if kind is Type.DATE:
            return self._instant(text).date().isoformat()
        if kind is Type.LIST:
            return [part.strip() for part in text.replace("|", ";").split(";") if part.strip()]
        return text

    def _instant(self, text: str) -> datetime:
        """By the format given, else as ISO 8601; without a zone it is the division's."""
        given = self._columns.date_format
        read = datetime.strptime(text, given) if given else datetime.fromisoformat(text)  # noqa: DTZ007 - next line
        if not 1970 <= read.year <= 9000:
            raise ValueError(text)
        return read if read.tzinfo else read.replace(tzinfo=self._columns.zone)

    def _date(self, cells: Mapping[str, str], name: str, found: Incoming) -> datetime | None:
        text = cells.get(name, "")
        if not text:
            return None
        try:
            return self._instant(text)
        except ValueError:
            wanted = self._columns.date_format or _("a date like 2026-03-31 or 2026-03-31T09:30")
            found.problems[name] = _("“%(text)s” is not %(wanted)s.") % {"text": text[:40], "wanted": wanted}
            return None

    def _read_past(self, cells: Mapping[str, str], found: Incoming, arrived: datetime | None) -> None:
        """What the past tells, in an order that time allows."""
        found.past = {name: cells[name] for name in PAST_TEXTS if cells.get(name)}
        if arrived is None and ARRIVED not in found.problems:
            found.problems[ARRIVED] = _("A lead of the past needs the date it arrived.")
        latest = arrived
        for name in PAST_DATES:
            at = self._date(cells, name, found)
            if at is None:
                continue
            if at > self._now:
                found.problems[name] = _("This lies in the future.")
            elif name != "assigned_at" and arrived and at < arrived:
                found.problems[name] = _("This lies before the lead arrived.")
            elif name == "reached" and latest and at < latest:
                found.problems[name] = _("This lies before the first contact.")
            if name == "first_contact":
                latest = at
            found.past[name] = at


def _first(errors: object) -> str:
    if isinstance(errors, Mapping):
        return "; ".join(f"{name}: {_first(more)}" for name, more in errors.items())
    return " ".join(str(error) for error in errors) if isinstance(errors, list) else str(errors)
