"""A million leads: the demo's rows again and again, further and further back, and how long each page takes then.

The copies are made by PostgreSQL itself, table by table, numbers shifted by a step and instants by a span, so that an
average day of the whole time looks as a day of the demo does, with all that belongs to its leads: contacts, facts,
events, decisions, spells of ownership. Copies of open leads are closed, as no rep has a hundred thousand.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.urls import reverse

from leads.life import State
from leads.models import Contact, Lead
from reps.models import Group, Rep, User
from routing.bench import pages
from routing.models import RuleSet

YEARS = timedelta(days=3 * 365)
_STEP = 10_000_000  # between the numbers of two copies
_ONCE = {
    "reporting_spell",
    "leads_idempotencykey",
    "leads_copiedmail",
    "leads_lookup",
    "routing_savedexample",
    "routing_question",
}
_ROUNDS = 7


@dataclass(slots=True)
class Timed:
    """One page: its address, and the seconds of each answer after the first."""

    url: str
    status: int
    seconds: list[float]

    @property
    def median(self) -> float:
        """The middle one."""
        return sorted(self.seconds)[len(self.seconds) // 2]


def multiply(leads: int) -> int:
    """Copy until there are so many leads; how many there are then. Triggers and checks of references are off for it."""
    copies = -(-leads // Lead.objects.count()) - 1
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for model in _models():
            cursor.execute(_copies(model), {"copies": copies, "span": YEARS.total_seconds() / max(copies, 1)})
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM ANALYZE")
    return Lead.objects.count()


def measure() -> Iterator[Timed]:
    """Each page as it is served, one after the other; the first answer of each warms it."""
    ops = User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()
    rep = Rep.objects.filter(active=True, leads__state=State.ASSIGNED).order_by("pk").first()
    assert ops is not None and rep is not None  # noqa: S101, PT018 - the demo has both
    with pages.served() as port:
        for user, urls in ((ops, managers_pages()), (rep.user, reps_pages(rep))):
            cookie = pages.cookies(user)
            for url in urls:
                yield Timed(url, *pages.timed(port, cookie, url, _ROUNDS))


def managers_pages() -> list[str]:
    """What managers and ops open, the admin's lists among them."""
    lead = Lead.objects.filter(state=State.ASSIGNED).order_by("-arrived_at", "-pk").first()
    rules = RuleSet.objects.exclude(published=None).order_by("pk").first()
    rep = Rep.objects.filter(active=True).order_by("pk").first()
    group = Group.objects.filter(active=True).order_by("pk").first()
    assert lead and rules and rep and group  # noqa: S101, PT018 - as above
    about: list[tuple[str, Any]] = [(_OF_LEAD, lead), (_OF_RULES, rules), (_OF_REP, rep), (_OF_GROUP, group)]
    rows = [f"admin:{table}_changelist" for table in _ADMIN.split()]
    return [
        *(reverse(name) for name in (*_PAGES.split(), *rows)),
        *(reverse(name, args=[row.uid]) for names, row in about for name in names.split()),
        f"{reverse('leads')}?q=meyer",
        f"{reverse('leads')}?sort=-arrived&page=100",
    ]


def reps_pages(rep: Rep) -> list[str]:
    """What a rep opens."""
    lead = Lead.objects.filter(owner=rep, state=State.ASSIGNED).order_by("-assigned_at").first()
    own = [reverse(name, args=[lead.uid]) for name in ("lead-show", "lead-why", "lead-log")] if lead else []
    return [*map(reverse, _REPS.split()), *own]


_PAGES = """
    board leads to-assign by-hand returns return-rates rules team team-week team-groups team-skills territories reports
    worth-it figures leaderboard assignment-log start
    changes health settings connections forms imports pausing how-shared questions work-plans proposals add-lead
"""
_OF_LEAD = "lead-show lead-why lead-more lead-merge"
_OF_RULES = "rules-set rules-draft rules-compare rules-publish rules-simulate rules-try rules-again"
_OF_REP = "rep-report rep-fair-share rep-availability rep-leave"
_OF_GROUP = "team-group work-plan"
_ADMIN = """
    leads_lead leads_intake leads_delivery leads_task leads_account routing_decision routing_assignment
    routing_ledgerentry routing_return routing_act reps_rep reps_user reps_group
"""
_REPS = "my-leads pool my-numbers how-shared my-availability leads my-returns rules nav-counts"


def _models() -> list[type[models.Model]]:
    """What belongs to leads and to contacts, however far away."""
    found: dict[type[models.Model], None] = dict.fromkeys([Contact, Lead])
    while True:
        more = [
            model
            for model in apps.get_models()
            if model not in found and _table(model) not in _ONCE and set(_referred(model)) & set(found)
        ]
        if not more:
            return list(found)
        found |= dict.fromkeys(more)


def _referred(model: type[models.Model]) -> Iterator[Any]:
    return (field.related_model for field in _fields(model) if field.is_relation)


def _fields(model: type[models.Model]) -> Sequence[Any]:
    return model._meta.concrete_fields  # noqa: SLF001 - Django's documented API


def _table(model: type[models.Model]) -> str:
    return model._meta.db_table  # noqa: SLF001 - as above


def _copies(model: type[models.Model]) -> str:
    table, copied = _table(model), set(_models())
    columns = [f'"{field.column}"' for field in _fields(model)]
    values = [_value(table, field, copied) for field in _fields(model)]
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)}"  # noqa: S608 - our own names
        f" FROM {table} t, generate_series(1, %(copies)s) k"
    )


def _value(table: str, field: Any, copied: set[Any]) -> str:
    column = f't."{field.column}"'
    if special := _SPECIAL.get(f"{table}.{field.column}"):
        return special.replace("@", column)
    if (field.primary_key and not field.is_relation) or (field.is_relation and field.related_model in copied):
        return f"{column} + k::bigint * {_STEP}"
    if isinstance(field, models.UUIDField) and field.unique:
        return "gen_random_uuid()"
    if isinstance(field, models.DateTimeField):
        return f"{column} - {_BACK}"
    return column


# What stands open in the demo is ended in its copies; what may stand once only is marked with the number of the copy.
_OPEN = "t.state IN ('new', 'ready', 'held', 'offered', 'pooled', 'desk', 'set_aside', 'assigned')"
_MARKED = "CASE WHEN @ = '' THEN '' ELSE left(@, 150) || '~' || k END"
_BACK = "k * %(span)s * interval '1 second'"
_LATER = f"coalesce(@, t.{{}} + interval '20 days') - {_BACK}"
_SPECIAL = {
    "leads_lead.state": f"CASE WHEN {_OPEN} THEN 'closed' ELSE t.state END",
    "leads_lead.closed_at": f"CASE WHEN {_OPEN} THEN {_LATER.format('arrived_at')} ELSE @ - {_BACK} END",
    "leads_lead.waiting_until": "NULL",
    "leads_lead.external_id": _MARKED,
    "leads_contactkey.value": _MARKED,
    "leads_intake.external_id": _MARKED,
    "leads_delivery.seen_at": _LATER.format("created_at"),
    "leads_delivery.sent_at": f"CASE WHEN t.failed_at IS NULL THEN {_LATER.format('created_at')} END",
    "leads_task.done_at": f"CASE WHEN t.stopped_at IS NULL THEN {_LATER.format('due_at')} END",
    "routing_assignment.ends_at": _LATER.format("starts_at"),
    "routing_offer.answered_at": _LATER.format("offered_at"),
    "routing_timer.fired_at": _LATER.format("due_at"),
    "routing_desktime.decided_at": _LATER.format("opened_at"),
}
