"""The week as a grid of times, typed and read without any script: several blocks a day, copied, from now or a date."""

from collections.abc import Sequence
from datetime import datetime, time
from functools import partial
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_time
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reps import hours
from reps.models import Shift
from routing.web.hours.asked import Asked, HoursForm, local

_NOW, _DATE = "now", "date"
Pair = tuple[str, str]


class WeekForm(HoursForm):
    """Pairs of times by weekday under `d0.from`, `d0.until` ... `d6.until`; an empty pair is nothing."""

    name = "week"
    start = forms.ChoiceField(choices=[(_NOW, gettext_lazy("from now on")), (_DATE, gettext_lazy("from a day on"))])
    since = forms.DateField(
        label=gettext_lazy("Day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "aria-label": gettext_lazy("From this day on")}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.day_errors: dict[int, str] = {}

    def pairs(self, day: int) -> list[Pair]:
        """What was typed for a weekday."""
        if self.typed is None:
            return []
        begins, ends = self.typed.getlist(f"d{day}.from"), self.typed.getlist(f"d{day}.until")
        return [(a.strip(), b.strip()) for a, b in zip(begins, ends, strict=False) if a.strip() or b.strip()][:20]

    def clean(self) -> dict[str, Any]:
        """The blocks, and since when they hold."""
        data = super().clean() or {}
        data["blocks"] = [block for day in range(7) if (found := self._read(day)) for block in found]
        try:
            hours.check_week(data["blocks"])
        except hours.HoursError as error:
            self.refuse(error.field, str(error))
        data["since_at"] = self.now
        if data.get("start") == _DATE and "since" not in self.errors:
            if data.get("since") is None:
                self.add_error("since", _("Say from which day on."))
            elif data["since"] != timezone.localtime(self.now).date():
                if not 0 < (data["since"] - timezone.localtime(self.now).date()).days < hours.FARTHEST.days:
                    self.add_error("since", _("Choose a day within two years."))
                else:
                    data["since_at"] = hours.midnight(self.rep, data["since"])
        return data

    def _read(self, day: int) -> list[hours.Block]:
        found = []
        for begins, ends in self.pairs(day):
            start, end = read_time(begins), read_time(ends)
            if start is None or end is None:
                self.refuse(str(day), _("A block needs two times, like 09:00 and 17:30."))
                return []
            found.append((day, start, end))
        return found

    def refuse(self, where: str, says: str) -> None:
        """At the weekday."""
        if where.isdecimal():
            self.day_errors[int(where)] = says
            self.add_error(None, f"{weekday(int(where))}: {says}")
        else:
            super().refuse(where, says)

    def asked(self) -> Asked:
        """The week from then on."""
        data = self.cleaned_data
        since: datetime = data["since_at"]
        blocks = data["blocks"]
        total = f"{hours.weekly_hours(blocks):.1f}".removesuffix(".0")
        amount = ngettext("%s hour a week", "%s hours a week", round(hours.weekly_hours(blocks))) % total
        start = _("from now on") if since == self.now else _("from %s on") % local(since, "D j M")
        keep = self.kept(start=data["start"], since=data["since"].isoformat() if data.get("since") else None)
        for day, begins, ends in blocks:
            keep += [(f"d{day}.from", begins.strftime("%H:%M")), (f"d{day}.until", ends.strftime("%H:%M"))]
        act = partial(hours.set_week, rep=self.rep, blocks=blocks, since=since, now=self.now)
        says = f"{amount}, {start}"
        return Asked(act, says, _("Save the week"), _("Saved: %s. Past weeks stay as they were.") % says, keep)

    def copied(self) -> dict[int, list[Pair]]:
        """Monday's pairs on Tuesday to Friday, too."""
        return {day: self.pairs(0 if day < 5 else day) for day in range(7)}


def rows(pairs: dict[int, list[Pair]], errors: dict[int, str], *, more: bool = False) -> list[dict[str, Any]]:
    """The grid: each weekday with its blocks; room for another where there is none, or where it is asked for."""
    return [
        {
            "day": day,
            "label": weekday(day),
            "blocks": [
                {"n": n, "begins": a, "ends": b, "over": over_midnight(a, b)}
                for n, (a, b) in enumerate(_with_room(pairs.get(day, []), more=more), start=1)
            ],
            "error": errors.get(day, ""),
        }
        for day in range(7)
    ]


def _with_room(pairs: list[Pair], *, more: bool) -> list[Pair]:
    return [*pairs, ("", "")] if more or not pairs else pairs


def typed(blocks: Sequence[hours.Block]) -> dict[int, list[Pair]]:
    """Blocks as texts."""
    found: dict[int, list[Pair]] = {}
    for day, begins, ends in blocks:
        found.setdefault(day, []).append((begins.strftime("%H:%M"), ends.strftime("%H:%M")))
    return found


def over_midnight(begins: str, ends: str) -> bool:
    """Whether the block ends on the next day."""
    start, end = read_time(begins), read_time(ends)
    return start is not None and end is not None and end <= start and end != time()


def read_time(text: str) -> time | None:
    """A time of day, to the minute."""
    try:
        found = parse_time("00:00" if text in {"24:00", "24"} else text)
    except ValueError:
        return None
    return found.replace(second=0, microsecond=0, tzinfo=None) if found else None


def weekday(day: int) -> str:
    """Its name."""
    return str(Shift.Weekday(day).label)
