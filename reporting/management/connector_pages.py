"""The manual page of each connector and their index, said from the connector itself: docstring, settings, examples."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from leads.connector import ONLY_FROM, Connector, Enricher, Example, Kind, Setting, Source
from leads.connectors import enrichers, sources
from leads.templated import Templated
from leads.web.manuals import first_sentence, text_of
from reporting.management.tables import table

FOLDER = "connectors"


def pages() -> dict[str, list[str]]:
    """File name -> lines, of the index and of every connector."""
    every: dict[str, Connector] = {**sources(), **enrichers()}
    made = {f"{FOLDER}/{name}.md": [*_page(one)] for name, one in sorted(every.items())}
    return {f"{FOLDER}/README.md": [*_index()], **made}


def _index() -> Iterator[str]:
    yield from ("# Connectors", "", "From `leads/connectors`, one file each. Ops connect them under *Connections*.", "")
    yield from ("## Sources", "", "They bring leads, calls and meetings.", "")
    yield from table(("name", "what it does", "proves who sent it"), (_line(one) for one in _sorted(sources())))
    yield from ("", "## Enrichers", "", "They add what you do not ask.", "")
    yield from table(("name", "what it does"), ((_link(one), first_sentence(one)) for one in _sorted(enrichers())))


def _sorted(shelf: Mapping[str, Any]) -> list[Any]:
    return sorted(shelf.values(), key=lambda one: one.label.casefold())


def _link(one: Connector) -> str:
    return f"[{one.label}]({one.name}.md)"


def _line(one: Source) -> tuple[str, ...]:
    if one.signed:
        proof = "yes"
    elif any(setting.kind is Kind.SECRET for setting in one.settings):
        proof = "where you set a key; else its address is secret"
    else:
        proof = "no: its address is secret"
    return _link(one), first_sentence(one), proof


def _page(one: Connector) -> Iterator[str]:
    yield from (f"# {one.label}", "", text_of(one), "")
    settings = (*one.settings, ONLY_FROM) if isinstance(one, Source) else one.settings
    yield from ("## Settings", "")
    rows = [_setting(setting) for setting in settings]
    if isinstance(one, Templated):
        rows.append(("Mapping", "JSON", 'Our field and its place in the answer, like `{"employees": "company.size"}`.'))
    yield from table(("setting", "kind", "what it is for"), rows)
    if isinstance(one, Source) and one.MAPPING:
        yield from ("", "## Mapping", "", "Which fact fills which field, unless you change it.", "")
        yield from table(("field", "fact"), ((f"`{field}`", _rule(rule)) for field, rule in one.MAPPING.items()))
    if isinstance(one, Source | Enricher):
        for example in one.examples:
            yield from _example(one, example)


def _setting(setting: Setting) -> tuple[str, ...]:
    kind = setting.kind.value.replace("_", " ")
    if setting.choices:
        kind = " / ".join(label for _value, label in setting.choices)
    return f"{setting.label}{' (needed)' if setting.required else ''}", kind, setting.help


def _rule(rule: object) -> str:
    if isinstance(rule, str):
        return f"`{rule}`"
    if isinstance(rule, Mapping):
        return f"always “{rule.get('text', '')}”"
    return ", else ".join(f"`{place}`" for place in rule) if isinstance(rule, list | tuple) else ""


def _example(one: Connector, example: Example) -> Iterator[str]:
    yield from (
        "",
        f"## Example: {example.name}",
        "",
        f"```{_language(example)}",
        *_pretty(example).splitlines(),
        "```",
    )
    labels = {"mapping": "Mapping", **{setting.name: setting.label for setting in one.settings}}
    set_to = [
        f"*{labels[name]}* `{value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}`"
        for name, value in example.settings.items()
    ]
    if set_to:
        yield from ("", f"with {', '.join(set_to)}")
    if example.answers:
        yield from ("", "Asked for the rest, the vendor answers:", "", "```json")
        yield from json.dumps(dict(example.answers), indent=2, ensure_ascii=False).splitlines()
        yield "```"
    if example.gives:
        yield from ("", "becomes", "")
        rows = (
            (f"`{name}`", f"`{json.dumps(value, ensure_ascii=False, default=str)}`")
            for name, value in example.gives.items()
        )
        yield from table(("field", "value"), rows)


def _language(example: Example) -> str:
    return "json" if "json" in example.content_type else "xml" if "xml" in example.content_type else "text"


def _pretty(example: Example) -> str:
    if "json" not in example.content_type:
        return example.body
    return json.dumps(json.loads(example.body), indent=2, ensure_ascii=False)
