"""Adding by hand at the same instant: a double click adds one, and of two reps with one person one has it."""

import uuid

import pytest

from leads.models import Intake, Lead
from leads.qualify.freeze import catalogue_of
from leads.reading import ArrivalSerializer, arrival_of
from reps.models import Division
from routing import hand
from routing.watch import audit
from tests import factories as make
from tests.routing.test_races import together

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

PETRA = {"name": "Petra Lindqvist", "email": "petra@nordfrakt.example", "channel": "Call"}


def arrival():
    read = ArrivalSerializer(data=PETRA, context={"catalogue": catalogue_of(1)})
    read.is_valid(raise_exception=True)
    return arrival_of(read.validated_data, raw=PETRA)


def keep(rep, form):
    return hand.add(division=Division.objects.get(), arrival=arrival(), way=hand.Way.KEEP, by=rep.user, form=form)


def sound():
    return [line for finding in audit() for line in finding.broken] == []


def test_a_double_click_adds_one():
    ana = make.rep("Ana")
    make.group("DACH", [ana], count_kept=True)
    for _round in range(5):
        form = uuid.uuid4().hex
        answers = together(*[lambda f=form: keep(ana, f) for _click in range(4)])

        assert len({a.lead.pk for a in answers if isinstance(a, hand.Added)}) == 1
        assert len([a for a in answers if isinstance(a, hand.Added) and a.outcome == Intake.Outcome.NEW]) <= 1
        assert sound()
        # The next round is about somebody new.
        Lead.objects.update(sole=False, contact=None)


def test_of_two_who_add_the_same_person_one_has_it_and_the_other_is_told():
    ana, ben = make.rep("Ana"), make.rep("Ben")
    make.group("DACH", [ana, ben])
    for n in range(5):
        PETRA["email"] = f"petra{n}@nordfrakt.example"
        answers = together(lambda: keep(ana, uuid.uuid4().hex), lambda: keep(ben, uuid.uuid4().hex))

        (added,) = [a for a in answers if isinstance(a, hand.Added)]
        (refused,) = [a for a in answers if not isinstance(a, hand.Added)]
        assert isinstance(refused, hand.TakenError)
        owner = Lead.objects.get(pk=added.lead.pk).owner.name
        assert [(row.owner, row.same_person) for row in refused.found] == [(owner, True)]
    assert Lead.objects.count() == 5
    assert sound()
