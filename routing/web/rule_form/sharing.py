"""How a rule shares its leads, as rows of a form: steps with their options in words, in the order that makes sense."""

import types
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from decimal import Decimal
from typing import Any, Union, get_args, get_origin, get_type_hints

from django.utils.translation import gettext as _

from routing import wording
from routing.engine.ruleset.steps import MOST_STEPS
from routing.engine.strategies import shelf
from routing.engine.strategy import Part
from routing.web.rule_form import rows
from routing.web.rule_form.choices import Choices
from routing.web.rule_form.texts import NO, YES, number_of, text_of


@dataclass(slots=True)
class Step:
    """One step as texts."""

    strategy: str
    options: dict[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    wrong: dict[str, list[str]] = field(default_factory=dict)  # option -> problems

    def blame(self, place: str, says: str) -> None:
        """Put a problem beside the option it is about, or beside the step."""
        option = place.removeprefix("options.") if place.startswith("options.") else ""
        (self.wrong.setdefault(option, []) if option else self.errors).append(says)


def kept(body: Any, choices: Choices) -> list[Step]:
    """Of steps as they are kept."""
    found = []
    for one in body if isinstance(body, list) else []:
        given = one.get("options") if isinstance(one, dict) else None
        name = str(one.get("strategy") or "") if isinstance(one, dict) else ""
        texts = {key: text_of(value) for key, value in given.items()} if isinstance(given, dict) else {}
        if isinstance(given, dict) and "rep" in texts:
            texts["rep"] = choices.rep_uid(given["rep"])
        found.append(Step(name, texts))
    return found


def posted(data: Mapping[str, str]) -> list[Step]:
    """Of a form: rows s.0, s.1 ... with their options."""
    found = []
    for n in range(MOST_STEPS + 1):
        name = data.get(f"s.{n}-strategy")
        if name is None:
            break
        head = f"s.{n}-o-"
        found.append(Step(name[:40], {key[len(head) :]: data[key] for key in data if key.startswith(head)}))
    return found


def body_of(steps: list[Step], choices: Choices) -> list[dict[str, Any]]:
    """As they are kept: an option that is left empty, or as it comes, is not said."""
    return [_body(step, choices) for step in steps]


def _body(step: Step, choices: Choices) -> dict[str, Any]:
    strategy = shelf().get(step.strategy)
    if strategy is None:
        return {"strategy": step.strategy}
    hints = get_type_hints(strategy.Options)
    told: dict[str, Any] = {}
    for option in fields(strategy.Options):
        text = step.options.get(option.name, "")
        if text == "":
            continue
        value = _typed(_kind(hints[option.name]), option.name, text, choices)
        if value != option.default or option.default is MISSING:
            told[option.name] = value
    return {"strategy": step.strategy, "options": told} if told else {"strategy": step.strategy}


def _kind(hint: Any) -> Any:
    allowed = get_args(hint) if get_origin(hint) in {Union, types.UnionType} else (hint,)
    return next(kind for kind in allowed if kind is not type(None))


def _typed(kind: Any, name: str, text: str, choices: Choices) -> Any:
    if name == "rep":
        rep = choices.rep(text)
        return rep.pk if rep else None
    if kind is bool:
        return {YES: True, NO: False}.get(text, text)
    return number_of(text) if kind in {int, Decimal} else text


def add(steps: list[Step], strategy: str) -> int:
    """A step where it makes sense: behind the last that leaves out, prefers, or shares before it. Its place, or -1."""
    known = shelf().get(strategy)
    if known is None or len(steps) >= MOST_STEPS:
        return -1
    parts = [shelf()[step.strategy].part if step.strategy in shelf() else Part.NARROW for step in steps]
    place = next((n for n, part in enumerate(parts) if part > max(known.part, Part.PREFER)), len(steps))
    steps.insert(place, Step(strategy))
    return place


def act(steps: list[Step], verb: str, which: str) -> None:
    """What a button beside a step asks; an unknown one does nothing."""
    match verb:
        case "step":
            add(steps, which)
        case "step-drop":
            rows.drop(steps, which)
        case "step-up":
            rows.swap(steps, which, -1)
        case "step-down":
            rows.swap(steps, which, 1)


def shown(steps: list[Step], choices: Choices) -> list[dict[str, Any]]:
    """With a name, a line about it, and its options."""
    return [
        {
            "n": n,
            "strategy": step.strategy,
            "label": wording.step_said(step.strategy).label,
            "about": wording.step_said(step.strategy).about,
            "options": _options(step, n, choices),
            "errors": step.errors,
            "first": n == 0,
            "last": n == len(steps) - 1,
        }
        for n, step in enumerate(steps)
    ]


def addable(steps: list[Step]) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """What may be added still, by what it does."""
    heads = {
        Part.NARROW: _("Leave out"),
        Part.PREFER: _("Who comes first"),
        Part.SHARE: _("How turns go"),
        Part.END: _("Instead of giving it away"),
    }
    taken = {step.strategy for step in steps}
    free = [one for one in shelf().values() if one.repeats or one.name not in taken]
    return [
        (head, [(one.name, *wording.step_said(one.name)) for one in free if one.part is part])
        for part, head in heads.items()
        if any(one.part is part for one in free)
    ]


def _options(step: Step, n: int, choices: Choices) -> list[dict[str, Any]]:
    strategy = shelf().get(step.strategy)
    if strategy is None:
        return []
    hints = get_type_hints(strategy.Options)
    return [_option(step, n, option, _kind(hints[option.name]), choices) for option in fields(strategy.Options)]


def _option(step: Step, n: int, option: Any, kind: Any, choices: Choices) -> dict[str, Any]:
    said = wording.option_said(step.strategy, option.name)
    default = "" if option.default in {MISSING, None} else text_of(option.default)
    value = step.options.get(option.name) or default
    offered = _offered(step.strategy, option, kind, choices)
    return {
        "name": f"s.{n}-o-{option.name}",
        "label": said.label,
        "about": said.about,
        "value": value,
        "offered": [(one, label, one == value) for one, label in offered],
        "empty": not default,
        "numeric": kind in {int, Decimal},
        "suggested": choices.kinds if option.name == "kind" else [],
        "errors": step.wrong.get(option.name, []),
    }


def _offered(strategy: str, option: Any, kind: Any, choices: Choices) -> list[tuple[str, str]]:
    """What a select offers; nothing where it is typed."""
    if option.name == "rep":
        return list(choices.rep_list)
    if option.name == "field":
        return [(one.value, one.label) for _head, listed in choices.fields for one in listed]
    if kind is bool:
        return [(YES, _("yes")), (NO, _("no"))]
    return [(value, wording.choice_said(strategy, option.name, value)) for value in option.metadata.get("choices", ())]
