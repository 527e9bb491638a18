"""Makes an arrival of one row of a file: columns mapped to fields, dates and numbers read, problems told by field."""

import contextlib
import hashlib
import zoneinfo
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from leads import incoming
from leads.arrival import Arrival
from leads.conditions.facts import Type
from leads.conditions.fields import Catalogue
from leads.files import Row
from leads.life import Kind
from leads.models import Attribute
from leads.qualify import loose
from leads.qualify.freeze import attributes_of, catalogue_of, read_catalogue
from leads.reading import NO, YES, ArrivalSerializer, arrival_of
from reps.models import Division

# Fields of an arrival that a cell can hold.
PLAIN = tuple(str(name) for name in ArrivalSerializer().fields if str(name) not in {"answers", "test", "tracking"})
ARRIVED = "arrived_at"
# What only the past knows: text, then instants.
PAST_TEXTS = ("owner", "sourced_by", "group", "stage", "outcome", "lost_reason", "won_amount", "won_currency")
PAST_DATES = ("assigned_at", "first_contact", "reached", "closed_at")
# Several columns may fill one of these, and a cell may hold several instants.
CONTACTS = ("calls", "call_attempts", "mails", "meetings")
_MOST_CONTACTS = 200
_TIMES = ("", " %H:%M", " %H:%M:%S", "T%H:%M", "T%H:%M:%S")


class MappingError(Exception):
    """A --map names a column or field that does not exist."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column fills which field, what is kept beside them as answers, and how dates are written."""

    fields: Mapping[str, int]
    catalogue: Catalogue
    date_format: str
    zone: zoneinfo.ZoneInfo
    answers: Mapping[str, int] = field(default_factory=dict)
    contacts: Mapping[str, Sequence[int]] = field(default_factory=dict)


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
    header: Sequence[str],
    division: Division,
    history: bool,
    define: bool,
    key: str = "",
    date_format: str = "",
) -> Columns:
    """Read FIELD=COLUMN pairs; with `define`, names nobody knows become attributes. Raises MappingError."""
    catalogue = catalogue_of(division.pk)
    wanted = _pairs([*pairs, *([f"external_id={key}"] if key else [])], header)
    known = {*PLAIN, ARRIVED, *(f.key for f in catalogue if f.custom)}
    past = {*PAST_TEXTS, *PAST_DATES, *CONTACTS}
    if early := sorted(past & set(wanted) - known) if not history else []:
        raise MappingError(_("Only --history takes: %s.") % ", ".join(early))
    unknown = [name for name in wanted if name not in known | (past if history else set())]
    if unknown and not define:
        problem = _("Unknown fields: %(names)s. Choose from %(known)s; --define-attributes makes attributes of others.")
        raise MappingError(problem % {"names": ", ".join(unknown), "known": ", ".join(sorted(known | past))})
    if unknown:
        define_attributes({name: name for name in unknown}, division)
        catalogue = catalogue_of(division.pk)
    contacts = {name: (wanted.pop(name),) for name in CONTACTS if history and name in wanted}
    return Columns(wanted, catalogue, date_format, zoneinfo.ZoneInfo(division.time_zone), contacts=contacts)


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


def define_attributes(named: Mapping[str, str], division: Division) -> None:
    """Make attributes of key and label where they are not there. Raises MappingError naming a key that cannot be.

    New ones are text and personal, which is the careful guess; ops change it in the admin.
    """
    check_keys(named)
    Attribute.objects.bulk_create(
        [
            Attribute(division=division, key=key, label=(label if label != key else _label(key))[:100])
            for key, label in named.items()
        ],
        ignore_conflicts=True,
    )


def check_keys(keys: Iterable[str]) -> None:
    """Raise MappingError naming the first key that no attribute can have."""
    slug = Attribute._meta.get_field("key")  # noqa: SLF001 - Django's documented API
    for key in keys:
        try:
            slug.run_validators(key)
        except Exception as error:
            problem = _("“%s” cannot name an attribute: only letters, digits, hyphens and underscores.")
            raise MappingError(problem % key) from error


def catalogue_with(division: Division, keys: Iterable[str]) -> Catalogue:
    """The fields as they will be once these attributes are defined."""
    known = attributes_of(division.pk)
    there = {a["key"] for a in known}
    return read_catalogue(
        [*known, *({"key": k, "label": k, "type": "text", "options": []} for k in keys if k not in there)]
    )


