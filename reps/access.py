"""What a user may do; knows users and groups only."""

from typing import TYPE_CHECKING

from django.db.models import Q

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from reps.models import Group, Rep, User

OPS_APPS = frozenset({"reps", "leads", "routing", "reporting"})
# Who may sign in, and with what power, stays with admins.
_ADMIN_ONLY = frozenset({"reps.add_user", "reps.change_user", "reps.delete_user", "leads.delete_lead"})


def ops_may(permission: str) -> bool:
    """Whether the role ops carries a Django permission such as "routing.change_ruleset"."""
    return permission.split(".", 1)[0] in OPS_APPS and permission not in _ADMIN_ONLY


def rep_of(user: "User | AnonymousUser") -> "Rep | None":
    """The active rep this user is, if any."""
    rep = getattr(user, "rep", None) if user.is_authenticated else None
    return rep if rep and rep.active else None


def oversees_all(user: "User | AnonymousUser") -> bool:
    """Ops and admins see every group."""
    return bool(user.is_authenticated and user.is_active and (user.is_ops or user.is_superuser))


def groups_managed(user: "User | AnonymousUser") -> "QuerySet[Group]":
    """The active groups this user manages: all of them for ops and admins."""
    from reps.models import Group  # noqa: PLC0415 - the user model asks this module, so the models load after it

    groups = Group.objects.filter(active=True)
    if oversees_all(user):
        return groups
    return groups.filter(managers=user.pk) if user.is_authenticated else groups.none()


def is_manager(user: "User | AnonymousUser") -> bool:
    """Whether the manager's pages open."""
    return oversees_all(user) or groups_managed(user).exists()


def edits_rules(user: "User | AnonymousUser") -> bool:
    """Whether they may change and publish the rules: whoever answers for every group, as rules share among all."""
    return answers_for_all(user)


def answers_for_all(user: "User | AnonymousUser") -> bool:
    """Whether they answer for every group: ops, admins, and managers of all of them.

    They read what is of the whole house, its changes and its health; what runs it stays with ops.
    """
    from reps.models import Group  # noqa: PLC0415 - as above

    if oversees_all(user):
        return True
    mine = groups_managed(user).values("pk")
    return bool(user.is_authenticated and mine.exists()) and not (
        Group.objects.filter(active=True).exclude(pk__in=mine).exists()
    )


def may_add(user: "User | AnonymousUser") -> bool:
    """Whether they may add leads by hand: reps, managers, ops, and referrers."""
    return bool(user.is_authenticated and user.is_active and user.is_referrer) or bool(rep_of(user) or is_manager(user))


def groups_of(user: "User | AnonymousUser", *, now: "datetime") -> "QuerySet[Group]":
    """The active groups this user is a member of as a rep at the instant."""
    from reps.models import Group, Membership  # noqa: PLC0415 - as above

    rep = rep_of(user)
    if rep is None:
        return Group.objects.none()
    return Group.objects.filter(active=True, pk__in=Membership.objects.at(now).filter(rep=rep).values("group"))


def managers_of(places: "Iterable[tuple[int, int | None]]") -> "dict[tuple[int, int | None], list[int]]":
    """Who answers for each (division, group), as users: the group's active managers.

    Where it has none, or no group is named, those of all groups of the division; where there are none either, ops and
    admins, so that word reaches somebody.
    """
    from reps.models import Group, User  # noqa: PLC0415 - as above

    wanted = set(places)
    rows = Group.objects.filter(division__in={d for d, _g in wanted}, active=True, managers__is_active=True)
    pairs = list(rows.order_by("managers").values_list("division", "pk", "managers"))
    overseers: list[int] | None = None
    found = {}
    for division, group in wanted:
        own = [user for _d, g, user in pairs if g == group]
        people = own or [user for d, _g, user in pairs if d == division]
        if not people:
            if overseers is None:
                all_seeing = User.objects.filter(Q(is_ops=True) | Q(is_superuser=True), is_active=True)
                overseers = list(all_seeing.order_by("pk").values_list("pk", flat=True))
            people = overseers
        found[division, group] = list(dict.fromkeys(people))
    return found
