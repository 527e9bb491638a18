"""What the numbers in a decision or a rule stand for: names of groups, reps, territories and rules."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from reps.models import Group, Rep, Territory


@dataclass(frozen=True, slots=True)
class Names:
    """Names by number; what was removed reads as such instead of failing."""

    groups: Mapping[int, str] = field(default_factory=dict)
    reps: Mapping[int, str] = field(default_factory=dict)
    territories: Mapping[int, str] = field(default_factory=dict)
    rules: tuple[tuple[str, str], ...] = ()  # (key, name) in order

    @classmethod
    def load(cls, division_id: int, *, rules: Iterable[Mapping[str, Any]] = ()) -> "Names":
        """All names of a division, and those of the given rules."""
        return cls(
            dict(Group.objects.filter(division=division_id).values_list("pk", "name")),
            dict(Rep.objects.filter(division=division_id).values_list("pk", "user__name")),
            dict(Territory.objects.filter(division=division_id).values_list("pk", "name")),
            tuple((str(rule.get("key", "")), str(rule.get("name", ""))) for rule in rules),
        )

    def group(self, number: object) -> str:
        """A group's name."""
        return self.groups.get(_int(number)) or _("a group that no longer exists")

    def rep(self, number: object) -> str:
        """A rep's name."""
        return self.reps.get(_int(number)) or _("a rep who no longer exists")

    def territory(self, number: object) -> str:
        """A territory's name."""
        return self.territories.get(_int(number)) or _("a territory that no longer exists")

    def rule(self, key: str | None) -> str:
        """A rule's name."""
        return dict(self.rules).get(key or "", "")

    def position(self, key: str | None) -> int | None:
        """A rule's place in the order, from 1."""
        return next((n for n, (k, _name) in enumerate(self.rules, start=1) if k == key), None)


def _int(number: object) -> int:
    return number if isinstance(number, int) else 0
