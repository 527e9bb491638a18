"""A draft shared with the team: told once, talked about until a date, taken back or led to a version; never live."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from leads import dispatch
from reps import access
from reps.models import Group, Membership, User
from routing import questions, rulesets
from routing.engine.ruleset import To
from routing.models import Comment, RuleSet, SharedDraft, Simulation
from routing.simulate import Asked, NotSimulatedError, rows

LONGEST = timedelta(days=31)
MOST_LETTERS = 1_000
EVENT = "draft_shared"
_DAYS = 30  # of the simulation that goes with it
_ANYWHERE = frozenset({To.TERRITORY.value, To.ACCOUNT.value})


class NotSharedError(Exception):
    """It cannot be shared; `field` says what is at fault, the message why."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class OverError(Exception):
    """Its time is over, or it was taken back, or published: nothing more is said of it."""


@transaction.atomic
def share(
    *,
    rule_set: RuleSet,
    revision: int,
    groups: Collection[Group],
    why: str,
    until: datetime,
    by: User,
    now: datetime,
    form: uuid.UUID | None = None,
) -> SharedDraft:
    """Ask the people of these groups about the draft as it reads now; what was shared before is over with it.

    `form` is the form it was sent by: sent twice, it is one. Raises NotSharedError, StaleDraftError.
    """
    row = RuleSet.objects.select_for_update(of=("self",)).get(pk=rule_set.pk)
    if form is not None and (sent := SharedDraft.objects.filter(uid=form).first()) is not None:
        if sent.by_id == by.pk and sent.rule_set_id == row.pk:
            return sent
        form = None
    row = rulesets.lock(row, revision)
    _check(row, groups, why, until, now)
    simulation = _simulation(row, by, now)
    SharedDraft.objects.filter(rule_set=row, closed_at=None).update(closed_at=now, closed_by=by)
    made = SharedDraft.objects.create(
        uid=form or uuid.uuid4(),
        rule_set=row,
        body=simulation.body,
        attributes=simulation.options["attributes"],
        live=row.published,
        simulation=simulation,
        why=why,
        until=until,
        by=by,
        at=now,
    )
    made.groups.set(groups)
    _tell(made, groups, by, now)
    return made


def _check(row: RuleSet, groups: Collection[Group], why: str, until: datetime, now: datetime) -> None:
    if not groups:
        raise NotSharedError("groups", _("Choose at least one group."))
    if not why:
        raise NotSharedError("why", _("Say in a sentence why."))
    if not now < until <= now + LONGEST:
        raise NotSharedError("until", _("Choose an instant within the next %d days.") % LONGEST.days)
    if rulesets.reads_the_same(row):
        raise NotSharedError("", _("The draft reads as the version in force: there is nothing to talk about."))


def _simulation(row: RuleSet, by: User, now: datetime) -> Simulation:
    """That of this very text, or one that is started now."""
    try:
        found = rows.of_draft(row)
        if found is not None:
            return found
        against = "live" if row.published else "happened"
        asked = Asked(now - timedelta(days=_DAYS), now, "then", against)
        return rows.start(rule_set=row, version=None, asked=asked, by=by, now=now)
    except NotSimulatedError as error:
        raise NotSharedError("", str(error)) from error


def _tell(draft: SharedDraft, groups: Collection[Group], by: User, now: datetime) -> None:
    """Everybody of the groups and those who manage them, once each, by the ways they chose."""
    members = Membership.objects.at(now).filter(group__in=groups, rep__active=True, rep__user__is_active=True)
    reps = dict(members.order_by("rep").values_list("rep__user", "rep"))
    managers = set(User.objects.filter(managed_groups__in=groups, is_active=True).values_list("pk", flat=True))
    told: dict[str, Any] = {
        "event": EVENT,
        "ref": f"draft {draft.pk}",
        "payload": {"person": by.pk, "draft": str(draft.uid), "until": draft.until.isoformat()},
    }
    words = [dispatch.Word(None, 0, rep=rep, **told) for user, rep in reps.items() if user != by.pk]
    words += [dispatch.Word(None, 0, user=user, **told) for user in sorted(managers - {*reps, by.pk})]
    dispatch.plan(words, now=now)
    transaction.on_commit(dispatch.ring)


def take_back(*, draft: SharedDraft, by: User, now: datetime) -> bool:
    """Nothing more is said of it, and no version will name it; False where it is over already."""
    rows_ = SharedDraft.objects.filter(pk=draft.pk, closed_at=None, until__gt=now)
    return bool(rows_.update(closed_at=now, closed_by=by, taken_back=True))


@transaction.atomic
def comment(*, draft: SharedDraft, by: User, text: str, now: datetime, form: uuid.UUID | None = None) -> Comment:
    """Say something of it. Raises OverError, TooManyError."""
    # Who ends it waits until this is written.
    row = SharedDraft.objects.select_for_update(of=("self",), no_key=True).get(pk=draft.pk)
    if not row.is_open(now):
        raise OverError
    return questions.comment(draft=row, by=by, text=text, now=now, form=form)


def readable(user: User, *, now: datetime) -> "QuerySet[SharedDraft]":
    """Those shared with the user's groups, or with groups they manage; all of them for who edits the rules."""
    if access.edits_rules(user):
        return SharedDraft.objects.all()
    mine, managed = access.groups_of(user, now=now).values("pk"), access.groups_managed(user).values("pk")
    return SharedDraft.objects.filter(Q(groups__in=mine) | Q(groups__in=managed)).distinct()


def open_of(group: Group, *, now: datetime) -> "QuerySet[SharedDraft]":
    """What the people of the group are asked about now."""
    rows_ = SharedDraft.objects.filter(groups=group, closed_at=None, until__gt=now)
    return rows_.select_related("by", "rule_set").order_by("-at")


def simulation_of(draft: SharedDraft) -> Simulation | None:
    """The run that went with it; where that came to nothing, a later one of the same text."""
    own = draft.simulation
    if own is not None and own.status not in {Simulation.Status.FAILED, Simulation.Status.CANCELLED}:
        return own
    same = Simulation.objects.filter(
        rule_set=draft.rule_set_id, kind=Simulation.Kind.PAST, version=None, body=draft.body
    )
    return same.filter(status=Simulation.Status.DONE).order_by("-pk").first() or own


def groups_of_rules(rule_set: RuleSet, groups: Sequence[Group]) -> list[Group]:
    """Those of `groups` that the draft, or the version in force, may bring leads to."""
    rules = [*rulesets.body_of(rule_set)["rules"], *(rule_set.published.body["rules"] if rule_set.published else [])]
    places = [place for rule in rules for place in (rule["destination"], *(rule.get("otherwise") or []))]
    if any(place.get("to") in _ANYWHERE for place in places):
        return list(groups)
    named = {place.get("group") for place in places}
    return [group for group in groups if group.pk in named]
