"""Which rule each lead of the last 30 days would have met first; what happens to it then is not asked."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from leads.life import Kind
from leads.models import Lead, LeadFacts
from leads.qualify.freeze import catalogue_of
from routing.engine.ruleset import RuleSet as Rules
from routing.engine.ruleset import RuleSetError, parse
from routing.models import RuleSet
from routing.rulesets.draft import body_of

OVER = timedelta(days=30)
MOST = 20_000
_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Matches:
    """How many leads were looked at, and how many each rule, by its key, would have been the first to fit."""

    total: int
    rules: Mapping[str, int]
    sampled: bool = False  # there are more leads than were looked at

    def share(self, key: str) -> float | None:
        """Of the leads looked at; nothing where there were none."""
        return self.rules.get(key, 0) / self.total if self.total else None


def matches_of(rules: Rules, division_id: int, *, now: datetime, most: int = MOST, unseen: bool = True) -> Matches:
    """The newest leads of the last 30 days, `most` at most, in chunks; tests are left out, a lead counts once.

    Without `unseen` those that wait in a blind pool are left out, too: whoever writes rules may be one who pulls.
    """
    known = LeadFacts.objects.filter(at__gte=now - OVER, at__lte=now, lead__division=division_id)
    if not unseen:
        known = known.exclude(lead__in=Lead.objects.before_the_claim().values("pk"))
    rows = known.exclude(lead__kind=Kind.TEST).order_by("-at", "-pk").values_list("lead_id", "folded")[: most + 1]
    seen: set[int] = set()
    counts: Counter[str] = Counter()
    read = 0
    for lead, folded in rows.iterator(chunk_size=_CHUNK):
        read += 1
        if lead in seen or read > most:
            continue
        seen.add(lead)
        for position in rules.index.candidates(folded):
            if rules.rules[position].condition.holds(folded):
                counts[rules.rules[position].key] += 1
                break
    return Matches(len(seen), counts, sampled=read > most)


def matched(rule_set: RuleSet, *, now: datetime) -> dict[str, tuple[int, float]]:
    """Of the draft: rule key -> (leads, share of all); empty where it cannot be read or there were no leads."""
    try:
        rules = parse(body_of(rule_set), catalogue_of(rule_set.division_id))
    except RuleSetError:
        return {}
    found = matches_of(rules, rule_set.division_id, now=now)
    if not found.total:
        return {}
    return {
        rule.key: (found.rules.get(rule.key, 0), found.rules.get(rule.key, 0) / found.total) for rule in rules.rules
    }
