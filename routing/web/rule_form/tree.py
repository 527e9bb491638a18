"""The condition of a rule as nested rows of a form: from what is kept or posted, changed by buttons, given back."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as each
from typing import Any

from config.lib.typed import whole
from leads.conditions import Catalogue
from leads.conditions.operators import WITH_LIST, WITH_PAIR, WITHOUT_VALUE, Op
from leads.conditions.reading import DEEPEST, MOST_PARTS
from leads.conditions.tree import Junction
from routing.web.rule_form.texts import text_of, typed

ROOT = "c"
_NAME = re.compile(r"c((?:\.\d{1,4}){0,12})-(join|bare|field|was|op|value|upto|values|more)")
_STEP = re.compile(r"(?:^|\.)(?:all|any|none)\[(\d+)\]")
_MOST_VALUES = 1000


@dataclass(slots=True)
class Leaf:
    """One question as texts."""

    field: str = ""
    op: str = ""
    value: str = ""
    upto: str = ""
    values: list[str] = each(default_factory=list)
    path: str = ""
    errors: list[str] = each(default_factory=list)


@dataclass(slots=True)
class Branch:
    """Questions joined; `bare`: kept as its only question, without the junction around it."""

    junction: str = Junction.ALL.value
    parts: list["Leaf | Branch"] = each(default_factory=list)
    bare: bool = False
    path: str = ROOT
    errors: list[str] = each(default_factory=list)


Node = Leaf | Branch


def kept(tree: Any) -> Branch:
    """Of a condition as it is kept; nothing, or what is no condition, asks nothing."""
    node = _kept(tree, 0) if isinstance(tree, Mapping) and tree else None
    root = Branch(parts=[node], bare=True) if isinstance(node, Leaf) else node or Branch()
    _number(root)
    return root


def _kept(tree: Any, depth: int) -> Node | None:
    if not isinstance(tree, Mapping) or depth > 2 * DEEPEST:
        return None
    junction = next((one.value for one in Junction if one.value in tree), None)
    if junction is None:
        return _kept_leaf(tree)
    parts = tree[junction] if isinstance(tree[junction], list) else []
    return Branch(junction, [node for part in parts if (node := _kept(part, depth + 1)) is not None])


def _kept_leaf(tree: Mapping[str, Any]) -> Leaf:
    leaf = Leaf(str(tree.get("field") or ""), str(tree.get("operator") or ""))
    value = tree.get("value")
    if leaf.op in WITH_PAIR and isinstance(value, list) and len(value) == 2:
        leaf.value, leaf.upto = text_of(value[0]), text_of(value[1])
    elif isinstance(value, list):
        leaf.values = [text_of(one) for one in value]
    else:
        leaf.value = text_of(value)
    return leaf


def posted(data: Mapping[str, str], catalogue: Catalogue) -> Branch:
    """Of a form, however broken: what makes no sense is left out, and the check says what is missing."""
    rows: dict[tuple[int, ...], dict[str, str]] = {}
    for name in data:
        if (found := _NAME.fullmatch(name)) and len(rows) <= MOST_PARTS + 50:
            path = tuple(int(n) for n in found[1].split(".")[1:])
            rows.setdefault(path, {})[found[2]] = data[name]
    root = Branch(_junction(rows.get((), {})), bare=bool(rows.get((), {}).get("bare")))
    places: dict[tuple[int, ...], Branch] = {(): root}
    for path in sorted(path for path in rows if path):
        row, parent = rows[path], places.get(path[:-1])
        if parent is None:
            continue
        if "join" in row:
            places[path] = Branch(_junction(row))
            parent.parts.append(places[path])
        else:
            parent.parts.append(_posted_leaf(row, catalogue))
    _number(root)
    return root


def _junction(row: Mapping[str, str]) -> str:
    return row["join"] if row.get("join") in set(Junction) else Junction.ALL.value


def _posted_leaf(row: Mapping[str, str], catalogue: Catalogue) -> Leaf:
    """With a way to compare that fits the field, and values carried over where another way asks for one or many."""
    leaf = Leaf(row.get("field", "")[:100], row.get("op", "")[:40], row.get("value", ""), row.get("upto", ""))
    leaf.values = _listed(row.get("values", ""))
    more = row.get("more", "").strip() and row.get("more", "")
    asked = catalogue.get(leaf.field)
    if asked is None:
        return leaf
    was = catalogue.get(row.get("was", ""))
    if was is not None and (was.type, was.options) != (asked.type, asked.options):
        leaf.value, leaf.upto, leaf.values, more = "", "", [], ""
    if leaf.op not in asked.operators:
        leaf.op = asked.operators[0].value
    if leaf.op in WITH_LIST:
        first = [leaf.value] if leaf.value and not leaf.values else []
        leaf.values = list(dict.fromkeys([*leaf.values, *first, *([more] if more else [])]))
        leaf.value = ""
    elif leaf.op not in WITHOUT_VALUE and not leaf.value and leaf.values:
        leaf.value, leaf.values = leaf.values[0], []
    return leaf


def _listed(text: str) -> list[str]:
    try:
        found = json.loads(text) if text else []
    except (ValueError, RecursionError):
        return []
    return [one for one in found if isinstance(one, str)][:_MOST_VALUES] if isinstance(found, list) else []


def tree_of(root: Branch, catalogue: Catalogue) -> dict[str, Any] | None:
    """As it is kept; nothing where nothing is asked."""
    if not root.parts:
        return None
    if root.bare and len(root.parts) == 1 and isinstance(root.parts[0], Leaf) and root.junction != Junction.NONE:
        return _leaf_of(root.parts[0], catalogue)
    return _tree(root, catalogue)


def _tree(node: Node, catalogue: Catalogue) -> dict[str, Any]:
    if isinstance(node, Branch):
        return {node.junction: [_tree(part, catalogue) for part in node.parts]}
    return _leaf_of(node, catalogue)


def _leaf_of(leaf: Leaf, catalogue: Catalogue) -> dict[str, Any]:
    told: dict[str, Any] = {"field": leaf.field, "operator": leaf.op}
    asked = catalogue.get(leaf.field)
    if leaf.op in WITHOUT_VALUE or asked is None:
        return told if leaf.op in WITHOUT_VALUE else {**told, "value": leaf.value}
    if leaf.op in WITH_LIST:
        return {**told, "value": leaf.values}
    if leaf.op in WITH_PAIR:
        return {**told, "value": [typed(asked.type, leaf.value), typed(asked.type, leaf.upto)]}
    return {**told, "value": typed(asked.type, leaf.value)}


def add(root: Branch, path: str, catalogue: Catalogue, *, branch: bool) -> str:
    """A new question, or a new group with one, at the end of a group; the path of what was added, else nothing."""
    found = find(root, path)
    if not isinstance(found, Branch) or sum(1 for _ in nodes(root)) > MOST_PARTS:
        return ""
    first = next(iter(catalogue))
    leaf = Leaf(first.key, Op.ONE_OF.value if Op.ONE_OF in first.operators else first.operators[0].value)
    other = Junction.ANY if found.junction == Junction.ALL else Junction.ALL
    added: Node = Branch(other.value, [leaf]) if branch else leaf
    found.parts.append(added)
    _number(root)
    return added.path


def drop(root: Branch, path: str) -> None:
    """Take a question or a group out, and groups that are left empty by it."""
    head, _dot, last = path.rpartition(".")
    parent = find(root, head) if head else None
    place = whole(last, most=len(parent.parts) - 1) if isinstance(parent, Branch) else None
    if not isinstance(parent, Branch) or place is None:
        return
    del parent.parts[place]
    if not parent.parts and parent is not root:
        drop(root, head)
    _number(root)


def less(root: Branch, path: str, n: int) -> None:
    """Take one value out of a list."""
    found = find(root, path)
    if isinstance(found, Leaf) and 0 <= n < len(found.values):
        del found.values[n]


def find(root: Branch, path: str) -> Node | None:
    """The node at a path like c.0.1."""
    return next((node for node in nodes(root) if node.path == path), None)


def nodes(node: Node) -> Iterator[Node]:
    """All of them, from the root."""
    yield node
    if isinstance(node, Branch):
        for part in node.parts:
            yield from nodes(part)


def blame(root: Branch, path: str, says: str) -> None:
    """Put a problem beside the row it is about; `path` as the check names it, like all[1].any[0].value[2]."""
    wanted = ROOT + "".join(f".{n}" for n in _STEP.findall(path))
    if root.bare and wanted == ROOT and len(root.parts) == 1:
        wanted = root.parts[0].path
    node: Node = find(root, wanted) or root
    if says not in node.errors:
        node.errors.append(says)


def _number(node: Branch) -> None:
    for n, part in enumerate(node.parts):
        part.path = f"{node.path}.{n}"
        if isinstance(part, Branch):
            _number(part)
