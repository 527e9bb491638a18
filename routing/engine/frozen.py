"""How groups, reps and territories stood, as JSON that decisions refer to, and back: duty, load and ledger apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any

from routing.engine.ruleset import parse_steps
from routing.engine.world import Area, AreaKind, Group, Limit, Member, OnReturn, Rep, Step, Territory


def print_group(group: Group, reps: Mapping[int, Rep]) -> dict[str, Any]:
    """The group, its members and what is lasting about each of them."""
    return {
        "group": group.id,
        "steps": [_print_step(step) for step in group.steps],
        "respond_within": group.respond_within,
        "on_return": group.on_return.value,
        "repay_per_day": group.repay_per_day,
        "count_accounts": group.count_accounts,
        "paused": group.paused,
        "has_pool": group.has_pool,
        # only where it is used: prints from before stay equal to those of today
        **({"even_percent": group.even_percent} if group.even_percent else {}),
        "members": [[m.rep, m.weight, m.tier, m.cap, _print_limits(m.limits)] for m in group.members],
        "reps": {str(m.rep): print_rep(reps[m.rep]) for m in group.members if m.rep in reps},
    }


def read_group(body: Mapping[str, Any]) -> tuple[Group, dict[int, Rep]]:
    """The group as it was printed, and its people without duty."""
    members = tuple(
        Member(rep, weight, tier, cap, _read_limits(limits)) for rep, weight, tier, cap, limits in body["members"]
    )
    group = Group(
        body["group"],
        members,
        parse_steps(body["steps"]),
        body["respond_within"],
        on_return=OnReturn(body["on_return"]),
        repay_per_day=body["repay_per_day"],
        count_accounts=body["count_accounts"],
        paused=body["paused"],
        has_pool=body["has_pool"],
        even_percent=body.get("even_percent", 0),
    )
    return group, {int(rep): read_rep(int(rep), told) for rep, told in body["reps"].items()}


def print_rep(rep: Rep) -> list[Any]:
    """What is lasting about a rep: cap, backup, limits, skills."""
    return [rep.cap, rep.backup, _print_limits(rep.limits), sorted(rep.skills)]


def read_rep(number: int, told: list[Any]) -> Rep:
    """The rep without duty."""
    cap, backup, limits, skills = told
    return Rep(number, cap=cap, backup=backup, limits=_read_limits(limits), skills=frozenset(skills))


def print_territories(territories: Iterable[Territory]) -> dict[str, Any]:
    """All territories of a division with who covers them."""
    return {
        "territories": [[t.id, t.group, [_print_area(area) for area in t.areas], sorted(t.reps)] for t in territories]
    }


def read_territories(body: Mapping[str, Any]) -> tuple[Territory, ...]:
    """The territories as they were printed."""
    return tuple(
        Territory(number, group, tuple(_read_area(area) for area in areas), frozenset(reps))
        for number, group, areas, reps in body["territories"]
    )


def _print_step(step: Step) -> dict[str, Any]:
    options = {field.name: getattr(step.options, field.name) for field in fields(step.options)}
    return {"strategy": step.strategy, "options": {name: _plain(value) for name, value in options.items()}}


def _plain(value: Any) -> Any:
    if not isinstance(value, Decimal):
        return value
    return int(value) if value == value.to_integral_value() else float(value)


def _print_limits(limits: tuple[Limit, ...]) -> list[list[Any]]:
    return [list(limit) for limit in limits]


def _read_limits(limits: list[list[Any]]) -> tuple[Limit, ...]:
    return tuple(Limit(*limit) for limit in limits)


def _print_area(area: Area) -> dict[str, Any]:
    lists = ("countries", "names", "industries", "segments")
    found: dict[str, Any] = {name: sorted(getattr(area, name)) for name in lists if getattr(area, name)}
    return {"kind": area.kind.value, **found, **({"low": area.low, "high": area.high} if area.low or area.high else {})}


def _read_area(body: Mapping[str, Any]) -> Area:
    lists = ("countries", "names", "industries", "segments")
    sets = {name: frozenset(body.get(name, ())) for name in lists}
    return Area(AreaKind(body["kind"]), low=body.get("low", ""), high=body.get("high", ""), **sets)
