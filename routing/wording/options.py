"""Steps and their options in words, for forms: what each does, what is asked, and what holds where nothing is said."""

from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop


class Said(NamedTuple):
    """A label, and a line about it."""

    label: str
    about: str = ""


_STEPS = {
    "availability": Said(gettext_noop("Availability"), gettext_noop("Leaves out who is off duty, away or paused.")),
    "capacity": Said(
        gettext_noop("Capacity"), gettext_noop("Leaves out who is at a limit of open leads, or of new leads in a time.")
    ),
    "not_again": Said(
        gettext_noop("Not again"), gettext_noop("Leaves out who had this lead before, unless nobody else is there.")
    ),
    "fixed": Said(gettext_noop("Named rep"), gettext_noop("Only one rep, or their backup while away.")),
    "territory": Said(gettext_noop("Territory"), gettext_noop("Leaves out who does not cover the lead's place.")),
    "skills": Said(gettext_noop("Skills"), gettext_noop("Reps need, or come first with, what the lead asks for.")),
    "priority": Said(gettext_noop("Priority"), gettext_noop("Important leads go to the most senior reps first.")),
    "account": Said(gettext_noop("Account owner"), gettext_noop("Leads of an owned company go to its owner.")),
    "round_robin": Said(gettext_noop("Round robin"), gettext_noop("Everybody gets the same, in turn.")),
    "weighted": Said(gettext_noop("Weighted"), gettext_noop("Everybody gets leads by their weight in the group.")),
    "least_loaded": Said(gettext_noop("Least busy"), gettext_noop("Whoever has the most room left is next.")),
    "random": Said(gettext_noop("Random"), gettext_noop("By lot; less even than turns.")),
    "offer": Said(gettext_noop("Offer"), gettext_noop("The next in line is asked and may decline.")),
    "pool": Said(gettext_noop("Pool"), gettext_noop("Nobody is chosen: members take leads from the pool.")),
    "manual": Said(gettext_noop("By hand"), gettext_noop("A manager gives each lead to somebody, in To assign.")),
}

# (step, option): its label, and what holds where it is left empty or as it comes.
_OPTIONS = {
    ("availability", "there"): Said(gettext_noop("Who counts as there"), gettext_noop("Usually: those on shift.")),
    ("availability", "active_minutes"): Said(
        gettext_noop("Minutes since they were last seen"), gettext_noop("Usually 10; asked only of those at work.")
    ),
    ("availability", "back_within_minutes"): Said(
        gettext_noop("If nobody is there, whoever is back within so many minutes"), gettext_noop("Empty: nobody.")
    ),
    ("fixed", "rep"): Said(gettext_noop("Rep"), gettext_noop("A member of the group.")),
    ("territory", "closest_first"): Said(
        gettext_noop("The closest territory first"), gettext_noop("Usually yes; no: all who cover it are equal.")
    ),
    ("skills", "kind"): Said(gettext_noop("Kind of skill"), gettext_noop("As it stands with the reps, like language.")),
    ("skills", "field"): Said(
        gettext_noop("The lead's field that must match"), gettext_noop("Either this or a fixed skill.")
    ),
    ("skills", "value"): Said(gettext_noop("Or one fixed skill"), gettext_noop("Whatever the lead says, like French.")),
    ("skills", "preferred_minutes"): Said(
        gettext_noop("Preferred for so many minutes, then anybody"),
        gettext_noop("Empty: required. 0: those who have it come first."),
    ),
    ("priority", "score_at_least"): Said(
        gettext_noop("For leads that score at least"), gettext_noop("Both empty: for every lead.")
    ),
    ("priority", "deal_size_at_least"): Said(
        gettext_noop("For deals of at least"), gettext_noop("In the base currency.")
    ),
    ("account", "away"): Said(
        gettext_noop("If the owner cannot take it"), gettext_noop("Usually the others share it.")
    ),
    ("account", "returning"): Said(gettext_noop("Also who last worked with the person"), gettext_noop("Usually no.")),
    ("random", "by"): Said(gettext_noop("Chances"), gettext_noop("Usually the same for everybody.")),
    ("offer", "seconds"): Said(gettext_noop("Seconds to accept"), gettext_noop("Usually 300, five minutes.")),
    ("pool", "mode"): Said(gettext_noop("What is seen before taking"), gettext_noop("Must be as the group has it.")),
}

_CHOICES = {
    ("availability", "there", "shift"): gettext_noop("those on shift"),
    ("availability", "there", "active"): gettext_noop("those at work on a page"),
    ("availability", "there", "either"): gettext_noop("either of both"),
    ("account", "away", "rotate"): gettext_noop("the others share it"),
    ("account", "away", "backup"): gettext_noop("the owner's backup, else the others"),
    ("account", "away", "wait"): gettext_noop("it waits for the owner"),
    ("random", "by", "equal"): gettext_noop("the same for everybody"),
    ("random", "by", "weight"): gettext_noop("by weight"),
    ("pool", "mode", "open"): gettext_noop("all details"),
    ("pool", "mode", "blind"): gettext_noop("only what the group made public"),
    ("pool", "mode", "broadcast"): gettext_noop("all details, and everybody is told at once"),
}


def step_said(strategy: str) -> Said:
    """A step's name, and what it does in one line."""
    found = _STEPS.get(strategy)
    return Said(_(found.label), _(found.about)) if found else Said(strategy.replace("_", " ").capitalize())


def option_said(strategy: str, option: str) -> Said:
    """What an option asks, and what holds where nothing is said."""
    found = _OPTIONS.get((strategy, option))
    return Said(_(found.label), _(found.about)) if found else Said(option.replace("_", " ").capitalize())


def choice_said(strategy: str, option: str, value: str) -> str:
    """One of an option's values."""
    found = _CHOICES.get((strategy, option, value))
    return _(found) if found else value.replace("_", " ")


def has_words(strategy: str, option: str = "", value: str = "") -> bool:
    """Whether a step, an option or a choice has words of its own: a test asks it of the whole shelf."""
    if value:
        return (strategy, option, value) in _CHOICES
    return (strategy, option) in _OPTIONS if option else strategy in _STEPS
