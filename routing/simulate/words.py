"""Sentences about a simulation, made where somebody reads them: the headline, what was assumed, what moves and why."""

from collections.abc import Mapping
from operator import itemgetter
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from routing import wording
from routing.simulate.result import Result

_SHOWN = 4

_ASSUMED = {
    "stays": gettext_noop(
        "A lead stays open as long as it really did; one that nobody had, as long as is usual for the rep, else for the"
        " group, else for all."
    ),
    "offers": gettext_noop("Offers are accepted at once."),
    "pools": gettext_noop(
        "Leads in a pool are pulled after the group's usual wait, by whoever on duty is owed most and below their"
        " limits."
    ),
    "no_lapse": gettext_noop("No lead is taken back because nobody answered in time."),
    "lapse_once": gettext_noop(
        "Where the rules take leads back, one that really was not contacted in that time is taken back, once."
    ),
    "held": gettext_noop("Leads that wait are decided again at their instant, and whenever the team changes."),
    "returns": gettext_noop("Returns, reassignments and routing again are not repeated."),
    "desk": gettext_noop("Nobody assigns by hand: leads at To assign stay there."),
    "roster_now": gettext_noop(
        "The team is today's throughout: members, weights, limits, skills, territories and this week's hours; time off"
        " and holidays lie where they were."
    ),
    "roster_then": gettext_noop(
        "The team is as it was: members, limits, hours and territories day by day. Time off that was entered"
        " afterwards counts as entered."
    ),
    "accounts": gettext_noop("Accounts belong to whom they belong today."),
    "seen": gettext_noop("Where rules ask who is at work on a page, everybody counts as at work."),
    "start_empty": gettext_noop("It begins without open leads and with an even fair share."),
    "start_then": gettext_noop("It begins with the open leads and fair shares of that instant."),
    "shadow_pools": gettext_noop("Leads in a pool stay there: nobody pulls from the trial's pool."),
    "shadow_load": gettext_noop("Team and open leads are the real ones, the fair share is the trial's own."),
}


def headline(result: Result, names: wording.Names) -> str:
    """“Ana +14, Ben -9; 37 of 1,500 leads would move; 2 % would wait.”"""
    rows = result.differences()
    people = ", ".join(f"{names.rep(rep)} {more:+d}".replace("-", "\u2212") for rep, more in rows[:_SHOWN])
    if len(rows) > _SHOWN:
        people += ngettext(" and %d more", " and %d more", len(rows) - _SHOWN) % (len(rows) - _SHOWN)
    return f"{people or _('Nobody gets more or fewer')}; {of_all(result)}."


def of_all(result: Result) -> str:
    """“37 of 1,500 leads would move; 2 % would wait, most of them until Monday”, of nobody by name."""
    moving = _("%(n)s of %(all)s leads would move") % {"n": f"{result.moving:,}", "all": f"{result.leads:,}"}
    share = 100 * result.waits.get("here", 0) / result.leads if result.leads else 0
    waiting = _("%s %% would wait") % (f"{share:.1f}" if 0 < share < 10 else f"{share:.0f}")
    return f"{moving}; {waiting}{_until(result)}"


def _until(result: Result) -> str:
    """Until when those wait that would wait, where it is one day of the week for half of them or more."""
    waits = result.waits.get("here", 0)
    day, n = max(result.held_until.items(), key=itemgetter(1), default=("", 0))
    if not n or 2 * n < waits:
        return ""
    return (_(" until %s") if n == waits else _(", most of them until %s")) % WEEKDAYS[int(day)]


def assumptions(result: Result) -> list[str]:
    """One sentence each."""
    return [_(_ASSUMED[code]) for code in result.assumptions if code in _ASSUMED]


_WHERE = {
    "assigned": gettext_noop("assigned"),
    "offered": gettext_noop("offered"),
    "pooled": gettext_noop("in the pool"),
    "held": gettext_noop("waits"),
    "desk": gettext_noop("To assign"),
    "rejected": gettext_noop("rejected"),
    "unmatched": gettext_noop("no rule fits"),
    "undecided": gettext_noop("not decided"),
}


def outcome_says(code: str) -> str:
    """Where the rules sent it."""
    return _(_WHERE[code]) if code in _WHERE else code


def place_says(place: Mapping[str, Any], names: wording.Names) -> str:
    """“Ana (DACH)”, “in the pool (DACH)”, “To assign”."""
    group = names.group(place["group"]) if place["group"] else ""
    who = names.rep(place["rep"]) if place["rep"] else outcome_says(place["outcome"])
    return f"{who} ({group})" if group else who


def reason_says(place: Mapping[str, Any]) -> str:
    """The coded reason as a short sentence."""
    return wording.reason_says(place["reason"][0])


def stopped() -> str:
    """Of a run whose worker died."""
    return _("It stopped: nothing was heard of it for two minutes. Start it again.")
