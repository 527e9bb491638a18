"""The kinds of news people know, each with the events it holds, as both what is sent and what is chosen ask it."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

REPS, MANAGERS, BOTH = "reps", "managers", "both"
# Ways that need an address of their own: on by default for what cannot wait, where somebody added one.
_LOUD = ("push", "slack", "teams", "apprise")
_MAIL = ("email",)
_ALL = (*_MAIL, *_LOUD)
GROUP_POST = "posted"  # to the channel of a group, about an assignment; nobody's own news


@dataclass(frozen=True, slots=True)
class Kind:
    """One line of the page on which people choose how they are told."""

    key: str
    label: Any
    says: Any
    events: tuple[str, ...]
    whom: str = REPS
    usual: tuple[str, ...] = _ALL
    while_on_shift: bool = False  # whether quiet hours may make an exception for who is on shift


KINDS = (
    Kind("new_lead", _("New lead"), _("A lead is yours from now on."), ("assigned",), while_on_shift=True),
    Kind("offer", _("Offer"), _("A lead is offered to you for a short time."), ("offered",), while_on_shift=True),
    Kind("pool", _("Pool"), _("A lead waits in a pool you may pull from."), ("broadcast",), usual=_MAIL),
    Kind(
        "reminder",
        _("Reminder and overdue"),
        _("Your first contact is due soon, or is late."),
        ("reminder", "due_soon", "quiet_soon"),
    ),
    Kind("again", _("Customer wrote again"), _("A lead of yours wrote or did something."), ("enquiry", "noted")),
    Kind(
        "moved",
        _("Handed over or taken back"),
        _("A lead of yours went to somebody else, or you were switched off."),
        ("handed_over", "handoff", "taken_back", "merged", "switched_off", "ruled", "kept"),
        usual=_MAIL,
    ),
    Kind("late", _("Late in my team"), _("Nobody contacted a lead in time."), ("late",), whom=MANAGERS),
    Kind(
        "waiting",
        _("Waiting for somebody"),
        _("A lead came to To assign, or waits without an owner."),
        ("waiting", "noted_unowned", "proposed"),
        whom=MANAGERS,
    ),
    Kind(
        "watch",
        _("Out of the ordinary"),
        _("Somebody claims faster than people do, or takes out many files; a hook takes nothing any more."),
        ("many_claims", "many_exports", "hook_parked"),
        whom=MANAGERS,
        usual=_MAIL,
    ),
    Kind(
        "unfair",
        _("Something unfair"),
        _("A rep asks whether something is fair, or your own question is answered."),
        ("unfair", "answered"),
        whom=BOTH,
        usual=_MAIL,
    ),
    Kind(
        "draft",
        _("Rules to talk about"),
        _("Somebody wants to change how leads are shared, and asks what you think."),
        ("draft_shared",),
        whom=BOTH,
        usual=_MAIL,
    ),
    Kind(
        "report",
        _("Report by mail"),
        _("The figures of your groups, each week or month, if you asked for them under Reports."),
        ("report",),
        whom=MANAGERS,
        usual=_MAIL,
    ),
    Kind(
        "weights",
        _("Weights by output"),
        _("New weights are proposed for a group, or they went back to what they were."),
        ("weights_proposed", "weights_stopped"),
        whom=MANAGERS,
        usual=_MAIL,
    ),
    Kind(
        "morning",
        _("Morning summary"),
        _("What came overnight, what is due, what is overdue."),
        ("morning",),
        whom=BOTH,
        usual=_MAIL,
    ),
)
BY_KEY = {kind.key: kind for kind in KINDS}
_OTHER = Kind("other", _("Everything else"), "", (), whom=BOTH, usual=_MAIL)
_BY_EVENT = {event: kind for kind in KINDS for event in kind.events}


def kind_of(event: str) -> Kind:
    """The kind an event belongs to; what nobody placed goes by e-mail, and cannot be silenced."""
    return _BY_EVENT.get(event, _OTHER)


def kinds_for(*, rep: bool, manager: bool) -> list[Kind]:
    """Those that a person in these roles may hear."""
    heard = {REPS: rep, MANAGERS: manager, BOTH: rep or manager}
    return [kind for kind in KINDS if heard[kind.whom]]
