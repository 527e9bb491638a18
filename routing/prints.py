"""Prints how groups and territories stood, once for each content, so that every decision can be made again."""

import json
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from django.db import connection

from routing.engine.decide import Decision
from routing.engine.frozen import print_group, print_territories
from routing.engine.world import World
from routing.models import RosterPrint
from routing.snapshot import Roster

# Stands among the groups of a roster for all its territories.
TERRITORIES = 0


def prints_of(division_id: int, roster: Roster, decision: Decision, *, territories: bool) -> tuple[int, ...]:
    """The prints of all groups the decision looked at, and of the territories where rules ask for them."""
    wanted = [group for group in looked_at(decision) if group in roster.groups]
    if territories and roster.territories:
        wanted.insert(0, TERRITORIES)
    missing = [group for group in wanted if group not in roster.prints]
    if missing:
        roster.prints |= print_bodies(division_id, {group: _body(roster, group) for group in missing})
    return tuple(roster.prints[group] for group in wanted)


def looked_at(decision: Decision) -> list[int]:
    """The groups a decision tried, decided on or passed by."""
    groups = {row.group for row in decision.considered} | {row.group for row in decision.passed} | {decision.group}
    return sorted(group for group in groups if group is not None)


def read_prints(pks: Iterable[int]) -> list[dict[str, Any]]:
    """The prints a decision refers to."""
    return list(RosterPrint.objects.filter(pk__in=list(pks)).values_list("body", flat=True))


def _body(roster: Roster, group: int) -> dict[str, Any]:
    if group == TERRITORIES:
        return print_territories(roster.territories)
    return print_group(roster.groups[group], roster.reps)


def print_world(division_id: int, world: World) -> dict[int, int]:
    """The prints of all groups of a world, and of its territories: what a past that is told at once refers to."""
    bodies = {group.id: print_group(group, world.reps) for group in world.groups.values()}
    if world.territories:
        bodies[TERRITORIES] = print_territories(world.territories)
    return print_bodies(division_id, bodies)


def print_bodies(division_id: int, bodies: dict[int, dict[str, Any]]) -> dict[int, int]:
    """The number of each print, made where its content is new."""
    texts = {group: json.dumps(body, sort_keys=True, separators=(",", ":")) for group, body in bodies.items()}
    digests = {group: sha256(f"{division_id}:{text}".encode()).hexdigest() for group, text in texts.items()}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO routing_rosterprint (division_id, group_id, digest, body, printed_at)
            SELECT %s, NULLIF(x.grp, 0), x.digest, x.body::jsonb, clock_timestamp()
            FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS x(grp, digest, body)
            ON CONFLICT (digest) DO NOTHING
            """,
            [division_id, list(texts), [digests[group] for group in texts], list(texts.values())],
        )
    numbers = dict(RosterPrint.objects.filter(digest__in=digests.values()).values_list("digest", "pk"))
    return {group: numbers[digest] for group, digest in digests.items()}
