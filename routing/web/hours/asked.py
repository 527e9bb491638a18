"""What somebody wants to change about a rep's hours: the act itself, and the words for it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format

from reps.models import Rep, User


@dataclass(frozen=True, slots=True)
class Asked:
    """One change, looked at first and done afterwards by the same `act`."""

    act: Callable[[], object]
    says: str  # over what it would do
    button: str
    done: str
    keep: list[tuple[str, str]] = field(default_factory=list)  # the fields that ask for exactly this
    look: Callable[[], list[str]] | None = None  # what it does, where that is not about hours; asked once it was tried


class HoursForm(forms.Form):
    """A form of the page: knows whose hours, who asks, and when."""

    name = ""

    def __init__(self, data: QueryDict | None = None, *, rep: Rep, by: User, now: datetime, **kwargs: Any) -> None:
        super().__init__(data, auto_id=f"{self.name}-%s", **kwargs)
        self.typed = data
        self.rep, self.by, self.now = rep, by, now

    def asked(self) -> Asked:
        """The change; of a valid form."""
        raise NotImplementedError

    def refuse(self, where: str, says: str) -> None:
        """What the domain refused, at its field."""
        self.add_error(where if where in self.fields else None, says)

    def kept(self, **values: object) -> list[tuple[str, str]]:
        """The fields of the form that asks for exactly this."""
        return [("form", self.name), *((name, str(value)) for name, value in values.items() if value not in {None, ""})]


def local(at: datetime, form: str = "D j M, H:i") -> str:
    """An instant by the clock of the page, which is the rep's."""
    return date_format(timezone.localtime(at), form)


def when(at: datetime, now: datetime) -> str:
    """The same in short: only the time where it is today."""
    near = timezone.localtime(at).date() == timezone.localtime(now).date()
    return local(at, "H:i" if near else "D j M, H:i")
