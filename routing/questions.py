"""Something unfair: a rep asks, a manager answers, and both are told; a version can name what led to it."""

import secrets
import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from config.lib import rates
from leads import dispatch
from leads.models import Lead
from reps import access
from reps.models import Group, Rep, User
from routing.models import Comment, GroupPage, LedgerEntry, Question, RuleSetVersion, SharedDraft

MOST_LETTERS = 4_000


class OthersFirstError(Exception):
    """Somebody answered meanwhile; `question` is how it stands now."""

    def __init__(self, question: Question) -> None:
        super().__init__("somebody answered meanwhile")
        self.question = question


class TooManyError(Exception):
    """So many questions and comments of one person in an hour are no talk any more; nothing is kept."""

    def __init__(self, spent: rates.Spent) -> None:
        super().__init__("too many in an hour")
        self.spent = spent


@transaction.atomic
def ask(
    *,
    rep: Rep,
    group: Group,
    text: str,
    now: datetime,
    lead: Lead | None = None,
    entry: LedgerEntry | None = None,
    form: uuid.UUID | None = None,
) -> Question:
    """Ask the group's managers; the word to them says who asks and nothing of what.

    `form` is the form it was written in: sent twice, it is one question. Raises TooManyError.
    """
    about = {"group": group, "at": now, "lead": lead, "entry": entry}
    uid = _free(Question.objects.exclude(rep=rep, text=text), form)
    row, made = Question.objects.get_or_create(uid=uid, rep=rep, text=text, defaults=about)
    if not made:
        return row
    _count(rep.user_id)
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


@transaction.atomic
def comment(
    *,
    by: User,
    text: str,
    now: datetime,
    version: RuleSetVersion | None = None,
    draft: SharedDraft | None = None,
    form: uuid.UUID | None = None,
) -> Comment:
    """Say something of a published version, or of a shared draft; `form` as above. Raises TooManyError."""
    about = {"version": version, "draft": draft, "by": by, "text": text}
    uid = _free(Comment.objects.exclude(**about), form)
    row, made = Comment.objects.get_or_create(uid=uid, **about, defaults={"at": now})
    if made:
        _count(by.pk)
    return row


def _free(others: "QuerySet[Any]", form: uuid.UUID | None) -> uuid.UUID:
    """The form's own id, as long as nothing else was said by it: two sends at once meet at its unique row."""
    return uuid.uuid4() if form is None or others.filter(uid=form).exists() else form


def _count(user: int) -> None:
    """After it is written, so that what was sent twice counts once; a refusal undoes it."""
    spent = rates.spend("questions", user)
    if not spent.allowed:
        raise TooManyError(spent)


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
