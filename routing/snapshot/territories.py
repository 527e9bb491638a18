"""Territories as the engine reads them, with who covers them."""

from datetime import datetime
from typing import Any

from leads.conditions.facts import fold_postal, fold_text
from reps.models import Territory, TerritoryCover
from routing.engine import world as w


def read_areas(market: Any) -> tuple[w.Area, ...]:
    """The areas of a territory from its JSON; what cannot be read covers nothing."""
    areas = []
    for item in market if isinstance(market, list) else []:
        try:
            areas.append(_area(item))
        except (KeyError, TypeError, ValueError, AttributeError):
            continue
    return tuple(areas)


def _area(item: dict[str, Any]) -> w.Area:
    def folded(name: str) -> frozenset[str]:
        return frozenset(fold_text(text) for text in item.get(name, []))

    return w.Area(
        kind=w.AreaKind(item["kind"]),
        countries=frozenset(text.upper() for text in item.get("countries", [])),
        names=folded("names"),
        low=fold_postal(str(item.get("low", ""))),
        high=fold_postal(str(item.get("high", item.get("low", "")))),
        industries=folded("industries"),
        segments=folded("segments"),
    )


def territories_of(division_id: int, now: datetime) -> tuple[w.Territory, ...]:
    """All of the division, ascending."""
    covers: dict[int, set[int]] = {}
    rows = TerritoryCover.objects.at(now).filter(territory__division=division_id, rep__active=True)
    for territory, rep in rows.values_list("territory_id", "rep_id"):
        covers.setdefault(territory, set()).add(rep)
    return tuple(
        w.Territory(t.pk, t.group_id, read_areas(t.market), frozenset(covers.get(t.pk, ())))
        for t in Territory.objects.filter(division=division_id, active=True).order_by("pk")
    )
