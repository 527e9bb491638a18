"""A condition in words: “Country is one of Germany, Austria, and Employees is at least 50”."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from leads.conditions.facts import Type
from leads.conditions.fields import Field
from leads.conditions.operators import LABELS, WITHOUT_VALUE
from leads.conditions.regions import REGIONS
from leads.conditions.tree import Branch, BranchVerdict, Condition, Junction, Leaf, Node, Verdict
from leads.money import worth_says
from leads.qualify.normalise import country_name, language_name


def condition_says(condition: Condition) -> SafeString:
    """The condition with its values marked by <b>; empty where it asks nothing."""
    return mark_safe("") if condition.root is None else _node(condition.root, top=True)


def _node(node: Node, *, top: bool = False) -> SafeString:
    if isinstance(node, Leaf):
        return leaf_says(node)
    if node.junction is Junction.ANY:
        return _either(node, top=top)
    parts = [_node(part) for part in node.parts]
    if node.junction is Junction.NONE:
        return format_html("{} {}", _("not"), _joined(parts, _("or"), bracket=len(parts) > 1))
    return _joined(parts, _("and"), bracket=not top and len(parts) > 1)


def _either(node: Branch, *, top: bool) -> SafeString:
    """One of them; what is asked of one field in one way is asked once: “Job title contains student or intern”."""
    parts: list[SafeString] = []
    asked: Leaf | None = None
    for part in node.parts:
        one = part if isinstance(part, Leaf) and part.operator not in WITHOUT_VALUE else None
        if one and asked and (one.field, one.operator) == (asked.field, asked.operator):
            parts[-1] = format_html("{} {} <b>{}</b>", parts[-1], _("or"), value_says(one.field, one.value))
        else:
            parts.append(_node(part))
            asked = one
    return _joined(parts, _("or"), bracket=not top and len(node.parts) > 1)


def _joined(parts: list[SafeString], word: str, *, bracket: bool) -> SafeString:
    said = parts[0]
    for part in parts[1:]:
        said = format_html("{} {} {}", said, word, part)
    return format_html("({})", said) if bracket else said


def leaf_says(leaf: Leaf) -> SafeString:
    """One question: field, operator, value."""
    label, operator = _(leaf.field.label), _(LABELS[leaf.operator])
    if leaf.operator in WITHOUT_VALUE:
        return format_html("{} {}", label, operator)
    return format_html("{} {} <b>{}</b>", label, operator, value_says(leaf.field, leaf.value))


def value_says(field: Field, value: Any) -> str:  # noqa: PLR0911 - one line a type
    """A value as people write it: countries by name, money with its currency, days and numbers as usual."""
    if value in (None, "", []):
        return _("unknown")
    if isinstance(value, list | tuple):
        if field.type is Type.COUNTRY and len(value) > FEW:
            return countries_say(value)
        return ", ".join(value_says(field, item) for item in value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        return worth_says(value)
    if isinstance(value, int | float | Decimal):
        return number_format(value, use_l10n=True, force_grouping=True)
    if field.type is Type.COUNTRY:
        return region_name(str(value)) if str(value).upper() in REGIONS else country_name(str(value))
    if field.key == "language":
        return language_name(str(value))
    labels = {option.value: option.label for option in field.options}
    return _(labels[value]) if value in labels else str(value)


FEW = 5  # so many countries are read as they were chosen
# What many countries are told by; the first that has one of them has it.
_PARTS = ("EUROPE", "NORTH_AMERICA", "LATIN_AMERICA", "MIDDLE_EAST", "ASIA", "AFRICA", "OCEANIA")


def countries_say(chosen: Sequence[Any]) -> str:
    """Many countries by where they are: “14 countries of Europe: Austria, Belgium, ...”; a whole region by its name."""
    codes = {str(one).upper() for one in chosen}
    whole = next((code for code, region in REGIONS.items() if region == codes), None)
    if whole:
        return _("%(region)s (%(n)d countries)") % {"region": region_name(whole), "n": len(codes)}
    said = [region_name(code) for code in sorted(codes & REGIONS.keys())]
    left = codes - REGIONS.keys()
    for part in _PARTS:
        here, left = left & REGIONS[part], left - REGIONS[part]
        if len(here) > 1:
            says = _("%(n)d countries of %(part)s: %(names)s")
            said.append(says % {"n": len(here), "part": region_name(part), "names": _names(here)})
        else:
            left |= here  # one says by itself where it is
    return "; ".join([*said, _names(left)] if left else said)


def _names(codes: Iterable[str]) -> str:
    return ", ".join(sorted(map(country_name, codes)))


_ACRONYMS = frozenset({"ANZ", "APAC", "CEE", "DACH", "EEA", "EFTA", "EMEA", "EU", "GCC"})


def region_name(code: str) -> str:
    """A region as sales people say it."""
    code = code.upper()
    if code == "UK_IRELAND":
        return _("UK and Ireland")
    return code if code in _ACRONYMS else _(code.replace("_", " ").title())


def verdict_says(verdict: Verdict | None, fields: dict[str, Field]) -> str:
    """Why a rule fitted or not: the leaves that decided, with what the lead has."""
    if verdict is None:
        return _("takes every lead")
    deciding = [leaf for leaf in _leaves(verdict) if leaf.holds == verdict.holds] or list(_leaves(verdict))
    said = []
    for leaf in deciding[:4]:
        field = fields.get(leaf.field)
        if field is None:
            continue
        said.append(_("%(field)s: %(value)s") % {"field": _(field.label), "value": value_says(field, leaf.value)})
    return ", ".join(said)


def _leaves(verdict: Verdict) -> list[Any]:
    if isinstance(verdict, BranchVerdict):
        return [leaf for part in verdict.parts for leaf in _leaves(part)]
    return [verdict]
