"""Published versions: printing the draft as the next one, and which of them decide."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from django.db import transaction
from django.db.models import Max

from leads.qualify.freeze import attributes_of, read_catalogue
from reps.models import User
from routing import wording
from routing.engine.decide import ENGINE
from routing.engine.ruleset import RuleSet as Rules
from routing.engine.ruleset import parse
from routing.models import RuleSet, RuleSetVersion, SharedDraft
from routing.rulesets import examples
from routing.rulesets.draft import StaleDraftError, body_of, words_of
from routing.rulesets.problems import Problem, problems_of


class NotPublishedError(Exception):
    """The draft has errors; `problems` lists them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(p.text for p in problems))
        self.problems = problems


@transaction.atomic
def publish(
    *,
    rule_set: RuleSet,
    by: User | None,
    comment: str,
    now: datetime,
    override: str = "",
    revision: int | None = None,
) -> RuleSetVersion:
    """Print the draft as the next version; it decides every lead from the next batch on. Raises NotPublishedError.

    Broken examples block it, unless `override` says why they may be broken; the reason is printed with the version.
    With `revision`: only the draft that was read, else StaleDraftError.
    """
    locked = RuleSet.objects.select_for_update(of=("self",)).get(pk=rule_set.pk)
    if revision is not None and locked.revision != revision:
        raise StaleDraftError(locked)
    problems = [p for p in problems_of(locked, now=now) if p.blocks]
    broken = [] if problems else [run for run in examples.run(locked, now=now) if not run.holds]
    if broken and not override.strip():
        problems = [Problem(wording.broken_example(run.name, run.says), "", None, blocks=True) for run in broken]
    if problems:
        raise NotPublishedError(problems)
    last = locked.versions.aggregate(n=Max("n"))["n"] or 0
    version = RuleSetVersion.objects.create(
        rule_set=locked,
        n=last + 1,
        engine=ENGINE,
        body=body_of(locked),
        attributes=attributes_of(locked.division_id),
        words=words_of(locked),
        comment=comment,
        overridden=override.strip()[:500] if broken else "",
        published_at=now,
        published_by=by,
    )
    RuleSet.objects.filter(pk=locked.pk).update(published=version)
    _end_talk(locked, version, by, now)
    return version


def _end_talk(rule_set: RuleSet, version: RuleSetVersion, by: User | None, now: datetime) -> None:
    """What the team was asked about since the version before led to this one; of it nothing more is said."""
    shared = SharedDraft.objects.filter(rule_set=rule_set)
    shared.filter(version=None, taken_back=False).update(version=version)
    shared.filter(closed_at=None).update(closed_at=now, closed_by=by)


def reads_the_same(rule_set: RuleSet) -> bool:
    """Whether the draft would be printed as the version in force was."""
    last = rule_set.published
    if last is None:
        return False
    return body_of(rule_set) == last.body and attributes_of(rule_set.division_id) == last.attributes


def published(division_id: int) -> RuleSetVersion | None:
    """The version that decides new leads, if any is published."""
    found = (
        RuleSet.objects.filter(division=division_id, runs_on=RuleSet.RunsOn.NEW)
        .select_related("published")
        .exclude(published=None)
        .first()
    )
    return found.published if found else None


def published_for_stages(division_id: int) -> dict[int, RuleSetVersion]:
    """The versions that decide who takes over when a stage is reached, by the stage's number."""
    sets = (
        RuleSet.objects.filter(division=division_id, runs_on=RuleSet.RunsOn.STAGE)
        .exclude(published=None)
        .exclude(stage=None)
        .select_related("published")
    )
    return {found.stage_id: found.published for found in sets if found.stage_id and found.published}


def rules_of(version: RuleSetVersion) -> Rules:
    """The version as the engine reads it; kept per process, as a version never changes."""
    return _parsed(version.pk)


@lru_cache(maxsize=64)
def _parsed(version_id: int) -> Rules:
    version = RuleSetVersion.objects.get(pk=version_id)
    return parse(version.body, read_catalogue(version.attributes), version=version.pk)
