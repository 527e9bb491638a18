"""Imports in words: kinds, what will happen, how far it is, what became of the rows."""

from datetime import datetime
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from routing.imports import kind, kinds, sheets
from routing.models import FileImport

Kind, Status = FileImport.Kind, FileImport.Status

KINDS = {
    Kind.NEW: (gettext_lazy("New leads"), gettext_lazy("The rules share them out, and their owners are told.")),
    Kind.HISTORY: (
        gettext_lazy("Leads of the past"),
        gettext_lazy("Owners, dates and outcomes stay as the file says. Nobody is assigned or told, no clock starts."),
    ),
    Kind.ACCOUNTS: (gettext_lazy("Accounts"), gettext_lazy("Companies and who owns them.")),
    Kind.TERRITORIES: (
        gettext_lazy("Territories"),
        gettext_lazy("Countries, regions and postal codes, the group that works them and the reps who cover them."),
    ),
    Kind.REPS: (
        gettext_lazy("Reps and memberships"),
        gettext_lazy("People, their groups, weights, tiers and limits."),
    ),
}
_ICONS = {
    Kind.NEW: "inbox",
    Kind.HISTORY: "history",
    Kind.ACCOUNTS: "building",
    Kind.TERRITORIES: "world",
    Kind.REPS: "users",
}
_TONES = {Status.DONE: "good", Status.FAILED: "late", Status.CANCELLED: "quiet", Status.MAPPING: "due"}
_OUTCOMES = {
    kind.NEW: gettext_lazy("new"),
    kind.CHANGED: gettext_lazy("changed"),
    kind.ENDED: gettext_lazy("left a group"),
    kind.ENQUIRY: gettext_lazy("wrote again"),
    kind.KNOWN: gettext_lazy("known already"),
    kind.SAME: gettext_lazy("the same as before"),
    kind.REFUSED: gettext_lazy("refused"),
}


def kind_cards(form: forms.Form) -> list[dict[str, Any]]:
    """The choice of kind, each with a line that says what it does."""
    field = form.fields["kind"]
    chosen = form["kind"].value()
    found = [Kind(str(value)) for value, _label in getattr(field, "choices", [])]
    return [
        {"value": k.value, "label": KINDS[k][0], "says": KINDS[k][1], "icon": _ICONS[k], "chosen": chosen == k.value}
        for k in found
    ]


def head(job: FileImport) -> dict[str, Any]:
    """What stands on top of every page of an import."""
    return {
        "title": job.file_name,
        "kind": KINDS[Kind(job.kind)][0],
        "by": job.by.name if job.by else "",
        "at": job.created_at,
        "rows": job.total,
        "progress_url": reverse("import-progress", args=[job.uid]),
        "columns_url": reverse("import-columns", args=[job.uid]),
        "cancel_url": reverse("import-cancel", args=[job.uid]),
        "go_on_url": reverse("import-go-on", args=[job.uid]),
    }


def list_row(job: FileImport) -> dict[str, Any]:
    """One line of the list."""
    refused = job.counts.get(kind.REFUSED, 0) if job.status != Status.MAPPING else 0
    return {
        "url": reverse("import", args=[job.uid]),
        "title": job.file_name,
        "kind": KINDS[Kind(job.kind)][0],
        "status": Status(job.status).label,
        "tone": _TONES.get(Status(job.status), "quiet"),
        "rows": job.total,
        "says": _outcome(job.counts) if job.status != Status.MAPPING else "",
        "refused": refused,
        "by": job.by.name if job.by else _("command line"),
        "at": job.created_at,
    }


def _outcome(counts: dict[str, int]) -> str:
    return ", ".join(f"{counts[key]:,} {word}" for key, word in _OUTCOMES.items() if counts.get(key))


def exports() -> list[dict[str, Any]]:
    """What can be taken out in the shape that an import takes."""
    found = (Kind.ACCOUNTS, Kind.TERRITORIES, Kind.REPS)
    return [{"label": KINDS[k][0], "url": reverse("import-export", args=[k.value])} for k in found]


def will_happen(job: FileImport) -> str:
    """One line: what a run does, by the dry run where there was one."""
    if job.kind in kinds.LEADS:
        return _leads_line(job)
    counts = (job.checked or {}).get("counts")
    rows = ngettext("%(n)s row", "%(n)s rows", job.total) % {"n": f"{job.total:,}"}
    found = (
        _("%(rows)s: %(outcome)s.") % {"rows": rows, "outcome": _outcome(counts) or _("nothing changes")}
        if counts
        else (_("%s, looked at by a dry run first.") % rows)
    )
    return f"{found} {_('0 leads will be assigned, 0 messages sent.')}"


