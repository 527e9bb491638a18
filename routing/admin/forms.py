"""Forms of the draft: every part is checked as it is saved, and a save on top of another's is refused, nothing lost."""

import re
from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.conditions import ConditionError
from leads.conditions import parse as parse_condition
from leads.qualify.freeze import catalogue_of
from reps.models.division import SEEDED
from reps.web.admin_parts import JSONText, WholeForm
from routing import rulesets, wording
from routing.engine.ruleset import RuleSetError, parse_escalation, parse_steps
from routing.engine.ruleset import parse as parse_rules
from routing.models import Rule, RuleSet
from routing.rulesets import compare
from routing.rulesets.problems import directory_of

_SALT = "routing.draft"
_DEEDS = ("remind", "warn", "release", "pause")
_LONGEST = 30 * 24 * 3600


def clean_condition(value: object) -> object:
    """The tree, or ValidationError that names every wrong leaf."""
    if value in (None, {}):
        return None
    try:
        parse_condition(value, catalogue_of(SEEDED))
    except ConditionError as error:
        raise ValidationError([wording.condition_problem(p) for p in error.problems]) from error
    return value


def clean_steps(value: object) -> object:
    """The steps, or ValidationError that names every wrong one."""
    try:
        parse_steps(value, directory=directory_of(SEEDED), catalogue=catalogue_of(SEEDED))
    except RuleSetError as error:
        names = wording.Names()
        raise ValidationError([wording.reading_problem(p, names) for p in error.problems]) from error
    return value


def clean_escalation(value: object) -> object:
    """What follows when nobody answers: in order of time, each with what is done; or ValidationError."""
    if value is None:
        return None
    if not isinstance(value, list):
        raise ValidationError(_("Write a list of stages."))
    wrong = [f"[{n}]: {fault}" for n, stage in enumerate(value) if (fault := _stage_fault(stage))]
    if wrong:
        raise ValidationError(wrong)
    try:
        parse_escalation(value)
    except RuleSetError as error:
        names = wording.Names()
        raise ValidationError([wording.reading_problem(p, names) for p in error.problems]) from error
    return value


def _stage_fault(stage: object) -> str:
    if not isinstance(stage, dict) or set(stage) != {"after", "do"}:
        return _('write it as {"after": seconds, "do": …}')
    after = stage["after"]
    if isinstance(after, bool) or not isinstance(after, int) or not 0 < after <= _LONGEST:
        return _("after must be seconds, at most 30 days")
    return "" if stage["do"] in _DEEDS else _("do must be one of: %s") % ", ".join(_DEEDS)


class OwnJSON(JSONText):
    """Where nothing means “as the group's” and an empty list means “none”."""

    def prepare_value(self, value: Any) -> Any:
        """An empty list is shown."""
        return "[]" if value == [] else super().prepare_value(value)


class ListJSON(JSONText):
    """Where nothing and an empty list are one."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Nothing typed where nothing was is no change."""
        return not (initial in (None, []) and data in self.empty_values) and super().has_changed(initial, data)


class RuleForm(WholeForm):
    """Condition and steps are checked as they are saved."""

    condition = JSONText(
        label=gettext_lazy("When"),
        rows=6,
        help_text=gettext_lazy(
            'Empty = every lead; only the last rule may be so. {"all": [{"field": "country", "operator": "one_of",'
            ' "value": ["DE", "AT"]}, {"field": "employees", "operator": "at_least", "value": 50}]}'
        ),
    )
    steps = OwnJSON(
        label=gettext_lazy("How to share"),
        help_text=gettext_lazy(
            'Empty = as the group shares. [{"strategy": "availability"}, {"strategy": "capacity"},'
            ' {"strategy": "weighted"}]'
        ),
    )
    otherwise = ListJSON(
        label=gettext_lazy("If nobody can take it"),
        help_text=gettext_lazy(
            'Empty = To assign. [{"to": "group", "group": 2}, {"to": "hold"}]; also [{"to": "next_rule"},'
            ' {"to": "pool"}, {"to": "desk"}].'
        ),
    )
    escalation = OwnJSON(
        label=gettext_lazy("If nobody answers"),
        rows=3,
        help_text=gettext_lazy(
            'Empty = as the group\'s. [{"after": 900, "do": "remind"}, {"after": 1800, "do": "release"}], in seconds;'
            " also warn (the manager) and pause (switch the rep off)."
        ),
    )

    def clean_otherwise(self) -> object:
        """The chain, or ValidationError that names every wrong link; publishing checks where it leads."""
        value = self.cleaned_data["otherwise"] or []
        rule = {"name": "x", "destination": {"to": "desk"}, "otherwise": value}
        try:
            # Another rule stands behind it, so that asking for the next one is no mistake here.
            parse_rules({"rules": [rule, {"name": "y", "destination": {"to": "desk"}}]}, catalogue_of(SEEDED))
        except RuleSetError as error:
            raise ValidationError([wording.own_problem(p) for p in error.problems]) from error
        return value

    def clean_condition(self) -> object:
        """As above."""
        return clean_condition(self.cleaned_data["condition"])

    def clean_steps(self) -> object:
        """Empty means: as the group shares."""
        value = self.cleaned_data["steps"]
        return clean_steps(value) if value is not None else None

    def clean_escalation(self) -> object:
        """Empty means: as the group's."""
        return clean_escalation(self.cleaned_data["escalation"])

    def clean(self) -> dict[str, Any] | None:
        """A destination needs what it names."""
        cleaned = super().clean() or {}
        needs = {Rule.To.GROUP: "group", Rule.To.REP: "rep", Rule.To.REJECT: "reject_reason"}
        name = needs.get(cleaned.get("to", ""))
        if name and not cleaned.get(name):
            self.add_error(name, _("Say which."))
        return cleaned


