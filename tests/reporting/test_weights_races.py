"""Weights applied by two at once, and changed while they are applied: one wins, and nothing is half done."""

import pytest
from django.utils import timezone

from reporting import weights
from reps import members
from reps.models import Membership, Rep
from tests import factories as make
from tests.reporting import worked
from tests.reporting.test_weights import BY_WEIGHT, LONG_AGO, on
from tests.routing.test_races import together

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def proposal():
    group, (ana, ben) = worked.team("Ana", "Ben", steps=BY_WEIGHT)
    had = [worked.many(rep, group, 30, ago=LONG_AGO) for rep in (ana, ben)]
    worked.met([*had[0][:20], *had[1][:8]])
    on(group)
    return weights.propose(group=group, now=timezone.now())


def weights_of(group):
    return dict(Membership.objects.at(timezone.now()).filter(group=group).values_list("rep", "weight"))


def test_of_two_managers_who_apply_at_once_one_does_and_the_other_is_told_who():
    row = proposal()
    people = [make.user("Odile"), make.user("Matteo")]

    answers = together(*[lambda by=by: weights.apply(proposal=row, by=by, now=timezone.now()) for by in people])

    (refused,) = [answer for answer in answers if answer is not None]
    row.refresh_from_db()
    assert (refused.code, refused.names) == ("applied", row.applied_by.name)
    assert weights_of(row.group) == {int(rep): weight for rep, weight in row.weights.items()}
    assert Membership.objects.filter(group=row.group).count() == 4


def test_two_proposals_at_once_leave_one_open():
    row = proposal()

    together(*[lambda: weights.propose(group=row.group, now=timezone.now())] * 3)

    assert row.group.weight_proposals.filter(applied_at=None, dismissed_at=None).count() == 1


def test_a_weight_changed_meanwhile_is_not_overwritten_nor_half_of_it_applied():
    row = proposal()
    rep = Rep.objects.get(user__name="Ben")
    read = members.mark(members.row_at(group=row.group, rep=rep, now=timezone.now()))
    terms = {"group": row.group, "rep": rep, "read": read, "terms": {"weight": 555}}

    applied, changed = together(
        lambda: weights.apply(proposal=row, by=make.user(), now=timezone.now()),
        lambda: members.change(**terms, now=timezone.now()),
    )

    if applied is None:  # it was first: who changes then is told that it is not what they read, or comes after it
        after = {} if isinstance(changed, members.StaleError) else {rep.pk: 555}
        assert isinstance(changed, members.StaleError) or changed == ["weight"]
        assert weights_of(row.group) == {int(key): weight for key, weight in row.weights.items()} | after
    else:
        assert isinstance(applied, weights.StaleError)
        assert weights_of(row.group) == {int(key): weight for key, weight in row.before.items()} | {rep.pk: 555}
