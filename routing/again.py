"""Makes stored decisions again, all of them, and counts which come out the same: what `explain` does for one."""

from dataclasses import dataclass, field

from routing.engine.decide import ENGINE
from routing.explain import Made
from routing.models import Decision


@dataclass(slots=True)
class Checked:
    """What became of them: equal texts, older engines (told, not failed), facts erased, and those that differ."""

    same: int = 0
    older: int = 0
    erased: int = 0
    differs: list[int] = field(default_factory=list)


def check_decisions(*, most: int | None = None) -> Checked:
    """Every stored decision, newest first, or the newest so many."""
    found = Checked()
    rows = Decision.objects.select_related("version").order_by("-pk")
    for decision in rows[:most] if most else rows.iterator(chunk_size=500):
        made = Made.of(decision)
        if decision.engine != ENGINE:
            found.older += 1
        elif made.same is None:
            found.erased += 1
        elif made.same:
            found.same += 1
        else:
            found.differs.append(decision.pk)
    return found
