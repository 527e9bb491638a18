"""Areas in words and as a tree, and what is wrong with who covers what, in sentences."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leads.conditions.regions import REGIONS
from leads.qualify.normalise import country_name
from reps.models import Territory
from routing.coverage.market import Hole, Overlap
from routing.engine.world import Area, AreaKind
from routing.wording.conditions import FEW, countries_say

PARTS = (
    ("EUROPE", gettext_lazy("Europe")),
    ("NORTH_AMERICA", gettext_lazy("North America")),
    ("LATIN_AMERICA", gettext_lazy("Latin America")),
    ("ASIA", gettext_lazy("Asia")),
    ("OCEANIA", gettext_lazy("Oceania")),
    ("AFRICA", gettext_lazy("Africa")),
)
_ORDER = {kind: n for n, kind in enumerate(reversed(AreaKind))}  # the widest first


def area_says(area: Area, *, country: bool = True) -> str:
    """Germany 10115-10999; Bayern, Germany; Software in all countries."""
    where = _where(area.countries) if country else ""
    what = {
        AreaKind.POSTAL: area.low.upper() if area.low == area.high else f"{area.low.upper()}-{area.high.upper()}",
        AreaKind.CITY: ", ".join(sorted(name.title() for name in area.names)),
        AreaKind.REGION: ", ".join(sorted(name.title() for name in area.names)),
        AreaKind.WORLD: _("everywhere"),
    }.get(area.kind, "")
    told = f"{where} {what}".strip() if area.kind is AreaKind.POSTAL else ", ".join(filter(None, (what, where)))
    narrowed = ", ".join(sorted(text.title() for text in (*area.industries, *area.segments)))
    if not narrowed:
        return told or _("all of it")
    return f"{told} ({narrowed})" if told else narrowed


def _where(codes: frozenset[str]) -> str:
    """Countries by name; many by where they are."""
    return countries_say(sorted(codes)) if len(codes) > FEW else ", ".join(sorted(map(country_name, codes)))


def names_say(names: Sequence[str]) -> str:
    """Ana; Ana and Ben; Ana, Ben and 2 more."""
    if not names:
        return _("nobody")
    if len(names) == 1:
        return names[0]
    if len(names) == 2:
        return _("%(one)s and %(two)s") % {"one": names[0], "two": names[1]}
    left = len(names) - 2
    return ngettext("%(some)s and %(n)d more", "%(some)s and %(n)d more", left) % {
        "some": ", ".join(names[:2]),
        "n": left,
    }


def overlap_says(overlap: Overlap, rows: Mapping[int, Territory], reps: Mapping[int, Sequence[str]]) -> str:
    """Ana and Ben both cover Germany 10115-10999, and what follows."""
    first, second = rows[overlap.first], rows[overlap.second]
    names = {
        "one": names_say(reps[first.pk]),
        "two": names_say(reps[second.pk]),
        "area": area_says(overlap.area),
        "first": first.name,
        "second": second.name,
    }
    if first.group_id == second.group_id:
        return _("%(one)s (%(first)s) and %(two)s (%(second)s) both cover %(area)s: they share its leads.") % names
    return (
        _(
            "%(one)s (%(first)s) and %(two)s (%(second)s) both cover %(area)s, in different groups:"
            " a rule that asks for the territory takes %(first)s, the older one."
        )
        % names
    )


def hole_says(hole: Hole, empty: Sequence[str]) -> str:
    """No rep covers Portugal: 12 leads came from there last month; `empty` are territories there without a rep."""
    if not hole.country:
        says = ngettext(
            "%(n)d lead of the last 30 days has no country that a territory could go by.",
            "%(n)d leads of the last 30 days have no country that a territory could go by.",
            hole.leads,
        )
        return says % {"n": hole.leads}
    names = {"country": country_name(hole.country), "n": hole.leads, "of": hole.of}
    if not hole.whole:
        return ngettext(
            "%(country)s is covered in parts: %(n)d of %(of)d leads of the last 30 days fits no rep's territory.",
            "%(country)s is covered in parts: %(n)d of %(of)d leads of the last 30 days fit no rep's territory.",
            hole.leads,
        ) % names  # fmt: skip
    told = (
        ngettext(
            "No rep covers %(country)s: %(n)d lead came from there in the last 30 days.",
            "No rep covers %(country)s: %(n)d leads came from there in the last 30 days.",
            hole.leads,
        )
        % names
    )
    return told + (" " + _("The territory %s has no rep.") % names_say(empty) if empty else "")


@dataclass(frozen=True, slots=True)
class Wrong:
    """A hole or an overlap in words, and the countries it is in (none: in all, or no country is known)."""

    hole: bool
    countries: tuple[str, ...]
    says: str


def tree(rows: Iterable[tuple[Any, Sequence[Area]]], wrong: Iterable[Wrong] = ()) -> list[dict[str, Any]]:
    """Parts of the world, their countries, what of each is covered, and what is wrong there.

    Rows are whatever stands for a territory.
    """
    by_country: dict[str, list[tuple[int, str, Any]]] = {}
    wrongs: dict[str, list[Wrong]] = {}
    for one in wrong:
        for code in one.countries or ("",):
            wrongs.setdefault(code, []).append(one)
            by_country.setdefault(code, [])
    for row, areas in rows:
        for area in areas:
            for code in sorted(area.countries) or [""]:
                line = (_ORDER[area.kind], area_says(area, country=False), row)
                by_country.setdefault(code, []).append(line)
    parts: dict[str, list[dict[str, Any]]] = {}
    for code, lines in by_country.items():
        lines.sort(key=lambda line: line[:2])
        country = {
            "name": country_name(code) if code else "",
            "lines": [{"says": says, "row": row} for _order, says, row in lines],
            "wrong": wrongs.get(code, []),
        }
        parts.setdefault(_part(code), []).append(country)
    order = ["", *(str(label) for _key, label in PARTS), _("Elsewhere")]
    return [
        {
            "name": name or _("In all countries"),
            "countries": sorted(parts[name], key=lambda one: one["name"]),
            **_counted(parts[name]),
        }
        for name in order
        if name in parts
    ]


def _counted(countries: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Each hole and each overlap once, in however many of the countries it is."""
    found = {one for country in countries for one in country["wrong"]}
    return {"holes": sum(one.hole for one in found), "overlaps": sum(not one.hole for one in found)}


def _part(code: str) -> str:
    if not code:
        return ""
    return next((str(label) for key, label in PARTS if code in REGIONS[key]), _("Elsewhere"))
