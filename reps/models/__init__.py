"""Rows about people, one noun a file."""

from .division import Division, RosterVersion
from .group import Group
from .membership import Membership
from .period import PeriodQuerySet, PeriodRow
from .presence import Presence
from .rep import Rep
from .skill import RepSkill, Skill
from .territory import Territory, TerritoryCover
from .time import Pause, Shift, TimeOff
from .user import User

__all__ = [
    "Division",
    "Group",
    "Membership",
    "Pause",
    "PeriodQuerySet",
    "PeriodRow",
    "Presence",
    "Rep",
    "RepSkill",
    "RosterVersion",
    "Shift",
    "Skill",
    "Territory",
    "TerritoryCover",
    "TimeOff",
    "User",
]
