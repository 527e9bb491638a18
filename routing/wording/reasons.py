"""Reasons as sentences: why this rep, why not that one, why a lead waits."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from leads.life import State
from routing.engine.decide import Decision
from routing.engine.ledger import UNIT
from routing.engine.trace import Reason

# Why a lead stands where it stands.
_WAITS = {
    "no_rules": gettext_noop("No rules are published"),
    "no_rule_matched": gettext_noop("No rule fits"),
    "sent_to_desk": gettext_noop("A rule sends it here"),
    "group_missing": gettext_noop("Its group no longer exists"),
    "group_has_nobody": gettext_noop("Its group has no members"),
    "rep_missing": gettext_noop("The named rep no longer exists"),
    "no_territory": gettext_noop("No territory covers it"),
    "nobody_left": gettext_noop("Nobody can take it"),
    "nobody_on_duty": gettext_noop("Nobody is on duty"),
    "nobody_coming": gettext_noop("Nobody comes on duty in the next four weeks"),
    "weight_is_zero": gettext_noop("Everybody's weight is zero"),
    "returned": gettext_noop("Returned by a rep"),
    "set_aside": gettext_noop("It could not be assigned"),
    "no_account": gettext_noop("No known account"),
    "account_has_no_owner": gettext_noop("Nobody owns its account"),
    "owner_off_duty": gettext_noop("It waits for the owner of its account"),
    "waits_for_skill": gettext_noop("It waits for somebody with the right skill"),
    "routing_paused": gettext_noop("Somebody paused routing"),
    "declined": gettext_noop("The offer was declined"),
    "lapsed": gettext_noop("The offer was not answered in time"),
    "accepted": gettext_noop("The offer was accepted"),
    "timed_out": gettext_noop("No contact was made in time"),
    "gone_quiet": gettext_noop("Nothing was done for too many days"),
    "stage_reached": gettext_noop("A stage was reached that hands it on"),
    "no_pool": gettext_noop("Its group has no pool"),
    "in_pool": gettext_noop("It waits in the pool"),
    "put_back": gettext_noop("Put back into the pool"),
    "rejected_by_qualification": gettext_noop("Turned away by qualification"),
    "look_first": gettext_noop("A person is to look first"),
    "late_answer": gettext_noop("A provider answered late"),
    "revived": gettext_noop("Let through by hand"),
    "rejected_by_rule": gettext_noop("A rule rejects it"),
    "route_again": gettext_noop("Sent through the rules again"),
    "released": gettext_noop("Unassigned by hand"),
    "owner_left": gettext_noop("Its owner no longer works here"),
    "owner_away": gettext_noop("Its owner went on leave"),
    "claimed": gettext_noop("Pulled from the pool"),
    "imported": gettext_noop("Imported with its past"),
    "manual": gettext_noop("Given by hand"),
    "hand_over": gettext_noop("Reassigned by hand"),
    "merged": gettext_noop("Merged into another lead of the same person"),
    "unmerged": gettext_noop("Taken out of the lead it was merged into"),
    "by_hand_spam": gettext_noop("Rejected by hand: spam or bogus"),
    "by_hand_no_customer": gettext_noop("Rejected by hand: not a possible customer"),
    "by_hand_duplicate": gettext_noop("Rejected by hand: duplicate"),
    "by_hand_no_contact": gettext_noop("Rejected by hand: no way to reach them"),
}

# Why a rep got it, said of the decision alone.
_GOT = {
    "owed_most": gettext_noop("Was owed most"),
    "only_one_left": gettext_noop("The only one who could take it"),
    "longest_wait": gettext_noop("Had waited longest"),
    "lowest_number": gettext_noop("Comes first in the list"),
    "least_busy": gettext_noop("Was the least busy"),
    "drawn": gettext_noop("Was drawn by lot"),
    "drawn_evenly": gettext_noop("Was drawn by lot: one of the leads shared evenly, to see what weights bring"),
    "owns_account": gettext_noop("Owns the account"),
    "had_the_person": gettext_noop("Has worked with this person before"),
    "back_soonest": gettext_noop("Is back soonest"),
    "named_rep": gettext_noop("The rule names them"),
    "backup_of": gettext_noop("Stands in for the rep the rule names"),
}

# Why a member was out, or came later.
_MEMBER = {
    "not_in_territory": gettext_noop("does not cover this territory"),
    "less_specific_territory": gettext_noop("covers it by a wider territory"),
    "lacks_skill": gettext_noop("lacks %(skill)s"),
    "no_shifts": gettext_noop("has no shifts planned"),
    "public_holiday": gettext_noop("public holiday"),
    "paused": gettext_noop("off duty"),
    "busy": gettext_noop("busy by their calendar"),
    "idle": gettext_noop("was not active"),
    "lacks_preferred_skill": gettext_noop("lacks %(skill)s"),
    "account_owned_by": gettext_noop("does not own the account"),
    "busier": gettext_noop("was busier"),
    "not_drawn": gettext_noop("was not drawn"),
    "not_drawn_evenly": gettext_noop("was not drawn; the lead was shared evenly, to compare"),
    "over_capacity": gettext_noop("no room"),
    "already_had_it": gettext_noop("had this lead before"),
    "declined": gettext_noop("declined it, or did not answer"),
    "not_senior_enough": gettext_noop("more senior reps come first"),
    "not_the_named_rep": gettext_noop("not the named rep"),
    "weight_is_zero": gettext_noop("weight 0"),
    "rep_missing": gettext_noop("no longer works here"),
    "standing": gettext_noop("could take it"),
    "later_in_order": gettext_noop("came later in order"),
    "owed_less": gettext_noop("was owed less"),
    "waited_less": gettext_noop("was owed the same, and had a lead more recently"),
    "higher_number": gettext_noop("was owed the same, and has waited as long"),
}

_WHY = {
    "owed_most": gettext_noop("of the %(n)s who could take it %(rep)s was owed most: %(owed)s of a lead"),
    "only_one_left": gettext_noop("%(rep)s was the only one who could take it"),
    "longest_wait": gettext_noop(
        "of the %(n)s who could take it %(rep)s was owed as much as others and had waited longest"
    ),
    "lowest_number": gettext_noop(
        "of the %(n)s who could take it all were owed the same and had waited as long; %(rep)s comes first in the list"
    ),
    "least_busy": gettext_noop("of the %(n)s who could take it %(rep)s was the least busy"),
    "drawn": gettext_noop("of the %(n)s who could take it %(rep)s was drawn by lot"),
    "drawn_evenly": gettext_noop(
        "of the %(n)s who could take it %(rep)s was drawn by lot: this is one of the leads that are shared evenly,"
        " whatever the weights, to see what weights bring"
    ),
    "owns_account": gettext_noop("%(rep)s owns the account"),
    "had_the_person": gettext_noop("%(rep)s has worked with this person before"),
    "back_soonest": gettext_noop("nobody was on duty, and %(rep)s is back soonest"),
    "named_rep": gettext_noop("the rule names %(rep)s"),
    "backup_of": gettext_noop("%(rep)s stands in for the rep whom the rule names"),
}
_WHY_YOU = {
    "owed_most": gettext_noop("of the %(n)s who could take it you were owed most: %(owed)s of a lead"),
    "only_one_left": gettext_noop("you were the only one who could take it"),
    "longest_wait": gettext_noop(
        "of the %(n)s who could take it you were owed as much as others and had waited longest"
    ),
    "lowest_number": gettext_noop(
        "of the %(n)s who could take it all were owed the same and had waited as long; you come first in the list"
    ),
    "least_busy": gettext_noop("of the %(n)s who could take it you were the least busy"),
    "drawn": gettext_noop("of the %(n)s who could take it you were drawn by lot"),
    "drawn_evenly": gettext_noop(
        "of the %(n)s who could take it you were drawn by lot: this is one of the leads that are shared evenly,"
        " whatever the weights, to see what weights bring"
    ),
    "owns_account": gettext_noop("you own the account"),
    "had_the_person": gettext_noop("you have worked with this person before"),
    "back_soonest": gettext_noop("nobody was on duty, and you are back soonest"),
    "named_rep": gettext_noop("the rule names you"),
    "backup_of": gettext_noop("you stand in for the rep whom the rule names"),
}


def reason_says(code: str) -> str:
    """A reason as a short sentence of its own."""
    return _(_WAITS.get(code) or _GOT.get(code) or _MEMBER.get(code) or gettext_noop("See its timeline"))


def waits_because(state: str, code: str) -> str:
    """Why a lead waits for a person."""
    return reason_says("set_aside") if state == State.SET_ASIDE else reason_says(code)


def considered_line(code: str, numbers: dict[str, Any]) -> str:
    """What is said of a member who did not get it."""
    if code == "off_shift":
        at = _instant(numbers.get("next"))
        return _("off shift until %s") % at if at else _("off shift")
    if code == "on_leave":
        at = _instant(numbers.get("until"))
        return _("time off until %s") % at if at else _("time off")
    if code == "at_cap":
        return _at_cap(numbers)
    if code in _GOT:
        return _(_GOT[code])
    return _(_MEMBER.get(code, gettext_noop("not asked"))) % numbers


# What would have had to be otherwise, said after "if".
_CHANGES = {
    "off_shift": gettext_noop("on duty"),
    "no_shifts": gettext_noop("on duty"),
    "on_leave": gettext_noop("not on time off"),
    "public_holiday": gettext_noop("not on a public holiday"),
    "paused": gettext_noop("switched on"),
    "busy": gettext_noop("not busy by their calendar"),
    "idle": gettext_noop("at work on a page"),
    "lacks_skill": gettext_noop("with %(skill)s"),
    "lacks_preferred_skill": gettext_noop("with %(skill)s"),
    "not_in_territory": gettext_noop("covering this territory"),
    "less_specific_territory": gettext_noop("covering the closest territory"),
    "weight_is_zero": gettext_noop("with a weight above 0"),
    "not_senior_enough": gettext_noop("in the most senior tier"),
    "already_had_it": gettext_noop("without having had it before"),
    "declined": gettext_noop("without having declined it"),
    "owed_less": gettext_noop("owed %(more)s of a lead more"),
    "waited_less": gettext_noop("owed anything more"),
    "higher_number": gettext_noop("owed anything more"),
    "busier": gettext_noop("less busy"),
    "account_owned_by": gettext_noop("owning the account"),
}


def changes_say(changes: Sequence[Reason], *, wins: bool) -> str:
    """What would have given them the lead: “Theirs if on duty, and owed 0.42 of a lead more.”; empty where nothing."""
    if not changes:
        return ""
    said = [_change(one) for one in changes]
    text = ", ".join(said[:-1]) + _(" and ") + said[-1] if len(said) > 1 else said[0]
    return _("Theirs if %s.") % text if wins else _("Not even if %s.") % text


def _change(one: Reason) -> str:
    numbers: dict[str, Any] = dict(one.numbers)
    if one.code == "at_cap":
        whose = _("over all groups") if numbers.get("cap") == "rep" else _("in this group")
        return _("with a limit above %(most)s %(whose)s") % {"most": numbers.get("most"), "whose": whose}
    if "more" in numbers:
        numbers["more"] = f"{int(numbers['more'] or 0) / UNIT:.2f}"
    return _(_CHANGES.get(one.code.value, gettext_noop("otherwise"))) % numbers


_CAPS = {
    "open": gettext_noop("%(held)s of %(most)s open leads, no room"),
    "hour": gettext_noop("%(held)s of %(most)s leads this hour, no room"),
    "day": gettext_noop("%(held)s of %(most)s leads today, no room"),
    "week": gettext_noop("%(held)s of %(most)s leads this week, no room"),
    "month": gettext_noop("%(held)s of %(most)s leads this month, no room"),
}


def _at_cap(numbers: dict[str, Any]) -> str:
    """Which limit, how full, and whether it is of this group or over all."""
    said = _(_CAPS[str(numbers.get("per") or "open")]) % numbers
    return _("%s over all groups") % said if numbers.get("cap") == "rep" else said


def why_says(
    code: str,
    *,
    owed: int | None,
    standing: int,
    rep: str,
    you: bool,
    rule: str,
    offered: bool = False,
    would: bool = False,
) -> SafeString:
    """Why this rep, in one sentence, with the rule and the cause marked by <b>; `would` of one that is only tried."""
    numbers = {"n": standing, "rep": rep, "owed": f"{(owed or 0) / UNIT:.2f}"}
    cause = _((_WHY_YOU if you else _WHY).get(code, gettext_noop("of the %(n)s who could take it it was your turn")))
    cause %= numbers
    cause = _fewer(cause, standing)
    if you:
        return format_html(_("It came to you because the rule <b>{}</b> fits this lead, and <b>{}</b>."), rule, cause)
    return format_html(_(_VERBS[offered, would]), rep, rule, cause)


# By (offered, would).
_VERBS = {
    (False, False): gettext_noop("It went to {} because the rule <b>{}</b> fits this lead, and <b>{}</b>."),
    (False, True): gettext_noop("It would go to {} because the rule <b>{}</b> fits this lead, and <b>{}</b>."),
    (True, False): gettext_noop("It is offered to {} because the rule <b>{}</b> fits this lead, and <b>{}</b>."),
    (True, True): gettext_noop("It would be offered to {} because the rule <b>{}</b> fits this lead, and <b>{}</b>."),
}


def told(decision: Decision, rule: str) -> str:
    """The why in the words of a mail to the new owner; plain text."""
    numbers = dict(decision.reason.numbers)
    owed = numbers.get("most", numbers.get("owed"))
    standing = sum(row.code in _IN for row in decision.considered)
    cause = _(_WHY_YOU.get(decision.reason.code.value, gettext_noop("it was your turn"))) % {
        "n": standing,
        "rep": "",
        "owed": f"{int(owed or 0) / UNIT:.2f}",
    }
    return _("It came to you because the rule “%(rule)s” fits this lead, and %(cause)s.") % {
        "rule": rule,
        "cause": _fewer(cause, standing),
    }


def asked_because(record: Mapping[str, Any]) -> str:
    """Why an offer comes to the reader; not by which rule, as that tells what the lead said."""
    code, numbers = record["reason"]
    owed = numbers.get("most", numbers.get("owed"))
    standing = sum(row[2] in _IN for row in record["considered"])
    cause = _(_WHY_YOU.get(code, gettext_noop("it is your turn"))) % {
        "n": standing,
        "rep": "",
        "owed": f"{int(owed or 0) / UNIT:.2f}",
    }
    return _("Why you: %s.") % _fewer(cause, standing)


# The verdicts of those who could have taken the lead.
_IN = frozenset(
    {
        "owed_most",
        "owed_less",
        "only_one_left",
        "longest_wait",
        "waited_less",
        "lowest_number",
        "higher_number",
        "least_busy",
        "busier",
        "drawn",
        "not_drawn",
        "drawn_evenly",
        "not_drawn_evenly",
        "owns_account",
        "had_the_person",
        "account_owned_by",
        "later_in_order",
        "standing",
    }
)


def could_take_it(code: str) -> bool:
    """Whether the verdict is that of somebody who could have got the lead."""
    return code in _IN


_WORDS = {
    2: gettext_noop("two"),
    3: gettext_noop("three"),
    4: gettext_noop("four"),
    5: gettext_noop("five"),
    6: gettext_noop("six"),
    7: gettext_noop("seven"),
    8: gettext_noop("eight"),
    9: gettext_noop("nine"),
}


def _fewer(text: str, standing: int) -> str:
    """Numbers up to nine are written out, as people do."""
    return text.replace(f" {standing} ", f" {_(_WORDS[standing])} ", 1) if standing in _WORDS else text


def _instant(text: Any) -> str:
    if not isinstance(text, str) or not text:
        return ""
    return date_format(timezone.localtime(datetime.fromisoformat(text)), "D H:i")
