"""The five kinds of team that the first run knows, and what each asks of its people."""

from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

# Who can take a lead: on duty, with room, and not the one who just lost it.
_STANDING = ("availability", "capacity", "not_again")


class Split(StrEnum):
    """What tells the leads of two teams apart."""

    SIZE = "size"
    COUNTRIES = "countries"


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of team. `asks`: what is known of each person besides name and e-mail, "countries" or "domains"."""

    key: str
    label: Any
    says: Any  # how leads are shared then, in a sentence or two
    icon: str
    steps: tuple[dict[str, Any], ...]
    teams: tuple[Any, ...] = (_("Sales"),)
    asks: str = ""
    pool: bool = False


def _steps(*names: str) -> tuple[dict[str, Any], ...]:
    return tuple({"strategy": name} for name in (*_STANDING, *names))


SHAPES = {
    shape.key: shape
    for shape in (
        Shape(
            "small",
            _("A small team"),
            _("Everybody takes every kind of lead. Each new one goes to whoever is next in line."),
            "users",
            _steps("round_robin"),
        ),
        Shape(
            "groups",
            _("Specialised groups"),
            _("One group for large companies or certain countries, one for all others. In each they take turns."),
            "route",
            _steps("round_robin"),
            teams=(_("Key accounts"), _("Sales")),
        ),
        Shape(
            "territories",
            _("Territories"),
            _("Each rep covers countries, and gets the leads from there. Reps who share a country take turns."),
            "world",
            _steps("territory", "round_robin"),
            asks="countries",
        ),
        Shape(
            "accounts",
            _("Accounts"),
            _("Leads of a company go to the rep who owns it. All others are shared in turn."),
            "building",
            _steps("account", "round_robin"),
            asks="domains",
        ),
        Shape(
            "pool",
            _("Blind pool"),
            _("New leads wait in a pool. Reps pull the next one when they have time, and see its details only then."),
            "stack",
            ({"strategy": "pool", "options": {"mode": "blind"}},),
            pool=True,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Hours:
    """When everybody works at first; each can change their own."""

    label: Any
    days: range
    begins: time
    ends: time


HOURS = {
    "office": Hours(_("Monday to Friday, 9:00 to 17:00"), range(5), time(9), time(17)),
    "long": Hours(_("Every day, 8:00 to 20:00"), range(7), time(8), time(20)),
    "always": Hours(_("Around the clock"), range(7), time(0), time(0)),
}
