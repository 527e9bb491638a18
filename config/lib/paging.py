"""Pages of lists that may be a million rows long: counted exactly as far as people turn pages, and no further."""

import json
from typing import Any, cast

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

EXACT = 10_000


def counted(rows: "QuerySet[Any]", most: int = EXACT) -> int:
    """How many there are, or `most` + 1 where there are more; PostgreSQL stops counting there."""
    return int(rows.order_by()[: most + 1].count())


class Pages(Paginator):  # type: ignore[type-arg]  # takes none at run time
    """As Django's; where there are more than 10,000 rows pages end there, and the filter `many` says so."""

    @cached_property
    def count(self) -> int:
        """Rows on all pages."""
        return counted(self.object_list) if isinstance(self.object_list, QuerySet) else len(self.object_list)


class EstimatedPages(Pages):
    """Pages to the end, their number as the planner estimates it beyond 10,000 rows.

    For the admin only: an estimate may speak of rows that a rep must not know of.
    """

    @cached_property
    def count(self) -> int:
        """Rows on all pages, about."""
        found = super().count
        return found if found <= EXACT else max(found, _estimate(cast("QuerySet[Any]", self.object_list)))


def _estimate(rows: "QuerySet[Any]") -> int:
    plan = json.loads(rows.order_by().values("pk").explain(format="json"))
    return int(plan[0]["Plan"]["Plan Rows"])
