"""Replays what is on record with nothing assumed: the same fold must say what live said, decision by decision."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from django.db import connection

from reps import schedule
from reps.models import Rep
from routing import rulesets
from routing.engine import world as w
from routing.engine.decide import Decision
from routing.engine.ledger import LedgerEntry, Moved, Transfer
from routing.engine.replay import Accepted, Closed, Declined, Event, Fold, Moving, Reopened, Reversed, Taken
from routing.engine.ruleset import RuleSet as Rules
from routing.entries import entry_of
from routing.models import LedgerEntry as EntryRow
from routing.models import Offer, RuleSetVersion
from routing.simulate import past
from routing.simulate.cases import read_facts
from routing.simulate.roster import Roster
from routing.simulate.run import rules_ask_last_owner

_BY_DECISION = frozenset({"rule", "handoff", "offer"})


@dataclass(slots=True)
class Agreement:
    """How far a replay of the records and live say the same."""

    decisions: int = 0
    same: int = 0
    differs: list[str] = field(default_factory=list)
    balances: int = 0
    wrong_balances: list[str] = field(default_factory=list)


class Stored(NamedTuple):
    """A decision as it was written."""

    id: int
    lead: w.Lead
    at: datetime
    version: int | None
    said: tuple[str, int | None, int | None, str]  # outcome, group, rep, rule


class _Phase:
    """At one instant: the roster, what ends, what is decided, what people take, what is over at once."""

    ROSTER, ENDS, DECIDED, TAKEN, AFTER = range(5)


_Step = tuple[datetime, int, int, "Event | Stored"]


def replayed(division_id: int, *, since: datetime, until: datetime) -> Agreement:
    """Fold all that is on record of the period, each decision by the version that made it, from how things stood."""
    fold, steps = _begin(division_id, since, until)
    found = Agreement()
    for _at, _phase, _n, what in steps:
        if not isinstance(what, Stored):
            fold.step(what)
            continue
        decision = fold.decide(what.lead, what.at, rules=_rules(what.version))
        found.decisions += 1
        said = _said(decision)
        if said == what.said:
            found.same += 1
        else:
            found.differs.append(f"decision {what.id}, lead {what.lead.id}: live {what.said}, replay {said}")
    _compare_balances(found, fold.view.balances, past.balances_at(division_id, until))
    return found


def _said(decision: Decision) -> tuple[str, int | None, int | None, str]:
    return decision.outcome.value, decision.group, decision.rep, decision.rule or ""


def _rules(version: int | None) -> Rules | None:
    return None if version is None else rulesets.rules_of(RuleSetVersion(pk=version))


def _compare_balances(found: Agreement, here: Mapping[Any, int], there: Mapping[Any, int]) -> None:
    keys = sorted({*here, *there})
    found.balances = len(keys)
    for key in keys:
        if here.get(key, 0) != there.get(key, 0):
            found.wrong_balances.append(f"group {key[0]}, rep {key[1]}: live {there.get(key, 0)}, {here.get(key, 0)}")


def _begin(division_id: int, since: datetime, until: datetime) -> tuple[Fold, list[_Step]]:
    decisions = list(_decisions(division_id, since, until))
    spells = past.spells_since(division_id, since)
    roster = Roster(
        division_id,
        since=since,
        until=until,
        outside=set(Rep.objects.filter(division=division_id).values_list("pk", flat=True)),
        accounts={stored.lead.account for stored in decisions if stored.lead.account},
    )
    limited = roster.limited()
    books = past.books_at(division_id, since, spells, limited)
    world = w.World(
        groups=roster.groups_at(since),
        reps=roster.reps_at(since),
        load=books.load,
        group_load=books.group_load,
        received=books.received,
        balances=books.balances,
        turns=books.turns,
        turn=max(books.turns.values(), default=0),
        repaid=books.repaid,
        seen=dict.fromkeys(roster.people, schedule.FOREVER),
        territories=roster.territories_at(since),
        accounts=roster.accounts_at(since),
    )
    steps: list[_Step] = [(change.at, _Phase.ROSTER, 0, change) for change in roster.changes()]
    steps += [(stored.at, _Phase.DECIDED, stored.id, stored) for stored in decisions]
    steps += _spell_steps(spells, division_id, since, until)
    steps += _offer_steps(division_id, since, until)
    steps += _entry_steps(division_id, since, until)
    return Fold(world, None), sorted(steps, key=lambda step: step[:3])


def _decisions(division_id: int, since: datetime, until: datetime) -> Iterator[Stored]:
    """All but those of tests, each with its lead as it stood: who had it before, and who had its person."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT d.id, d.lead_id, f.folded::text, l.account_id, l.arrived_at, l.contact_id, d.at,
                d.version_id, d.outcome, d.group_id, d.rep_id, d.rule,
                ARRAY(SELECT rep_id FROM routing_assignment a
                      WHERE a.lead_id = d.lead_id AND a.ends_at <= d.at
                          AND a."end" IN ('returned', 'released', 'timed_out', 'gone_quiet')
                      UNION SELECT rep_id FROM routing_offer o WHERE o.lead_id = d.lead_id AND o.answered_at <= d.at
                          AND o.answer IN ('declined', 'lapsed'))
            FROM routing_decision d JOIN leads_lead l ON l.id = d.lead_id JOIN leads_leadfacts f ON f.id = d.facts_id
            WHERE d.division_id = %s AND d.at >= %s AND d.at < %s AND l.kind <> 'test' ORDER BY d.id
            """,
            [division_id, since, until],
        )
        rows = cursor.fetchall()
    asked = rules_ask_last_owner(*(_rules(version) for version in {row[7] for row in rows}))
    owners = partial(_last_owner, _owners({row[5] for row in rows if row[5]}) if asked else {})
    for pk, lead, folded, account, arrived, person, at, version, outcome, group, rep, rule, barred in rows:
        known = w.Lead(lead, {}, read_facts(folded), account, frozenset(barred), arrived)
        yield Stored(pk, replace(known, last_owner=owners(person, lead, at)), at, version, (outcome, group, rep, rule))


_Had = list[tuple[datetime, int, int]]  # when, lead, rep


def _owners(people: set[int]) -> dict[int, _Had]:
    found: dict[int, _Had] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.contact_id, a.starts_at, l.id, a.rep_id FROM leads_lead l"
            " JOIN routing_assignment a ON a.lead_id = l.id WHERE l.contact_id = ANY(%s) ORDER BY a.starts_at, a.id",
            [sorted(people)],
        )
        for person, at, lead, rep in cursor.fetchall():
            found.setdefault(person, []).append((at, lead, rep))
    return found


def _last_owner(known: Mapping[int, _Had], person: int | None, lead: int, at: datetime) -> int | None:
    had = [rep for when, other, rep in known.get(person or 0, ()) if other != lead and when < at]
    return had[-1] if had else None


def _spell_steps(spells: list[past.Spell], division_id: int, since: datetime, until: datetime) -> Iterator[_Step]:
    forced = _by_hand_entries(division_id, since, until)
    for spell in spells:
        if since <= spell.start < until and spell.how not in _BY_DECISION:
            if spell.how == "history":  # counts as open load, and as nothing received
                yield spell.start, _Phase.TAKEN, spell.id, Reopened(spell.start, spell.lead, spell.rep, spell.group)
            else:
                entry = forced.get((spell.lead, spell.rep, spell.start))
                taken = Taken(spell.start, spell.lead, spell.rep, spell.group, entry)
                yield spell.start, _Phase.TAKEN, spell.id, taken
        if since <= spell.start < until and (not spell.load or spell.load[0][0] != spell.start):
            # Given at a stage that is no open load.
            yield spell.start, _Phase.AFTER, spell.id, Closed(spell.start, spell.lead, spell.rep, spell.group)
        for event in past.spell_changes(spell, since, until):
            phase = _Phase.AFTER if event.at == spell.start else _Phase.ENDS
            yield event.at, phase, spell.id, event


def _by_hand_entries(
    division_id: int, since: datetime, until: datetime
) -> dict[tuple[int, int, datetime], LedgerEntry]:
    """Entries that no decision made: (lead, winner, at) -> entry."""
    rows = EntryRow.objects.filter(
        division=division_id, at__gte=since, at__lt=until, kind=EntryRow.Kind.FORCED, decision=None
    )
    found = {}
    for row in rows:
        entry = entry_of(row)
        if isinstance(entry, LedgerEntry):
            found[entry.lead, entry.winner, row.at] = entry
    return found


def _offer_steps(division_id: int, since: datetime, until: datetime) -> Iterator[_Step]:
    rows = Offer.objects.filter(lead__division=division_id, answered_at__gte=since, answered_at__lt=until)
    for row in rows.exclude(lead__kind="test"):
        at = row.answered_at
        assert at is not None  # noqa: S101 - asked for above
        event: Event = Declined(at, row.lead_id, row.rep_id, row.group_id, row.offered_at)
        if row.answer == Offer.Answer.ACCEPTED:
            event = Accepted(at, row.lead_id, row.rep_id, row.group_id, row.offered_at)
        yield at, _Phase.ENDS, row.pk, event


def _entry_steps(division_id: int, since: datetime, until: datetime) -> Iterator[_Step]:
    """What undid entries, and what was moved outside of decisions."""
    kinds = [EntryRow.Kind.REVERSED, *(moved.value for moved in Moved)]
    rows = EntryRow.objects.filter(division=division_id, at__gte=since, at__lt=until, kind__in=kinds, decision=None)
    for row in rows:
        told = entry_of(row)
        if isinstance(told, Transfer):
            yield row.at, _Phase.ENDS, row.pk, Moving(row.at, told)
        else:
            undone = replace(told, reverses=False)
            yield row.at, _Phase.ENDS, row.pk, Reversed(row.at, undone)
