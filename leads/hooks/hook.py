"""The only writer of hooks and reader of what is sealed in them: subscribe, change, rotate, switch, remove."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx2
from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from config.lib import breaker, http, sealed, signing
from leads.hook_kinds import HookEvent
from leads.life import State
from leads.models import ApiKey, Hook, HookDelivery
from reps.models import Group, User

# How long the old secret still signs beside the new one.
OVERLAP = timedelta(hours=24)
# Nobody has such a lead, and nobody will pull it.
OVER = frozenset({State.REJECTED.value, State.CLOSED.value})
MOST = 100  # of a division; a Zap that is switched on and off again leaves none behind


class NotSubscribedError(Exception):
    """It cannot be added as asked; `field` and the message say why."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class RemovedError(NotSubscribedError):
    """Somebody removed it meanwhile; it stays removed."""

    def __init__(self) -> None:
        super().__init__("", _("It was removed meanwhile. Add it anew if you need it."))


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to be told, and where."""

    name: str
    url: str
    events: Sequence[HookEvent]
    group: Group | None = None
    unseen_by_reps: bool = False
    tests: bool = False


def subscribe(
    *, asked: Asked, division: int, now: datetime, by: User | None = None, key: ApiKey | None = None
) -> tuple[Hook, str]:
    """A new hook, and its secret, which is told once. Raises NotSubscribedError."""
    if Hook.objects.filter(division=division).exclude(why_off=Hook.WhyOff.REMOVED).count() >= MOST:
        raise NotSubscribedError("url", _("There are %d hooks already. Remove one first.") % MOST)
    secret = signing.fresh_secret()
    made = Hook(division_id=division, made_by=by, made_with=key, created_at=now)
    _fill(made, asked)
    made.secret = sealed.seal({"url": _checked(asked.url), "keys": [[secret, None]]})
    made.shown = shown(asked.url)
    made.save()
    return made, secret


def change(*, hook: Hook, asked: Asked) -> None:
    """Change what it is told; an empty address keeps the one it has. Raises NotSubscribedError, UnsealedError."""
    url = _checked(asked.url) if asked.url else ""  # before the lock: it may ask who has the name
    with transaction.atomic():
        row = _locked(hook)
        _fill(row, asked)
        fields = ["name", "group", "events", "unseen_by_reps", "tests"]
        if url:
            row.secret, row.shown = sealed.seal({**_opened(row), "url": url}), shown(url)
            fields += ["secret", "shown"]
        row.save(update_fields=fields)
    if url:
        wake(hooks=[row.pk])


@transaction.atomic
def rotate(*, hook: Hook, now: datetime) -> str:
    """A new secret; the newest of the old ones signs beside it for a day. Raises NotSubscribedError, UnsealedError."""
    row = _locked(hook)
    opened, secret = _opened(row), signing.fresh_secret()
    until = (now + OVERLAP).isoformat()
    old = [[value, ends or until] for value, ends in opened["keys"] if _good(ends, now)]
    row.secret = sealed.seal({**opened, "keys": [[secret, None], *old[:1]]})
    row.save(update_fields=["secret"])
    hook.secret = row.secret
    return secret


def switch(*, hook: Hook, on: bool) -> bool:
    """Off: nothing is planned or sent any more. On: from now on; False where it was removed for good."""
    rows = Hook.objects.filter(pk=hook.pk).exclude(why_off=Hook.WhyOff.REMOVED)
    off = "" if on else Hook.WhyOff.BY_HAND.value
    return bool(rows.update(active=on, why_off=off, rests_until=None, **({"made_with": None} if on else {})))


def wake(*, hooks: Iterable[int]) -> None:
    """Speak to them at once, whatever came of the last try: somebody mended it, or it has another address.

    Whoever is spoken to just now is left to who does: a sender takes no hook twice.
    """
    hooks = set(hooks)
    Hook.objects.filter(pk__in=hooks).update(rests_until=None)
    for pk in hooks:
        breaker.succeeded(lane(pk))


def lane(pk: int) -> str:
    """By which the door out counts its failures."""
    return f"hook:{pk}"


def remove(*, hook: Hook) -> None:
    """Nothing is sent there any more, and the address is forgotten; what was told stays to be read."""
    Hook.objects.filter(pk=hook.pk).update(active=False, why_off=Hook.WhyOff.REMOVED, secret="")


def gone(*, hook: Hook) -> None:
    """The other side wants no more (410)."""
    Hook.objects.filter(pk=hook.pk, active=True).update(active=False, why_off=Hook.WhyOff.GONE)


def end_with_keys(*, now: datetime) -> int:
    """Switch off what a key subscribed that opens nothing any more: who may not ask may not be told either."""
    ended = Q(made_with__revoked_at__isnull=False) | Q(made_with__expires_at__lte=now)
    found = Hook.objects.filter(ended, active=True).values_list("pk", flat=True)
    return Hook.objects.filter(pk__in=list(found)).update(active=False, why_off=Hook.WhyOff.KEY)


def target(hook: Hook, *, now: datetime) -> tuple[str, list[str]]:
    """Where to send, and what to sign with, the newest first. Raises UnsealedError."""
    opened = _opened(hook)
    return opened["url"], [value for value, ends in opened["keys"] if _good(ends, now)]


def old_until(hook: Hook, *, now: datetime) -> datetime | None:
    """Until when an old secret still signs beside the new one; None where there is none."""
    try:
        ends = [ends for _value, ends in _opened(hook)["keys"] if ends and _good(ends, now)]
    except sealed.UnsealedError:
        return None
    return datetime.fromisoformat(ends[0]) if ends else None


def secret_of(hook: Hook) -> str:
    """The newest secret, for who asked for it by the same request twice."""
    return str(_opened(hook)["keys"][0][0])


def shown(url: str) -> str:
    """As much of an address as may be shown: who knows a hook's whole address can often write to it."""
    parsed = httpx2.URL(url)
    tail = url[-4:] if len(parsed.raw_path) > 12 else ""
    return f"{parsed.scheme}://{parsed.netloc.decode()}/…{tail}"[:200]


