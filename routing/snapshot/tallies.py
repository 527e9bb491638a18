"""What moves with every lead: open leads, leads received, fair shares, accounts and who was seen."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from operator import itemgetter

from django.db import connection

from leads.life import Kind
from leads.models import Account
from reps.models import Membership, Presence
from routing.engine import world as w
from routing.engine.ledger import Key
from routing.engine.ruleset import RuleSet as Rules
from routing.engine.strategies import shelf
from routing.engine.strategy import Asks
from routing.models import Assignment, Offer
from routing.snapshot.roster import Roster

_A_MONTH = timedelta(days=32)


def accounts_of(wanted: set[int], now: datetime) -> dict[int, w.Account]:
    """The accounts, who owns them, and the first group their owner is in: there their leads count."""
    if not wanted:
        return {}
    owners = dict(Account.objects.filter(pk__in=wanted).values_list("pk", "owner_id"))
    places = Membership.objects.at(now).filter(rep__in={o for o in owners.values() if o}, group__active=True)
    groups = dict(places.order_by("-group").values_list("rep_id", "group_id"))
    return {pk: w.Account(pk, owner, groups.get(owner or 0)) for pk, owner in owners.items()}


def load_of(people: Iterable[int]) -> tuple[dict[int, int], dict[tuple[int, int], int]]:
    """Open leads by rep, and by group and rep; what is offered just now takes a place, too."""
    load: dict[int, int] = {}
    group_load: dict[tuple[int, int], int] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT l.owner_id, l.group_id, count(*) FROM leads_lead l JOIN leads_stage s ON s.id = l.stage_id
            WHERE l.owner_id = ANY(%s) AND l.state = 'assigned' AND s.open_load AND l.kind <> 'test' GROUP BY 1, 2
            UNION ALL
            SELECT o.rep_id, o.group_id, count(*) FROM routing_offer o JOIN leads_lead l ON l.id = o.lead_id
            WHERE o.rep_id = ANY(%s) AND o.answered_at IS NULL AND l.kind <> 'test' GROUP BY 1, 2
            """,
            [sorted(people)] * 2,
        )
        for owner, group, count in cursor.fetchall():
            load[owner] = load.get(owner, 0) + count
            if group is not None:
                group_load[group, owner] = group_load.get((group, owner), 0) + count
    return load, group_load


def limited_keys(roster: Roster, groups: Iterable[w.Group], people: Iterable[int]) -> set[Key]:
    """Of whom it is asked how many leads they were given over time: (group or ANY_GROUP, rep)."""
    keys = {(w.ANY_GROUP, rep) for rep in people if roster.reps[rep].limits}
    return keys | {(group.id, member.rep) for group in groups for member in group.members if member.limits}


def received_of(keys: set[Key], now: datetime) -> dict[Key, list[datetime]]:
    """When leads were given to them, ascending; open offers are among them, tests and history are not."""
    if not keys:
        return {}
    found: dict[Key, list[datetime]] = {key: [] for key in keys}
    reps = sorted({rep for _group, rep in keys})
    given = Assignment.objects.filter(rep__in=reps, starts_at__gte=now - _A_MONTH)
    given = given.exclude(how=Assignment.How.HISTORY).exclude(lead__kind=Kind.TEST.value)
    offered = Offer.objects.filter(rep__in=reps, answered_at=None).exclude(lead__kind=Kind.TEST.value)
    rows = [
        *given.values_list("group_id", "rep_id", "starts_at"),
        # However long it stands, an open offer may be accepted now.
        *((group, rep, now) for group, rep in offered.values_list("group_id", "rep_id")),
    ]
    for group, rep, at in sorted(rows, key=itemgetter(2)):
        for key in {(w.ANY_GROUP, rep), (group or w.ANY_GROUP, rep)} & keys:
            found[key].append(at)
    return found


def seen_of(people: Iterable[int]) -> dict[int, datetime]:
    """When reps were last at work on a page."""
    return dict(Presence.objects.filter(rep__in=list(people)).values_list("rep_id", "seen_at"))


def asks_seen(asked: Sequence[Rules | None], groups: Iterable[w.Group]) -> bool:
    """Whether some step asks who is at work on a page."""
    steps = [step for rules in asked for rule in (rules.rules if rules else ()) for step in rule.steps or ()]
    steps += [step for group in groups for step in group.steps]
    return any(Asks.SEEN in shelf()[step.strategy].asks(step.options) for step in steps)
