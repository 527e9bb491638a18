"""The shell of every page: which entries the reader's roles open, who they are, and their theme."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from reps import access, availability, factors, invitations
from reps.models import Group, Listener, Membership, Rep, User

# Entries of the foot that a manager sees once there is something behind them; whose it is says so (`shown_once`).
_USED: dict[str, Callable[[], bool]] = {}


class Entry(NamedTuple):
    """One entry of the menu, before it is known to whom it is shown."""

    name: str
    label: Any
    short: Any
    icon: str


# `name` is the URL name; an entry whose page is not there (yet) is left out.
REP = (
    Entry("my-leads", gettext_lazy("My leads"), gettext_lazy("My leads"), "inbox"),
    Entry("pool", gettext_lazy("Pool"), gettext_lazy("Pool"), "stack"),
    Entry("my-numbers", gettext_lazy("My numbers"), gettext_lazy("My numbers"), "chart"),
    Entry("how-shared", gettext_lazy("How leads are shared"), pgettext_lazy("menu of a phone", "How shared"), "book"),
)
MANAGER = (
    Entry("board", gettext_lazy("Board"), gettext_lazy("Board"), "board"),
    Entry("leads", gettext_lazy("Leads"), gettext_lazy("Leads"), "list"),
    Entry("to-assign", gettext_lazy("To assign"), gettext_lazy("To assign"), "hand"),
    Entry("rules", gettext_lazy("Rules"), gettext_lazy("Rules"), "route"),
    Entry("team", gettext_lazy("Team"), gettext_lazy("Team"), "users"),
    Entry("reports", gettext_lazy("Reports"), gettext_lazy("Reports"), "chart"),
)
REFERRER = (
    Entry("add-lead", gettext_lazy("Add lead"), gettext_lazy("Add lead"), "plus"),
    Entry("leads-sent", gettext_lazy("Leads I sent"), gettext_lazy("Leads I sent"), "list"),
)
OPS = (
    Entry("connections", gettext_lazy("Connections"), gettext_lazy("Connections"), "plug"),
    Entry("forms", gettext_lazy("Web forms"), gettext_lazy("Forms"), "forms"),
    Entry("imports", gettext_lazy("Import"), gettext_lazy("Import"), "file-in"),
    Entry("changes", gettext_lazy("Changes"), gettext_lazy("Changes"), "history"),
    Entry("health", gettext_lazy("Health"), gettext_lazy("Health"), "activity"),
    Entry("settings", gettext_lazy("Settings"), gettext_lazy("Settings"), "settings"),
)


def shown_once(name: str, used: Callable[[], bool]) -> None:
    """Leave this entry out of a manager's menu until `used` answers yes; ops, who set things up, see it anyway."""
    _USED[name] = used


def nav(request: HttpRequest) -> dict[str, Any]:
    """`nav`, `nav_foot`, `me` and `now` for the shell; nothing is asked of the database until the shell is drawn."""
    user = getattr(request, "user", None) or AnonymousUser()
    return {
        "nav": SimpleLazyObject(lambda: _entries(request, user)),
        "nav_foot": SimpleLazyObject(lambda: _foot(request, user)),
        "me": SimpleLazyObject(lambda: _me(user)),
        "my_duty": SimpleLazyObject(lambda: _my_duty(user)),
        "now": timezone.now(),
    }


def _entries(request: HttpRequest, user: User | AnonymousUser) -> list[dict[str, Any]]:
    """A rep's four entries, three without a pool, and a manager's six; who is both sees both. Who refers has two."""
    if not user.is_authenticated:
        return []
    rep = tuple(entry for entry in REP if entry.name != "pool" or _has_pool(user)) if access.rep_of(user) else ()
    manager = MANAGER if access.is_manager(user) else ()
    return _links(request, (*rep, *manager) or (REFERRER if access.may_add(user) else ()))


def _foot(request: HttpRequest, user: User | AnonymousUser) -> list[dict[str, Any]]:
    """What is seldom needed: all of it for ops; for managers what they may open, once there is something in it."""
    if not access.is_manager(user):
        return []
    told = () if access.rep_of(user) else tuple(entry for entry in REP if entry.name == "how-shared")
    if access.oversees_all(user):
        return _links(request, (*told, *OPS))
    may = {"imports", "changes", "health"} if access.answers_for_all(user) else {"imports"}
    seldom = (*told, *(entry for entry in OPS if entry.name in may))
    return _links(request, tuple(entry for entry in seldom if _USED.get(entry.name, bool)()))


def _has_pool(user: User | AnonymousUser) -> bool:
    rep = access.rep_of(user)
    mine = Membership.objects.at(timezone.now()).filter(rep=rep, group__active=True)
    return mine.exclude(group__pool=Group.Pool.NONE).exists()


def _links(request: HttpRequest, entries: tuple[Entry, ...]) -> list[dict[str, Any]]:
    return [
        {
            "name": entry.name,
            "key": entry.name.replace(":", "-"),
            "label": entry.label,
            "short": entry.short,
            "icon": entry.icon,
            "url": url,
            "active": _is_active(request.path, url),
        }
        for entry in entries
        if (url := _url(entry.name))
    ]


def _url(name: str) -> str | None:
    try:
        return reverse(name)
    except NoReverseMatch:
        return None


def _is_active(path: str, url: str) -> bool:
    return path == url or (url != "/" and path.startswith(url))


def _me(user: User | AnonymousUser) -> dict[str, Any] | None:
    """Name and roles in words, for the foot of the side bar."""
    if not isinstance(user, User):
        return None
    roles = [
        word
        for holds, word in (
            (access.rep_of(user), _("Sales rep")),
            (not access.oversees_all(user) and access.is_manager(user), _("Sales manager")),
            (user.is_ops and not user.is_superuser, _("Operations")),
            (user.is_superuser, _("Administrator")),
            (user.is_referrer, _("Referrer")),
        )
        if holds
    ]
    hears = bool(access.rep_of(user)) or access.is_manager(user)
    return {
        "name": user.name or user.email,
        "roles": ", ".join(roles),
        "hears": hears,
        "rep": bool(access.rep_of(user)),
        "invites": invitations.may_invite(user),
        "must_factor": factors.must_have(user),
        # Admins are asked for one on every page until they have it.
        "lacks_factor": factors.is_powerful(user) and not factors.has(user),
        "sound": hears and not Listener.objects.filter(user=user, sound=False).exists(),
    }


def _my_duty(user: User | AnonymousUser) -> dict[str, Any] | None:
    rep = access.rep_of(user)
    return duty_of(rep, now=timezone.now()) if rep else None


def duty_of(rep: Rep, *, now: datetime) -> dict[str, Any]:
    """The rep's switch in words: on while nothing pauses them, and until when or from when they work."""
    pause = rep.pauses.at(now).first()
    if pause:
        until = pause.ends_at
        return {"on": False, "note": _("paused until %s") % _when(until, now) if until else _("paused")}
    duty = availability.calendar(rep, since=now, until=now + availability.HORIZON).duty
    if not duty:
        return {"on": True, "later": True, "note": _("no shift is planned")}
    start, end = duty[0]
    if end >= now + availability.HORIZON:
        return {"on": True, "note": _("around the clock")}
    return {
        "on": True,
        "later": start > now,
        "note": _("until %s") % _when(end, now) if start <= now else _("shift begins %s") % _when(start, now),
    }


def _when(at: datetime, now: datetime) -> str:
    local = timezone.localtime(at)
    days = (local.date() - timezone.localtime(now).date()).days
    return date_format(local, "H:i" if not days else "D H:i" if days < 7 else "D j M, H:i")
