"""The whole form of a rule: from what is kept or posted, changed by its buttons, problems placed at their fields."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from config.lib.typed import whole
from reps.models import Group
from routing import wording
from routing.engine.ruleset import RuleProblem, To
from routing.models import Rule
from routing.web.rule_form import places, questions, rows, tree
from routing.web.rule_form import sharing as ways
from routing.web.rule_form.choices import Choices
from routing.web.rule_form.texts import number_of, text_of

GROUPS_OWN, NOTHING, OWN = "group", "nothing", "own"
_SHARED = {To.GROUP.value, To.TERRITORY.value, To.ACCOUNT.value, To.REP.value}


@dataclass
class RuleForm:
    """One rule as texts."""

    choices: Choices
    key: str = ""
    name: str = ""
    root: tree.Branch = field(default_factory=tree.Branch)
    goes: places.Destination = field(default_factory=places.Destination)
    sharing: str = GROUPS_OWN
    steps: list[ways.Step] = field(default_factory=list)
    links: list[places.Link] = field(default_factory=list)
    respond: str = ""
    clock: str = ""
    silence: str = GROUPS_OWN
    stages: list[places.Stage] = field(default_factory=list)
    priority: str = ""
    errors: dict[str, list[str]] = field(default_factory=dict)
    focus: str = ""  # what a button just made

    @classmethod
    def kept(cls, body: Mapping[str, Any], choices: Choices) -> "RuleForm":
        """Of a rule as the draft has it."""
        seconds = body.get("respond_within")
        escalation = body.get("escalation")
        return cls(
            choices,
            str(body.get("key") or ""),
            str(body.get("name") or ""),
            tree.kept(body.get("condition")),
            places.Destination.kept(body.get("destination") or {}, choices),
            GROUPS_OWN if body.get("steps") is None else OWN,
            ways.kept(body.get("steps"), choices),
            places.kept_links(body.get("otherwise"), choices),
            text_of(-(-seconds // 60)) if isinstance(seconds, int) else "",
            str(body.get("clock") or ""),
            GROUPS_OWN if escalation is None else OWN if escalation else NOTHING,
            places.kept_stages(escalation),
            "" if body.get("priority") is None else str(body["priority"]),
        )

    @classmethod
    def posted(cls, data: Mapping[str, str], choices: Choices, *, key: str) -> "RuleForm":
        """Of a form, however broken."""
        return cls(
            choices,
            key,
            data.get("name", ""),
            tree.posted(data, choices.catalogue),
            places.Destination.posted(data),
            OWN if data.get("sharing") == OWN else GROUPS_OWN,
            ways.posted(data),
            places.posted_links(data),
            data.get("respond", ""),
            data.get("clock", ""),
            data.get("silence", "") if data.get("silence") in {OWN, NOTHING} else GROUPS_OWN,
            places.posted_stages(data),
            data.get("priority", ""),
        )

    def body(self) -> dict[str, Any]:
        """As the draft keeps it; whether it can be kept, the check says."""
        shared = self.goes.to in _SHARED
        silence = {GROUPS_OWN: None, NOTHING: []}.get(self.silence, places.stages_body(self.stages))
        return {
            "key": self.key or None,
            "name": self.name.strip(),
            "condition": tree.tree_of(self.root, self.choices.catalogue),
            "destination": self.goes.body(self.choices),
            "steps": ways.body_of(self.steps, self.choices) if self.sharing == OWN and shared else None,
            "otherwise": places.links_body(self.links, self.choices) if shared else [],
            "respond_within": places.seconds_of(self.respond) if self.respond.strip() else None,
            "clock": self.clock or None,
            "escalation": silence,
            "priority": number_of(self.priority) if self.priority else None,
        }

    def act(self, do: str) -> None:
        """What a button of the form asks, written as `verb` or `verb:which`; an unknown one does nothing."""
        verb, _colon, which = do.partition(":")
        done: dict[str, Callable[[str], None]] = {
            "add": lambda path: self._added(tree.add(self.root, path, self.choices.catalogue, branch=False)),
            "branch": lambda path: self._added(tree.add(self.root, path, self.choices.catalogue, branch=True)),
            "drop": lambda path: tree.drop(self.root, path),
            "less": self._less,
            "step": self._step,
            "link": lambda _which: self.links.append(places.Link()),
            "link-drop": lambda n: rows.drop(self.links, n),
            "stage": lambda _which: self.stages.append(places.Stage()),
            "stage-drop": lambda n: rows.drop(self.stages, n),
        }
        if verb in done:
            done[verb](which)
        else:
            ways.act(self.steps, verb, which)

    def settle(self, data: Mapping[str, str]) -> None:
        """A choice beside a button counts as that button pressed; one's own way to share begins as the group's."""
        begins = self.sharing == OWN and data.get("sharing-was") == GROUPS_OWN and not self.steps
        if begins and (group := self.choices.group(self.goes.group)):
            self.steps = ways.kept(group.steps, self.choices)
        if data.get("step-add"):
            self._step(data["step-add"])

    def _added(self, path: str) -> None:
        if path:
            self.focus = f"{path}-field"

    def _less(self, which: str) -> None:
        path, _colon, n = which.rpartition(":")
        if (place := whole(n)) is not None:
            tree.less(self.root, path, place)
            self.focus = f"{path}-more"

    def _step(self, which: str) -> None:
        if ways.add(self.steps, which) >= 0:
            self.sharing = OWN

    def blame(self, problems: Iterable[RuleProblem]) -> None:
        """Put each problem beside its field; `rules[0].` is this rule."""
        for problem in problems:
            path = problem.path.partition("].")[2] or problem.path
            says = wording.bare_problem(problem)
            if path.startswith("condition"):
                tree.blame(self.root, path.removeprefix("condition").lstrip("."), says)
            else:
                self._blame(path, says)

    def _blame(self, path: str, says: str) -> None:
        head, n, rest = parts_of(path)
        if head == "steps" and n is not None and n < len(self.steps):
            self.steps[n].blame(rest, says)
        elif head == "otherwise" and n is not None and n < len(self.links):
            self.links[n].errors.append(says)
        elif head == "escalation" and n is not None and n < len(self.stages):
            self.stages[n].errors.append(_minutes_needed() if rest == "after" else says)
        elif head == "respond_within":
            self.errors.setdefault("respond", []).append(_minutes_needed())
        else:
            place = path.removeprefix("destination.") if head == "destination" else head
            self.errors.setdefault(place if place in _PLACES else "whole", []).append(says)

    def wrong(self) -> list[str]:
        """Everything placed anywhere, for the line at the top."""
        found = [says for listed in self.errors.values() for says in listed]
        found += [says for node in tree.nodes(self.root) for says in node.errors]
        listed_rows: list[Any] = [*self.steps, *self.links, *self.stages]
        found += [says for row in listed_rows for says in row.errors]
        return found + [says for step in self.steps for listed in step.wrong.values() for says in listed]

    def shown(self) -> dict[str, Any]:
        """What the template draws."""
        group = self.choices.group(self.goes.group) if self.goes.to == To.GROUP else None
        return {
            "key": self.key,
            "name": self.name,
            "errors": self.errors,
            "root": questions.shown(self.root, self.choices),
            "suggestions": self._suggestions(),
            "to": self.goes.to,
            "tos": [(value, str(label), value == self.goes.to) for value, label in Rule.To.choices],
            "groups": _marked(self.choices.group_list, self.goes.group),
            "reps": _marked(self.choices.rep_list, self.goes.rep),
            "reason": self.goes.reason,
            "aways": _marked(Rule.Away.choices, self.goes.away),
            "returning": self.goes.returning,
            "shared": self.goes.to in _SHARED,
            "own": self.sharing == OWN,
            "group_shares": wording.group_shares(group.steps, self.choices.names) if group else "",
            "steps": ways.shown(self.steps, self.choices),
            "addable": ways.addable(self.steps),
            "links": [self._link(n, link) for n, link in enumerate(self.links)],
            "respond": self.respond,
            "clocks": [("", _("as the group counts"), not self.clock), *_marked(Group.Clock.choices, self.clock)],
            "silence": self.silence,
            "silences": [
                (GROUPS_OWN, _("as the group has it")),
                (NOTHING, _("nothing follows")),
                (OWN, _("its own")),
            ],
            "stages": [self._stage(n, stage) for n, stage in enumerate(self.stages)],
            "priorities": [
                (str(n), says, str(n) == self.priority) for n, says in ((n, _priority(n)) for n in range(10))
            ],
            "more_open": self.silence != GROUPS_OWN or bool(self.priority),
            "focus": self.focus,
        }

    def _link(self, n: int, link: places.Link) -> dict[str, Any]:
        return {
            "n": n,
            "tos": _marked(places.link_choices(), link.to),
            "names_group": places.names_group(link),
            "groups": _marked(self.choices.group_list, link.group),
            "errors": link.errors,
        }

    def _stage(self, n: int, stage: places.Stage) -> dict[str, Any]:
        return {"n": n, "after": stage.after, "dos": _marked(places.stage_choices(), stage.do), "errors": stage.errors}

    def _suggestions(self) -> dict[str, list[str]]:
        """Lists of values by field, each once however many rows ask for the field."""
        asked = {leaf.field for leaf in tree.nodes(self.root) if isinstance(leaf, tree.Leaf)}
        found = ((key, self.choices.catalogue.get(key)) for key in sorted(asked))
        listed = ((key, self.choices.suggested(one)) for key, one in found if one is not None and not one.options)
        return {key: values for key, values in listed if values}


_PLACES = frozenset({"name", "to", "group", "rep", "reason", "away", "clock", "priority", "steps", "otherwise"})
_PATH = re.compile(r"(\w+)(?:\[(\d+)\])?\.?(.*)")


def parts_of(path: str) -> tuple[str, int | None, str]:
    """Of `steps[1].options.by`: steps, 1, options.by."""
    found = _PATH.fullmatch(path)
    if found is None:
        return path, None, ""
    return found[1], int(found[2]) if found[2] else None, found[3]


def _minutes_needed() -> str:
    return _("Write minutes: more than 0, at most 30 days.")


def _priority(n: int) -> str:
    if n == 0:
        return _("0, served first")
    return _("9, served last") if n == 9 else str(n)


def _marked(listed: Iterable[Any], chosen: str) -> list[tuple[str, str, bool]]:
    return [(str(value), str(label), str(value) == chosen) for value, label in listed]