def _leads_line(job: FileImport) -> str:
    counts = (job.checked or {}).get("counts")
    fresh = counts.get(kind.NEW, 0) if counts else job.total
    leads = ngettext("%(n)s lead", "%(n)s leads", fresh) % {"n": f"{fresh:,}"}
    if job.kind == Kind.HISTORY:
        found = _("%s of the past, 0 will be assigned, 0 messages sent.") % leads
    else:
        found = (
            f"{_('%s will be shared out by the rules, and their owners are told.') % leads} {_messages(counts, fresh)}"
        )
    if not counts:
        return found
    rest = {key: n for key, n in counts.items() if key != kind.NEW}
    return f"{found} {_('Besides: %s.') % _outcome(rest)}" if _outcome(rest) else found


def _messages(counts: dict[str, int] | None, fresh: int) -> str:
    """How many, at most, as summaries hold several; and why more than there are new leads."""
    asked = (counts or {}).get(kind.ENQUIRY, 0)
    most = fresh + asked
    said = ngettext("At most %(n)s message is sent.", "At most %(n)s messages are sent.", most) % {"n": f"{most:,}"}
    if not asked:
        return said
    why = ngettext(
        "%(n)s row is of somebody who has an open lead, and is noted there as an enquiry: look whether it should.",
        "%(n)s rows are of people who have an open lead, and are noted there as enquiries: look whether they should.",
        asked,
    )
    return f"{said} {why % {'n': f'{asked:,}'}}"


def checked(job: FileImport) -> dict[str, Any] | None:
    """What the dry run found; nothing was written."""
    if not job.checked or "counts" not in job.checked:
        return None
    labels = kinds.LABELS
    fields = sorted(job.checked["fields"].items(), key=lambda item: -item[1])
    return {
        "at": datetime.fromisoformat(job.checked["at"]),
        "says": _outcome(job.checked["counts"]),
        "fields": [{"label": labels.get(name, name), "count": count} for name, count in fields],
        "rows": _rows(job.checked["rows"]),
        "nothing": not set(job.checked["counts"]) - {kind.SAME, kind.KNOWN},
        "file_url": _file_url(job, tried=True),
    }


def _rows(rows: list[list[Any]]) -> list[dict[str, Any]]:
    return [
        {"number": n, "outcome": _OUTCOMES.get(outcome, outcome), "refused": outcome == kind.REFUSED, "says": says}
        for n, outcome, says in rows
    ]


def _file_url(job: FileImport, *, tried: bool) -> str:
    there = job.forgotten_at is None and sheets.told_path(job.uid, tried=tried).exists()
    return reverse("import-refused", args=[job.uid]) if there else ""


def progress(job: FileImport) -> dict[str, Any]:
    """How far it is."""
    doing = {
        Status.READING: _("The file is being looked through."),
        Status.CHECKING: _("Every row is tried. Nothing is written."),
        Status.RUNNING: _("The rows come in. You may leave this page; it goes on by itself."),
    }
    share = job.done / job.total if job.total else 0
    return {
        "under_way": True,
        "doing": doing[Status(job.status)],
        "done": job.done,
        "total": job.total,
        "percent": int(100 * share),
        "share": share,
        "says": _outcome(job.counts),
    }


def result(job: FileImport) -> dict[str, Any]:
    """What became of the rows."""
    heads = {
        Status.DONE: _("All rows were read."),
        Status.CANCELLED: _("It was stopped. What came in before stays."),
        Status.FAILED: _("It could not go on."),
    }
    figures = [{"label": word, "count": job.counts[key]} for key, word in _OUTCOMES.items() if job.counts.get(key)]
    fresh = job.counts.get(kind.NEW, 0) + job.counts.get(kind.CHANGED, 0) + job.counts.get(kind.ENDED, 0)
    return {
        "under_way": False,
        "heading": heads[Status(job.status)],
        "tone": _TONES[Status(job.status)],
        "error": job.error,
        "done": job.done,
        "figures": figures,
        "nothing": job.status == Status.DONE and not fresh and not job.counts.get(kind.ENQUIRY),
        "passwords": job.kind == Kind.REPS and bool(job.counts.get(kind.NEW)),
        "seconds": (job.finished_at - job.started_at).total_seconds() if job.finished_at and job.started_at else None,
        "refused": job.counts.get(kind.REFUSED, 0),
        "file_url": _file_url(job, tried=False),
        "forgotten": job.forgotten_at,
        "can_go_on": job.status in {Status.CANCELLED, Status.FAILED} and job.total > 0 and not job.forgotten_at,
    }


def same_file(found: FileImport) -> str:
    """That this very file was here before."""
    told = {
        "at": date_format(localtime(found.finished_at or found.created_at), "j F Y, H:i"),
        "by": found.by.name if found.by else _("the command line"),
    }
    return _("This very file was imported on %(at)s by %(by)s. What is known already adds nothing.") % told


def refused_name(job: FileImport) -> str:
    """Of the download."""
    return f"{slugify(job.file_name.rpartition('.')[0]) or 'file'}-{_('refused')}.csv"
