"""The page where people say what the columns of a file are: guesses, samples, dates, and the first rows as read."""

from collections.abc import Sequence
from datetime import date
from itertools import islice
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import gettext as _

from leads import spool
from leads.files import Row
from leads.rows import MappingError
from routing.imports import guess, kinds, sheets
from routing.imports.leads_kind import ANSWERS, ATTRIBUTE, LeadRows
from routing.models import FileImport
from routing.web import import_words as words

_SAMPLES, _SHOWN, _LOOKED_AT = 3, 8, 2_000
_ISO = "iso"


def columns_context(job: FileImport, chosen: list[str] | None = None) -> dict[str, Any]:
    """All the page needs; `chosen` is a mapping that was refused, shown as it was sent."""
    rows = _rows(job)
    mapping = job.mapping if chosen is None else chosen
    forms = _date_forms(mapping, rows)
    return {
        "columns": _columns(job, mapping, rows),
        "dates": _dates(job, mapping, rows, forms) if forms is not None else None,
        "clears": None if job.kind in kinds.LEADS else bool(job.options.get("clear")),
        "preview": _preview(job, rows) if chosen is None else None,
        "says": words.will_happen(job),
        "checked": words.checked(job),
    }


def read_choice(job: FileImport, data: QueryDict) -> tuple[list[str], dict[str, Any], str]:
    """Mapping, options, and what is wrong with them."""
    mapping = [data.get(f"c{n}", "")[:200].replace("\x00", "") for n in range(len(job.header))]
    options: dict[str, Any] = {"clear": data.get("clear") == "on"}
    problem = ""
    forms = _date_forms(mapping, _rows(job))
    if forms is not None:
        given = data.get("date_format", "")
        if given == _ISO or given in guess.DATES:
            options |= {"date_format": "" if given == _ISO else given, "date_chosen": True}
        elif len(forms) == 1:
            options |= {"date_format": forms[0], "date_chosen": False}
        elif len(forms) > 1:
            problem = _("Say how dates are written: they can be read in more than one way.")
        else:
            options |= {"date_format": "", "date_chosen": False}
    return mapping, options, problem


def _rows(job: FileImport) -> list[Row]:
    found = spool.opened(sheets.rows_path(job.uid)).rows()
    return [row for row, _place in islice(found, _LOOKED_AT)]


def _date_forms(mapping: Sequence[str], rows: Sequence[Row]) -> list[str] | None:
    """How the dates of the mapped columns can be read; None where there are none."""
    values = kinds.date_values(mapping, [row.cells for row in rows if not row.problem])
    return guess.date_formats(values) if values else None


def _columns(job: FileImport, mapping: Sequence[str], rows: Sequence[Row]) -> list[dict[str, Any]]:
    found = [{"value": t.value, "label": t.label} for t in kinds.targets(job)]
    known = {t["value"] for t in found}
    guessed = job.options.get("guessed", [])
    by = {"name": _("by its name"), "values": _("by its values")}
    return [
        {
            "name": f"c{n}",
            "title": title or _("Column %d, without a name") % (n + 1),
            "samples": _samples(rows, n),
            "chosen": mapping[n],
            "guessed": by.get(guessed[n], "") if n < len(guessed) and mapping[n] in known else "",
            "targets": found,
            "others": _others(job, title, known),
        }
        for n, title in enumerate(job.header)
    ]


def _others(job: FileImport, title: str, known: set[str]) -> list[dict[str, str]]:
    """What becomes of a column that is none of our fields."""
    rest = [{"value": "", "label": _("leave it out")}]
    if job.kind not in kinds.LEADS or not title:
        return rest
    rest.insert(0, {"value": ANSWERS, "label": _("keep it with the lead")})
    key = slugify(title).replace("-", "_")[:60]
    if key and key not in known:
        rest.insert(1, {"value": f"{ATTRIBUTE}{key}", "label": _("make it a field of its own (%s)") % key})
    return rest


def _samples(rows: Sequence[Row], n: int) -> list[str]:
    found: dict[str, None] = {}
    for row in rows:
        if n < len(row.cells) and (text := row.cells[n].strip()):
            found.setdefault(text[:60])
            if len(found) == _SAMPLES:
                break
    return list(found)


def _dates(job: FileImport, mapping: Sequence[str], rows: Sequence[Row], forms: Sequence[str]) -> dict[str, Any]:
    """The choice of how dates are written, and what is unclear about it."""
    sample = next(iter(kinds.date_values(mapping, [row.cells for row in rows if not row.problem])), "")
    chosen = job.options.get("date_format", "")
    clear = len(forms) == 1 or bool(job.options.get("date_chosen"))
    day = date(2026, 3, 31)
    offered = [("", _ISO), *((form, form) for form in guess.DATES)]
    choices = [
        {
            "value": value,
            "label": _("2026-03-31, the ISO way") if value == _ISO else day.strftime(form),
            "chosen": clear and form == (chosen if job.options.get("date_chosen") else forms[0]),
        }
        for form, value in offered
    ]
    return {"choices": choices, "unclear": "" if clear else _unclear(sample, forms), "sample": sample}


def _unclear(sample: str, forms: Sequence[str]) -> str:
    if not forms:
        return (
            _("Some dates are written in another way than the rest, such as “%s”. Choose the most usual.") % sample[:40]
        )
    read = [_read(sample, form) for form in forms[:2]]
    told = {"sample": sample[:40], "one": read[0], "other": read[1]}
    return _("“%(sample)s” can be %(one)s or %(other)s. Say which.") % told


def _read(sample: str, form: str) -> str:
    parsed = guess.read_date(sample, form)
    return date_format(parsed, "j F Y") if parsed else form


def _preview(job: FileImport, rows: Sequence[Row]) -> dict[str, Any] | None:
    """The first rows as they would be read, problems beside the cell they are of."""
    first = rows[:_SHOWN]
    if kinds.problem_of(job, job.mapping):
        return None
    try:
        worker = kinds.of(job, now=timezone.now())
        if isinstance(worker, LeadRows):
            problems = [{str(name): why for name, why in row.problems.items()} for row in worker.read(first)]
            words_ = [""] * len(first)
        else:
            told = {one.row.number: one for one in worker.look(first).told}
            problems = [told[row.number].problems if row.number in told else {} for row in first]
            words_ = [told[row.number].says if row.number in told else "" for row in first]
    except MappingError:
        return None
    shown = [n for n, to in enumerate(job.mapping) if to]
    labels = {t.value: t.label for t in kinds.targets(job)}
    return {
        "heads": [labels.get(job.mapping[n], job.header[n]) for n in shown],
        "rows": [
            _preview_row(job, row, wrong, says, shown) for row, wrong, says in zip(first, problems, words_, strict=True)
        ],
        "more": max(0, job.total - len(first)),
    }


def _preview_row(
    job: FileImport, row: Row, problems: dict[str, str], says: str, shown: Sequence[int]
) -> dict[str, Any]:
    names = {n: job.mapping[n].removeprefix(ATTRIBUTE) for n in shown}
    beside = set(names.values()) & set(problems)
    return {
        "number": row.number,
        "cells": [
            {"text": row.cells[n][:80] if n < len(row.cells) else "", "problem": problems.get(names[n], "")}
            for n in shown
        ],
        "problems": [f"{name}: {why}" for name, why in problems.items() if name not in beside],
        "says": says,
        "refused": bool(problems),
    }