def _label(key: str) -> str:
    return key.replace("_", " ").capitalize()


class Reader:
    """Reads the rows of one file, in any order; equal rows are told apart by which of them they are."""

    def __init__(self, columns: Columns, *, history: bool, now: datetime) -> None:
        self._columns, self._history, self._now = columns, history, now
        # One for all rows: making it costs more than asking it.
        self._serializer = ArrivalSerializer(context={"catalogue": columns.catalogue})

    def read(self, row: Row) -> Incoming:
        """The row as an arrival, or its problems by field."""
        found = Incoming(row)
        if row.problem:
            found.problems[_("row")] = row.problem
            return found
        cells = {name: row.cells[place].strip() for name, place in self._columns.fields.items()}
        values: dict[str, Any] = {
            name: incoming.loosely(name, text) for name, text in cells.items() if text and name in PLAIN
        }
        values |= self._attributes(cells, found)
        if kept := {name: text for name, at in self._columns.answers.items() if (text := row.cells[at].strip())}:
            tracked = incoming.tracked(kept)
            values["tracking"] = dict(tracked.values())
            answers = {name: text for name, text in kept.items() if name not in tracked}
            values["answers"] = {**answers, **values.get("answers", {})}
        arrived = self._date(cells, ARRIVED, found)
        read: dict[str, Any] = {}
        try:
            read = self._serializer.run_validation(values)
        except ValidationError as error:
            told = error.detail if isinstance(error.detail, Mapping) else {_("row"): error.detail}
            found.problems |= {str(name): _first(errors) for name, errors in told.items()}
        if self._history:
            self._read_past(row, cells, found, arrived)
        elif arrived and arrived > self._now:
            found.problems[ARRIVED] = _("This lies in the future.")
        if not found.problems:
            external = cells.get("external_id", "") or _digest(row)
            found.arrival = arrival_of(
                read,
                raw={**{name: text for name, text in cells.items() if text}, **kept, "external_id": external},
                kind=Kind.HISTORY if self._history else Kind.NEW,
                arrived_at=arrived,
            )
            found.arrival.external_id = external
        return found

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
            return _number(text)
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
        read = _by_format(text, given) if given else datetime.fromisoformat(text)
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

    def _read_past(self, row: Row, cells: Mapping[str, str], found: Incoming, arrived: datetime | None) -> None:
        """What the past tells, in an order that time allows."""
        found.past = {name: cells[name] for name in PAST_TEXTS if cells.get(name)}
        self._read_contacts(row, found, arrived)
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

    def _read_contacts(self, row: Row, found: Incoming, arrived: datetime | None) -> None:
        """Instants by kind of contact: of several columns, and of several to a cell."""
        for name, places in self._columns.contacts.items():
            texts = [text for at in places for text in row.cells[at].replace("|", ";").split(";") if text.strip()]
            instants = [self._date({name: text.strip()}, name, found) for text in texts[:_MOST_CONTACTS]]
            times = sorted({at for at in instants if at})
            if times and times[-1] > self._now:
                found.problems[name] = _("This lies in the future.")
            elif times and arrived and times[0] < arrived:
                found.problems[name] = _("This lies before the lead arrived.")
            if times:
                found.past[name] = times


def _digest(row: Row) -> str:
    digest = hashlib.sha256("\x1f".join(row.cells).encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return f"row-{digest}-{row.nth}"


def _number(text: str) -> int | float:
    """As programs write it, else with the marks of any country, and a sign. Raises ValueError."""
    with contextlib.suppress(ValueError):
        return int(text) if text.lstrip("+-").isdigit() else float(text)
    sign, digits = (-1, text[1:]) if text[:1] in {"-", "\u2212"} else (1, text.removeprefix("+"))
    number = loose.number(digits)
    return sign * (int(number) if number == number.to_integral_value() else float(number))


def _by_format(text: str, given: str) -> datetime:
    """By the format, a time of day behind it or not. Raises ValueError."""
    times = ("",) if "%H" in given or "%I" in given else _TIMES
    for time in times:
        try:
            return datetime.strptime(text, given + time)  # noqa: DTZ007 - the caller adds the zone
        except ValueError:
            continue
    raise ValueError(text)


def _first(errors: object) -> str:
    if isinstance(errors, Mapping):
        return "; ".join(f"{name}: {_first(more)}" for name, more in errors.items())
    return " ".join(str(error) for error in errors) if isinstance(errors, list) else str(errors)
