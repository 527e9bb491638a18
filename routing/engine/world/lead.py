"""One lead as the engine may know it, and the company it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Lead:
    """One lead's frozen facts; conditions compare `folded`, people read `facts`."""

    id: int
    facts: Mapping[str, Any]
    folded: Mapping[str, Any]
    account: int | None = None
    barred: frozenset[int] = frozenset()  # reps who let it lapse, returned or declined it
    since: datetime | None = None  # when it came: what a preferred skill waits from
    last_owner: int | None = None  # who last worked with this person


@dataclass(frozen=True, slots=True)
class Account:
    """A known company, who owns it, and the group in which its leads count for the owner."""

    id: int
    owner: int | None = None
    group: int | None = None
