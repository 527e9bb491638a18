"""What would have changed it: decide again in a world nudged a little in one rep's favour, until they get the lead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from routing.engine.decide import Considered, Decision, decide
from routing.engine.ruleset import RuleSet
from routing.engine.trace import Code, Reason, reason
from routing.engine.world import Account, Lead, World

MOST = 5
AN_HOUR = timedelta(hours=1)


class WhatIf(NamedTuple):
    """The causes that would have had to be otherwise, in the order they were met; `wins`: then it was theirs."""

    changes: tuple[Reason, ...]
    wins: bool


class Scene(NamedTuple):
    """A lead and the world it is decided in."""

    lead: Lead
    world: World


def what_if(lead: Lead, world: World, rules: RuleSet | None, *, at: datetime, rep: int) -> WhatIf:
    """Each cause that kept the rep from the lead is taken away, one after another, and the lead decided again.

    Gives up where a cause cannot be taken away (another rep is named, the lot fell otherwise, no member).
    """
    scene = Scene(lead, world)
    changes: list[Reason] = []
    for _ in range(MOST):
        decision = decide(scene.lead, scene.world, rules, at=at)
        if decision.rep == rep:
            return WhatIf(tuple(changes), wins=True)
        row = _row(decision, rep)
        nudge = NUDGES.get(row.code) if row else None
        if row is None or nudge is None:
            return WhatIf(tuple(changes), wins=False)
        changes.append(_told(row))
        scene = nudge(scene, row, at)
    decision = decide(scene.lead, scene.world, rules, at=at)
    return WhatIf(tuple(changes), wins=decision.rep == rep)


def _row(decision: Decision, rep: int) -> Considered | None:
    """The last verdict on the rep: where several groups were tried, the one that came closest to deciding."""
    return next((row for row in reversed(decision.considered) if row.rep == rep), None)


def _told(row: Considered) -> Reason:
    """The cause with what was missing, where it can be counted."""
    numbers = dict(row.numbers)
    if row.code is Code.OWED_LESS:
        return reason(row.code, more=int(numbers["most"] or 0) - int(numbers["owed"] or 0))
    return Reason(row.code, row.numbers)


def _rep(scene: Scene, number: int | None, **changes: Any) -> Scene:
    reps = dict(scene.world.reps)
    if number in reps:
        reps[number] = replace(reps[number], **changes)
    return scene._replace(world=replace(scene.world, reps=reps))


def _member(scene: Scene, row: Considered, **changes: Any) -> Scene:
    groups = dict(scene.world.groups)
    group = groups.get(row.group or 0)
    if group is None:
        return scene
    members = tuple(replace(m, **changes) if m.rep == row.rep else m for m in group.members)
    groups[group.id] = replace(group, members=members)
    return scene._replace(world=replace(scene.world, groups=groups))


def _on_duty(scene: Scene, row: Considered, at: datetime) -> Scene:
    seen = {**scene.world.seen, row.rep or 0: at}
    nudged = _rep(scene, row.rep, duty=((at - AN_HOUR, at + AN_HOUR),), absences=())
    return nudged._replace(world=replace(nudged.world, seen=seen))


def _room(scene: Scene, row: Considered, at: datetime) -> Scene:
    whose = dict(row.numbers).get("cap")
    return _member(scene, row, cap=None, limits=()) if whose == "group" else _rep(scene, row.rep, cap=None, limits=())


def _skill(scene: Scene, row: Considered, at: datetime) -> Scene:
    numbers, rep = dict(row.numbers), scene.world.reps.get(row.rep or 0)
    first = str(numbers.get("skill", "")).partition(",")[0]
    known = rep.skills if rep else frozenset()
    return _rep(scene, row.rep, skills=known | {f"{numbers.get('kind')}:{first}"})


def _territory(scene: Scene, row: Considered, at: datetime) -> Scene:
    """Covers whatever covers the lead most closely."""
    folded = scene.lead.folded
    closest = max((t.specificity(folded) for t in scene.world.territories), default=0)
    territories = tuple(
        replace(t, reps=t.reps | {row.rep or 0}) if closest and t.specificity(folded) == closest else t
        for t in scene.world.territories
    )
    return scene._replace(world=replace(scene.world, territories=territories))


def _owed(scene: Scene, row: Considered, at: datetime) -> Scene:
    """Owed as much as whoever was owed most, and one unit more."""
    numbers = dict(row.numbers)
    more = int(numbers.get("most", numbers.get("owed")) or 0) - int(numbers.get("owed") or 0) + 1
    key = (row.group or 0, row.rep or 0)
    balances = {**scene.world.balances, key: scene.world.balances.get(key, 0) + more}
    return scene._replace(world=replace(scene.world, balances=balances))


def _idler(scene: Scene, row: Considered, at: datetime) -> Scene:
    """Without open leads; what is owed breaks the tie with others who have none."""
    load = {**scene.world.load, row.rep or 0: 0}
    group_load = {**scene.world.group_load, (row.group or 0, row.rep or 0): 0}
    return scene._replace(world=replace(scene.world, load=load, group_load=group_load))


def _owner(scene: Scene, row: Considered, at: datetime) -> Scene:
    accounts = {number: Account(number, row.rep, account.group) for number, account in scene.world.accounts.items()}
    lead = replace(scene.lead, last_owner=row.rep if scene.lead.last_owner else None)
    return Scene(lead, replace(scene.world, accounts=accounts))


def _weight(scene: Scene, row: Considered, at: datetime) -> Scene:
    return _member(scene, row, weight=1)


def _senior(scene: Scene, row: Considered, at: datetime) -> Scene:
    return _member(scene, row, tier=1)


def _fresh(scene: Scene, row: Considered, at: datetime) -> Scene:
    return scene._replace(lead=replace(scene.lead, barred=scene.lead.barred - {row.rep or 0}))


Nudge = Callable[[Scene, Considered, datetime], Scene]
NUDGES: dict[Code, Nudge] = {
    **dict.fromkeys(
        (Code.OFF_SHIFT, Code.NO_SHIFTS, Code.ON_LEAVE, Code.PUBLIC_HOLIDAY, Code.PAUSED, Code.BUSY, Code.IDLE),
        _on_duty,
    ),
    Code.AT_CAP: _room,
    Code.LACKS_SKILL: _skill,
    Code.LACKS_PREFERRED_SKILL: _skill,
    Code.NOT_IN_TERRITORY: _territory,
    Code.LESS_SPECIFIC_TERRITORY: _territory,
    Code.WEIGHT_IS_ZERO: _weight,
    Code.NOT_SENIOR_ENOUGH: _senior,
    Code.ALREADY_HAD_IT: _fresh,
    Code.DECLINED: _fresh,
    Code.OWED_LESS: _owed,
    Code.WAITED_LESS: _owed,
    Code.HIGHER_NUMBER: _owed,
    Code.BUSIER: _idler,
    Code.ACCOUNT_OWNED_BY: _owner,
}
