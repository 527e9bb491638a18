"""The kinds of import: what their columns may fill, what is guessed of a file, and who does the work."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads import reading
from leads.qualify.freeze import catalogue_of
from leads.rows import ARRIVED, CONTACTS, PAST_DATES, PAST_TEXTS, PLAIN
from leads.spool import Spool
from routing.imports import guess as guessing
from routing.imports.accounts import AccountRows
from routing.imports.kind import Kind as KindOfRows
from routing.imports.leads_kind import ANSWERS, ATTRIBUTE, LeadRows
from routing.imports.people import PeopleRows
from routing.imports.territories import TerritoryRows
from routing.models import FileImport

Kind = FileImport.Kind
LEADS = (Kind.NEW, Kind.HISTORY)
_RECORDS = {Kind.ACCOUNTS: AccountRows, Kind.TERRITORIES: TerritoryRows, Kind.REPS: PeopleRows}
_LOOKED_AT = 2_000  # rows the guesses are made of

LABELS: dict[str, str | Promise] = {
    **reading.LABELS,
    "arrived_at": gettext_lazy("Arrived at"),
    "owner": gettext_lazy("Owner (e-mail of the rep)"),
    "sourced_by": gettext_lazy("Sourced by (e-mail of the rep)"),
    "group": gettext_lazy("Group"),
    "stage": gettext_lazy("Stage"),
    "outcome": gettext_lazy("Outcome"),
    "lost_reason": gettext_lazy("Why it was lost"),
    "won_amount": gettext_lazy("Won amount"),
    "won_currency": gettext_lazy("Currency of the won amount"),
    "assigned_at": gettext_lazy("Assigned at"),
    "first_contact": gettext_lazy("First contact at"),
    "reached": gettext_lazy("Reached at"),
    "closed_at": gettext_lazy("Closed at"),
    "calls": gettext_lazy("Calls that were answered (instants)"),
    "call_attempts": gettext_lazy("Calls nobody answered (instants)"),
    "mails": gettext_lazy("Mails sent (instants)"),
    "meetings": gettext_lazy("Meetings held (instants)"),
    "domain": gettext_lazy("E-mail domain"),
    "tier": gettext_lazy("Tier"),
    "countries": gettext_lazy("Countries"),
    "regions": gettext_lazy("Regions"),
    "cities": gettext_lazy("Cities"),
    "postal": gettext_lazy("Postal codes"),
    "other": gettext_lazy("Other areas (JSON)"),
    "reps": gettext_lazy("Reps who cover it (e-mails)"),
    "active": gettext_lazy("Active"),
    "member": gettext_lazy("Member (yes or no)"),
    "weight": gettext_lazy("Weight"),
    "cap_open": gettext_lazy("Open leads at most, in the group"),
    "cap_hour": gettext_lazy("Leads an hour at most, in the group"),
    "cap_day": gettext_lazy("Leads a day at most, in the group"),
    "cap_week": gettext_lazy("Leads a week at most, in the group"),
    "cap_month": gettext_lazy("Leads a month at most, in the group"),
    "caps_rolling": gettext_lazy("These limits roll with the clock"),
    "rep_cap_open": gettext_lazy("Open leads at most, in all"),
    "rep_cap_hour": gettext_lazy("Leads an hour at most, in all"),
    "rep_cap_day": gettext_lazy("Leads a day at most, in all"),
    "rep_cap_week": gettext_lazy("Leads a week at most, in all"),
    "rep_cap_month": gettext_lazy("Leads a month at most, in all"),
    "rep_caps_rolling": gettext_lazy("The limits in all roll with the clock"),
}


@dataclass(frozen=True, slots=True)
class Target:
    """One thing a column may fill."""

    value: str
    label: str
    many: bool = False


def of(job: FileImport, *, now: datetime) -> KindOfRows:
    """Who does the work of this import. Raises MappingError."""
    if job.kind in LEADS:
        return LeadRows(job, now=now)
    return _RECORDS[Kind(job.kind)](job, now=now)


def targets(job: FileImport) -> list[Target]:
    """What a column of the file may fill, in the order it is offered."""
    if job.kind not in LEADS:
        return [Target(name, str(LABELS[name])) for name in _RECORDS[Kind(job.kind)].FIELDS]
    names = [*PLAIN, ARRIVED]
    if job.kind == Kind.HISTORY:
        names += [*PAST_TEXTS, *PAST_DATES]
    found = [Target(name, str(LABELS.get(name, name))) for name in names]
    if job.kind == Kind.HISTORY:
        found += [Target(name, str(LABELS[name]), many=True) for name in CONTACTS]
    taken = {target.value for target in found}
    own = [f for f in catalogue_of(job.division_id) if f.custom and f.key not in taken]
    return [*found, *(Target(f.key, f.label) for f in own)]


def guess(job: FileImport, rows: Spool) -> tuple[list[str], dict[str, Any]]:
    """The mapping to begin with, and what else was guessed: by what, and how dates are written."""
    samples = [row.cells for row, _place in islice(rows.rows(), _LOOKED_AT) if not row.problem]
    found = targets(job)
    many = {target.value for target in found if target.many}
    guesses = guessing.columns(rows.header, samples, known=[t.value for t in found], many=many)
    mapping = [g.field or _rest(job, name) for g, name in zip(guesses, rows.header, strict=True)]
    forms = guessing.date_formats(date_values(mapping, samples))
    return mapping, {
        "guessed": [g.by for g in guesses],
        "date_format": forms[0] if forms else "",
        "date_formats": forms,
    }


def _rest(job: FileImport, name: str) -> str:
    """A column nobody knows is kept beside a lead; of other kinds, and of our own files of refusals, it is left out."""
    return ANSWERS if job.kind in LEADS and name and name not in {"row", "outcome", "reasons"} else ""


def date_values(mapping: Sequence[str], samples: Sequence[Sequence[str]]) -> list[str]:
    """What stands in the columns that hold dates."""
    dated = {ARRIVED, *PAST_DATES, *CONTACTS}
    places = [n for n, to in enumerate(mapping) if to in dated]
    return [
        text.strip()
        for cells in samples
        for n in places
        for text in cells[n].replace("|", ";").split(";")
        if text.strip()
    ]


def problem_of(job: FileImport, mapping: Sequence[str]) -> str:
    """Why this mapping cannot be; nothing where it can."""
    found = {target.value: target for target in targets(job)}
    chosen = [to for to in mapping if to]
    fields = [to.removeprefix(ATTRIBUTE) for to in chosen if to != ANSWERS]
    unknown = [to for to in chosen if to != ANSWERS and not to.startswith(ATTRIBUTE) and to not in found]
    if unknown:
        return _("“%s” is nothing a column can fill.") % unknown[0][:60]
    twice = [f for f in fields if fields.count(f) > 1 and not (f in found and found[f].many)]
    if twice:
        label = found[twice[0]].label if twice[0] in found else twice[0]
        return _("Two columns fill “%s”. Choose one of them.") % label
    if not chosen:
        return _("Choose what at least one column is.")
    unnamed = [n for n, to in enumerate(mapping, start=1) if to in {ANSWERS, ATTRIBUTE} and not job.header[n - 1]]
    if unnamed:
        return _("Column %d has no name; leave it out, or say what it fills.") % unnamed[0]
    missing = [name for name in _needed(job) if name not in fields]
    if missing:
        return _("Say which column holds: %s.") % ", ".join(str(LABELS[name]) for name in missing)
    return ""


def _needed(job: FileImport) -> tuple[str, ...]:
    if job.kind == Kind.HISTORY:
        return (ARRIVED,)
    return () if job.kind == Kind.NEW else _RECORDS[Kind(job.kind)].NEEDED
