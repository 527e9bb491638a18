"""The World that decisions are made in: only what these leads can touch, in constant queries."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from reps.models import Group, Membership, Rep
from routing.assign.turn import Turn
from routing.engine import world as w
from routing.engine.replay import named_reps, reach
from routing.engine.ruleset import RuleSet as Rules
from routing.engine.strategies.capacity import at_cap
from routing.engine.trace import Reason
from routing.entries import shares_of
from routing.snapshot.roster import (
    Roster,
    edges_of,
    limits_of,
    load_groups,
    load_reps,
    roster_now,
    roster_of,
    with_backups,
)
from routing.snapshot.tallies import accounts_of, asks_seen, limited_keys, load_of, received_of, seen_of


def snapshot(
    held: Turn, rules: Rules | None, leads: Sequence[w.Lead], *more: tuple[Rules, Sequence[w.Lead]]
) -> w.World:
    """The world these leads can touch, as it stands under the turn; `more` leads by other rules."""
    return world_at(roster_of(held), held.now, (rules, leads), *more)


def world_at(roster: Roster, now: datetime, *asked: tuple[Rules | None, Sequence[w.Lead]]) -> w.World:
    """The same of a roster at hand."""
    accounts = accounts_of({lead.account for _rules, leads in asked for lead in leads if lead.account}, now)
    groups = frozenset[int]().union(*(reach(rules, leads, roster.territories, accounts) for rules, leads in asked))
    outside: set[int] = {account.owner for account in accounts.values() if account.owner}
    for rules, leads in asked:
        outside |= named_reps(rules) | {lead.last_owner for lead in leads if lead.last_owner}
    return world_of(roster, groups, now, outside=outside, rules=[rules for rules, _leads in asked], accounts=accounts)


def world_of(
    roster: Roster,
    groups: Iterable[int],
    now: datetime,
    *,
    outside: Collection[int] = (),
    rules: Sequence[Rules | None] = (),
    accounts: Mapping[int, w.Account] = MappingProxyType({}),
) -> w.World:
    """These groups with their people, and the reps `outside` of them whom rules or accounts name."""
    load_groups(roster, groups, now)
    load_reps(roster, outside, now)
    here = {pk: roster.groups[pk] for pk in groups if pk in roster.groups}
    people = with_backups(roster, {m.rep for group in here.values() for m in group.members} | set(outside))
    load, group_load = load_of(people)
    balances, turns, repaid = shares_of(here)
    return w.World(
        groups=here,
        reps={pk: roster.reps[pk] for pk in people},
        load=load,
        group_load=group_load,
        received=received_of(limited_keys(roster, here.values(), people), now),
        balances=balances,
        turns=turns,
        turn=max(turns.values(), default=0),
        repaid=repaid,
        seen=seen_of(people) if asks_seen(rules, here.values()) else {},
        territories=roster.territories,
        accounts=accounts,
    )


def whole_roster(division_id: int, *, now: datetime) -> w.World:
    """All groups, reps and territories of a division, without load or ledger: what `check` looks at."""
    roster = roster_now(division_id, now)
    load_groups(roster, Group.objects.filter(division=division_id, active=True).values_list("pk", flat=True), now)
    load_reps(roster, Rep.objects.filter(division=division_id, active=True).values_list("pk", flat=True), now)
    return w.World(groups=roster.groups, reps=roster.reps, territories=roster.territories)


def at_limit(membership: Membership, now: datetime) -> Reason | None:
    """The first limit the member is at, of this group or over all; one member read, as claims are many."""
    row = membership.rep
    member = w.Member(row.pk, cap=membership.cap_open, limits=limits_of(membership))
    limits = limits_of(row)
    periods = {limit.period for limit in (*limits, *member.limits) if not limit.rolling}
    rep = w.Rep(row.pk, cap=row.cap_open, limits=limits, edges=edges_of(row, periods, now))
    keys = ({(w.ANY_GROUP, row.pk)} if limits else set()) | (
        {(membership.group_id, row.pk)} if member.limits else set()
    )
    load, group_load = load_of([row.pk])
    world = w.World(reps={row.pk: rep}, load=load, group_load=group_load, received=received_of(keys, now))
    return at_cap(member, membership.group_id, world, now)
