"""Spells in figures: kept by marks of the database, whoever writes and however late; all of them are their rows."""

from contextlib import closing

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from leads.life import Kind
from leads.models import Lead, Stage
from reporting import cohort
from reporting.models import Spell, Stale
from reporting.spells import keep
from routing.models import Assignment
from tests import factories as make
from tests.reporting import worked


def own():
    """A connection beside the test's, as another process has."""
    params = {**connection.get_connection_params()}
    return psycopg.connect(**{name: params[name] for name in ("dbname", "user", "host", "port") if params.get(name)})


@pytest.mark.django_db
def test_a_row_mended_by_hand_is_seen_at_the_next_look():
    group, (ana,) = worked.team("Ana")
    lead = worked.given(ana, group, source="Web form")
    keep.refresh()

    Lead.objects.filter(pk=lead.pk).update(source="Fair")

    assert keep.differing() == 1
    assert keep.refresh()
    assert keep.differing() == 0
    assert Spell.objects.get().source == "Fair"


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"kind": Kind.TEST}, "merged", "unassigned"])
def test_what_counts_no_more_goes(change):
    group, (ana,) = worked.team("Ana")
    lead, other = worked.given(ana, group), worked.given(ana, group)
    keep.refresh()

    if change == "merged":
        Lead.objects.filter(pk=lead.pk).update(merged_into=other)
    elif change == "unassigned":
        Assignment.objects.filter(lead=lead).delete()
    else:
        Lead.objects.filter(pk=lead.pk).update(**change)
    keep.refresh()

    assert list(Spell.objects.values_list("lead", flat=True)) == [other.pk]


@pytest.mark.django_db
def test_a_stage_that_feeds_another_metric_changes_all():
    group, (ana,) = worked.team("Ana")
    lead = worked.given(ana, group)
    worked.moved(lead, ana, "contacted")
    keep.refresh()
    assert Spell.objects.get().booked_at is None

    Stage.objects.filter(key="contacted").update(metric=Stage.Metric.MEETING_BOOKED)
    keep.refresh()

    assert Spell.objects.get().booked_at is not None


@pytest.mark.django_db
def test_making_all_anew_tells_how_many_were_wrong():
    group, (ana,) = worked.team("Ana")
    for _n in range(3):
        worked.given(ana, group)
    keep.refresh()
    Spell.objects.order_by("pk")[:1].get().delete()
    Spell.objects.filter(pk=Spell.objects.order_by("-pk")[0].pk).update(reached=True)
    assert keep.differing() == 2

    assert keep.rebuild() == 2
    assert keep.differing() == 0


@pytest.mark.django_db(transaction=True)
def test_of_two_writers_the_one_that_commits_late_is_not_skipped():
    group, (ana,) = worked.team("Ana")
    first, second = worked.given(ana, group), worked.given(ana, group)
    keep.refresh()

    with closing(own()) as late, closing(own()) as early:
        late.execute("UPDATE leads_lead SET source = 'Late' WHERE id = %s", [first.pk])
        early.execute("UPDATE leads_lead SET source = 'Early' WHERE id = %s", [second.pk])
        early.commit()
        assert keep.refresh()
        assert sorted(Spell.objects.values_list("source", flat=True)) == ["Early", "Web form"]
        assert not Stale.objects.exists()

        late.commit()
        assert keep.differing() == 1
        assert keep.refresh()

    assert sorted(Spell.objects.values_list("source", flat=True)) == ["Early", "Late"]


@pytest.mark.django_db
def test_a_page_makes_so_many_anew_and_leaves_the_rest(monkeypatch):
    group, (ana,) = worked.team("Ana")
    keep.refresh_all()
    worked.many(ana, group, 5)

    assert not keep.refresh(most=3)
    assert Spell.objects.count() < 5
    keep.refresh_all()
    assert Spell.objects.count() == 5


@pytest.mark.django_db
def test_an_arrival_nobody_has_belongs_to_the_group_it_waits_in():
    group, (ana,) = worked.team("Ana")
    worked.called(worked.given(ana, group), ana, after=60)
    waiting = make.arrive(source="Fair")
    Lead.objects.filter(pk=waiting.pk).update(group=group)
    now = timezone.now()

    found = cohort.ask(
        scope=cohort.Scope((group.pk,)), since=now - worked.NOW_AGO * 2, until=now, now=now, cut="source"
    )

    assert {key.split(cohort.JOINED)[0]: figures.counts["arrived"] for key, figures in found.items()} == {
        "Web form": 1, "Fair": 1,
    }  # fmt: skip
    assert found[f"Fair{cohort.JOINED}{waiting.channel}"].answers["speed_to_lead"].open == 1
