"""Whose leads a report tells of, in which span: read once at the face, understood by every question below."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from reps import access
from reps.models import Group, Membership, Rep, User

JOINED = "\x1f"  # stands in no source and in no channel
# What answers may be cut by: word -> column of the rows asked; of a source the channels apart.
CUTS = {
    "all": "NULL::bigint",
    "rep": "rep_id",
    "group": "group_id",
    "source": "source || chr(31) || channel",
    "campaign": "campaign",
    "rule": "rule",
    "territory": "territory_id",
    "band": "band",
    "sourced_by": "sourced_by_id",
    "day": "(began_at AT TIME ZONE %(zone)s)::date",
    "week": "date_trunc('week', began_at AT TIME ZONE %(zone)s)::date",
}
# What a report may be narrowed to: word -> column.
NARROW = {
    "source": "source",
    "channel": "channel",
    "campaign": "campaign",
    "rule": "rule",
    "band": "band",
    "territory": "territory_id",
}


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose spells count: of the groups (None: of all), those without a group of the `members`; of one rep, if any.

    `unclaimed` are groups of whose leads the reader must know nothing before they are claimed. `only` narrows to one
    value of each column named (NARROW), or to those without any (None).
    """

    groups: tuple[int, ...] | None = None
    members: tuple[int, ...] = ()
    rep: int | None = None
    unclaimed: tuple[int, ...] = ()
    only: Mapping[str, Any] = field(default_factory=dict)

    def of(self, rep: Rep) -> "Scope":
        """The part of it that is one rep's."""
        return replace(self, rep=rep.pk)

    def params(self, *, since: datetime, until: datetime, now: datetime) -> dict[str, Any]:
        """As the statements of reports name them."""
        return {
            "since": since,
            "until": until,
            "now": now,
            "all_groups": self.groups is None,
            "groups": list(self.groups or ()),
            "members": list(self.members),
            "rep": self.rep,
            "unclaimed": list(self.unclaimed),
            # Days are the reader's, as the beginning of the span is.
            "zone": str(timezone.get_current_timezone()),
            **{f"only_{name}": value for name, value in self.only.items()},
        }

    @property
    def where(self) -> str:
        """The condition on rows `x` that have group_id, rep_id and the columns of NARROW."""
        only = "".join(
            f" AND x.{NARROW[name]} IS NULL" if value is None else f" AND x.{NARROW[name]} = %(only_{name})s"
            for name, value in self.only.items()
        )
        return f"""(%(all_groups)s OR x.group_id = ANY(%(groups)s::bigint[])
            OR (x.group_id IS NULL AND x.rep_id = ANY(%(members)s::bigint[])))
        AND (%(rep)s::bigint IS NULL OR x.rep_id = %(rep)s::bigint){only}"""


def overseen(user: User | AnonymousUser, group: Group | None = None, *, now: datetime) -> Scope:
    """What a manager's reports tell of: the groups they manage, or the one chosen of them.

    A spell without a group (an import, a lead given by hand) belongs to the managers of its rep's groups.
    """
    unclaimed = not_yet_claimed(user, now=now)
    if group is None and access.oversees_all(user):
        return Scope(unclaimed=unclaimed)
    groups = [group.pk] if group else list(access.groups_managed(user).values_list("pk", flat=True))
    members = Membership.objects.at(now).filter(group__in=groups).values_list("rep_id", flat=True)
    return Scope(tuple(groups), tuple(sorted(set(members))), unclaimed=unclaimed)


def not_yet_claimed(user: User | AnonymousUser, *, now: datetime) -> tuple[int, ...]:
    """The blind groups whose waiting leads the user may yet claim: no figure of theirs is made of those."""
    return tuple(access.groups_of(user, now=now).filter(pool=Group.Pool.BLIND).values_list("pk", flat=True))
