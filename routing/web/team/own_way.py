"""A group's own way to share as rows of its form, step by step."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from leads.qualify.freeze import catalogue_of
from reps.models.division import SEEDED
from routing import wording
from routing.engine.ruleset import RuleSetError, parse_steps
from routing.rulesets.problems import directory_of
from routing.web.rule_form import Choices, sharing
from routing.web.rule_form.form import parts_of


@dataclass
class OwnWay:
    """The steps as texts, each problem beside what it is about."""

    steps: list[sharing.Step]
    choices: Choices = field(default_factory=lambda: Choices(SEEDED))
    errors: list[str] = field(default_factory=list)

    @classmethod
    def kept(cls, body: Any) -> "OwnWay":
        """Of steps as a group has them."""
        choices = Choices(SEEDED)
        return cls(sharing.kept(body, choices), choices)

    @classmethod
    def posted(cls, data: Mapping[str, str]) -> "OwnWay":
        """Of a form, changed by the button that sent it."""
        way = cls(sharing.posted(data))
        verb, _colon, which = data.get("do", "").partition(":")
        sharing.act(way.steps, verb, data.get("step-add", "") if verb == "step" else which)
        return way

    def checked(self) -> list[dict[str, Any]] | None:
        """As a group keeps them; None where something is wrong, which stands beside it by then."""
        body = sharing.body_of(self.steps, self.choices)
        if not body:
            self.errors.append(_("Add a step, or choose one of the ways above."))
            return None
        try:
            parse_steps(body, directory=directory_of(SEEDED), catalogue=catalogue_of(SEEDED))
        except RuleSetError as error:
            for problem in error.problems:
                self._blame(problem.path, wording.bare_problem(problem))
            return None
        return body

    def _blame(self, path: str, says: str) -> None:
        _head, n, rest = parts_of(path)
        if n is not None and n < len(self.steps):
            self.steps[n].blame(rest, says)
        else:
            self.errors.append(says)

    @property
    def shown(self) -> list[dict[str, Any]]:
        """What the template draws."""
        return sharing.shown(self.steps, self.choices)

    @property
    def addable(self) -> list[tuple[str, list[tuple[str, str, str]]]]:
        """What may be added still."""
        return sharing.addable(self.steps)
