"""Where a rule's leads go, what if nobody can take them, and what follows silence: rows of a form and back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from reps.models import Group
from routing.engine.ruleset import To
from routing.engine.ruleset.steps import MOST_STAGES, MOST_STEPS
from routing.models import Rule
from routing.web.rule_form.choices import Choices
from routing.web.rule_form.texts import number_of, text_of

_NAMES_GROUP = (To.GROUP.value, To.POOL.value)


@dataclass(slots=True)
class Destination:
    """As texts: groups and reps by their public ids."""

    to: str = To.GROUP.value
    group: str = ""
    rep: str = ""
    reason: str = ""
    away: str = Rule.Away.PASS.value
    returning: bool = False

    @classmethod
    def kept(cls, body: Mapping[str, Any], choices: Choices) -> "Destination":
        """Of a rule as it is kept."""
        return cls(
            str(body.get("to") or To.GROUP.value),
            choices.group_uid(body.get("group")),
            choices.rep_uid(body.get("rep")),
            str(body.get("reason") or ""),
            str(body.get("away") or Rule.Away.PASS.value),
            body.get("returning") is True,
        )

    @classmethod
    def posted(cls, data: Mapping[str, str]) -> "Destination":
        """Of a form."""
        return cls(
            data.get("to", "")[:20],
            data.get("group", ""),
            data.get("rep", ""),
            data.get("reason", ""),
            data.get("away") or Rule.Away.PASS.value,
            data.get("returning") == "yes",
        )

    def body(self, choices: Choices) -> dict[str, Any]:
        """As it is kept."""
        told: dict[str, Any] = {"to": self.to}
        group, rep = choices.group(self.group), choices.rep(self.rep)
        if self.to == To.GROUP:
            told["group"] = group.pk if group else None
        elif self.to == To.REP:
            told["rep"] = rep.pk if rep else None
        elif self.to == To.REJECT:
            told["reason"] = self.reason
        elif self.to == To.ACCOUNT:
            told |= {"away": self.away, "returning": self.returning}
        return told


@dataclass(slots=True)
class Link:
    """One link of the chain when nobody can take it."""

    to: str = To.HOLD.value
    group: str = ""
    errors: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Stage:
    """One thing that follows silence, after minutes."""

    after: str = ""
    do: str = "remind"
    errors: list[str] = field(default_factory=list)


def kept_links(body: Any, choices: Choices) -> list[Link]:
    """Of a rule as it is kept."""
    rows = [one for one in body or [] if isinstance(one, dict)]
    return [Link(str(one.get("to") or ""), choices.group_uid(one.get("group"))) for one in rows]


def posted_links(data: Mapping[str, str]) -> list[Link]:
    """Of a form: rows e.0, e.1 ..."""
    found = []
    for n in range(MOST_STEPS + 1):
        to = data.get(f"e.{n}-to")
        if to is None:
            break
        found.append(Link(to[:20], data.get(f"e.{n}-group", "")))
    return found


def links_body(links: list[Link], choices: Choices) -> list[dict[str, Any]]:
    """As they are kept; a pool is the one the group has."""
    return [_link(link, choices.group(link.group)) for link in links]


def _link(link: Link, group: Group | None) -> dict[str, Any]:
    if link.to not in _NAMES_GROUP:
        return {"to": link.to}
    told: dict[str, Any] = {"to": link.to, "group": group.pk if group else None}
    if link.to == To.POOL and group is not None and group.pool not in {Group.Pool.NONE, Group.Pool.OPEN}:
        told["mode"] = group.pool
    return told


def kept_stages(body: Any) -> list[Stage]:
    """Of a rule as it is kept, in minutes."""
    return [Stage(_minutes(one.get("after")), str(one.get("do") or "")) for one in body or [] if isinstance(one, dict)]


def posted_stages(data: Mapping[str, str]) -> list[Stage]:
    """Of a form: rows x.0, x.1 ..."""
    found = []
    for n in range(MOST_STAGES + 1):
        after = data.get(f"x.{n}-after")
        if after is None:
            break
        found.append(Stage(after, data.get(f"x.{n}-do", "")[:20]))
    return found


def stages_body(stages: list[Stage]) -> list[dict[str, Any]]:
    """As they are kept, in seconds."""
    return [{"after": seconds_of(stage.after), "do": stage.do} for stage in stages]


def seconds_of(text: str) -> Any:
    """Minutes as typed, in seconds; what is no number stays as it is, for the check to refuse."""
    minutes = number_of(text)
    if isinstance(minutes, str):
        return minutes
    return round(minutes * 60)


def _minutes(seconds: Any) -> str:
    if isinstance(seconds, bool) or not isinstance(seconds, int):
        return ""
    # Near enough to come back as the same second.
    return text_of(seconds // 60 if seconds % 60 == 0 else round(seconds / 60, 2))


def link_choices() -> list[tuple[str, str]]:
    """What may happen when nobody can take it."""
    return [
        (To.HOLD.value, _("it waits until somebody is on duty")),
        (To.GROUP.value, _("another group is asked")),
        (To.POOL.value, _("it goes to the pool of a group")),
        (To.NEXT_RULE.value, _("the next rule is asked")),
        (To.DESK.value, _("it goes to To assign")),
    ]


def stage_choices() -> list[tuple[str, str]]:
    """What may follow silence."""
    return [
        ("remind", _("the rep is reminded")),
        ("warn", _("the manager is told")),
        ("release", _("it is taken back and goes to the next")),
        ("pause", _("the rep is switched off")),
    ]


def names_group(link: Link) -> bool:
    """Whether this link needs a group."""
    return link.to in _NAMES_GROUP
