"""What a mail may say: of its lead what the person may read, and of an offer or a pool only what is public."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.life import EventKind, Kind, State
from leads.models import Delivery, Lead, LeadEvent, LeadEventPrivate, LeadPrivate, Touch
from leads.qualify.normalise import country_name
from reps import news
from reps.channel import Alert, Button
from reps.models import Group, Rep, User
from reps.models.group import default_public

# Word to the owner of the lead, as the owner.
OWNERS = frozenset({"assigned", "enquiry", "noted", "reminder", "due_soon", "quiet_soon"})
_MOST_NAMED = 20
# Before anybody has the lead, so nothing but public fields is even handed to the template.
# Word of one line of the timeline, whose number is the ref.
_TIMELINE = frozenset({"enquiry", "noted", "noted_unowned"})
_BEFORE = frozenset({"offered", "broadcast"})
# Before anybody has the lead, or where others read along.
_PUBLIC = _BEFORE | {news.GROUP_POST}
_OWNED = frozenset(
    {EventKind.ASSIGNED, EventKind.CLAIMED, EventKind.ACCEPTED, EventKind.HANDED_OVER, EventKind.HANDED_OFF}
)
_WAITS: dict[str, Any] = {
    State.DESK: gettext_lazy("To assign"),
    State.SET_ASIDE: gettext_lazy("Needs attention"),
    State.POOLED: gettext_lazy("In the pool"),
    State.HELD: gettext_lazy("Waiting until somebody is on duty"),
}


def contacted(rows: Sequence[Delivery]) -> set[tuple[int | None, int]]:
    """Which leads of these rows their present owner has contacted, as (lead, hop)."""
    touches = Touch.objects.filter(lead__in=[row.lead_id for row in rows])
    return set(touches.values_list("lead_id", "hop")) if rows else set()


def contexts_of(rows: Sequence[Delivery], *, now: datetime) -> list[dict[str, Any]]:
    """What the templates are given, row by row; read for all rows at once."""
    seen = _seen(rows, now)
    owned = _once_owned(rows)
    readable = {row.pk for row in rows if row.pk in seen or (row.rep_id, row.lead_id) in owned}
    details = LeadPrivate.objects.in_bulk([row.lead_id for row in rows if row.pk in readable and row.lead_id])
    messages = _messages(rows)
    reps = dict(
        Rep.objects.filter(pk__in={row.payload.get("rep") for row in rows} - {None}).values_list("pk", "user__name")
    )
    people = dict(
        User.objects.filter(pk__in={row.payload.get("person") for row in rows} - {None}).values_list("pk", "name")
    )
    contexts = []
    for row in rows:
        context: dict[str, Any] = {"name": row.person.name, **_link(row, row.pk in seen), "buttons": buttons_of(row)}
        for key in ("until", "due", "since"):
            context[key] = parse_datetime(row.payload.get(key) or "")
        if row.lead is not None:
            context["shown"] = shown_of(row.lead)
            context["test"] = row.lead.kind == "test"
        if row.event == news.GROUP_POST:
            context |= _posted(row)
        elif row.event not in _BEFORE:
            private = details.get(row.lead_id) if row.lead_id and row.pk in readable else None
            context |= {
                "lead": row.lead,
                "details": private,
                "title": _title(private) or _public_title(context.get("shown", [])),
                # The rule that fitted tells what the lead said.
                "why": row.why if row.lead_id is None or row.pk in readable else "",
                "message": messages.get(row.ref, ""),
                "other": reps.get(row.payload.get("rep", 0), "") or people.get(row.payload.get("person", 0), ""),
                "minutes": row.payload.get("minutes"),
                "again": bool(row.payload.get("again")),
                "where": _where(row),
                "figures": _figures(row),
                "report": row.payload.get("report"),
                "group": row.payload.get("group", ""),
                "stopped": row.payload.get("why", ""),
                "hook": row.payload.get("hook_name", ""),
            }
        contexts.append(context)
    return contexts


def summary_of(rows: Sequence[Delivery], *, now: datetime) -> dict[str, Any]:
    """One message for several words of one event to one person: how many, and the first of them by name."""
    contexts = contexts_of(rows, now=now)
    leads = [{"title": c.get("title") or _public_title(c.get("shown", [])), "url": c["url"]} for c in contexts]
    pooled = rows[0].event == "broadcast"
    act, name = (_("Open the pool"), "pool") if pooled else (_("Open My leads"), "my-leads")
    return {
        "name": rows[0].person.name,
        "n": len(rows),
        "pooled": pooled,
        "leads": [] if pooled else leads[:_MOST_NAMED],
        "more": 0 if pooled else max(0, len(rows) - _MOST_NAMED),
        "act": act,
        "url": str(settings.PUBLIC_URL + reverse(name)),
    }


def buttons_of(row: Delivery) -> list[Button]:
    """What can be done from a message; each leads back by the number of the delivery, which tells nothing."""
    if row.rep_id is None:
        return []
    called = [("reached", _("Called: reached")), ("no_answer", _("Called: no answer"))]
    words: dict[str, list[tuple[str, str]]] = {
        "offered": [("accept", _("Accept")), ("decline", _("Decline"))],
        "broadcast": [("claim", _("Pull next"))],
        "assigned": called,
        "reminder": called,
        "due_soon": called,
    }
    return [Button(act, label, str(row.uid)) for act, label in words.get(row.event, ())]


def _posted(row: Delivery) -> dict[str, Any]:
    """An assignment as a group may read it: who has it, from which source if that is public, until when."""
    lead = row.lead
    source = lead.source if lead is not None and "source" in _public_of(lead) else ""
    return {
        "shown": [],
        "rep": row.rep.user.name if row.rep is not None else "",
        "group": lead.group.name if lead is not None and lead.group is not None else "",
        "source": source,
        "due": lead.due_at if lead is not None else None,
    }


def _figures(row: Delivery) -> list[tuple[str, int]]:
    """The lines of a morning summary that say something, as (words, how many)."""
    figures = row.payload.get("figures")
    labels = {
        "came": _("New since you left"),
        "due": _("First contacts due today"),
        "overdue": _("First contacts overdue"),
        "unassigned": _("Waiting for somebody to assign them"),
        "late": _("Late in your groups"),
    }
    return [(label, figures[key]) for key, label in labels.items() if figures.get(key)] if figures else []


def for_tests(row: Delivery, alert: Alert) -> Alert:
    """Word about a test goes to the inbox for tests where there is one, and says whom it would have gone to."""
    inbox = inbox_of(row)
    if not inbox:
        return alert
    says = _("This is a test. It would have gone to %s.") % (row.person.name or row.person.email)
    return replace(
        alert,
        to=inbox,
        text=f"{says}\n\n{alert.text}",
        html=alert.html.replace("<body>", format_html("<body>\n<p>{}</p>", says), 1),
    )


def inbox_of(row: Delivery) -> str:
    """Where mails about this test go instead; empty where to the person."""
    return row.lead.division.test_inbox if row.lead is not None and row.lead.kind == Kind.TEST else ""


def _seen(rows: Sequence[Delivery], now: datetime) -> set[int]:
    """The rows whose lead's page opens for the person: owners', else one question per person who is told something."""
    by_person: dict[int, tuple[User, list[Delivery]]] = {}
    found = {row.pk for row in rows if row.event in OWNERS}
    for row in rows:
        if row.event not in _PUBLIC | OWNERS and row.lead_id is not None:
            by_person.setdefault(row.person.pk, (row.person, []))[1].append(row)
    for person, theirs in by_person.values():
        leads = Lead.objects.filter(pk__in=[row.lead_id for row in theirs]).visible_to(person, now=now)
        open_to = set(leads.values_list("pk", flat=True))
        found |= {row.pk for row in theirs if row.lead_id in open_to}
    return found


def _once_owned(rows: Sequence[Delivery]) -> set[tuple[int | None, int | None]]:
    """(rep, lead) of those who had it: what they were told then may be named again."""
    told = [row for row in rows if row.event not in _PUBLIC | OWNERS and row.rep_id and row.lead_id]
    if not told:
        return set()
    events = LeadEvent.objects.filter(lead__in=[row.lead_id for row in told], kind__in=[k.value for k in _OWNED])
    return set(events.values_list("rep_id", "lead_id"))


def _messages(rows: Sequence[Delivery]) -> dict[str, str]:
    """What they wrote again or what a source remarked, by its number on the timeline, until it is erased."""
    wanted = [int(row.ref) for row in rows if row.event in _TIMELINE and row.ref.isdigit()]
    found = LeadEventPrivate.objects.in_bulk(wanted) if wanted else {}
    return {
        str(pk): str(private.payload.get("message") or private.payload.get("text", "")) for pk, private in found.items()
    }


def shown_of(lead: Lead) -> list[tuple[str, str]]:
    """(label, value) of what the lead's group makes public, of the few things that mails name."""
    public = _public_of(lead)
    size = _("%s employees") % lead.size_band if lead.size_band else ""
    rows = [
        ("source", _("Source"), lead.source),
        ("country", _("Country"), country_name(lead.country) if lead.country else ""),
        ("industry", _("Industry"), lead.industry),
        ("size_band", _("Size"), size),
    ]
    return [(label, value) for name, label, value in rows if value and name in public]


