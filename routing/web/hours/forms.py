"""The forms of My availability: pause, time off, holidays, place and backup."""

import zoneinfo
from datetime import datetime, time, timedelta
from functools import cache, partial
from typing import Any

import holidays as library
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.qualify.normalise import country_name
from reps import availability, hours
from reps.models import Rep, TimeOff
from routing.web.hours.asked import Asked, HoursForm, local, when

_MORNING = time(9)
_DAY = timedelta(days=1)
_TODAY, _TOMORROW, _PICK, _OPEN = "today", "tomorrow", "pick", "open"
QUICK = (
    ("30", gettext_lazy("30 minutes")),
    ("60", gettext_lazy("1 hour")),
    (_TODAY, gettext_lazy("Until the end of today")),
    (_TOMORROW, gettext_lazy("Until tomorrow morning")),
    (_OPEN, gettext_lazy("Until I switch on again")),
)


class PauseForm(HoursForm):
    """Off from now on, for a while or until further notice."""

    name = "pause"
    length = forms.ChoiceField(choices=[*QUICK, (_PICK, "")])
    until = forms.DateTimeField(
        label=gettext_lazy("Until"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def clean(self) -> dict[str, Any]:
        """An end that lies ahead."""
        data = super().clean() or {}
        if data.get("length") == _PICK and not self.errors:
            until = data.get("until")
            if until is None:
                self.add_error("until", _("Say until when."))
            elif until <= self.now:
                self.add_error("until", _("This lies in the past."))
            elif until > self.now + hours.FARTHEST:
                self.add_error("until", _("Choose a day within two years."))
        return data

    def asked(self) -> Asked:
        """The pause."""
        until = self._until(self.cleaned_data["length"])
        keep = self.kept(
            length=_OPEN if until is None else _PICK,
            until=timezone.localtime(until).strftime("%Y-%m-%dT%H:%M") if until else None,
        )
        says = _("Paused until %s") % when(until, self.now) if until else _("Paused until switched on again")
        act = partial(availability.pause, rep=self.rep, by=self.by, now=self.now, until=until)
        return Asked(act, says, _("Pause now"), f"{says}.", keep)

    def _until(self, length: str) -> datetime | None:
        if length == _PICK:
            return self.cleaned_data["until"]
        if length == _OPEN:
            return None
        today = timezone.localtime(self.now).date()
        midnight = hours.midnight(self.rep, today + _DAY)
        if length == _TODAY:
            return midnight
        if length == _TOMORROW:
            duty = availability.calendar(self.rep, since=midnight, until=midnight + _DAY).duty
            # Who works at midnight anyway wants a night off.
            return duty[0][0] if duty and duty[0][0] > midnight else hours.wall(self.rep, today + _DAY, _MORNING)
        rounded = self.now.replace(second=0, microsecond=0) + timedelta(minutes=1)
        return rounded + timedelta(minutes=int(length))


class OffForm(HoursForm):
    """Time off: whole days, or part of one; a new one, or another end of one that is planned."""

    name = "off"
    row = forms.ModelChoiceField(TimeOff.objects.none(), required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=TimeOff.Kind.choices)
    first = forms.DateField(label=gettext_lazy("First day"), widget=forms.DateInput(attrs={"type": "date"}))
    begins = forms.TimeField(
        label=gettext_lazy("From"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    last = forms.DateField(
        label=gettext_lazy("Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    ends = forms.TimeField(
        label=gettext_lazy("Until"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = TimeOff.objects.filter(rep=self.rep, ends_at__gt=self.now)
        self.fields["row"].queryset = mine  # type: ignore[attr-defined]  # it is a ModelChoiceField

    def clean(self) -> dict[str, Any]:
        """Days as instants of the rep's clock; without times, whole days."""
        data = super().clean() or {}
        first = data.get("first")
        if first is None or self.errors:
            return data
        last = data.get("last") or first
        farthest = timezone.localtime(self.now + hours.FARTHEST).date()
        for name, day in (("first", first), ("last", last)):
            if not timezone.localtime(self.now).date() - timedelta(days=366) <= day <= farthest:
                self.add_error(name, _("Choose a day within two years."))
                return data
        data["starts_at"] = hours.wall(self.rep, first, data.get("begins") or time())
        whole = data.get("ends") is None
        data["ends_at"] = hours.midnight(self.rep, last + _DAY) if whole else hours.wall(self.rep, last, data["ends"])
        return data

    def refuse(self, where: str, says: str) -> None:
        """At the first day, or the last."""
        super().refuse({"from": "first", "until": "last"}.get(where, where), says)

    def asked(self) -> Asked:
        """The absence."""
        data = self.cleaned_data
        keep = self.kept(
            row=data["row"].pk if data["row"] else None,
            kind=data["kind"],
            first=data["first"].isoformat(),
            last=data["last"].isoformat() if data["last"] else None,
            begins=data["begins"].strftime("%H:%M") if data["begins"] else None,
            ends=data["ends"].strftime("%H:%M") if data["ends"] else None,
        )
        says = _("Time off %s") % off_says(data["starts_at"], data["ends_at"])
        times = {"starts_at": data["starts_at"], "ends_at": data["ends_at"], "now": self.now}
        if data["row"]:
            return Asked(partial(hours.move_off, row=data["row"], **times), says, _("Change it"), _("Changed."), keep)
        act = partial(hours.take_off, rep=self.rep, kind=data["kind"], **times)
        return Asked(act, says, _("Enter it"), f"{says}: {_('entered.')}", keep)


class CancelForm(HoursForm):
    """Time off that is not taken, or ends now."""

    name = "cancel"
    row = forms.ModelChoiceField(TimeOff.objects.none(), widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = TimeOff.objects.filter(rep=self.rep, ends_at__gt=self.now)
        self.fields["row"].queryset = mine  # type: ignore[attr-defined]  # it is a ModelChoiceField

    def asked(self) -> Asked:
        """Removed, or ended."""
        row = self.cleaned_data["row"]
        begun = hours.in_force(row, self.now)
        says = _("Back from now on") if begun else _("No time off %s") % off_says(row.starts_at, row.ends_at)
        act = partial(hours.cancel_off, row=row, now=self.now)
        return Asked(act, says, _("Come back now") if begun else _("Remove it"), f"{says}.", self.kept(row=row.pk))


class HolidayForm(HoursForm):
    """Whether a public holiday is worked."""

    name = "holiday"
    day = forms.DateField(widget=forms.HiddenInput)
    works = forms.BooleanField(required=False)

    def clean_day(self) -> Any:
        """One that comes."""
        day = self.cleaned_data["day"]
        today = timezone.localtime(self.now).date()
        if day not in dict(availability.next_holidays(self.rep, after=today, most=60)):
            raise ValidationError(_("This is no public holiday that comes."))
        return day

    def asked(self) -> Asked:
        """One or the other."""
        day, works = self.cleaned_data["day"], self.cleaned_data["works"]
        named = date_format(day, "l j F")
        says = _("Working on %s") % named if works else _("Off on %s") % named
        act = partial(hours.work_on, rep=self.rep, day=day, works=works)
        return Asked(act, says, _("Save"), f"{says}.", self.kept(day=day.isoformat(), works="1" if works else ""))


class PlaceForm(HoursForm):
    """Time zone, where public holidays come from, and who stands in."""

    name = "place"
    zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        help_text=gettext_lazy("The shifts are read in it from now on; past weeks stay as they were worked."),
    )
    country = forms.ChoiceField(label=gettext_lazy("Country, for public holidays"), required=False)
    subdivision = forms.CharField(label=gettext_lazy("State or canton"), max_length=10, required=False)
    backup = forms.ModelChoiceField(
        Rep.objects.none(),
        to_field_name="uid",
        required=False,
        label=gettext_lazy("Backup"),
        empty_label=gettext_lazy("nobody"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        rep = kwargs["rep"]
        first = {"zone": rep.time_zone, "country": rep.country, "subdivision": rep.subdivision}
        kwargs["initial"] = first | {"backup": rep.backup.uid if rep.backup else None}
        super().__init__(*args, **kwargs)
        self.fields["zone"].choices = [(name, name.replace("_", " ")) for name in zones()]  # type: ignore[attr-defined]  # it is a ChoiceField
        self.fields["country"].choices = [("", _("none: no public holidays")), *named_countries()]  # type: ignore[attr-defined]  # as above
        known = ", ".join(countries().get(rep.country, ()))
        if known:
            self.fields["subdivision"].help_text = _("One of: %s.") % known
        others = Rep.objects.filter(division=rep.division_id, active=True, user__is_active=True).exclude(pk=rep.pk)
        self.fields["backup"].queryset = others.select_related("user").order_by("user__name")  # type: ignore[attr-defined]  # as above

    def clean(self) -> dict[str, Any]:
        """A subdivision that the country has."""
        data = super().clean() or {}
        data["subdivision"] = data.get("subdivision", "").strip().upper().removeprefix(f"{data.get('country', '')}-")
        known = countries().get(data.get("country", ""), ())
        if data["subdivision"] and data["subdivision"] not in known and "country" in data:
            self.add_error("subdivision", _("Not known there. One of: %s.") % (", ".join(known) or _("none")))
        return data

    def asked(self) -> Asked:
        """All four at once."""
        data = self.cleaned_data
        act = partial(hours.settle, rep=self.rep, now=self.now, **data)
        backup = data["backup"].uid if data["backup"] else None
        return Asked(act, _("Place and backup"), _("Save"), _("Saved."), self.kept(**(data | {"backup": backup})))


def off_says(starts_at: datetime, ends_at: datetime) -> str:
    """From when to when: days where they are whole, else with times."""
    start, end = timezone.localtime(starts_at), timezone.localtime(ends_at)
    if start.time() == end.time() == time():
        last = end.date() - _DAY
        first = date_format(start, "D j M")
        return first if last == start.date() else f"{first} to {date_format(last, 'D j M')}"
    if start.date() == end.date():
        return f"{date_format(start, 'D j M, H:i')} to {date_format(end, 'H:i')}"
    return f"{local(starts_at)} to {local(ends_at)}"


@cache
def zones() -> tuple[str, ...]:
    """The zones people know by name."""
    odd = ("Etc/", "SystemV/", "posix/", "right/", "US/")
    found = (name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith(odd))
    return ("UTC", *sorted(found))


def named_countries() -> list[tuple[str, str]]:
    """The same by code and name, in the order of names."""
    return sorted(((code, country_name(code)) for code in countries()), key=lambda pair: pair[1])


@cache
def countries() -> dict[str, tuple[str, ...]]:
    """Countries whose public holidays are known, each with its parts."""
    return {code: tuple(parts) for code, parts in sorted(library.list_supported_countries().items())}
