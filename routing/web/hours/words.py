"""What a change of hours would do, in sentences."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reps import schedule
from reps.models import Group, Rep
from routing.effects import Effects, Released, Tally
from routing.models import Timer
from routing.web.hours.asked import local, when
from routing.web.hours.forms import off_says

_SHOWN = 3
_ON_RETURN = {
    Group.OnReturn.KEEP: gettext_lazy("the fair share is neither earned nor lost while away"),
    Group.OnReturn.FORGIVE: gettext_lazy("afterwards at most one lead is owed either way"),
    Group.OnReturn.REPAY: gettext_lazy("leads missed while away are made up for afterwards, a few a day"),
}


def effects_say(effects: Effects, rep: Rep, now: datetime) -> list[str]:
    """All of it, what concerns leads first."""
    return [*_hours(effects, now), *_leads(effects, now), *_silence(effects, now), *_rest(effects, rep, now)]


def _hours(effects: Effects, now: datetime) -> Iterator[str]:
    if not effects.lost and not effects.gained:
        yield _("No hours of the next four weeks change.")
        return
    if effects.lost:
        yield _("Off duty, where a shift was planned: %s.") % _spans(effects.lost)
    if effects.gained:
        yield _("On duty in addition: %s.") % _spans(effects.gained)
    if not effects.on_duty:
        back = effects.back_at
        yield _("New leads again from %s.") % when(back, now) if back else _("No new leads within the next four weeks.")


def _spans(spans: Sequence[schedule.Span]) -> str:
    shown = ", ".join(off_says(start, end) for start, end in spans[:_SHOWN])
    left = len(spans) - _SHOWN
    if left <= 0:
        return shown
    return ngettext("%(shown)s and %(n)d more", "%(shown)s and %(n)d more", left) % {"shown": shown, "n": left}


def _leads(effects: Effects, now: datetime) -> Iterator[str]:
    gone = 0
    for released in effects.released:
        gone += released.again + released.given
        yield from _released(released, now)
    if effects.lost and (left := effects.leads - gone) > 0:
        yield ngettext("%d open lead stays where it is.", "%d open leads stay where they are.", left) % left


def _released(released: Released, now: datetime) -> Iterator[str]:
    at = when(max(released.at, now), now)
    if released.again:
        says = ngettext(
            "%(n)d open lead without a contact will be taken back at %(at)s and shared again.",
            "%(n)d open leads without a contact will be taken back at %(at)s and shared again.",
            released.again,
        )
        yield says % {"n": released.again, "at": at}
    if released.given and released.backup:
        says = ngettext(
            "%(n)d open lead without a contact goes to %(name)s at %(at)s.",
            "%(n)d open leads without a contact go to %(name)s at %(at)s.",
            released.given,
        )
        yield says % {"n": released.given, "at": at, "name": released.backup.name}


def _silence(effects: Effects, now: datetime) -> Iterator[str]:
    """What timers that run already will do; they were set when the leads were given, and a change moves none."""
    if effects.due.n and effects.due.first:
        says = ngettext(
            "%(n)d first contact falls due while away (at %(at)s).",
            "%(n)d first contacts fall due while away (the first at %(at)s).",
            effects.due.n,
        )
        yield says % {"n": effects.due.n, "at": when(effects.due.first, now)}
    for kind, says_of in _SILENCE:
        tally = effects.timers.get(kind)
        if tally and tally.first:
            yield says_of(tally, when(tally.first, now))


def _warned(tally: Tally, at: str) -> str:
    says = ngettext(
        "Managers are told of %(n)d lead without a contact, at %(at)s.",
        "Managers are told of %(n)d leads without a contact, the first at %(at)s.",
        tally.n,
    )
    return says % {"n": tally.n, "at": at}


def _taken(tally: Tally, at: str) -> str:
    says = ngettext(
        "%(n)d lead is taken back and shared again unless contacted, at %(at)s.",
        "%(n)d leads are taken back and shared again unless contacted, the first at %(at)s.",
        tally.n,
    )
    return says % {"n": tally.n, "at": at}


def _quiet(tally: Tally, at: str) -> str:
    says = ngettext(
        "%(n)d lead goes quiet while away, at %(at)s.",
        "%(n)d leads go quiet while away, the first at %(at)s.",
        tally.n,
    )
    return says % {"n": tally.n, "at": at}


def _switched(_tally: Tally, at: str) -> str:
    return _("For silence, the duty switch goes off at %s.") % at


_SILENCE = (
    (Timer.Kind.WARN.value, _warned),
    (Timer.Kind.RELEASE.value, _taken),
    (Timer.Kind.QUIET.value, _quiet),
    (Timer.Kind.PAUSE.value, _switched),
)


def _rest(effects: Effects, rep: Rep, now: datetime) -> Iterator[str]:
    if effects.offers.n and effects.offers.first:
        says = ngettext(
            "%(n)d offer is missed at %(at)s unless answered.",
            "%(n)d offers are missed unless answered, the first at %(at)s.",
            effects.offers.n,
        )
        yield says % {"n": effects.offers.n, "at": when(effects.offers.first, now)}
    if effects.steps.n:
        yield ngettext(
            "%d next step falls due while away; it stays.", "%d next steps fall due while away; they stay.",
            effects.steps.n,
        ) % effects.steps.n  # fmt: skip
    if not effects.lost:
        return
    for group in effects.groups:
        yield f"{group.name}: {_ON_RETURN[Group.OnReturn(group.on_return)]}."
    if rep.backup:
        yield _("Where a rule or an account's owner asks for the backup, %s stands in.") % rep.backup.name


def idle_says(groups: Sequence[tuple[str, str, int]]) -> list[str]:
    """Per group that looks whether a rep is at work on a page: what that means."""
    texts = {
        "active": gettext_lazy(
            "%(group)s gives leads only to who was on a page within %(n)d minutes, on shift or not."
        ),
        "either": gettext_lazy(
            "%(group)s also gives leads off shift, to who was on a page within the last %(n)d minutes."
        ),
    }
    return [str(texts[there]) % {"group": name, "n": minutes} for name, there, minutes in groups]


def since_says(at: datetime, now: datetime) -> str:
    """When another week begins."""
    return local(at, "D j M") if at - now > timedelta(days=1) else when(at, now)