class BandForm(WholeForm):
    """The condition is checked as it is saved."""

    condition = JSONText(label=gettext_lazy("When"), required=True, rows=3)

    def clean_condition(self) -> object:
        """As above."""
        return clean_condition(self.cleaned_data["condition"])


class ExampleForm(WholeForm):
    """What is expected, with numbers of groups, reps and rules as the lead's own decision has them."""

    expected = JSONText(
        label=gettext_lazy("Expected"),
        rows=2,
        help_text=gettext_lazy("Any of outcome, group, rep, rule; only what is written is compared."),
    )

    def clean_expected(self) -> object:
        """An object with known names."""
        value = self.cleaned_data["expected"] or {}
        if not isinstance(value, dict) or set(value) - {"outcome", "group", "rep", "rule"}:
            raise ValidationError(_("Write any of outcome, group, rep, rule."))
        return value


class RuleSetForm(WholeForm):
    """Carries the draft as it was read; where somebody saved meanwhile, what was typed stays and theirs is told."""

    read = forms.CharField(required=False, widget=forms.HiddenInput, label="")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["read"] = _sign(self.instance)

    def clean(self) -> dict[str, Any] | None:
        """Refuse a stale save; and an occasion that is not whole."""
        cleaned = super().clean() or {}
        stage, runs_on = cleaned.get("stage"), cleaned.get("runs_on")
        if runs_on == RuleSet.RunsOn.STAGE and not stage:
            self.add_error("stage", _("Say at which stage it runs."))
        elif runs_on == RuleSet.RunsOn.NEW and stage:
            self.add_error("stage", _("Leave it empty: these rules run when a lead arrives."))
        if self.instance.pk:
            self._refuse_stale()
        return cleaned

    def _refuse_stale(self) -> None:
        try:
            read = signing.loads(self.data.get(self.add_prefix("read"), ""), salt=_SALT)
        except signing.BadSignature:
            self.add_error(None, _("This page cannot be saved any more. Open it again."))
            return
        # The lock holds until the admin's own transaction ends, so nobody saves between this look and our save.
        now = RuleSet.objects.select_for_update(of=("self",)).get(pk=self.instance.pk)
        if now.revision == read["revision"]:
            return
        self.add_error(None, stale_says(now, read))
        if isinstance(self.data, QueryDict):
            renewed = self.data.copy()
            renewed[self.add_prefix("read")] = _sign(now)
            self.data = renewed


def _sign(rule_set: RuleSet) -> str:
    return signing.dumps({"revision": rule_set.revision, "body": rulesets.body_of(rule_set)}, salt=_SALT, compress=True)


def stale_says(current: RuleSet, read: dict[str, Any]) -> list[str]:
    """Who saved what meanwhile, in words, and what to do."""
    saved = rulesets.saved_since(current, read["revision"])
    who = [
        _("%(by)s saved at %(at)s.")
        % {"by": one.by or _("Somebody"), "at": date_format(timezone.localtime(one.at), "H:i")}
        for one in saved
    ]
    before = compare.Text(read["body"], catalogue_of(current.division_id))
    changes = compare.compare(before, compare.Text.draft(current), division_id=current.division_id)
    return [
        _("Nothing was saved: somebody else saved this draft after you opened it. What you typed still stands below."),
        *who,
        *(change.text() for change in changes),
        _("Save again to write yours over theirs; rules of theirs that are not in your form stay."),
    ]


class KeepsTyped(BaseInlineFormSet):
    """What was typed into a row that somebody removed meanwhile comes back as a new row instead of being lost."""

    def __init__(self, data: Any = None, files: Any = None, instance: Any = None, **kwargs: Any) -> None:
        if data is not None and instance is not None and instance.pk:
            prefix = kwargs.get("prefix") or self.get_default_prefix()
            rows = getattr(instance, self.fk.remote_field.get_accessor_name())
            data = _renumbered(data, prefix, {str(pk) for pk in rows.values_list("pk", flat=True)})
        super().__init__(data, files, instance=instance, **kwargs)


def _renumbered(data: QueryDict, prefix: str, known: set[str]) -> QueryDict:
    """Rows known to the database first, as Django's formsets need it; a vanished one loses its number."""
    try:
        total, initial = (int(data.get(f"{prefix}-{name}") or 0) for name in ("TOTAL_FORMS", "INITIAL_FORMS"))
    except ValueError:
        return data
    gone = [n for n in range(min(initial, total)) if data.get(f"{prefix}-{n}-id", "") not in known]
    if not gone:
        return data
    order = [n for n in range(total) if n not in gone] + gone
    place = {old: new for new, old in enumerate(order)}
    row = re.compile(rf"{re.escape(prefix)}-(\d+)-(.+)")
    found = QueryDict(mutable=True)
    for key, values in data.lists():
        match = row.fullmatch(key)
        if match is None or int(match[1]) not in place:
            found.setlist(key, values)
        elif not (match[2] == "id" and int(match[1]) in gone):
            found.setlist(f"{prefix}-{place[int(match[1])]}-{match[2]}", values)
    found[f"{prefix}-INITIAL_FORMS"] = str(initial - len(gone))
    return found
