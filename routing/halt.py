"""Pausing routing, of a division or one group: leads are accepted and wait; a preview shows what would go where."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import NamedTuple

from django.db import transaction
from django.db.models import Count, QuerySet

from leads import signals
from leads.life import State
from leads.models import Lead
from reps.models import Group, User
from routing import live, rulesets
from routing.assign import NotYoursError, queue, turn
from routing.engine.decide import Decision
from routing.engine.replay import Fold
from routing.models import Act, RoutingPause
from routing.snapshot import roster_now, world_at

MOST = 1000


@dataclass(frozen=True, slots=True)
class Paused:
    """What stands still in a division: everything, where `everything` is set, and each of `groups` by its number."""

    everything: RoutingPause | None = None
    groups: Mapping[int, RoutingPause] = field(default_factory=dict)

    def of(self, group: int | None) -> RoutingPause | None:
        """The pause of one group, or of the division where none is named."""
        return self.groups.get(group) if group is not None else self.everything


class Went(NamedTuple):
    """Where a waiting lead would go."""

    outcome: str
    group: int | None
    rep: int | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What resuming would do: how many leads wait, and where the oldest of them would go."""

    waiting: int
    looked_at: int
    went: Mapping[Went, int]


def paused(division_id: int) -> Paused:
    """What stands still now."""
    rows = RoutingPause.objects.filter(division=division_id, ends_at=None).select_related("group", "by")
    return Paused(
        next((row for row in rows if row.group_id is None), None),
        {row.group_id: row for row in rows if row.group_id is not None},
    )


def pause(*, division_id: int, group: Group | None, by: User | None, why: str) -> RoutingPause:
    """Nothing is decided any more (for that group) once this committed. Paused already: the pause that is there."""
    with turn(division_id) as held:
        if held is None:
            raise NotYoursError
        there = paused(division_id).of(group.pk if group else None)
        if there is not None:
            return there
        row = RoutingPause.objects.create(
            division_id=division_id, group=group, why=why[:200], starts_at=held.now, by=by
        )
        _note(Act.Kind.PAUSE, row, by, why, {})
    return row


def resume(*, division_id: int, group: Group | None, by: User | None, why: str = "") -> int:
    """Go on; what waited is decided at once. Returns how many leads were woken; 0 too where nothing stood still."""
    with turn(division_id) as held:
        if held is None:
            raise NotYoursError
        row = paused(division_id).of(group.pk if group else None)
        if row is None:
            return 0
        RoutingPause.objects.filter(pk=row.pk).update(ends_at=held.now, ended_by=by)
        row.ends_at = held.now
        woken = queue.wake(held, everybody=True)
        _note(Act.Kind.RESUME, row, by, why, {"woken": woken})
        transaction.on_commit(partial(signals.ring, division_id=division_id))
    return woken


def waiting(division_id: int, group: Group | None) -> "QuerySet[Lead]":
    """The leads that wait, of one group or all; where the division stands still, for whatever they wait."""
    leads = Lead.objects.filter(division=division_id)
    if group is not None:
        return leads.filter(state=State.HELD.value, group=group)
    return leads.filter(state__in=[State.READY.value, State.HELD.value])


def waiting_by_group(groups: Collection[int]) -> dict[int, int]:
    """How many leads wait in each of these groups, as `waiting` has it of one."""
    rows = Lead.objects.filter(state=State.HELD.value, group__in=groups).values_list("group").order_by()
    return dict(rows.annotate(n=Count("pk")))


def preview(*, division_id: int, group: Group | None, now: datetime) -> Preview:
    """Decide the oldest 1,000 that wait as if this did not stand still any more; nothing is written."""
    leads = waiting(division_id, group)
    pks = list(leads.order_by("arrived_at", "pk").values_list("pk", flat=True)[:MOST])
    decided = _decided(division_id, pks, group, now)
    return Preview(leads.count(), len(pks), Counter(Went(d.outcome.value, d.group, d.rep) for d in decided))


def _decided(division_id: int, pks: list[int], group: Group | None, now: datetime) -> Iterator[Decision]:
    """Each lead sees what the ones before it would leave; other groups that stand still go on doing so."""
    roster = roster_now(division_id, now)
    roster.paused -= {group.pk} if group else set()
    printed = live.Printed.of(division_id)
    batch = queue.with_last_owners(queue.waiting_of(pks))
    versions = {one.facts.id: printed.version_for(one) for one in batch}
    rules = {version: rulesets.rules_of(version) if version else None for version in set(versions.values())}
    asked = ([w.facts for w in batch if versions[w.facts.id] == version] for version in rules)
    fold = Fold(world_at(roster, now, *zip(rules.values(), asked, strict=True)), printed.rules)
    for one in batch:
        yield fold.decide(one.facts, now, rules=rules[versions[one.facts.id]])


def _note(kind: Act.Kind, row: RoutingPause, by: User | None, why: str, result: dict[str, int]) -> None:
    Act.objects.create(
        division_id=row.division_id,
        kind=kind,
        at=row.ends_at or row.starts_at,
        by=by,
        why=why[:500],
        asked={"group": str(row.group.uid) if row.group else None},
        result=result,
    )
