"""What was asked beyond facts, prints and the rows of those considered, kept to make the decision again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from routing.engine.frozen import print_rep
from routing.engine.strategy import Asks
from routing.engine.trace import iso
from routing.engine.world import Group, Lead, World


class Asked:
    """Grows as steps ask; `told` is plain JSON, and empty for most decisions."""

    __slots__ = ("lead", "told", "world")

    def __init__(self, lead: Lead, world: World) -> None:
        self.lead, self.world = lead, world
        self.told: dict[str, Any] = {"barred": sorted(lead.barred)} if lead.barred else {}

    def of(self, what: Iterable[Asks]) -> None:
        """What a step says it asks."""
        for one in what:
            match one:
                case Asks.AGE:
                    self.told["since"] = iso(self.lead.since)
                case Asks.SEEN:
                    self.told["seen"] = {str(rep): iso(at) for rep, at in sorted(self.world.seen.items())}
                case Asks.LAST_OWNER:
                    self.told["last_owner"] = self.lead.last_owner
                case Asks.ACCOUNT:
                    account = self.world.accounts.get(self.lead.account or 0)
                    self.told["account"] = None if account is None else [account.id, account.owner, account.group]

    def people(self, reps: Iterable[int]) -> None:
        """How reps stood whom no group's print may tell of."""
        known = [self.world.reps[rep] for rep in reps if rep in self.world.reps]
        self.told.setdefault("reps", {}).update({str(rep.id): print_rep(rep) for rep in known})

    def arrears(self, group: Group) -> None:
        """The arrears of a group that makes up for time off."""
        found = {
            str(member.rep): [owed, iso(self.world.repaid.get((group.id, member.rep)))]
            for member in group.members
            if (owed := self.world.balances.get((group.id, -member.rep), 0))
        }
        if found:
            self.told.setdefault("arrears", {})[str(group.id)] = found

    def comes(self, begins: Mapping[int, datetime]) -> None:
        """When those a lead could be held for come on duty next."""
        self.told.setdefault("comes", {}).update({str(rep): iso(at) for rep, at in begins.items()})

    def duty_of(self, number: int, at: datetime) -> None:
        """Why somebody was not there, and when they come, where no verdict on them tells it."""
        rep = self.world.reps.get(number)
        if rep is not None:
            why = rep.off_duty(at)
            told: list[Any] = [why.code.value, dict(why.numbers)] if why else [None, {}]
            self.told.setdefault("away", {})[str(number)] = [*told, iso(rep.next_duty(at))]
