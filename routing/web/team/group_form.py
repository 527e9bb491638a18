"""The form of a group: name, members, how to share, response time; the rest under Advanced, with what is usual."""

from collections.abc import Sequence
from copy import copy
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from reps import groups
from reps.models import Group, Rep, User
from reps.models.division import SEEDED
from reps.models.group import PUBLIC_FIELDS
from routing import wording
from routing.admin.forms import clean_escalation
from routing.methods import BY_KEY, METHODS, method_of
from routing.web.rule_form import places
from routing.web.team.own_way import OwnWay

OWN = "own"
_BLANKS = 2  # empty rows to write into
_MOST = 1_000_000  # what the columns hold; nobody means more
_PUBLIC = {
    "source": gettext_lazy("source"),
    "channel": gettext_lazy("channel"),
    "country": gettext_lazy("country"),
    "region": gettext_lazy("region"),
    "industry": gettext_lazy("industry"),
    "size_band": gettext_lazy("size"),
    "intent": gettext_lazy("what they want"),
}


class GroupForm(forms.ModelForm):
    """A group as its managers set it; what silence does are rows of their own: `x.0-after`, `x.0-do` ..."""

    method = forms.ChoiceField(label=gettext_lazy("How this group shares"), widget=forms.RadioSelect)
    members = forms.MultipleChoiceField(
        label=gettext_lazy("Who is in it"), required=False, widget=forms.CheckboxSelectMultiple
    )
    managers = forms.MultipleChoiceField(
        label=gettext_lazy("Who manages it"), required=False, widget=forms.CheckboxSelectMultiple
    )
    public_fields = forms.MultipleChoiceField(
        label=gettext_lazy("Cards in the pool show"),
        required=False,
        choices=[(name, _PUBLIC[name]) for name in PUBLIC_FIELDS],
        widget=forms.CheckboxSelectMultiple,
    )
    read = forms.CharField(required=False, widget=forms.HiddenInput)

    SILENCE = ("clock", "wait_alert")
    POOL = ("pool", "pool_cards", "claims_per_day", "claims_unworked", "claim_pause", "put_backs_per_day")
    SHARE = ("count_manual", "count_kept", "count_claims", "count_accounts", "free_decline", "on_return",
             "repay_per_day", "when_away")  # fmt: skip
    SIGHT = ("visibility", "blind_for_managers")
    # What decides who sees the details of a lead before the claim.
    SECRET = ("method", "pool", "public_fields", "visibility", "blind_for_managers")

    class Meta:
        model = Group
        fields: ClassVar = [name for name in groups.TERMS if name not in {"steps", "escalation"}]

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        group: Group | None,
        reps: Sequence[Rep],
        inside: Sequence[Rep],
        people: Sequence[User],
        managing: Sequence[User],
        read: str,
        fixed: Sequence[str] = (),
        left: tuple[int, int] = (0, 0),
    ) -> None:
        # A copy: a form writes what was typed into its row.
        row = copy(group) if group else Group()
        known = method_of(row) if group else BY_KEY["round_robin"]
        if "method" in fixed:  # what is sent of it is not looked at
            data = _without_way(data)
        data, self.way = _way(data, row.steps)
        initial = {
            "method": known.key if known else OWN,
            "members": [str(rep.uid) for rep in inside],
            "managers": [str(user.uid) for user in managing],
            "read": read,
        }
        super().__init__(data, instance=row, auto_id="group-%s", initial=initial)
        self._kept = row.steps
        self._reps, self._people = {str(rep.uid): rep for rep in reps}, {str(user.uid): user for user in people}
        self._choose("members", [(uid, rep.name) for uid, rep in self._reps.items()])
        self._choose("managers", [(uid, user.name or user.email) for uid, user in self._people.items()])
        ways = [(one.key, _(one.name)) for one in METHODS]
        own = known is None or (data is not None and data.get("method") == OWN)
        self._choose("method", [*ways, (OWN, _("Steps of its own"))] if own else ways)
        self.reps_left, self.people_left = left  # so many are not listed
        self.silence_error = ""
        self.stages = places.posted_stages(data) if data is not None else places.kept_stages(row.escalation)
        for field in self.fields.values():
            if isinstance(field, forms.IntegerField):
                field.validators.append(MaxValueValidator(_MOST))
                field.widget.attrs |= {"inputmode": "numeric", "max": _MOST}
        self._told_defaults()
        for name in fixed:  # what is sent of them is not looked at
            self.fields[name].disabled = True

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]  # it is a ChoiceField

    def _told_defaults(self) -> None:
        for name in (*self.SILENCE, *self.POOL, *self.SHARE, *self.SIGHT):
            usual = _("Usually: %s.") % _usual(Group._meta.get_field(name))  # noqa: SLF001 - Django's documented API
            field = self.fields[name]
            field.help_text = f"{field.help_text} {usual}".strip()

    @property
    def ways(self) -> list[dict[str, Any]]:
        """The ways to share as cards."""
        chosen = self["method"].value()
        about = {one.key: _(one.best_for) for one in METHODS} | {OWN: self._own_says()}
        listed = self.fields["method"].choices  # type: ignore[attr-defined]  # as above
        return [{"key": key, "name": label, "says": about[key], "chosen": key == chosen} for key, label in listed]

    def _own_says(self) -> str:
        """The steps it has in words, where they are its own."""
        own = self.initial["method"] == OWN
        return wording.group_shares(self._kept, wording.Names.load(SEEDED)) if own else _("Put together below.")

    def _part(self, names: Sequence[str]) -> list[forms.BoundField]:
        return [self[name] for name in names]

    @property
    def advanced(self) -> list[dict[str, Any]]:
        """The rest, part by part."""
        parts = (
            (_("If nobody answers"), self.SILENCE),
            (_("Pool"), self.POOL),
            (_("Fair share and time off"), self.SHARE),
            (_("What reps see"), self.SIGHT),
        )
        return [{"name": name, "fields": self._part(fields), "key": fields[0]} for name, fields in parts]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """What silence does, with empty rows to write into."""
        blank = [places.Stage("", "remind")] * _BLANKS
        choices = places.stage_choices()
        return [
            {"n": n, "after": stage.after, "dos": [(value, label, value == stage.do) for value, label in choices]}
            for n, stage in enumerate([*(one for one in self.stages if one.after.strip()), *blank])
        ]

    def _escalation(self) -> Any:
        stages = [stage for stage in self.stages if stage.after.strip()]
        try:
            return clean_escalation(places.stages_body(stages))
        except ValidationError:
            self.silence_error = _("Write minutes, the shortest first, at most 30 days.")
            self.add_error(None, _("If nobody answers: %s") % self.silence_error)
            return []

    def clean(self) -> dict[str, Any]:
        """The way to share as steps, and the pool it needs."""
        data: dict[str, Any] = super().clean() or {}
        method = BY_KEY.get(data.get("method", ""))
        data["steps"] = method.steps if method else self._own_steps()
        if method and method.pool != Group.Pool.NONE:
            data["pool"] = method.pool
        data["escalation"] = self._escalation()
        if not data.get("managers"):
            self.add_error("managers", _("Somebody has to answer for it: choose at least one."))
        return data

    def _own_steps(self) -> Any:
        if self.fields["method"].disabled:
            return self._kept
        steps = self.way.checked()
        if steps is None:
            self.add_error("method", _("Look at the steps below."))
        return steps or []

    def begun(self) -> None:
        """Drawn again while it is filled in: what is missing so far is no mistake yet."""
        self.cleaned_data, self._errors = {}, ErrorDict()

    @property
    def puts_together(self) -> bool:
        """Whether its steps are shown one by one."""
        return bool(self["method"].value() == OWN and not self.fields["method"].disabled)

    def wanted(self) -> groups.Wanted:
        """As typed; of a valid form."""
        data = self.cleaned_data
        return groups.Wanted(
            {name: data[name] for name in groups.TERMS},
            [self._reps[uid] for uid in data["members"]],
            [self._people[uid] for uid in data["managers"]],
        )

    def read_again(self, read: str) -> None:
        """What holds now was shown: the next save is on top of it."""
        if isinstance(self.data, QueryDict):
            renewed = self.data.copy()
            renewed["read"] = read
            self.data = renewed


def _way(data: QueryDict | None, kept: Any) -> tuple[QueryDict | None, OwnWay]:
    """The steps of its own; asked for them, the form begins with those of the way that was chosen."""
    key = str(data.get("method", "")) if data is not None else ""
    if data is None or key not in {*BY_KEY, OWN}:
        return data, OwnWay.kept(kept)
    if key == OWN:
        return data, OwnWay.posted(data)
    way = OwnWay.kept(BY_KEY[key].steps)
    if data.get("do") == OWN:
        data = data.copy()
        data["method"] = OWN
    return data, way


def _without_way(data: QueryDict | None) -> QueryDict | None:
    if data is not None and "method" in data:
        data = data.copy()
        del data["method"]
    return data


def _usual(field: Any) -> str:
    """What a field of the model holds if it is left alone."""
    default = field.get_default()
    if field.choices:
        return str(dict(field.flatchoices)[default])
    if isinstance(field, models.BooleanField):
        return pgettext("a setting", "on") if default else pgettext("a setting", "off")
    return _("no limit") if default is None else str(default)
