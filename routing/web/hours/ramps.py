"""The ramp of a rep in a group: its forms, for managers, and its steps in words, for both."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reps import access, ramp
from reps.models import Group, Membership, Rep, User
from routing.engine.ruleset import RuleSetError, parse_steps, shares_equally
from routing.web.hours.asked import Asked, HoursForm, local


class GroupForm(HoursForm):
    """Of one membership in a group that the asker manages."""

    group = forms.ModelChoiceField(Group.objects.none(), to_field_name="uid", widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = Membership.objects.at(self.now).filter(rep=self.rep).values("group")
        groups = access.groups_managed(self.by).filter(pk__in=mine)
        self.fields["group"].queryset = groups  # type: ignore[attr-defined]  # it is a ModelChoiceField

    @property
    def row(self) -> Membership:
        """The membership in force."""
        return Membership.objects.at(self.now).get(rep=self.rep, group=self.cleaned_data["group"])


class RampForm(GroupForm):
    """A new ramp; it takes the place of one that runs."""

    name = "ramp"
    percents = forms.CharField(label=gettext_lazy("Steps in percent"), max_length=100, initial="25, 50, 75")
    days = forms.IntegerField(label=gettext_lazy("Days each"), min_value=1, max_value=ramp.LONGEST, initial=7)

    def clean_percents(self) -> list[int]:
        """Numbers with commas or spaces between."""
        words = self.cleaned_data["percents"].replace("%", " ").replace(",", " ").replace(";", " ").split()
        if not words or len(words) > ramp.MOST_STEPS or not all(w.isdecimal() and 0 < int(w[:4]) < 100 for w in words):
            raise ValidationError(_("Up to 12 steps, each between 1 and 99, such as 25, 50, 75."))
        return [int(word) for word in words]

    def asked(self) -> Asked:
        """The steps."""
        data, row = self.cleaned_data, self.row
        act = partial(ramp.start, row=row, percents=data["percents"], days=data["days"], now=self.now)
        percents = ", ".join(f"{one} %" for one in data["percents"])
        says = _("%(group)s: %(percents)s, then all of it") % {"group": row.group.name, "percents": percents}
        keep = self.kept(
            group=data["group"].uid, percents=", ".join(str(one) for one in data["percents"]), days=data["days"]
        )
        look = partial(_tells, row=row, now=self.now)
        return Asked(act, says, _("Start the ramp"), _("The ramp has begun."), keep, look)


class StopForm(GroupForm):
    """All of it from now on."""

    name = "ramp-stop"

    def asked(self) -> Asked:
        """The end."""
        row = self.row
        act = partial(ramp.stop, row=row, now=self.now)
        says = _("%s: all of the weight and limits from now on") % row.group.name
        look = partial(_tells, row=row, now=self.now)
        return Asked(act, says, _("End the ramp"), f"{says}.", self.kept(group=row.group.uid), look)


FORMS = (RampForm, StopForm)


def _tells(*, row: Membership, now: datetime) -> list[str]:
    """What holds once it is done."""
    current = Membership.objects.at(now).get(rep=row.rep_id, group=row.group_id)
    lines = steps_say(ramp.steps_of(current, now=now)) or [_("All of the weight and the limits, as for anybody.")]
    if _equal(row.group):
        lines.append(
            _("%s shares in equal turns, so a ramp only lowers limits there. Share by weight to ramp the share too.")
            % row.group.name
        )
    if not any(value is not None for value in (current.cap_open, current.cap_hour, current.cap_day, current.cap_week)):
        lines.append(_("This membership has no limits, so only the weight is ramped."))
    return lines


def steps_say(steps: Sequence[tuple[datetime, int]]) -> list[str]:
    """Each step; empty without a ramp."""
    return [
        _("%d %% now") % percent
        if n == 0
        else _("%(percent)d %% from %(day)s on") % {"percent": percent, "day": local(at, "D j M")}
        for n, (at, percent) in enumerate(steps)
    ]


def context(rep: Rep, by: User, *, now: datetime, own: bool) -> list[dict[str, Any]]:
    """A rep reads the ramps they are in; a manager sets those of groups they manage."""
    groups = Membership.objects.at(now).filter(rep=rep, group__active=True).select_related("group")
    mine = list(groups.order_by("group__name"))
    managed = set() if own else set(access.groups_managed(by).values_list("pk", flat=True))
    steps = ramp.steps_by_row(mine, now=now)
    rows = [
        {"group": row.group, "steps": steps_say(steps[row.pk]), "may": row.group_id in managed, "weight": row.weight}
        for row in mine
    ]
    return [row for row in rows if row["steps"] or row["may"]]


def _equal(group: Group) -> bool:
    try:
        return shares_equally(parse_steps(group.steps))
    except RuleSetError:
        return False
