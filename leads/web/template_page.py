"""The template of a mailbox in the browser: how mails are read, and a pattern made by saying what is what in one."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from config.lib import sealed
from leads import inbound, secrets
from leads.connector import Configured, NewLead, UnreadableError
from leads.mail import colleagues, reading, words
from leads.mail.message import BrokenError, Mail, address_in, tidy
from leads.mail.source import SETTINGS, MailSource
from leads.mail.template import Found, Pattern, UntellableError, pattern_from, patterns_of, read_patterns
from leads.models import Connection
from leads.reading import LABELS
from leads.web.connections import found, head
from leads.web.deliveries import readable
from leads.web.ops import ops_only
from leads.web.understood import understood

_LONGEST = 20_000
_LOOKED_THROUGH = 5
_FREE = 3
_ANSWER = "answers."
_ASKED = (
    "name", "first_name", "last_name", "email", "phone", "company", "job_title", "country", "city", "postal_code",
    "website", "product", "message",
)  # fmt: skip


@dataclass(slots=True)
class Row:
    """One thing to be found: what it is in the sample, and the pattern made of that."""

    name: str
    label: str
    value: str = ""
    answer: bool = False
    pattern: Pattern | None = None
    problem: str = ""


@dataclass(slots=True)
class Sheet:
    """What the page shows, as it was sent or as it stands."""

    how: str
    sender: str
    sample: str
    rows: list[Row] = field(default_factory=list)

    @property
    def patterns(self) -> list[Pattern]:
        return [row.pattern for row in self.rows if row.pattern]


@ops_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Choose how mails are read; for a pattern copy out of a sample what is what; beside it stands what is found."""
    connection, source = found(uid)
    if not isinstance(source, MailSource):
        raise Http404
    sheet = _sheet(request, connection, source)
    problems = any(row.problem for row in sheet.rows)
    if request.method == "POST" and "save" in request.POST and not problems:
        kept = {"template": sheet.how, "patterns": [pattern.stored() for pattern in sheet.patterns]}
        connection.settings = {**connection.settings, **kept}
        connection.save(update_fields=["settings"])
        messages.success(request, _told(request, connection))
        return redirect("connection-template", connection.uid)
    context = {
        **head(connection, source),
        "sheet": sheet,
        "rows": [(row, _says(row.pattern)) for row in sheet.rows],
        "choices": [(value, _(text), value == sheet.how) for value, text in SETTINGS[0].choices],
        "read": _read(connection, source, sheet) if sheet.sample else None,
        "problems": problems,
    }
    return render(request, "leads/connection_template.html", context, status=400 if problems else 200)


def _sheet(request: HttpRequest, connection: Connection, source: MailSource) -> Sheet:
    stored = patterns_of(connection.settings.get("patterns"))
    how = str(connection.settings.get("template") or "lines")
    if request.method != "POST":
        sender, sample = _last(request, connection, source)
        return Sheet(how, sender, sample, _rows(stored, sample))
    sample = tidy(request.POST.get("sample", "")[:_LONGEST])
    sender = request.POST.get("sender", "")[:300]
    if "use" in request.POST:
        return Sheet(how, sender, sample, _rows(stored, sample))
    chosen = request.POST.get("template", "")
    how = chosen if chosen in {value for value, _text in SETTINGS[0].choices} else how
    rows = _rows(stored, sample)
    for n, row in enumerate(rows):
        _fill(row, request, n, sample)
    return Sheet(how, sender, sample, rows)


def _rows(stored: list[Pattern], sample: str) -> list[Row]:
    """All that can be found, with what is found now, and room for more answers."""
    by_field = {pattern.field: pattern for pattern in stored}
    fields = [*_ASKED, *(name for name in by_field if name in words.FIELDS and name not in _ASKED)]
    rows = [Row(name, str(LABELS.get(name, name))) for name in fields]
    for row in rows:
        row.pattern = by_field.get(row.name)
    named = [pattern for pattern in stored if pattern.field.startswith(_ANSWER)]
    rows += [Row(one.field, one.field.removeprefix(_ANSWER), answer=True, pattern=one) for one in named]
    rows += [Row(_ANSWER, "", answer=True) for _n in range(_FREE)]
    for row in rows:
        row.value = row.pattern.find(sample) if row.pattern else ""
    return rows


def _fill(row: Row, request: HttpRequest, n: int, sample: str) -> None:
    """What was sent for a row: the same as it found keeps its pattern, another makes a new one, none takes it away."""
    value = tidy(request.POST.get(f"value_{n}", "")[:_LONGEST])
    if row.answer:
        row.label = " ".join(request.POST.get(f"answer_{n}", "").split())[:60]
        row.name = f"{_ANSWER}{row.label}"
        if row.pattern:
            row.pattern = Pattern(row.name, row.pattern.start, row.pattern.end, row.pattern.below)
    before, row.value = row.value, value
    if row.answer and not row.label:
        row.pattern = None
        row.problem = _("Say what the answer is called.") if value else ""
    elif value and value != before:
        try:
            row.pattern = pattern_from(sample=sample, field=row.name, value=value)
        except UntellableError as error:
            row.problem = _(str(error))
    elif before and not value:
        row.pattern = None


def _last(request: HttpRequest, connection: Connection, source: MailSource) -> tuple[str, str]:
    """Sender and text of the newest mail the reader may see."""
    for row in (
        connection.inbounds.filter(body__isnull=False).exclude(state="refused").order_by("-pk")[:_LOOKED_THROUGH]
    ):
        if not readable(request, row):
            continue
        configured = _configured(connection)
        try:
            mail = next(iter(source.mails(inbound.came_of(row), configured)), None)
            original = reading.original_of(mail, is_ours=colleagues.of(configured)) if mail else None
        except (UnreadableError, BrokenError):
            continue
        if original and original.text:
            return f"{original.sender.name} <{original.sender.email}>", original.text[:_LONGEST]
    return "", ""


def _configured(connection: Connection) -> Configured:
    try:
        return secrets.configured(connection, now=timezone.now())
    except sealed.UnsealedError:
        return Configured(settings=connection.settings)


def _read(connection: Connection, source: MailSource, sheet: Sheet) -> dict[str, Any]:
    """The lead that would be made of the sample."""
    configured = Configured(settings={**connection.settings, "template": sheet.how})
    sender = address_in(sheet.sender) or address_in("sender@example.org")
    original = reading.original_of(Mail(sender, "", sheet.sample), is_ours=lambda _email: False)
    hit = (
        read_patterns(sheet.sample, sheet.patterns)
        if sheet.how == "pattern"
        else reading.template(sheet.sample, configured)
    )
    facts = reading.facts_of(original, hit or Found(), is_ours=colleagues.of(configured))
    return understood(NewLead("", facts), connection=connection, source=source)[1]


def _says(pattern: Pattern | None) -> str:
    """The pattern in words."""
    if pattern is None:
        return ""
    start, end = pattern.start.strip(), pattern.end.strip()
    if pattern.below:
        return _("the line below “%s”") % start
    if end:
        return _("from “%(start)s” to “%(end)s”") % {"start": start, "end": end}
    return _("after “%s” to the end of the line") % start


def _told(request: HttpRequest, connection: Connection) -> str:
    if not request.POST.get("again"):
        return _("Saved. It holds for what comes from now on.")
    rows = connection.inbounds.filter(body__isnull=False).order_by("-pk")
    n = inbound.replay(pks=list(rows.values_list("pk", flat=True)[:5000]), now=timezone.now())
    return _("Saved. %(n)d kept deliveries run again by it.") % {"n": n}
