"""The writer of endpoints and of how people want to be told: add, remove, note how a try went."""

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from config.lib import sealed
from reps import news, vapid
from reps.channel import AddressError, Alert, GoneError, NotReachedError
from reps.channels import all_channels
from reps.models import Endpoint, Group, Preference, Switchboard, User

MOST = 10  # of one person or group


def channels_off() -> frozenset[str]:
    """The channels switched off for everybody."""
    found = Switchboard.objects.filter(pk=Switchboard.THE).values_list("channels_off", flat=True).first()
    return frozenset(found or ())


@transaction.atomic
def add(
    *, channel: str, text: str, label: str, now: datetime, user: User | None = None, group: Group | None = None
) -> Endpoint:
    """A way to reach the person or the group; the same address again is the same endpoint. Raises AddressError."""
    plug = all_channels()[channel]
    if channel in channels_off():
        raise AddressError(_("This channel is switched off for everybody."))
    if not plug.has_endpoints or (group is not None and not plug.for_groups):
        raise AddressError(_("This channel takes no address."))
    address = plug.read(text)
    digest = hashlib.sha256(str(address["url"]).encode()).hexdigest()
    known = Endpoint.objects.filter(user=user, group=group, active=True)
    shown = plug.shown(address)[:200]
    if found := known.filter(channel=channel, digest=digest).first():
        found.sealed, found.shown = sealed.seal(address), shown
        found.save(update_fields=["sealed", "shown"])
        return found
    if known.count() >= MOST:
        raise AddressError(_("There are %d already. Remove one first.") % MOST)
    made = Endpoint.objects.create(
        user=user, group=group, channel=channel, label=label[:100] or shown[:100] or str(plug.label),
        shown=shown, sealed=sealed.seal(address), digest=digest, created_at=now,
    )  # fmt: skip
    if user is not None:
        _use(user, channel)
    return made


def _use(user: User, channel: str) -> None:
    """Who chose before this channel was there hears by it what is usually told by it."""
    usual = [kind.key for kind in news.KINDS if channel in kind.usual]
    others = Endpoint.objects.filter(user=user, channel=channel).count()
    if others == 1:
        for row in Preference.objects.filter(user=user, kind__in=usual).exclude(channels__contains=[channel]):
            row.channels = [*row.channels, channel]
            row.save(update_fields=["channels"])


def remove(*, endpoint: Endpoint, now: datetime, why: str = "") -> None:
    """Nothing is sent there any more, and the address is forgotten; what was told stays to be read."""
    Endpoint.objects.filter(pk=endpoint.pk, active=True).update(
        active=False, ended_at=now, sealed="", error=why[:500] or F("error")
    )


def address_of(endpoint: Endpoint) -> dict[str, Any]:
    """The address, ready to send to. Raises sealed.UnsealedError."""
    address: dict[str, Any] = sealed.unseal(endpoint.sealed)
    if endpoint.channel == "push":
        address["key"] = vapid.private_key()
    return address


def note(*, endpoint: Endpoint, problem: NotReachedError | None, now: datetime) -> None:
    """How a try went; where nobody is reached any more the endpoint is closed."""
    if problem is None:
        Endpoint.objects.filter(pk=endpoint.pk).update(reached_at=now, error="", failed_at=None)
    elif isinstance(problem, GoneError):
        remove(endpoint=endpoint, now=now, why=str(problem))
    else:
        Endpoint.objects.filter(pk=endpoint.pk).update(failed_at=now, error=str(problem)[:500])


def try_out(*, endpoint: Endpoint, alert: Alert, now: datetime) -> NotReachedError | None:
    """Send one test there and then."""
    problem = all_channels()[endpoint.channel].send([alert])[0]
    note(endpoint=endpoint, problem=problem, now=now)
    return problem


@transaction.atomic
def choose(*, user: User, kind: str, chosen: Collection[str], quiet: Mapping[str, Any]) -> Preference:
    """How the person wants to be told that kind of news; `quiet` as the columns of Preference say."""
    row, _new = Preference.objects.update_or_create(
        user=user, kind=kind, defaults={"channels": sorted(chosen), **quiet}
    )
    return row


def switch(*, channel: str, on: bool) -> None:
    """On or off for everybody; in the app is always on."""
    with transaction.atomic():
        Switchboard.objects.bulk_create([Switchboard()], ignore_conflicts=True)
        board = Switchboard.objects.select_for_update().get(pk=Switchboard.THE)
        off = set(board.channels_off) - {channel} if on else set(board.channels_off) | {channel}
        board.channels_off = sorted(off - {"in_app"})
        board.save(update_fields=["channels_off"])
