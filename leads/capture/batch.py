"""All arrivals of one delivery, written in one transaction."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.db import transaction

from leads import signals
from leads.arrival import Arrival
from leads.capture.captured import Captured, Hand, NotCapturedError
from leads.capture.fresh import insert
from leads.capture.known import settle_known
from leads.capture.told import tell
from leads.life import State
from leads.models import Connection, Inbound, Intake
from leads.qualify import enrich, match, ready
from leads.qualify.said import said_in

_ROUNDS = 3


@transaction.atomic
def capture(
    *,
    connection: Connection,
    arrivals: Sequence[Arrival],
    now: datetime,
    inbound: Inbound | None = None,
    hand: Hand | None = None,
) -> list[Captured]:
    """Write all arrivals, in order, and wake the router when they commit.

    Known already: the same external id came through the same connection. Enquiry: the person has an open lead and the
    division keeps one open lead per person. `inbound` is the kept delivery they came in, `hand` who adds them by hand.
    """
    division = connection.division
    said = said_in(division.pk)
    for arrival in arrivals:
        ready.tidy(arrival, division)
    contacts = match.match_contacts(division.pk, arrivals)
    done: dict[int, Captured] = {}
    for _round in range(_ROUNDS):
        rest = [n for n in range(len(arrivals)) if n not in done]
        if not rest:
            break
        done |= settle_known(connection, arrivals, contacts, rest, now, hand)
        # Sorted, so that two batches with the same people wait for each other instead of deadlocking.
        fresh = sorted((n for n in rest if n not in done), key=lambda n: (contacts[n] or 0, arrivals[n].external_id))
        done |= insert(connection, [(n, arrivals[n], contacts[n]) for n in fresh], said, now, hand)
    if len(done) < len(arrivals):
        raise NotCapturedError
    captured = [done[n] for n in range(len(arrivals))]
    tell(connection, captured, now, inbound, hand)
    states = {c.lead.state for c in captured if c.outcome is Intake.Outcome.NEW}
    if State.READY in states:
        transaction.on_commit(partial(signals.ring, division_id=division.pk))
    if State.NEW in states:
        transaction.on_commit(enrich.ring)
    return captured
