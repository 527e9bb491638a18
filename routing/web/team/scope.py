"""What of the team a manager sees: their groups and the reps in them; ops and admins see everybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from reps import access, members
from reps.models import Group, Membership, Rep, User
from reps.web import reader


@dataclass(frozen=True, slots=True)
class Scope:
    """The reader, their groups by name, and the instant the page tells about."""

    user: User
    groups: tuple[Group, ...]
    all: bool
    now: datetime

    def reps(self, groups: Sequence[Group] | None = None) -> "QuerySet[Rep]":
        """Active reps, by name: of these groups, or all the reader sees."""
        rows = Rep.objects.filter(active=True).select_related("user").order_by("user__name", "pk")
        if groups is None and self.all:
            return rows
        wanted = self.groups if groups is None else groups
        return rows.filter(pk__in=Membership.objects.at(self.now).filter(group__in=wanted).values("rep"))

    def group(self, uid: UUID | str) -> Group:
        """One of the reader's groups; of others there are none."""
        found = next((group for group in self.groups if str(group.uid) == str(uid)), None)
        if found is None:
            raise Http404
        return found

    def let_out(self, group: Group, rep: Rep) -> None:
        """Who manages a group that hides leads from its members does not leave it to see them. Raises MembersError."""
        hides = group.pool == Group.Pool.BLIND and group.blind_for_managers
        if hides and not self.all and rep.user_id == self.user.pk:
            raise members.MembersError(_("This group is blind for its managers too: ops take you out of it."))

    def rep(self, uid: UUID | str) -> Rep:
        """One of the reps the reader sees."""
        found = self.reps().filter(uid=uid).first()
        if found is None:
            raise Http404
        return found


def of(request: HttpRequest) -> Scope:
    """The reader's. Raises PermissionDenied where they manage nothing."""
    user = reader.user(request)
    if not access.is_manager(user):
        raise PermissionDenied
    groups = tuple(access.groups_managed(user).order_by("name", "pk"))
    return Scope(user, groups, access.oversees_all(user), timezone.now())


def tabs(active: str) -> list[dict[str, object]]:
    """The parts of Team."""
    parts = (
        ("team", _("Who shares what")),
        ("team-groups", _("Groups")),
        ("team-week", _("Shifts and time off")),
        ("territories", _("Territories")),
        ("team-skills", _("Skills")),
    )
    return [{"url": reverse(name), "label": label, "active": name == active} for name, label in parts]
