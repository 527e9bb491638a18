"""Pool: the lead waits at the group until one of its members takes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from routing.engine.slate import Ending, Outcome, Slate
from routing.engine.strategy import Part, Phrase, Strategy
from routing.engine.world import Lead, World


@dataclass(frozen=True, slots=True)
class PoolOptions:
    """`mode`: open (details are visible before claiming), blind (only after), or broadcast (open, and all are told)."""

    mode: str = field(default="open", metadata={"choices": ("open", "blind", "broadcast")})


class Pool(Strategy[PoolOptions]):
    """Nobody is chosen: members pull leads from the group's pool when they have time.

    Best where reps know their own pace. Open shows all details; blind shows only what the group made public until the
    lead is claimed, so that nobody picks the best; broadcast tells everybody left at once, and the first claim wins.
    Ends the steps: nothing may stand behind it.
    """

    name = "pool"
    part = Part.END
    Options = PoolOptions
    EXAMPLE: ClassVar = {"mode": "blind"}

    def says(self, options: PoolOptions) -> Phrase:
        return Phrase(f"step.pool_{options.mode}")

    def narrow(self, slate: Slate, lead: Lead, world: World, options: PoolOptions) -> Slate:
        return slate._replace(ending=Ending(Outcome.POOLED, options.mode))


strategy = Pool()
