"""The market against who covers it: territories that say the same as closely, and leads that fit no rep's."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations

from django.db.models import Count, QuerySet

from leads.life import Kind
from leads.models import Lead, LeadFacts
from routing.engine.world import Area, AreaKind, Territory

LATELY = timedelta(days=30)
# Of leads whose country is covered in parts: the latest are looked at one by one.
_LOOKED_AT = 2000
_ANY = "*"
_NAMED = (AreaKind.REGION, AreaKind.CITY)


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two territories that describe some leads as closely; `first` is the older one."""

    first: int
    second: int
    area: Area  # what both say


@dataclass(frozen=True, slots=True)
class Hole:
    """Leads of a country (empty: none is known) that no rep's territory fits; `whole`: nothing of it is covered."""

    country: str
    leads: int
    of: int
    whole: bool


def overlaps(territories: Iterable[Territory]) -> list[Overlap]:
    """Of territories covered by different reps or worked by different groups; each pair and area once."""
    buckets: dict[tuple[AreaKind, str], list[tuple[Territory, Area]]] = {}
    for territory in territories:
        for area in territory.areas:
            for key in _keys(area):
                buckets.setdefault((area.kind, key), []).append((territory, area))
    found: dict[tuple[int, int, Area], Overlap] = {}
    for (kind, key), there in buckets.items():
        others = buckets.get((kind, _ANY), []) if key != _ANY else []
        pairs = [*combinations(there, 2), *((a, b) for a in there for b in others)]
        for (one, a), (two, b) in pairs:
            if one.id == two.id or not _matters(one, two) or (shared := _common(a, b)) is None:
                continue
            first, second = sorted((one.id, two.id))
            found.setdefault((first, second, shared), Overlap(first, second, shared))
    return sorted(found.values(), key=lambda overlap: (overlap.first, overlap.second, str(overlap.area)))


def holes(leads: "QuerySet[Lead]", territories: Sequence[Territory], *, now: datetime) -> list[Hole]:
    """Of what came lately, by country, the most first; in three queries."""
    covered = [territory for territory in territories if territory.reps]
    rows = leads.filter(kind=Kind.NEW.value, merged_into=None, arrived_at__gte=now - LATELY).order_by()
    counts = dict(rows.values("country").annotate(n=Count("pk")).values_list("country", "n"))
    found, parts = [], []
    for country, n in counts.items():
        fits = [area for territory in covered for area in territory.areas if _may_fit(area, country)]
        if not fits:
            found.append(Hole(country, n, n, whole=True))
        elif not any(_fits_all(area) for area in fits):
            parts.append(country)
    found += _partly(rows.filter(country__in=parts), covered) if parts else []
    return sorted(found, key=lambda hole: (-hole.leads, hole.country))


def _partly(rows: "QuerySet[Lead]", covered: Sequence[Territory]) -> Iterator[Hole]:
    """Each of the latest leads by its facts, as the rules read them."""
    latest = dict(rows.order_by("-arrived_at", "-pk").values_list("pk", "country")[:_LOOKED_AT])
    facts = LeadFacts.objects.filter(lead__in=latest).order_by("lead", "-n").distinct("lead")
    of: dict[str, int] = {}
    missed: dict[str, int] = {}
    for lead, folded in facts.values_list("lead", "folded"):
        country = latest[lead]
        of[country] = of.get(country, 0) + 1
        if not any(territory.specificity(folded) for territory in covered):
            missed[country] = missed.get(country, 0) + 1
    return (Hole(country, n, of[country], whole=False) for country, n in missed.items())


def _may_fit(area: Area, country: str) -> bool:
    """Whether leads of the country can stand in the area."""
    return country in area.countries if area.countries else area.kind is not AreaKind.COUNTRY


def _fits_all(area: Area) -> bool:
    """Whether all leads of its countries stand in it."""
    narrowed = area.industries or area.segments
    return area.kind in {AreaKind.COUNTRY, AreaKind.MARKET, AreaKind.WORLD} and not narrowed


def _matters(one: Territory, two: Territory) -> bool:
    """Two of one group with the same reps say the same twice, and nobody is in another's way."""
    return bool(one.reps and two.reps) and (one.group != two.group or one.reps != two.reps)


def _keys(area: Area) -> Iterable[str]:
    if area.kind in _NAMED:
        return area.names
    return area.countries or (_ANY,)


def _common(a: Area, b: Area) -> Area | None:
    """What both cover; None where that is nothing."""
    sets: Mapping[str, frozenset[str] | None] = {
        name: _both(getattr(a, name), getattr(b, name)) for name in ("countries", "industries", "segments")
    }
    if any(value is None for value in sets.values()):
        return None
    names = a.names & b.names if a.kind in _NAMED else frozenset()
    low, high = max(a.low, b.low), min(a.high, b.high, key=_upper)
    if (a.kind in _NAMED and not names) or (a.kind is AreaKind.POSTAL and low > _upper(high)):
        return None
    return Area(a.kind, names=names, low=low, high=high, **{name: value or frozenset() for name, value in sets.items()})


def _both(a: frozenset[str], b: frozenset[str]) -> frozenset[str] | None:
    """Values in both, where an empty set asks nothing; None where they exclude each other."""
    if not a or not b:
        return a or b
    return (a & b) or None


def _upper(prefix: str) -> str:
    """After every code that begins with the prefix."""
    return f"{prefix}\U0010ffff"
