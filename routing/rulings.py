"""Returned leads: whose they are to rule on."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from reps import access
from reps.models import User
from routing.models import Assignment, Return


def overseen_by(user: User) -> "QuerySet[Return]":
    """Of leads that groups of theirs had given; of those no group had, for all managers."""
    rows = Return.objects.select_related("lead__private", "lead__group", "rep__user", "ruled_by")
    if access.oversees_all(user):
        return rows
    spell = Assignment.objects.filter(lead=OuterRef("lead"), hop=OuterRef("hop"))
    mine = spell.filter(Q(group__in=access.groups_managed(user).values("pk")) | Q(group=None))
    return rows.filter(Exists(mine))


def may_rule(user: User, given_back: Return) -> bool:
    """Nobody rules on what they gave back themselves, but for ops and admins, who may be all there is."""
    return given_back.rep.user_id != user.pk or access.oversees_all(user)
