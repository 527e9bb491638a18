"""How many of last month's leads each rule of a draft would be the first to fit: counted once for each text of it."""

import hashlib
import json
import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.cache import cache

from routing import rulesets
from routing.models import RuleSet
from routing.rulesets import Matches
from routing.web.rule_form import Choices

log = logging.getLogger(__name__)

SAMPLE = 5000
_KEPT = 600


def hits_of(rule_set: RuleSet, body: Mapping[str, Any], choices: Choices, *, now: datetime) -> Matches:
    """Of the newest 5,000 leads of 30 days, by the code that decides; rules that cannot be read fit nothing."""
    key = _key(rule_set, body)
    found = _known(key)
    if found is None:
        rules = rulesets.readable(body, choices.catalogue)
        found = rulesets.matches_of(rules, rule_set.division_id, now=now, most=SAMPLE, unseen=False)
        _keep(key, found)
    return found


def _key(rule_set: RuleSet, body: Mapping[str, Any]) -> str:
    """By what the rules ask, not by where their leads go."""
    asked = [(rule.get("key"), rule.get("condition")) for rule in body.get("rules", [])]
    digest = hashlib.blake2b(json.dumps(asked, sort_keys=True, default=str).encode(), digest_size=16).hexdigest()
    return f"rule-hits:{rule_set.division_id}:{digest}"


def _known(key: str) -> Matches | None:
    try:
        kept = cache.get(key)
    except Exception as error:  # noqa: BLE001 - without the cache it is counted again
        log.warning("The cache did not answer: %s", error)
        return None
    return Matches(*kept) if isinstance(kept, tuple) else None


def _keep(key: str, found: Matches) -> None:
    try:
        cache.set(key, (found.total, dict(found.rules), found.sampled), timeout=_KEPT)
    except Exception as error:  # noqa: BLE001 - as above
        log.warning("The cache did not take it: %s", error)