def waiting(hook: Hook) -> int:
    """How many of its deliveries are held until somebody has the lead."""
    return HookDelivery.objects.filter(hook=hook, held=True, sent_at=None, failed_at=None).count()


def with_blind_pools() -> frozenset[int]:
    """The divisions in which a lead that nobody has may be one that reps must not look behind.

    A group that was switched off counts: leads may still lie in its pool.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT division_id FROM reps_group WHERE pool = %s", [Group.Pool.BLIND])
        return frozenset(row[0] for row in cursor.fetchall())


def _locked(hook: Hook) -> Hook:
    """As it stands now, until the end of the transaction: what a page read may be of long ago."""
    row = Hook.objects.select_for_update(no_key=True).filter(pk=hook.pk).first()
    if row is None or row.why_off == Hook.WhyOff.REMOVED:
        raise RemovedError
    return row


def _fill(hook: Hook, asked: Asked) -> None:
    if not asked.events:
        raise NotSubscribedError("events", _("Choose one at least."))
    hook.name, hook.group = asked.name.strip()[:100], asked.group
    hook.events = sorted({event.value for event in asked.events})
    hook.unseen_by_reps, hook.tests = asked.unseen_by_reps, asked.tests


def _checked(url: str) -> str:
    try:
        http.check_url(url)
    except http.RefusedError as error:
        raise NotSubscribedError("url", str(error)) from error
    return url


def _opened(hook: Hook) -> dict[str, Any]:
    found: dict[str, Any] = sealed.unseal(hook.secret)
    if not found:
        raise sealed.UnsealedError
    return found


def _good(until: str | None, now: datetime) -> bool:
    return until is None or datetime.fromisoformat(until) > now
