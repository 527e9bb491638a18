"""Skills: reps must have what the lead needs: its language, a product, a certificate, a licence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field as option
from datetime import timedelta
from typing import Any, ClassVar

from leads.conditions.facts import fold_text
from routing.engine.slate import Slate
from routing.engine.strategy import Asks, OptionFault, Part, Phrase, Strategy
from routing.engine.trace import Code, reason
from routing.engine.world import Lead, World


@dataclass(frozen=True, slots=True)
class SkillsOptions:
    """Which of the rep's skills must match what of the lead; `value` asks for one fixed skill whatever the lead says.

    `field`: the lead's field, as language or product_interest. `preferred_minutes`: for so long the lead waits for
    somebody who has the skill, then anybody may take it; without it the skill is required.
    """

    kind: str
    field: str | None = None
    value: str | None = None
    preferred_minutes: int | None = option(default=None, metadata={"low": 0, "high": 10_080})

    def faults(self) -> tuple[OptionFault, ...]:
        """Either a field of the lead or a fixed value says what is asked, not both."""
        if bool(self.field) != bool(self.value):
            return ()
        return (OptionFault("field", "field_or_value"),)


class Skills(Strategy[SkillsOptions]):
    """Leaves out who lacks the skill that the lead asks for, or that the rule names.

    Best for languages, products and licences. A lead that says nothing in that field needs nothing. Of several values
    (products) one is enough. Preferred for N minutes: until then the lead waits for somebody who has it, afterwards,
    or where nobody in the group has it, everybody counts the same; with 0 those who have it simply come first.
    """

    name = "skills"
    part = Part.PREFER
    repeats = True
    Options = SkillsOptions
    EXAMPLE: ClassVar = {"kind": "language", "field": "language", "preferred_minutes": 30}

    def says(self, options: SkillsOptions) -> Phrase:
        what = (("kind", options.kind), ("minutes", options.preferred_minutes), ("value", options.value))
        how = (
            "required"
            if options.preferred_minutes is None
            else "first"
            if not options.preferred_minutes
            else "preferred"
        )
        return Phrase(f"step.skills_{how}_value" if options.value else f"step.skills_{how}", what)

    def asks(self, options: SkillsOptions) -> frozenset[Asks]:
        return frozenset({Asks.AGE}) if options.preferred_minutes else frozenset()

    def narrow(self, slate: Slate, lead: Lead, world: World, options: SkillsOptions) -> Slate:
        wanted = _wanted(lead, options)
        if not wanted:
            return slate
        able = {m.rep for m in slate.standing if (rep := world.reps.get(m.rep)) and rep.skills & wanted}
        said = ", ".join(sorted(text.partition(":")[2] for text in wanted))
        minutes = options.preferred_minutes
        if minutes is None:
            lacks = reason(Code.LACKS_SKILL, kind=options.kind, skill=said)
            return slate.drop(lambda member: None if member.rep in able else lacks)
        lacks = reason(Code.LACKS_PREFERRED_SKILL, kind=options.kind, skill=said)
        until = lead.since + timedelta(minutes=minutes) if minutes and lead.since is not None else None
        waiting = tuple(m.rep for m in slate.all if (rep := world.reps.get(m.rep)) and rep.skills & wanted)
        if waiting and until is not None and slate.at < until:
            dropped = slate.drop(lambda member: None if member.rep in able else lacks)
            return dropped._replace(wait=waiting, retry_at=until)
        if minutes or not able:
            return slate
        return slate.prefer(lambda member: member.rep not in able, lambda _member: lacks)


def _wanted(lead: Lead, options: SkillsOptions) -> frozenset[str]:
    """The skills of which one is enough, as reps have them: "kind:value", folded."""
    value: Any = fold_text(options.value) if options.value else lead.folded.get(options.field or "")
    values = (value,) if isinstance(value, str) else value if isinstance(value, Iterable) else ()
    return frozenset(f"{options.kind}:{one}" for one in values if isinstance(one, str) and one)


strategy = Skills()
