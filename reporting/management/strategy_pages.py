"""The page of each strategy and their index, said from the strategy itself: docstrings, options, clauses, reasons."""

import inspect
import json
import re
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from typing import Any, get_type_hints

from reporting.management.tables import table
from routing import wording
from routing.engine.strategies import shelf
from routing.engine.strategy import LARGEST, NoOptions, Part, Strategy, read_options
from routing.engine.trace import Code
from routing.engine.world import ABSENT, Step
from routing.methods import METHODS
from routing.wording.steps import clause_of

FOLDER = "strategies"
# What the ledger says where a strategy leaves the choice to it.
_LEDGER = (
    Code.OWED_MOST, Code.ONLY_ONE_LEFT, Code.LONGEST_WAIT, Code.LOWEST_NUMBER,
    Code.OWED_LESS, Code.WAITED_LESS, Code.HIGHER_NUMBER, Code.WEIGHT_IS_ZERO,
)  # fmt: skip
_ENDS = {"pool": (Code.IN_POOL,), "manual": (Code.SENT_TO_DESK,)}
_DOES = {
    Part.NARROW: "leaves members out",
    Part.PREFER: "puts some before others",
    Part.SHARE: "shares among those left",
    Part.END: "ends the steps",
}
_NAMES = wording.Names(reps={7: "Ana Lindqvist"})
_NUMBERS = {
    "held": 12, "most": 12, "kind": "language", "skill": "de", "tier": 2, "chances": 4, "rep": "Ana Lindqvist",
    "owed": 0, "level": 3, "territory": "DACH",
}  # fmt: skip


def pages() -> dict[str, list[str]]:
    """File name -> lines, of the index and of every strategy."""
    made = {f"{FOLDER}/{name}.md": [*_page(name, one)] for name, one in sorted(shelf().items())}
    return {f"{FOLDER}/README.md": [*_index()], **made}


def title(strategy: Strategy[Any]) -> str:
    """The name users see: the first words of its file."""
    module = inspect.getmodule(type(strategy))
    return (module.__doc__ or "").partition(":")[0] if module else strategy.name


def best_for(strategy: Strategy[Any]) -> str:
    """The sentence of its manual that says whom it suits."""
    found = re.search(r"Best [^.:]*", _manual(strategy).replace("\n", " "))
    return f"{found[0]}." if found else ""


def reasons(strategy: Strategy[Any]) -> list[Code]:
    """The causes its file names, those of absence where it asks for it, and the ledger's where that decides."""
    source = inspect.getsource(inspect.getmodule(type(strategy)) or type(strategy))
    found = [Code[name] for name in dict.fromkeys(re.findall(r"Code\.([A-Z_]+)", source))]
    if "off_duty(" in source or "absence_at(" in source:
        found += ABSENT.values()
    if strategy.part is Part.SHARE and not found:
        found += _LEDGER
    return [*found, *_ENDS.get(strategy.name, ())]


def _index() -> Iterator[str]:
    yield from (
        "# Strategies",
        "",
        "From `routing/engine/strategies`, one file each. A rule or a group uses them as steps, in the only order that",
        "makes sense: leave out, prefer, share, end.",
        "",
    )
    rows = ((f"[{title(one)}]({name}.md)", f"`{name}`", _DOES[one.part], best_for(one)) for name, one in _in_order())
    yield from table(("name", "step", "does", "best for"), rows)
    yield from (
        "",
        "## Ready made",
        "",
        "One click each in the form of a group; by performance is weighted as well.",
        "",
    )
    made = ((one.name, one.best_for, ", ".join(f"`{step['strategy']}`" for step in one.steps)) for one in METHODS)
    yield from table(("way to share", "best for", "steps"), made)


def _in_order() -> list[tuple[str, Strategy[Any]]]:
    return sorted(shelf().items(), key=lambda item: (item[1].part, item[0]))


def _page(name: str, strategy: Strategy[Any]) -> Iterator[str]:
    yield from (
        f"# {title(strategy)}",
        "",
        f"*{best_for(strategy)}*",
        "",
        f"Step `{name}`: {_DOES[strategy.part]}.",
        "",
    )
    yield from (_manual(strategy), "", "## Options", "", *_options(strategy), "", "## In words", "")
    default, faults = read_options(strategy.Options, {})
    if not faults:
        yield f"- as it is: *{clause_of(Step(name, default), _NAMES)}*"
    if strategy.EXAMPLE:
        example, _faults = read_options(strategy.Options, strategy.EXAMPLE)
        yield f"- as below: *{clause_of(Step(name, example), _NAMES)}*"
    step = {"strategy": name, "options": strategy.EXAMPLE} if strategy.EXAMPLE else {"strategy": name}
    yield from ("", "## As a step", "", "```json", json.dumps(step), "```", "", "## Reasons it can give", "")
    yield from table(("code", "in words"), ((f"`{code.value}`", _says(code)) for code in reasons(strategy)))
    used = [method.name for method in METHODS if any(step["strategy"] == name for step in method.steps)]
    if used:
        yield from ("", f"Part of the ready-made ways: {', '.join(used)}.")
    yield from ("", "[All strategies](README.md)")


def _manual(strategy: Strategy[Any]) -> str:
    return inspect.cleandoc(type(strategy).__doc__ or "")


def _says(code: Code) -> str:
    return wording.considered_line(code.value, _NUMBERS) if code not in _WAITS else wording.reason_says(code.value)


_WAITS = frozenset({Code.IN_POOL, Code.SENT_TO_DESK})


def _options(strategy: Strategy[Any]) -> Iterator[str]:
    """The options with type, default and bounds, as `read_options` takes them."""
    if strategy.Options is NoOptions:
        yield "None."
        return
    yield from (inspect.cleandoc(strategy.Options.__doc__ or ""), "")
    hints = get_type_hints(strategy.Options)
    yield from table(
        ("option", "type", "default", "allowed"),
        (
            (f"`{f.name}`", _type(hints[f.name]), _default(f), _allowed(f, hints[f.name]))
            for f in fields(strategy.Options)
        ),
    )


def _type(hint: Any) -> str:
    kinds = getattr(hint, "__args__", (hint,))
    return " or ".join("nothing" if kind is type(None) else kind.__name__ for kind in kinds)


def _default(option: "Field[Any]") -> str:
    return "must be given" if option.default is MISSING else f"`{option.default}`"


def _allowed(option: "Field[Any]", hint: Any) -> str:
    bounds = option.metadata
    if "choices" in bounds:
        return ", ".join(f"`{choice}`" for choice in bounds["choices"])
    if hint is bool:
        return "`True`, `False`"
    if str in {hint, *getattr(hint, "__args__", ())}:
        return "text"
    return f"{bounds.get('low', 0):,} to {bounds.get('high', LARGEST):,}"
