"""Says of decisions made before territories were kept with them where the lead belonged, as far as they tell."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.db import connection

from routing.engine.frozen import read_territories
from routing.engine.world import Territory, closest_territory
from routing.models import Decision, RosterPrint

_AT_ONCE = 5_000


def place_past() -> int:
    """Write the territory to every decision that has none and knows the territories of its day; how many got one.

    Only decisions whose rules asked for territories know them. Safe to repeat and to kill.
    """
    placed, after = 0, 0
    while rows := list(_some(after)):
        after = rows[-1][0]
        found = [(pk, _closest(folded or {}, prints)) for pk, folded, prints in rows]
        placed += _write([(pk, number) for pk, number in found if number is not None])
    return placed


def _some(after: int) -> Any:
    rows = Decision.objects.filter(territory=None, pk__gt=after, prints__len__gt=0).order_by("pk")
    return rows.values_list("pk", "facts__folded", "prints")[:_AT_ONCE]


def _closest(folded: Mapping[str, Any], prints: list[int]) -> int | None:
    # The print of territories stands first, where there is one.
    found = closest_territory(_territories(prints[0]), folded)
    return found.id if found else None


@cache
def _territories(pk: int) -> tuple[Territory, ...]:
    body = RosterPrint.objects.filter(pk=pk).values_list("body", flat=True).first()
    return read_territories(body) if body and "territories" in body else ()


def _write(rows: list[tuple[int, int]]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE routing_decision d SET territory_id = x.territory
            FROM unnest(%s::bigint[], %s::bigint[]) AS x(id, territory) WHERE d.id = x.id AND d.territory_id IS NULL
            """,
            [[pk for pk, _number in rows], [number for _pk, number in rows]],
        )
        return int(cursor.rowcount)
