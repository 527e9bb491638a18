"""Rows about people, one noun a file."""

from .calendar import BusySpan, CalendarAddress, CalendarFeed, HolidayWorked
from .division import Division, RosterVersion
from .endpoint import Endpoint
from .group import Group
from .installation import Installation
from .invitation import Invitation
from .listener import Listener
from .membership import Membership
from .period import PeriodQuerySet, PeriodRow
from .preference import Preference
from .presence import Presence
from .rate import ExchangeRate
from .rep import Rep
from .skill import RepSkill, Skill
from .switchboard import Switchboard
from .territory import Territory, TerritoryCover
from .time import Pause, Shift, TimeOff
from .user import User

__all__ = [
    "BusySpan",
    "CalendarAddress",
    "CalendarFeed",
    "Division",
    "Endpoint",
    "ExchangeRate",
    "Group",
    "HolidayWorked",
    "Installation",
    "Invitation",
    "Listener",
    "Membership",
    "Pause",
    "PeriodQuerySet",
    "PeriodRow",
    "Preference",
    "Presence",
    "Rep",
    "RepSkill",
    "RosterVersion",
    "Shift",
    "Skill",
    "Switchboard",
    "Territory",
    "TerritoryCover",
    "TimeOff",
    "User",
]
