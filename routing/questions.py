"""Something unfair: a rep asks, a manager answers, and both are told; a version can name what led to it."""

import secrets
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from leads import dispatch
from leads.models import Lead
from reps import access
from reps.models import Group, Rep, User
from routing.models import Comment, GroupPage, LedgerEntry, Question, RuleSetVersion

MOST_LETTERS = 4_000


class OthersFirstError(Exception):
    """Somebody answered meanwhile; `question` is how it stands now."""

    def __init__(self, question: Question) -> None:
        super().__init__("somebody answered meanwhile")
        self.question = question


@transaction.atomic
def ask(
    *, rep: Rep, group: Group, text: str, now: datetime, lead: Lead | None = None, entry: LedgerEntry | None = None
) -> Question:
    """Ask the group's managers; the word to them says who asks and nothing of what."""
    row = Question.objects.create(rep=rep, group=group, text=text, at=now, lead=lead, entry=entry)
    managers = access.managers_of({(group.division_id, group.pk)})[group.division_id, group.pk]
    others = [user for user in managers if user != rep.user_id] or managers
    dispatch.plan(
        [
            dispatch.Word(None, 0, user=user, event="unfair", ref=f"question {row.pk}", payload={"person": rep.user_id})
            for user in others
        ],
        now=now,
    )
    transaction.on_commit(dispatch.ring)
    return row


@transaction.atomic
def answer(
    *, question: Question, text: str, by: User, now: datetime, seen: datetime | None, version: RuleSetVersion | None
) -> None:
    """Answer it, or answer anew; `seen` is the answer's time as the manager read it. Raises OthersFirstError."""
    row = Question.objects.filter(pk=question.pk, answered_at=seen)
    if not row.update(answer=text, answered_by=by, answered_at=now, version=version):
        raise OthersFirstError(Question.objects.get(pk=question.pk))
    ref = f"question {question.pk} {now.isoformat()}"
    word = dispatch.Word(None, 0, rep=question.rep_id, event="answered", ref=ref, payload={"person": by.pk})
    dispatch.plan([word], now=now)
    transaction.on_commit(dispatch.ring)


def overseen(user: User) -> "QuerySet[Question]":
    """Those the user may read and answer as a manager."""
    return Question.objects.filter(group__in=access.groups_managed(user).values("pk"))


def comment(*, version: RuleSetVersion, by: User, text: str, now: datetime) -> Comment:
    """Say something of a published version."""
    return Comment.objects.create(version=version, by=by, text=text, at=now)


def say_why(*, group: Group, text: str, by: User, now: datetime) -> None:
    """Keep the manager's own words on why the group shares as it does."""
    GroupPage.objects.update_or_create(group=group, defaults={"why": text, "why_by": by, "why_at": now})


def open_link(*, group: Group, by: User, now: datetime) -> str:
    """A new public address; one that was given out before leads nowhere from now on."""
    token = secrets.token_urlsafe(24)
    GroupPage.objects.update_or_create(group=group, defaults={"token": token, "opened_by": by, "opened_at": now})
    return token


def close_link(*, group: Group) -> None:
    """The public address leads nowhere any more."""
    GroupPage.objects.filter(group=group).update(token=None, opened_by=None, opened_at=None)
