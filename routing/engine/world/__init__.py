"""All that the engine may know of a lead and of the rest: frozen values, nothing lazy."""

from routing.engine.world.lead import Account, Lead
from routing.engine.world.market import SPECIFICITY, Area, AreaKind, Territory, closest_territory
from routing.engine.world.people import (
    ABSENT,
    NOTHING,
    Absence,
    AbsenceKind,
    Group,
    Limit,
    Member,
    OnReturn,
    Rep,
    Span,
    Stage,
    Step,
)
from routing.engine.world.state import ANY_GROUP, World

__all__ = [
    "ABSENT",
    "ANY_GROUP",
    "NOTHING",
    "SPECIFICITY",
    "Absence",
    "AbsenceKind",
    "Account",
    "Area",
    "AreaKind",
    "Group",
    "Lead",
    "Limit",
    "Member",
    "OnReturn",
    "Rep",
    "Span",
    "Stage",
    "Step",
    "Territory",
    "World",
    "closest_territory",
]
