"""Writes docs/generated from the code, so that what can be said by the code is never said by hand."""

import inspect
import json
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

import reporting.metrics
import reps.channels
from config.lib import http
from leads.conditions.fields import BUILT_IN
from leads.conditions.operators import BY_TYPE, LABELS, POSTAL, WITH_LIST, WITH_PAIR, WITHOUT_VALUE, Op
from leads.conditions.regions import REGIONS
from leads.hook_kinds import LINES, HookEvent
from leads.hooks.content import VERSION, example
from leads.life import MOVES, OPEN, State
from leads.web.hook_words import EVENTS
from reporting.management import connector_pages, strategy_pages
from reporting.management.tables import table

FOLDER = Path("docs/generated")
_HEAD = "<!-- Written by `manage.py write_docs` from the code. Change the code, then run it again. -->"


class Command(BaseCommand):
    """`tests/architecture/test_docs.py` fails while a file differs from what this would write."""

    help = "Write docs/generated anew from the code."
    requires_system_checks = []

    def handle(self, **_options: Any) -> None:
        """Write each file and name it."""
        folder = settings.BASE_DIR / FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in documents().items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
            self.stdout.write(f"{FOLDER / name}")


def documents() -> dict[str, str]:
    """File name -> text, of all generated pages."""
    makers: dict[str, Callable[[], Iterator[str]]] = {
        "states.md": _states,
        "conditions.md": _conditions,
        "metrics.md": _metrics,
        "channels.md": _channels,
        "hooks.md": _hooks,
    }
    made = {name: [*make()] for name, make in makers.items()} | strategy_pages.pages() | connector_pages.pages()
    return {name: "\n".join([_HEAD, "", *lines]).rstrip() + "\n" for name, lines in made.items()}


def _opening(title: str, says: str) -> Iterator[str]:
    yield from (f"# {title}", "", says, "")


def _states() -> Iterator[str]:
    yield from (
        "# States of a lead",
        "",
        "From `leads/life.py`. Open states, in which somebody still has to do something:",
        f"{', '.join(f'`{state.value}`' for state in State if state in OPEN)}.",
        f"Every state but `{State.ERASED.value}` may also become `{State.ERASED.value}`; those arrows are left out.",
        "",
        "```mermaid",
        "stateDiagram-v2",
        f"    [*] --> {State.NEW.value}",
    )
    for before in State:
        for after in State:
            if after in MOVES[before] and after is not State.ERASED:
                yield f"    {before.value} --> {after.value}"
    yield "```"


def _conditions() -> Iterator[str]:
    yield from (
        "# What a condition may ask",
        "",
        "From `leads/conditions`. Attributes that ops define come on top.",
        "",
    )
    yield from table(
        ("field", "label", "type", "values"),
        (
            (f"`{f.key}`", f.label, f.type.value, ", ".join(f"`{option.value}`" for option in f.options))
            for f in BUILT_IN
        ),
    )
    yield from ("", "## Operators by type", "")
    yield from table(
        ("type", "operators"),
        ((kind.value, ", ".join(f"`{op.value}`" for op in ops)) for kind, ops in BY_TYPE.items()),
    )
    postal = ", ".join(f"`{op.value}`" for op in POSTAL)
    yield from ("", f"`postal_code` can also be asked {postal}.", "", "## Operators", "")
    yield from table(("operator", "reads", "value"), ((f"`{op.value}`", LABELS[op], _value(op)) for op in Op))
    yield from (
        "",
        "A value that is missing makes every operator false except `is_empty`.",
        "",
        "## Regions",
        "",
        "For `in_region`, `one_of` and `none_of` on countries: "
        + ", ".join(f"`{name}`" for name in sorted(REGIONS))
        + ".",
    )


def _value(op: Op) -> str:
    if op in WITHOUT_VALUE:
        return "none"
    if op in WITH_LIST:
        return "a list"
    return "a pair [from, to]" if op in WITH_PAIR else "one"


def _hooks() -> Iterator[str]:
    yield from _opening(
        "What hooks are told",
        "From `leads/hook_kinds.py` and `leads/hooks/content.py`. What it means stands in [hooks](../hooks.md).",
    )
    yield from table(
        ("event", "happens when", "lines of the timeline"),
        (
            (f"`{event.value}`", str(EVENTS[event]), ", ".join(f"`{line.value}`" for line in sorted(LINES[event])))
            for event in HookEvent
        ),
    )
    yield from ("", f"## The message, version {VERSION}", "", "```json")
    sent = json.loads(http.encoded(example(HookEvent.ASSIGNED)))
    # Made with this installation's own key and address.
    sent |= {"id": "0d6c1f0e-7f0a-4b1e-9a52-3f6c0e1d2b4a"}
    sent["lead"] |= {"page": "https://leads.example.com/leads/00000000-0000-0000-0000-000000000002/"}
    yield from json.dumps(sent, indent=2, ensure_ascii=False).splitlines()
    yield "```"


def _metrics() -> Iterator[str]:
    yield from _opening("Metrics", "From `reporting/metrics`, one file each; its docstring is its definition.")
    yield from _docstrings(reporting.metrics.__name__, reporting.metrics.__path__)


def _channels() -> Iterator[str]:
    yield from (
        "# Channels",
        "",
        "From `reps/channels`, one file each. People choose among them under *How I am told*.",
        "",
    )
    for one in reps.channels.all_channels().values():
        about = inspect.cleandoc(inspect.getmodule(type(one)).__doc__ or "")
        yield from (f"## {one.name}", "", about, "", *inspect.cleandoc(one.__doc__ or "").splitlines(), "")
        if one.asks:
            yield from (f"{one.asks}, for instance `{one.EXAMPLE}`.", "")


def _docstrings(package: str, path: Any) -> Iterator[str]:
    for module in iter_modules(path):
        text = import_module(f"{package}.{module.name}").__doc__ or ""
        yield from (f"## {module.name}", "", inspect.cleandoc(text), "")
