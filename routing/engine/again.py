"""Decides again from what was stored: the record of a decision, the prints it refers to, the lead's frozen facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from routing.engine.decide import Decision, decide
from routing.engine.frozen import read_group, read_rep, read_territories
from routing.engine.ledger import Key
from routing.engine.ruleset import RuleSet
from routing.engine.trace import Code, Trace
from routing.engine.world import ABSENT, ANY_GROUP, Absence, Account, Group, Lead, Rep, Span, Territory, World

AN_HOUR = timedelta(hours=1)
A_MOMENT = timedelta(seconds=1)
KINDS = {code: kind for kind, code in ABSENT.items()}


def again(
    record: Mapping[str, Any],
    *,
    prints: Iterable[Mapping[str, Any]],
    facts: Mapping[str, Any],
    folded: Mapping[str, Any],
    rules: RuleSet | None,
    trace: Trace | None = None,
) -> Decision:
    """The decision made again by the engine of today; equal canonical text under the same engine number."""
    lead = lead_of(record, facts=facts, folded=folded)
    return decide(lead, world_of(record, prints), rules, at=_instant(record["at"]), trace=trace)


def lead_of(record: Mapping[str, Any], *, facts: Mapping[str, Any], folded: Mapping[str, Any]) -> Lead:
    """The lead as the decision saw it."""
    asked = record["asked"]
    account = asked.get("account")
    return Lead(
        record["lead"],
        facts,
        folded,
        account=account[0] if account else None,
        barred=frozenset(asked.get("barred", ())),
        since=_instant(asked["since"]) if asked.get("since") else None,
        last_owner=asked.get("last_owner"),
    )


def world_of(record: Mapping[str, Any], prints: Iterable[Mapping[str, Any]]) -> World:
    """The part of the world that the decision saw, rebuilt so that every question asked of it has the same answer."""
    asked, at = record["asked"], _instant(record["at"])
    groups: dict[int, Group] = {}
    reps: dict[int, Rep] = {int(rep): read_rep(int(rep), told) for rep, told in asked.get("reps", {}).items()}
    territories: tuple[Territory, ...] = ()
    for body in prints:
        if "territories" in body:
            territories = read_territories(body)
        else:
            group, people = read_group(body)
            groups[group.id] = group
            reps |= people
    rows = [_Row(row) for row in record["considered"]]
    # Of a rep looked at twice, the verdict that tells more of duty; of one who stood in, what was kept apart.
    duty = {row.rep: row.duty for row in sorted(rows, key=lambda row: row.duty.tells) if row.rep in reps}
    comes = {int(rep): _instant(begin) for rep, begin in asked.get("comes", {}).items()}
    for rep, (code, numbers, begin) in asked.get("away", {}).items():
        duty[int(rep)] = _Duty(code, numbers, on_duty=code is None)
        comes |= {int(rep): _instant(begin)} if begin else {}
    account = asked.get("account")
    return World(
        groups=groups,
        reps={number: _working(rep, duty.get(number), comes.get(number), at) for number, rep in reps.items()},
        load={row.rep: row.load for row in rows},
        group_load={(row.group or 0, row.rep): row.group_load for row in rows},
        counts={key: count for row in rows for key, count in row.counts()},
        balances={**{(row.group or 0, row.rep): row.balance for row in rows}, **_arrears(asked)},
        turns={(row.group or 0, row.rep): row.turn for row in rows},
        repaid=_repaid(asked),
        seen={int(rep): _instant(seen) for rep, seen in asked.get("seen", {}).items()},
        territories=territories,
        accounts={account[0]: Account(*account)} if account else {},
    )


class _Duty(NamedTuple):
    """What is known of a rep's duty at the instant: the verdict, its numbers, and whether they were on duty."""

    code: str | None
    numbers: Mapping[str, Any]
    on_duty: bool | None

    @property
    def tells(self) -> int:
        """How much it tells of shifts: who was idle on a page may have been on one or not."""
        if self.code in KINDS or self.code in {Code.OFF_SHIFT, Code.NO_SHIFTS}:
            return 3
        return 2 if self.on_duty else int(self.on_duty is not None)


class _Row:
    """One member looked at, as `routing.engine.decide.decision.record` writes it."""

    def __init__(self, row: list[Any]) -> None:
        self.group, self.rep, self.code, self.numbers, self.on_duty, self.load = row[:6]
        self.group_load, self.balance, self.turn = row[7], row[10], row[11]
        self.received: Mapping[str, int] = row[12] if len(row) > 12 else {}

    @property
    def duty(self) -> _Duty:
        return _Duty(self.code, self.numbers, self.on_duty)

    def counts(self) -> Iterable[tuple[tuple[int, int, str], int]]:
        for name, count in self.received.items():
            whose, _, period = name.partition(".")
            yield ((self.group or 0) if whose == "group" else ANY_GROUP, self.rep, period), count


def _working(rep: Rep, row: _Duty | None, comes: datetime | None, at: datetime) -> Rep:
    """The rep with hours and absences that say the same at this instant as theirs did."""
    absences: tuple[Absence, ...] = ()
    duty: tuple[Span, ...] = ()
    # Where nobody asked for duty it decides nothing; taken as there, "what if" names no cause that was none.
    there = row is not None and (row.on_duty is True or (row.on_duty is None and row.code not in KINDS))
    here = there and row is not None and row.code != Code.BACK_SOONEST
    if row is not None and row.code in KINDS:
        until = row.numbers.get("until")
        absences = (Absence(at - A_MOMENT, _instant(until) if until else None, KINDS[Code(row.code)]),)
    begins = row.numbers.get("next") if row is not None and row.code in {Code.OFF_SHIFT, Code.BACK_SOONEST} else None
    begin = _instant(begins) if begins else comes
    if here or absences or (row is not None and row.code == Code.OFF_SHIFT and begin is None):
        # An hour that is over: shifts there are, and none of them now.
        stop = at - A_MOMENT if not here else at + ((begin - at) / 2 if begin else AN_HOUR)
        duty = ((at - AN_HOUR, stop),)
    if begin is not None:
        duty = (*duty, (begin, begin + AN_HOUR))
    return Rep(rep.id, duty, absences, cap=rep.cap, backup=rep.backup, limits=rep.limits, skills=rep.skills)


def _arrears(asked: Mapping[str, Any]) -> dict[Key, int]:
    return {
        (int(group), -int(rep)): owed
        for group, people in asked.get("arrears", {}).items()
        for rep, (owed, _at) in people.items()
    }


def _repaid(asked: Mapping[str, Any]) -> dict[Key, datetime]:
    return {
        (int(group), int(rep)): _instant(at)
        for group, people in asked.get("arrears", {}).items()
        for rep, (_owed, at) in people.items()
        if at
    }


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
