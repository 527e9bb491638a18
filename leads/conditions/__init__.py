"""What scores, qualification and rules may ask of a lead: fields, operators and trees of both; pure."""

from leads.conditions.facts import Type
from leads.conditions.fields import Attribute, Catalogue, Field, Option, catalogue
from leads.conditions.reading import ConditionError, Problem, parse
from leads.conditions.tree import EVERYTHING, Condition

__all__ = [
    "EVERYTHING",
    "Attribute",
    "Catalogue",
    "Condition",
    "ConditionError",
    "Field",
    "Option",
    "Problem",
    "Type",
    "catalogue",
    "parse",
]
