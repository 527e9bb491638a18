"""Invitations: who may invite whom, and how a link makes one user with roles, once."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from reps import access
from reps.models import Division, Group, Invitation, Membership, Rep, Shift, User

GOOD_FOR = timedelta(days=7)
# The hours a new rep begins with; they change their own under My availability.
_WORKDAYS, _BEGINS, _ENDS = 5, time(9), time(17)


class InvitationError(ValueError):
    """In words for who invites."""


class UsedUpError(Exception):
    """The link opens nothing: used, withdrawn, too old, or never sent."""


@dataclass(frozen=True, slots=True)
class Grant:
    """The roles an invitation carries, or somebody may give away."""

    rep_in: Collection[Group] = ()
    manager_of: Collection[Group] = ()
    is_rep: bool = False
    is_referrer: bool = False
    is_ops: bool = False


def may_invite(user: User) -> bool:
    """Whether the page opens."""
    return access.oversees_all(user) or (settings.MANAGERS_INVITE and access.is_manager(user))


def check(*, by: User, grant: Grant) -> None:
    """Raises InvitationError where the grant is more than they may give: admins all, ops reps and referrers, managers
    reps of their own groups.
    """
    if not may_invite(by):
        raise InvitationError(_("You may not invite anybody."))
    if not (grant.is_rep or grant.is_referrer or grant.is_ops or grant.rep_in or grant.manager_of):
        raise InvitationError(_("Choose at least one role."))
    if (grant.is_ops or grant.manager_of) and not by.is_superuser:
        raise InvitationError(_("Only an administrator may invite managers and ops."))
    if not access.oversees_all(by):
        own = set(access.groups_managed(by).values_list("pk", flat=True))
        if grant.is_referrer or not grant.rep_in or {group.pk for group in grant.rep_in} - own:
            raise InvitationError(_("You may invite reps into groups you manage."))


def seen_by(user: User) -> QuerySet[Invitation]:
    """Open invitations and those that ran out: all for ops and admins, their own for managers."""
    rows = Invitation.objects.filter(used_at=None, withdrawn_at=None).select_related("by")
    rows = rows.prefetch_related("rep_in", "manager_of")
    return rows if access.oversees_all(user) else rows.filter(by=user)


def may_change(*, by: User, row: Invitation) -> bool:
    """Whether they may send it again or withdraw it: who might have sent it."""
    if by.is_superuser or row.by_id == by.pk:
        return True
    return access.oversees_all(by) and not row.is_ops and not row.manager_of.exists()


@transaction.atomic
def invite(*, email: str, grant: Grant, by: User, now: datetime) -> tuple[Invitation, str]:
    """A new invitation and its only secret; one that was open for the address is withdrawn. Raises InvitationError."""
    check(by=by, grant=grant)
    email = email.lower()
    known = User.objects.filter(email=email).first()
    if known is not None and not awaits_person(known):
        raise InvitationError(_("This address has an account already. Change its roles in the admin."))
    before = Invitation.objects.select_for_update().filter(email__iexact=email, used_at=None, withdrawn_at=None).first()
    if before is not None:
        if not may_change(by=by, row=before):
            raise InvitationError(_("This address is invited already, by an administrator."))
        withdraw(row=before, now=now)
    secret = secrets.token_urlsafe(32)
    row = Invitation.objects.create(
        email=email,
        by=by,
        is_rep=grant.is_rep or bool(grant.rep_in),
        is_referrer=grant.is_referrer,
        is_ops=grant.is_ops,
        digest=_digest(secret),
        made_at=now,
        sent_at=now,
        good_until=now + GOOD_FOR,
    )
    row.rep_in.set(grant.rep_in)
    row.manager_of.set(grant.manager_of)
    return row, secret


def renew(*, row: Invitation, now: datetime) -> str | None:
    """Another secret for seven days; the link before opens nothing. None where it is not open any more."""
    secret = secrets.token_urlsafe(32)
    open_ = Invitation.objects.filter(pk=row.pk, used_at=None, withdrawn_at=None)
    done = open_.update(digest=_digest(secret), sent_at=now, good_until=now + GOOD_FOR)
    return secret if done else None


def withdraw(*, row: Invitation, now: datetime) -> bool:
    """It opens nothing any more; False where it was used or withdrawn before."""
    return bool(Invitation.objects.filter(pk=row.pk, used_at=None, withdrawn_at=None).update(withdrawn_at=now))


def find(*, secret: str, now: datetime) -> Invitation | None:
    """The open invitation with this secret."""
    return _open(now).filter(digest=_digest(secret)).first()


@transaction.atomic
def accept(*, secret: str, name: str, password: str | None, now: datetime) -> User:
    """Make the user with the roles, without a password where none is said; of two at once one wins. UsedUpError.

    Where the user was made for them before (by Start, or an import), it becomes theirs.
    """
    found = _open(now).filter(digest=_digest(secret)).first()
    if found is None or not _open(now).filter(pk=found.pk, digest=_digest(secret)).update(used_at=now):
        raise UsedUpError
    time_zone = Division.objects.order_by("pk").values_list("time_zone", flat=True).first() or "UTC"
    user = User.objects.select_for_update().filter(email=found.email).first()
    if user is None:
        user = User(email=found.email, time_zone=time_zone)
    elif not awaits_person(user):
        raise UsedUpError
    user.name = name
    user.is_ops, user.is_referrer = user.is_ops or found.is_ops, user.is_referrer or found.is_referrer
    user.set_password(password)
    user.save()
    if found.is_rep:
        rep, new = Rep.objects.get_or_create(user=user, defaults={"time_zone": time_zone})
        if new:  # without hours they would never get a lead
            Shift.objects.bulk_create(
                Shift(rep=rep, weekday=day, begins=_BEGINS, ends=_ENDS, starts_at=now) for day in range(_WORKDAYS)
            )
        there = Membership.objects.at(now).filter(rep=rep).values("group")
        for group in found.rep_in.filter(active=True).exclude(pk__in=there):
            Membership.objects.create(group=group, rep=rep, starts_at=now)
    for group in found.manager_of.filter(active=True):
        group.managers.add(user)
    Invitation.objects.filter(pk=found.pk).update(user=user)
    return user


def awaits_person(user: User) -> bool:
    """Whether the account was made for somebody who never came: no password, no sign-in."""
    return user.is_active and user.last_login is None and not user.has_usable_password()


def _open(now: datetime) -> QuerySet[Invitation]:
    """What may still be accepted, sent by somebody who may still sign in."""
    return Invitation.objects.filter(Q(by__is_active=True), used_at=None, withdrawn_at=None, good_until__gt=now)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
