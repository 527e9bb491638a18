"""Territories as rows of a file: what each covers as lists of countries, regions, cities and postal codes."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from leads.qualify import normalise
from reps import roster
from reps.models import Group, Rep, Territory, TerritoryCover
from reps.models.territory import check_market
from routing.imports import kind
from routing.imports.records import Records, RefusedError, says, set_all, undo, yes_no

# Column -> the kind of area its entries are.
_LISTS = {"countries": "country", "regions": "region", "cities": "city", "postal": "postal"}
_ORDER = ("country", "region", "city", "postal", "other")
# (kind, country, name or lowest, highest); "other" holds what no list can say, as JSON.
Atom = tuple[str, str, str, str]


class TerritoryRows(Records):
    """One territory a row; known by its name."""

    FIELDS: ClassVar[tuple[str, ...]] = ("name", "group", *_LISTS, "other", "reps", "active")
    NEEDED: ClassVar[tuple[str, ...]] = ("name",)

    def load(self, cells: Iterable[Mapping[str, str]]) -> None:
        """All of the division: there are never many."""
        rows = Territory.objects.filter(division=self.division).select_related("group")
        self._territories = {row.name.casefold(): row for row in rows}
        self._groups = {g.name.casefold(): g for g in Group.objects.filter(division=self.division, active=True)}
        reps = Rep.objects.filter(division=self.division, active=True).select_related("user")
        self._reps = {rep.user.email: rep for rep in reps}
        self._covers: dict[str, dict[int, TerritoryCover]] = {}
        for cover in TerritoryCover.objects.at(self.now).filter(territory__in=rows).select_related("territory"):
            self._covers.setdefault(cover.territory.name.casefold(), {})[cover.rep_id] = cover

    def one(self, cells: Mapping[str, str], *, write: bool) -> tuple[str, str]:
        """Find it, set what differs, then who covers it."""
        name = cells.get("name", "")
        if not name:
            raise RefusedError("name", _("Every territory needs its name."))
        there = self._territories.get(name.casefold())
        territory = there or Territory(division=self.division, name=name, market=[])
        values = self._values(cells, territory)
        if there is None and "group" not in values:
            raise RefusedError("group", _("A new territory needs the group that works it."))
        reps = self._wanted_reps(cells)
        changes = set_all(territory, values)
        try:
            territory.clean_fields(exclude=["division", "group", "market"])
        except Exception:
            undo(territory, changes)
            raise
        self._territories[name.casefold()] = territory
        if write and (there is None or changes):
            territory.save()
        covered = self._cover(territory, reps, write=write) if reps is not None else ""
        if there is None:
            return kind.NEW, covered
        shown = [(n, _shown(b) if n == "market" else b, _shown(a) if n == "market" else a) for n, b, a in changes]
        told = "; ".join(filter(None, (says(shown), covered)))
        return (kind.CHANGED, told) if told else (kind.SAME, "")

    def _values(self, cells: Mapping[str, str], territory: Territory) -> dict[str, Any]:
        values: dict[str, Any] = {}
        if cells.get("group"):
            values["group"] = self._groups.get(cells["group"].casefold())
            if values["group"] is None and not (territory.pk and territory.group.name == cells["group"]):
                raise RefusedError("group", _("There is no group “%s”.") % cells["group"][:80])
            values["group"] = values["group"] or territory.group
        if cells.get("active"):
            values["active"] = yes_no(cells, "active")
        before = atoms_of(territory.market)
        after = {atom for atom in before if _column(atom) not in cells}
        for column in (*_LISTS, "other"):
            if column in cells:
                after |= _atoms(column, cells[column])
        if after != before:
            values["market"] = market_of(after)
        return values

    def _wanted_reps(self, cells: Mapping[str, str]) -> list[Rep] | None:
        if "reps" not in cells:
            return None
        mails = [mail.lower() for mail in _parts(cells["reps"])]
        if unknown := [mail for mail in mails if mail not in self._reps]:
            raise RefusedError("reps", _("No rep who works here has the address “%s”.") % unknown[0][:80])
        return [self._reps[mail] for mail in dict.fromkeys(mails)]

    def _cover(self, territory: Territory, reps: list[Rep], *, write: bool) -> str:
        """Who covers it from now on; in words where that changes."""
        before = self._covers.setdefault(territory.name.casefold(), {})
        wanted = {rep.pk: rep for rep in reps}
        names = {rep.pk: rep.name for rep in self._reps.values()}
        joins, leaves = sorted(set(wanted) - set(before)), sorted(set(before) - set(wanted))
        for pk in leaves:
            if write:
                roster.end(row=before[pk], now=self.now)
            del before[pk]
        for pk in joins:
            before[pk] = TerritoryCover(territory=territory, rep=wanted[pk], starts_at=self.now)
            if write:
                before[pk].save()
        told = [_("%s covers it") % names.get(pk, "?") for pk in joins]
        return ", ".join([*told, *(_("%s covers it no more") % names.get(pk, "?") for pk in leaves)])


def atoms_of(market: Any) -> set[Atom]:
    """What a market covers, taken apart: two markets that cover the same are equal however they are put together."""
    found: set[Atom] = set()
    for area in market if isinstance(market, list) else []:
        countries = area.get("countries") or [""]
        if area.get("industries") or area.get("segments") or area["kind"] in {"market", "world"}:
            found.add(("other", "", json.dumps(area, sort_keys=True, ensure_ascii=False), ""))
        elif area["kind"] == "postal":
            found |= {("postal", _code(c), area["low"], area.get("high") or area["low"]) for c in countries}
        elif area["kind"] == "country":
            found |= {("country", _code(c), "", "") for c in countries}
        else:
            found |= {(area["kind"], _code(c), name, "") for c in countries for name in area["names"]}
    return found


def _code(country: str) -> str:
    try:
        return normalise.country(country) if country else ""
    except normalise.UnusableError:
        return country


def market_of(atoms: Iterable[Atom]) -> list[dict[str, Any]]:
    """The areas that cover just this."""
    ordered = sorted(atoms, key=lambda atom: (_ORDER.index(atom[0]), atom[1:]))
    market: list[dict[str, Any]] = []
    if countries := [country for kind_, country, *_rest in ordered if kind_ == "country"]:
        market.append({"kind": "country", "countries": countries})
    named: dict[tuple[str, str], list[str]] = {}
    for kind_, country, name, high in ordered:
        where = {"countries": [country]} if country else {}
        if kind_ in {"region", "city"}:
            named.setdefault((kind_, country), []).append(name)
        elif kind_ == "postal":
            market.append({"kind": "postal", **where, "low": name, **({"high": high} if high != name else {})})
        elif kind_ == "other":
            market.append(json.loads(name))
    for (kind_, country), names in named.items():
        market.append({"kind": kind_, **({"countries": [country]} if country else {}), "names": names})
    return market


def _column(atom: Atom) -> str:
    return next((column for column, kind_ in _LISTS.items() if kind_ == atom[0]), "other")


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.replace("\n", ";").replace(",", ";").split(";") if part.strip()]


def _atoms(column: str, text: str) -> set[Atom]:
    """A cell as atoms: `DE; AT`, `DE/Bavaria`, `DE/80000-81999; AT/1`. Raises RefusedError."""
    if column == "other":
        return _other(text)
    found: set[Atom] = set()
    for part in _parts(text):
        if column == "countries":
            found.add(("country", _country(column, part), "", ""))
            continue
        country, slash, rest = (piece.strip() for piece in part.partition("/"))
        code = _country(column, country) if slash else ""
        name = rest if slash else country
        if not name:
            raise RefusedError(column, _("“%s” names no place.") % part[:80])
        found.add((_LISTS[column], code, *(_ends(column, name) if column == "postal" else (name, ""))))
    return found


def _ends(column: str, text: str) -> tuple[str, str]:
    """Lower and upper end, both included; a single code stands for all that begin so. Raises RefusedError.

    Some codes hold a hyphen (00-950): it parts two ends where both are as long, and `..` always does.
    """
    low, dots, high = (piece.strip() for piece in text.partition(".."))
    if not dots:
        left, dash, right = (piece.strip() for piece in text.partition("-"))
        low, high = (left, right) if dash and len(left) == len(right) else (text, text)
    if not low or not high or high[: len(low)] < low[: len(high)]:
        raise RefusedError(column, _("“%s” is no range: write the lower end first, like 10000-19999.") % text[:80])
    return low, high


def _country(column: str, text: str) -> str:
    try:
        return normalise.country(text)
    except normalise.UnusableError as error:
        raise RefusedError(column, _("“%s” is no country we know.") % text[:80]) from error


def _other(text: str) -> set[Atom]:
    if not text:
        return set()
    try:
        areas = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RefusedError("other", _("Write a list of areas as JSON.")) from error
    check_market(areas)
    return atoms_of(areas)


def _written(market: Any) -> dict[str, str]:
    """The cells that say what the market covers."""
    cells: dict[str, list[str]] = {column: [] for column in _LISTS}
    other: list[str] = []
    for atom in sorted(atoms_of(market)):
        kind_, country, name, high = atom
        if kind_ == "other":
            other.append(name)
        elif any(sign in name + high for sign in ";,\n/"):
            other.append(json.dumps(market_of([atom])[0], ensure_ascii=False))
        else:
            text = country if kind_ == "country" else name if kind_ != "postal" else _range(name, high)
            cells[_column(atom)].append(f"{country}/{text}" if country and kind_ != "country" else text)
    return {
        **{column: "; ".join(parts) for column, parts in cells.items()},
        "other": f"[{', '.join(other)}]" * bool(other),
    }


def _range(low: str, high: str) -> str:
    if low == high:
        return low
    return f"{low}-{high}" if len(low) == len(high) and "-" not in low + high else f"{low}..{high}"


def _shown(market: Any) -> str:
    return ", ".join(filter(None, _written(market).values()))[:400]


def table(division_id: int, now: datetime) -> tuple[tuple[str, ...], Iterator[list[object]]]:
    """All territories in the shape an import takes."""
    rows = Territory.objects.filter(division=division_id).select_related("group").order_by("name")
    covers: dict[int, list[str]] = {}
    for cover in TerritoryCover.objects.at(now).filter(rep__active=True).select_related("rep__user"):
        covers.setdefault(cover.territory_id, []).append(cover.rep.user.email)
    return TerritoryRows.FIELDS, (
        [
            row.name,
            row.group.name,
            *_written(row.market).values(),
            "; ".join(sorted(covers.get(row.pk, []))),
            "yes" if row.active else "no",
        ]
        for row in rows
    )
