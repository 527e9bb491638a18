"""The battery: eight processes at one database, each doing what people and machines do to leads all day.

BATTERY_SECONDS=60 makes it last a minute. What must hold afterwards is worked out from the rows and from what each
process says it did: no deadlock, one owner a lead, limits never passed at any instant, pauses obeyed, balances that add
up, nothing lost, and no success that left no trace.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection

from leads.models import Lead
from reps.models import Membership, Rep
from routing import live
from routing.models import Assignment, LedgerEntry, Offer, Return, Share
from routing.watch import audit
from tests import factories as make

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True), pytest.mark.long]

ROOT = Path(__file__).resolve().parents[2]
SECONDS = float(os.environ.get("BATTERY_SECONDS", "10"))
CLAIMERS, ROUTED, ASKED, STOCK = 100, 20, 10, 300
PROCESSES = ["arriving", "sweeping", "routing", "claiming", "giving", "giving_back", "answering", "editing"]
# A lead that its rep closes is closed without the turn: a decision may see it a moment before or after.
CLOSING = timedelta(seconds=1)
BY_ENGINE = {"rule", "claim", "offered"}  # managers may pass a limit; these may not


def company():
    """A group that is routed, one whose members are asked first; what they cannot take waits for a hundred claimers."""
    boss = make.user("Boss", email="boss@example.org", is_superuser=True)
    steps = [{"strategy": name} for name in ("availability", "capacity", "weighted")]
    silence = [{"after": 60, "do": "remind"}, {"after": 120, "do": "warn"}, {"after": 180, "do": "release"}]
    team = make.group("DACH", steps=steps, escalation=silence)
    asked = make.group("Asked", steps=[*steps, {"strategy": "offer"}], escalation=silence, free_decline=True)
    pool = make.group("Pool", pool="open", steps=[{"strategy": "pool"}], escalation=silence)
    for n in range(ROUTED):
        make.join(team, make.rep(cap_open=8), weight=1 + n % 5, cap_open=6)
    for _n in range(ASKED):
        make.join(asked, make.rep(), cap_open=6)
    for _n in range(CLAIMERS):
        make.join(pool, make.rep(cap_open=2))
    germany, france = ({"field": "country", "operator": "is", "value": code} for code in ("DE", "FR"))
    spill = [{"to": "pool", "group": pool.pk}]
    make.publish(
        make.rule(pool, germany), make.rule(asked, france, otherwise=spill), make.rule(team, otherwise=spill), by=boss
    )
    waiting = make.arrive(STOCK)
    drain()
    return {str(lead.uid) for lead in waiting}


def drain():
    while live.route_ready(1).count:
        pass


def run(roles, seconds):
    """All at the same instant; what each tells at its end."""
    url = urlsplit(os.environ["DATABASE_URL"])
    database = urlunsplit(url._replace(path=f"/{settings.DATABASES['default']['NAME']}"))
    env = {**os.environ, "DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.routing.battery", role, str(seconds), str(seed)], cwd=ROOT, env=env, **pipes
        )
        for seed, role in enumerate(roles)
    ]
    try:
        for process in started:
            assert process.stdout.readline() == "ready\n", process.communicate(timeout=10)[1]
        for process in started:
            process.stdin.write("go\n")
            process.stdin.flush()
        ends = [process.communicate(timeout=seconds + 60) for process in started]
    finally:
        for process in started:
            process.kill()
    assert [process.returncode for process in started] == [0] * len(roles), [end[1][-2000:] for end in ends]
    return [json.loads(end[0]) for end in ends]


def deadlocks():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return cursor.fetchone()[0]


def test_eight_processes_for_a_while():
    stock = company()
    initial = {(rep, None): cap for rep, cap in Rep.objects.values_list("pk", "cap_open")}
    initial |= {(rep, group): cap for rep, group, cap in Membership.objects.values_list("rep", "group", "cap_open")}
    before = deadlocks()

    told = run(PROCESSES, SECONDS)
    drain()

    faults = [fault for one in told for fault in one["faults"]]
    assert faults == []
    assert deadlocks() == before
    done = sum((Counter(one["done"]) for one in told), Counter())
    refused, busy = sum((Counter(one["refused"]) for one in told), Counter()), sum(one["busy"] for one in told)
    sys.stdout.write(f"battery of {SECONDS:g} s: {dict(done)}; refused: {dict(refused)}; busy: {busy}\n")
    assert {"arrived", "swept", "claimed", "given", "routed again", "returned", "closed"} <= set(done), done
    assert {"paused", "resumed", "limited", "weighed", "hurried"} <= set(done), done
    assert {"accepted", "declined"} & set(done), done

    nothing_lost(stock | {uid for one in told for uid in one["leads"]})
    no_ghosts(done)
    assert [line for finding in audit() for line in finding.broken] == []
    assert sum(Share.objects.values_list("balance", flat=True)) == 0
    edits = [edit for one in told for edit in one["edits"]]
    taken = spells()
    assert len(taken) > 5 * SECONDS
    assert passed(taken, caps_in_force(initial, edits)) == []
    assert sum(at_limit(taken, initial)) > 0, "nobody ever came near a limit"
    assert during_pauses(taken, edits) == []


def nothing_lost(accepted):
    """Every lead that the door took stands there, decided, with a reason."""
    rows = {str(uid): (state, reason) for uid, state, reason in Lead.objects.values_list("uid", "state", "reason")}
    assert accepted == set(rows)
    assert [
        uid
        for uid, (state, reason) in rows.items()
        if state in {"new", "ready", "set_aside"} or (state != "closed" and not reason)
    ] == []


def no_ghosts(done):
    """What went through left exactly one row each."""
    how = Counter(Assignment.objects.values_list("how", flat=True))
    end = Counter(Assignment.objects.exclude(ends_at=None).values_list("end", flat=True))
    assert how["claim"] == done["claimed"]
    assert how["manual"] + how["hand_over"] == done["given"]
    assert (end["put_back"], end["returned"]) == (done["put back"], done["returned"])
    assert Return.objects.count() == done["returned"]
    said = Counter(Offer.objects.values_list("answer", flat=True))
    assert (said["accepted"], said["declined"]) == (done["accepted"], done["declined"])
    assert how["offer"] == done["accepted"]
    entries = LedgerEntry.objects.exclude(lead=None).values_list("lead", "kind")
    counted = Counter(lead for lead, kind in entries if kind in {"share", "forced"})
    taken_back = Counter(lead for lead, kind in entries if kind == "reversed")
    owned = Counter(Assignment.objects.exclude(how="offer").values_list("lead", flat=True))
    owned += Counter(Offer.objects.values_list("lead", flat=True))
    assert counted <= owned, counted - owned
    assert taken_back <= counted, taken_back - counted


def spells():
    """(rep, group, how, from, until) of every spell of ownership and every offer; a closed lead is load no more."""
    rows = Assignment.objects.values_list("rep", "group", "how", "starts_at", "ends_at", "lead__closed_at")
    return [
        (rep, group, how, start, min([at for at in (end, closed and closed - CLOSING) if at], default=None))
        for rep, group, how, start, end, closed in rows
    ] + [
        (rep, group, "offered", start, end)
        for rep, group, start, end in Offer.objects.values_list("rep", "group", "offered_at", "answered_at")
    ]


def caps_in_force(initial, edits):
    """(rep, group) -> the greatest limit in force at an instant: while an edit is on its way, either may be obeyed."""
    known = {}
    for what, rep, group, cap, began, over in edits:
        if what == "cap":
            span = datetime.fromisoformat(began), datetime.fromisoformat(over)
            known.setdefault((rep, group), []).append((*span, cap))

    def greatest(rep, group, at):
        cap = initial.get((rep, group))
        for began, over, new in sorted(known.get((rep, group), []), key=lambda row: row[0]):
            if at >= over:
                cap = new
            elif at >= began:
                cap = None if cap is None or new is None else max(cap, new)
        return cap

    return greatest


def passed(taken, greatest):
    """Every lead that the engine gave to somebody who was at a limit at that very instant."""
    found = []
    for key, events in _events(taken).items():
        rep, group = key
        load = 0
        for at, change, how in events:
            cap = greatest(rep, group, at) if change > 0 and how in BY_ENGINE else None
            if cap is not None and load >= cap:
                found.append((rep, group, how, at, load, cap))
            load += change
    return found


def at_limit(taken, initial):
    """How often somebody's load reached the limit they began with."""
    for key, events in _events(taken).items():
        load = 0
        for _at, change, _how in events:
            load += change
            yield load == initial.get(key)


