"""All histories as one: who changed what of the team, the rules, the doors and how people work, before and after."""

from reporting.changes.acts import Act, Asked, Line, acts
from reporting.changes.areas import AREAS

__all__ = ["AREAS", "Act", "Asked", "Line", "acts"]