def _public_of(lead: Lead) -> Sequence[str]:
    group: Group | None = lead.group
    return group.public_fields if group else default_public()


def _title(details: LeadPrivate | None) -> str:
    return (details.company or details.name or details.email or details.phone) if details else ""


def _public_title(shown: list[tuple[str, str]]) -> str:
    values = ", ".join(value for _label, value in shown)
    return _("a lead (%s)") % values if values else _("a lead")


def _where(row: Delivery) -> str:
    state = str(row.payload.get("state") or (row.lead.state if row.lead else ""))
    word = _WAITS.get(state)
    return str(word) if word else ""


# Where what is about no lead is read: by whomever it is told, by a rep, by a manager.
_PAGES = {
    "answered": (gettext_lazy("Read the answer"), "unfair"),
    "unfair": (gettext_lazy("Read and answer"), "questions"),
}
_MY_LEADS = (gettext_lazy("Open My leads"), "my-leads")
_OF_MANAGERS = {
    "morning": (gettext_lazy("Begin the day"), "home"),
    "many_exports": (gettext_lazy("See the exports"), "admin:leads_export_changelist"),
    "hook_parked": (gettext_lazy("See the hooks"), "hooks"),
    "waiting": (gettext_lazy("Open To assign"), "to-assign"),
    "weights_proposed": (gettext_lazy("Look at them"), "weights"),
    "weights_stopped": (gettext_lazy("See what they brought"), "weights"),
}
_BOARD = (gettext_lazy("Open the board"), "board")