def _events(taken):
    """(rep, group or None) -> comings and goings in order of time, goings first."""
    events = {}
    for rep, group, how, start, end in taken:
        for key in ((rep, None), (rep, group)):
            events.setdefault(key, []).append((start, 1, how))
            if end is not None:
                events[key].append((max(end, start), -1, how))
    return {key: sorted(rows, key=lambda row: (row[0], row[1])) for key, rows in events.items()}


def during_pauses(taken, edits):
    """What the engine gave to somebody whose pause had been committed and not yet ended."""
    pauses = {}
    for what, rep, _group, _cap, since, until in edits:
        if what == "pause":
            pauses.setdefault(rep, []).append((datetime.fromisoformat(since), datetime.fromisoformat(until)))
    return [
        (rep, how, start)
        for rep, _group, how, start, _end in taken
        if how in BY_ENGINE and any(since <= start < until for since, until in pauses.get(rep, ()))
    ]


def test_the_reckoning_finds_a_limit_that_was_passed():
    """A limit of 2, lowered to 1 later; a third lead at once, and one more after the limit was lowered."""
    at = [datetime(2026, 3, 2, 9, second, tzinfo=UTC) for second in range(60)]
    initial = {(1, None): 2, (1, 7): None}
    edits = [["cap", 1, None, 1, at[20].isoformat(), at[21].isoformat()]]
    sound = [(1, 7, "rule", at[0], at[10]), (1, 7, "claim", at[1], at[15]), (1, 7, "rule", at[10], at[30])]
    third, by_hand = (1, 7, "rule", at[5], at[6]), (1, 7, "manual", at[5], at[6])
    later = (1, 7, "claim", at[25], None)
    greatest = caps_in_force(initial, edits)

    assert passed(sound, greatest) == []
    assert passed([*sound, by_hand], greatest) == []
    assert [row[3] for row in passed([*sound, third], greatest)] == [at[5]]
    assert [row[3] for row in passed([*sound, later], greatest)] == [at[25]]
    assert during_pauses(sound, [["pause", 1, None, None, at[9].isoformat(), at[12].isoformat()]]) == [
        (1, "rule", at[10])
    ]
