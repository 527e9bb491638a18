"""The shape of an enricher: what it is asked about a lead, and the facts it knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from leads.connector.plug import Configured, Connector, Door, Example, Kind, Setting


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known of a lead when an enricher is asked; texts, empty where unknown. `domain` is never free mail's."""

    email: str = ""
    domain: str = ""
    company: str = ""
    name: str = ""
    phone: str = ""
    website: str = ""
    country: str = ""
    division: int = 0


class Enricher(Connector):
    """Adds facts about a lead's person or company."""

    # Every enricher asks these of ops; its own come before them.
    ORDER: ClassVar[tuple[Setting, ...]] = (
        Setting(
            "order", "Order", help="Enrichers are asked in this order, the smallest number first. Empty = as they come."
        ),
        Setting(
            "prefer",
            "Its values go before what the person wrote",
            help="Off: only what is empty is filled.",
            kind=Kind.YES_NO,
        ),
    )
    settings = ORDER
    examples: ClassVar[tuple[Example, ...]] = ()
    # Whether it asks the network, and so has a budget and may fail.
    asks_network: ClassVar[bool] = True
    # Where nothing else is said: smaller numbers are asked first.
    order: ClassVar[int] = 50
    # Whether it only guesses, so that anything anybody else says goes before it.
    guesses: ClassVar[bool] = False

    def about(self, asked: Asked, configured: Configured) -> str:
        """Whom it would ask about: an address, or a domain, under which its answer is kept; empty = it is not asked."""
        return asked.email or asked.domain

    def lookup(self, asked: Asked, configured: Configured, door: Door) -> Mapping[str, Any]:
        """Our fields (names as in `Arrival`) that it knows; empty where it knows nothing. Raises UnansweredError.

        Values may be loose (“51-200”, “Germany”): they are read as if a person had written them.
        """
        raise NotImplementedError

    def lookup_many(self, asked: Sequence[Asked], configured: Configured) -> list[Mapping[str, Any]]:
        """The same of many leads at once, of those that ask no network."""
        raise NotImplementedError