def _link(row: Delivery, opens: bool) -> dict[str, str]:  # noqa: FBT001 - of this module alone
    """Where to go on: the lead's page where it opens for them, else the page that shows what they may see."""
    if row.event == "broadcast":
        group = row.lead.group if row.lead else None
        act, path = _("Open the pool"), reverse("pool") + (f"?group={group.uid}" if group else "")
    elif row.event == news.GROUP_POST and row.lead is not None:
        act, path = _("Open the lead"), reverse("lead-show", args=[row.lead.uid])
    elif opens and row.lead is not None and row.event != "switched_off":
        anchor = f"#event-{row.ref}" if row.event in _TIMELINE else ""
        act, path = _("Open the lead"), reverse("lead-show", args=[row.lead.uid]) + anchor
    elif row.event == "report" and "report" in row.payload:
        return {"act": _("Open these figures"), "url": str(row.payload["report"]["url"])}
    elif row.event == "draft_shared":
        act, path = _("Read it, and say what you think"), reverse("shared-draft", args=[row.payload["draft"]])
    else:
        words, name = _PAGES.get(row.event) or (_MY_LEADS if row.rep_id else _OF_MANAGERS.get(row.event, _BOARD))
        act, path = str(words), reverse(name)
    return {"act": act, "url": str(settings.PUBLIC_URL + path)}
