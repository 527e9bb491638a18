"""Priority: leads of high score or deal size go to the senior tier first."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar

from routing.engine.slate import Slate
from routing.engine.strategy import Part, Phrase, Strategy
from routing.engine.trace import Code, Reason, reason
from routing.engine.world import Lead, Member, World


@dataclass(frozen=True, slots=True)
class PriorityOptions:
    """A lead at or above either limit counts as high; with neither given, every lead does."""

    score_at_least: int | None = field(default=None, metadata={"low": -1_000_000})
    deal_size_at_least: Decimal | None = None


class Priority(Strategy[PriorityOptions]):
    """High leads go to tier 1 while one of them is left, then to tier 2, and so on; all others are shared by all.

    Best for high deal values. Members of one tier share among each other by the ledger; the deal size is compared in
    the base currency. A lead without score or deal size is not high.
    """

    name = "priority"
    part = Part.PREFER
    repeats = True
    Options = PriorityOptions
    EXAMPLE: ClassVar = {"score_at_least": 80}

    def says(self, options: PriorityOptions) -> Phrase:
        limits = (("deal_size", _text(options.deal_size_at_least)), ("score", options.score_at_least))
        given = tuple((key, limit) for key, limit in limits if limit is not None)
        return Phrase("_".join(["step.priority", *(key for key, _ in given)]), given)

    def narrow(self, slate: Slate, lead: Lead, world: World, options: PriorityOptions) -> Slate:
        if not _is_high(lead, options):
            return slate

        def why(member: Member) -> Reason:
            return reason(Code.NOT_SENIOR_ENOUGH, tier=member.tier)

        return slate.prefer(lambda member: member.tier, why)


def _is_high(lead: Lead, options: PriorityOptions) -> bool:
    if options.score_at_least is None and options.deal_size_at_least is None:
        return True
    size = lead.folded.get("deal_size")
    return _reaches(lead.folded.get("score"), options.score_at_least) or _reaches(
        size.get("base") if isinstance(size, dict) else None, options.deal_size_at_least
    )


def _reaches(value: Any, limit: Any) -> bool:
    if limit is None or isinstance(value, bool) or not isinstance(value, int | Decimal):
        return False
    return bool(value >= limit)


def _text(limit: Decimal | None) -> str | None:
    return None if limit is None else format(limit, "f")


strategy = Priority()
