"""Counts that never cost more than they tell: past a bound they say that there are more."""

from typing import Any

from django.db.models import IntegerField, QuerySet, Subquery

MOST = 99


class CountUpTo(Subquery):
    """How many rows a subquery has, counted in the database; slice it, so that it stops at the bound."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def up_to(rows: QuerySet[Any], *, most: int = MOST) -> str:
    """“42”, or “99+” where there are more."""
    return shown(rows.order_by()[: most + 1].count(), most=most)


def shown(count: int, *, most: int = MOST) -> str:
    """A count that went no further than one past its bound, as people read it."""
    return f"{most:,}+" if count > most else f"{count:,}"
