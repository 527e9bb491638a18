"""Two rule sets compared in words: rules that came, went, moved or read otherwise, part by part."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from leads.conditions import Catalogue, ConditionError
from leads.conditions import parse as parse_condition
from leads.qualify.freeze import catalogue_of, read_catalogue
from routing import wording
from routing.engine.ruleset import Rule, RuleSetError
from routing.models import RuleSet, RuleSetVersion
from routing.rulesets import diff
from routing.rulesets.draft import body_of
from routing.rulesets.edit import read_alone
from routing.wording.drafts import PARTS

_KINDS = {
    diff.Kind.ADDED: gettext_noop("New at place %(after)s"),
    diff.Kind.REMOVED: gettext_noop("Removed from place %(before)s"),
    diff.Kind.MOVED: gettext_noop("Moved from place %(before)s to %(after)s"),
    diff.Kind.CHANGED: gettext_noop("Changed at place %(after)s"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a rule, as it was and as it is."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """One rule that is not as it was; priorities of the queue stand under their own name."""

    kind: str
    rule: str
    says: str
    key: str = ""
    before: str = ""  # the whole rule, where it went
    after: str = ""  # the whole rule, where it came
    parts: tuple[Part, ...] = field(default=())

    def text(self) -> str:
        """In one line."""
        told = "; ".join(
            _("%(part)s: “%(before)s” became “%(after)s”")
            % {"part": part.label, "before": part.before, "after": part.after}
            for part in self.parts
        )
        whole = self.after or self.before
        return f"{self.rule}: {self.says}" + (f". {whole}" if whole else f". {told}." if told else ".")


@dataclass(frozen=True, slots=True)
class Text:
    """A rule set as it is compared: its body, and the fields it may ask about."""

    body: Mapping[str, Any]
    catalogue: Catalogue

    @classmethod
    def version(cls, version: RuleSetVersion) -> "Text":
        """As it was printed."""
        return cls(version.body, read_catalogue(version.attributes))

    @classmethod
    def draft(cls, rule_set: RuleSet) -> "Text":
        """As it stands."""
        return cls(body_of(rule_set), catalogue_of(rule_set.division_id))


def compare(before: Text, after: Text, *, division_id: int) -> list[Change]:
    """What became of each rule, in the order of the later set; empty where both read the same."""
    changes = diff.diff(before.body, after.body)
    gone, come = diff.bands(before.body, after.body)
    if not changes and not gone and not come:
        return []
    names = wording.Names.load(division_id, rules=after.body.get("rules", []))
    found = [_change(change, before.catalogue, after.catalogue, names) for change in changes]
    return [*found, *(_band(band, before.catalogue, gone=True) for band in gone),
            *(_band(band, after.catalogue, gone=False) for band in come)]  # fmt: skip


def _change(change: diff.Change, old: Catalogue, new: Catalogue, names: wording.Names) -> Change:
    before = _rule(change.before, old) if change.before else None
    after = _rule(change.after, new) if change.after else None
    body = change.after or change.before or {}
    return Change(
        kind=change.kind.value,
        rule=str(body.get("name", "")),
        says=_(_KINDS[change.kind]) % {"before": change.place_before, "after": change.place_after},
        key=str(body.get("key", "")),
        before=_whole(before, names) if change.kind is diff.Kind.REMOVED else "",
        after=_whole(after, names) if change.kind is diff.Kind.ADDED else "",
        parts=tuple(
            Part(_(PARTS[part]), _part(part, before, names), _part(part, after, names)) for part in change.parts
        ),
    )


def _rule(body: Mapping[str, Any], catalogue: Catalogue) -> Rule | None:
    """One rule read by itself; nothing where it cannot be read."""
    try:
        return read_alone(body, catalogue)
    except RuleSetError:
        return None


def _whole(rule: Rule | None, names: wording.Names) -> str:
    return wording.rule_text(rule, names) if rule else _unreadable()


def _part(part: str, rule: Rule | None, names: wording.Names) -> str:
    return wording.part_says(part, rule, names) if rule else _unreadable()


def _unreadable() -> str:
    return _("cannot be read")


def _band(band: Mapping[str, Any], catalogue: Catalogue, *, gone: bool) -> Change:
    try:
        says = wording.condition_text(parse_condition(band.get("condition"), catalogue)) or _("every lead")
    except ConditionError:
        says = _unreadable()
    return Change(
        kind=(diff.Kind.REMOVED if gone else diff.Kind.ADDED).value,
        rule=_("Priority %s in the queue") % band.get("band"),
        says=_("Removed") if gone else _("New"),
        before=says if gone else "",
        after="" if gone else says,
    )
