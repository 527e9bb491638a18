"""Account owner: a known company's leads go to the rep who owns it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from routing.engine.slate import Chosen, Slate
from routing.engine.strategy import Asks, Part, Phrase, Strategy
from routing.engine.trace import Code, Reason, reason
from routing.engine.world import Lead, World


@dataclass(frozen=True, slots=True)
class AccountOptions:
    """`away`: where the owner cannot take it now, the lead waits, goes to the owner's backup, or is shared (rotate).

    `returning`: without an owned account, who last worked with this person counts as the owner.
    """

    away: str = field(default="rotate", metadata={"choices": ("rotate", "backup", "wait")})
    returning: bool = False


class AccountOwner(Strategy[AccountOptions]):
    """Leads of a company that somebody in the group owns go to the owner; all others are shared as the group shares.

    Best for B2B and enterprise. The owner must be standing by then: put it behind availability and capacity. If the
    owner cannot take it: shared with the others (rotate), given to the owner's backup and else shared (backup), or held
    until the owner is on duty (wait). Whether such leads count in the fair share is the group's to say.
    """

    name = "account"
    part = Part.PREFER
    Options = AccountOptions
    EXAMPLE: ClassVar = {"away": "backup", "returning": True}

    def says(self, options: AccountOptions) -> Phrase:
        return Phrase(f"step.account_{options.away}{'_returning' if options.returning else ''}")

    def asks(self, options: AccountOptions) -> frozenset[Asks]:
        return frozenset({Asks.ACCOUNT, Asks.LAST_OWNER} if options.returning else {Asks.ACCOUNT})

    def narrow(self, slate: Slate, lead: Lead, world: World, options: AccountOptions) -> Slate:
        owner, why = _owner(lead, world, options)
        if owner is None or all(member.rep != owner for member in slate.all):
            return slate
        others = reason(Code.ACCOUNT_OWNED_BY, rep=owner)
        group = world.groups.get(slate.group or 0)
        counted = group is not None and group.count_accounts
        if any(member.rep == owner for member in slate.standing):
            return slate._replace(chosen=Chosen(frozenset({owner}), why, others, counted=counted))
        rep = world.reps.get(owner)
        backup = None if rep is None else rep.backup
        if options.away == "backup" and any(member.rep == backup for member in slate.standing):
            stands_in = reason(Code.BACKUP_OF, rep=owner)
            return slate._replace(chosen=Chosen(frozenset({backup or 0}), stands_in, others, counted=counted))
        if options.away == "wait" and owner not in lead.barred:  # who let it go is not waited for
            return slate.drop(lambda _member: others)._replace(wait=(owner,))
        return slate


def _owner(lead: Lead, world: World, options: AccountOptions) -> tuple[int | None, Reason]:
    account = world.accounts.get(lead.account or 0)
    if account is not None and account.owner is not None:
        return account.owner, Reason(Code.OWNS_ACCOUNT)
    return (lead.last_owner if options.returning else None), Reason(Code.HAD_THE_PERSON)


strategy = AccountOwner()
