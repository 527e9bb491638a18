"""The rows of a condition as a template draws them: each field with the ways to compare it and the right control."""

import json
from typing import Any

from django.utils.translation import gettext as _

from leads.conditions import Field, Type
from leads.conditions.operators import LABELS, WITH_LIST, WITH_PAIR, WITHOUT_VALUE
from leads.conditions.reading import DEEPEST
from routing.web.rule_form.choices import Choice, Choices, Grouped
from routing.web.rule_form.tree import ROOT, Leaf, Node

_ICONS = {
    Type.COUNTRY: "world",
    Type.MONEY: "coin",
    Type.NUMBER: "hash",
    Type.DATE: "cal",
    Type.YES_NO: "check",
    Type.CHOICE: "target",
    Type.LIST: "tag",
}


def shown(node: Node, choices: Choices, depth: int = 1) -> dict[str, Any]:
    """A node with everything below it."""
    if isinstance(node, Leaf):
        return _leaf(node, choices)
    return {
        "is_branch": True,
        "path": node.path,
        "top": node.path == ROOT,
        "bare": node.bare,
        "joins": [
            ("all", _("All"), node.junction == "all"),
            ("any", _("Any"), node.junction == "any"),
            ("none", _("None"), node.junction == "none"),
        ],
        "says": _("of these hold") if node.junction == "all" else _("of these holds"),
        "parts": [shown(part, choices, depth + 1) for part in node.parts],
        "errors": node.errors,
        "may_nest": depth < DEEPEST,
    }


def _leaf(leaf: Leaf, choices: Choices) -> dict[str, Any]:
    asked = choices.catalogue.get(leaf.field)
    label = _(asked.label) if asked else leaf.field
    told: dict[str, Any] = {
        "is_branch": False,
        "path": leaf.path,
        "field": leaf.field,
        "label": label,
        "fields": _chosen(choices.fields, leaf.field),
        "operators": [(op.value, _(LABELS[op]), op.value == leaf.op) for op in asked.operators] if asked else [],
        "icon": _ICONS.get(asked.type, "note") if asked else "warning",
        "errors": leaf.errors,
        "op": leaf.op,
        "control": "none",
    }
    if asked is None or leaf.op in WITHOUT_VALUE:
        return told
    return {**told, **_value(leaf, asked, choices)}


def _value(leaf: Leaf, asked: Field, choices: Choices) -> dict[str, Any]:
    """The control: one value, two, or several with a list to add from."""
    offered = choices.values(asked, leaf.op)
    typed = {Type.DATE: "date", Type.NUMBER: "number", Type.MONEY: "number"}.get(asked.type, "text")
    several = leaf.op in WITH_LIST
    told: dict[str, Any] = {
        "control": "several" if several else "two" if leaf.op in WITH_PAIR else "one",
        "kind": "choice" if offered else typed,
        "suffix": choices.currency if asked.type is Type.MONEY else "",
        "value": leaf.value,
        "upto": leaf.upto,
        "suggested": [] if offered or typed != "text" else choices.suggested(asked),
    }
    if several:
        left = [(head, [one for one in listed if one.value not in leaf.values]) for head, listed in offered]
        chips = [(n, choices.says(asked, text)) for n, text in enumerate(leaf.values)]
        return {**told, "chips": chips, "values": json.dumps(leaf.values), "offered": _chosen(left, "")}
    return {**told, "offered": _chosen(offered, leaf.value)}


def _chosen(offered: Grouped, value: str) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """With the chosen one marked; one that is offered no more stands first, so that a look changes nothing."""
    known = {one.value for _head, listed in offered for one in listed}
    gone = [("", [Choice(value, value)])] if offered and value and value not in known else []
    return [
        (head, [(one.value, one.label, one.value == value) for one in listed]) for head, listed in [*gone, *offered]
    ]
