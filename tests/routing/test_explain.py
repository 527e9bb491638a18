"""Every decision is made again from what was stored, whatever the roster became; and what would have changed it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from leads.models import Lead, LeadFacts
from reps import availability, roster
from reps.models import Group, Membership, Rep, RepSkill, Skill
from routing import explain, live
from routing.again import check_decisions
from routing.models import Decision
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)


def routed(**given):
    lead = make.arrive(**given)
    while live.route_ready(lead.division_id).count:
        pass
    return Lead.objects.get(pk=lead.pk)


def steps(*names, **options):
    return [{"strategy": name, "options": options.get(name, {})} for name in names]


def test_a_decision_comes_out_the_same_after_the_roster_changed():
    """Nothing that is asked again may come from today's rows: weights, limits, hours, steps, members all change."""
    ana, ben, cleo = (make.rep() for _ in range(3))
    group = make.group("DACH", [ana, ben, cleo])
    Membership.objects.filter(rep=ben).update(cap_day=0)
    availability.pause(rep=cleo, by=cleo.user, now=timezone.now())
    make.publish(make.rule(group))
    lead = routed(country="DE")
    before = explain.receipt_of(lead)

    now = timezone.now()
    for row in Membership.objects.filter(group=group, ends_at=None):
        roster.revise(row=row, now=now, changes={"weight": 9, "cap_open": 0, "tier": 3})
    Group.objects.filter(pk=group.pk).update(steps=steps("least_loaded"), on_return="repay")
    Rep.objects.filter(pk=ana.pk).update(active=False)
    after = explain.receipt_of(lead)

    assert before.same is True
    assert after == before
    assert {row.rep: row.code for row in after.considered} == {
        ana.pk: "only_one_left", ben.pk: "at_cap", cleo.pk: "paused",
    }  # fmt: skip


def test_what_would_have_changed_it_is_told_cause_by_cause():
    ana, ben, cleo = (make.rep() for _ in range(3))
    group = make.group("DACH", [ana, ben, cleo])
    group.steps = steps(
        "availability", "capacity", "skills", "weighted", skills={"kind": "language", "field": "language"}
    )
    group.save()
    french = Skill.objects.create(kind="language", value="fr")
    for rep in (ana, cleo):
        RepSkill.objects.create(rep=rep, skill=french, starts_at=timezone.now() - timedelta(days=1))
    Membership.objects.filter(rep=cleo).update(cap_open=0)
    availability.pause(rep=cleo, by=cleo.user, now=timezone.now())
    make.publish(make.rule(group))
    lead = routed(language="fr")

    found = {row.rep: row for row in explain.receipt_of(lead).considered}

    assert lead.owner_id == ana.pk
    assert ([one.code.value for one in found[ben.pk].changes], found[ben.pk].wins) == (
        ["lacks_skill", "higher_number"],
        True,
    )
    assert [one.code.value for one in found[cleo.pk].changes][:2] == ["paused", "at_cap"]
    assert found[cleo.pk].wins
    assert found[ana.pk].changes == ()


def test_a_changed_record_is_found_out():
    make.publish(make.rule(make.group("DACH", [make.rep(), make.rep()])))
    lead = routed()
    decision = Decision.objects.get(lead=lead)
    assert check_decisions().same == 1

    decision.record["considered"][1][10] += 1
    decision.record["considered"][0][3]["owed"] += 1
    decision.save()

    assert check_decisions().differs == [decision.pk]


def test_an_erased_lead_or_an_older_engine_is_told_and_fails_nothing():
    make.publish(make.rule(make.group("DACH", [make.rep(), make.rep()])))
    erased, older = routed(email="a@one.example"), routed(email="b@two.example")
    LeadFacts.objects.filter(lead=erased).delete()
    Decision.objects.filter(lead=older).update(engine=1)

    found = check_decisions()

    assert (found.same, found.older, found.erased, found.differs) == (0, 1, 1, [])
    assert explain.receipt_of(erased).same is None
    assert explain.receipt_of(older).same is None
