"""Random: drawn by lot, the same lot whenever the decision is made again."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import ClassVar

from routing.engine.slate import Chosen, Slate
from routing.engine.strategy import Part, Phrase, Strategy
from routing.engine.trace import Code, reason
from routing.engine.world import Lead, World


@dataclass(frozen=True, slots=True)
class RandomOptions:
    """`by`: equal (everybody the same chance) or weight (a weight of 4 has twice the chance of a weight of 2)."""

    by: str = field(default="equal", metadata={"choices": ("equal", "weight")})


class Random(Strategy[RandomOptions]):
    """Draws one of those who could take it by lot. The lot comes from the lead's number, so it can be checked later.

    Best for teams that ask for it. Over a month chance gives some far more than others (measured: up to 84 leads off
    where fair turns stay within two). Round robin and weighted share as evenly and in no order that anybody can use.
    """

    name = "random"
    part = Part.SHARE
    Options = RandomOptions
    EXAMPLE: ClassVar = {"by": "weight"}

    def says(self, options: RandomOptions) -> Phrase:
        return Phrase(f"step.random_{options.by}")

    def narrow(self, slate: Slate, lead: Lead, world: World, options: RandomOptions) -> Slate:
        standing = sorted((member for member in slate.best() if member.weight > 0), key=lambda member: member.rep)
        if not standing or slate.chosen_stands():
            return slate
        weights = [member.weight if options.by == "weight" else 1 for member in standing]
        place = lot(lead.id, len(lead.barred)) % sum(weights)
        drawn = standing[-1]
        for member, weight in zip(standing, weights, strict=True):
            place -= weight
            if place < 0:
                drawn = member
                break
        chances = sum(weights)
        why = reason(Code.DRAWN, chances=chances)
        chosen = Chosen(frozenset({drawn.rep}), why, reason(Code.NOT_DRAWN, chances=chances))
        return slate._replace(equal=options.by == "equal", chosen=chosen)


def lot(lead: int, tries: int) -> int:
    """A number below 2**64 that only the lead, and how many reps had it before, decide."""
    return int.from_bytes(blake2b(f"{lead}:{tries}".encode(), digest_size=8).digest())


strategy = Random()
