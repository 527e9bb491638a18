"""What people read of hooks: events, what became of a delivery, why one is off."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.hook_kinds import HookEvent
from leads.models import Hook, HookDelivery

EVENTS: dict[HookEvent, Any] = {
    HookEvent.CREATED: gettext_lazy("A lead arrived"),
    HookEvent.QUALIFIED: gettext_lazy("It is qualified"),
    HookEvent.OFFERED: gettext_lazy("It is offered to a rep"),
    HookEvent.ACCEPTED: gettext_lazy("A rep accepted it"),
    HookEvent.DECLINED: gettext_lazy("A rep declined it"),
    HookEvent.CLAIMED: gettext_lazy("A rep pulled it from the pool"),
    HookEvent.ASSIGNED: gettext_lazy("It has its first owner"),
    HookEvent.REASSIGNED: gettext_lazy("It has another owner"),
    HookEvent.UNASSIGNED: gettext_lazy("Nobody has it any more"),
    HookEvent.RETURNED: gettext_lazy("A rep returned it"),
    HookEvent.SLA_WARNING: gettext_lazy("The first contact is due soon"),
    HookEvent.SLA_BREACHED: gettext_lazy("No first contact in time"),
    HookEvent.FIRST_RESPONSE: gettext_lazy("First contact made"),
    HookEvent.STAGE_CHANGED: gettext_lazy("It moved to another stage"),
    HookEvent.WON: gettext_lazy("Won"),
    HookEvent.LOST: gettext_lazy("Lost or not qualified"),
    HookEvent.ERASED: gettext_lazy("Its personal data was erased"),
}
_FAILURES = {
    "unknown_name": gettext_lazy("its name is not known"),
    "unreachable": gettext_lazy("it could not be reached"),
    "insecure": gettext_lazy("its certificate is not valid"),
    "timeout": gettext_lazy("it did not answer in time"),
    "redirected": gettext_lazy("it sends us elsewhere, which is not followed"),
    "refused": gettext_lazy("its address leads into a private network, which is not called"),
}
_WHY = {
    "off": gettext_lazy("The hook was off."),
    "gone": gettext_lazy("It said that it wants no more."),
    "erased": gettext_lazy("The lead's personal data was erased first."),
    "unsealed": gettext_lazy("Its secret was sealed with another key."),
    "tries": gettext_lazy("It is not tried any more."),
    "held": gettext_lazy("Nobody had the lead for as long as deliveries are kept."),
}


def said(one: dict[str, Any]) -> str:
    """What came of one try."""
    if failure := one.get("failure"):
        return str(_FAILURES.get(failure, _("it failed here; the log says why")))
    return _("it answered %d") % one["status"]


def state_of(row: HookDelivery) -> tuple[str, str, str]:
    """(key, words, chip) of a delivery."""
    if row.sent_at:
        return "sent", _("Taken"), "chip-good"
    if row.failed_at:
        return "parked", _("Given up"), "chip-late"
    if row.held:
        return "held", _("Held back"), "chip-quiet"
    return "waits", (_("Tried again") if row.tried else _("On its way")), "chip-due" if row.tried else "chip-quiet"


def why_of(row: HookDelivery) -> str:
    """Why it was given up, or is held."""
    if row.held and not row.failed_at:
        return _("Nobody has the lead yet, and it may come to a blind pool: it goes out once somebody has it.")
    return str(_WHY.get(row.why, "")) if row.failed_at else ""


def off_says(hook: Hook) -> str:
    """Why the hook is off, as a sentence."""
    return (
        {
            Hook.WhyOff.BY_HAND: _("Somebody switched it off. What happens meanwhile is not sent."),
            Hook.WhyOff.GONE: _("Its address answered that it wants no more (410), so it was switched off."),
            Hook.WhyOff.KEY: _("The API key that subscribed it is revoked or expired, so it was switched off."),
            Hook.WhyOff.REMOVED: _("It was removed. What it was told can be read for a time."),
        }.get(Hook.WhyOff(hook.why_off), "")
        if hook.why_off
        else ""
    )
