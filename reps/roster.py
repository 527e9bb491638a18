"""The writer of the roster's period rows: an edit closes one row and opens the next, so the past can be read."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import QuerySet

from reps.models import PeriodRow

Row = TypeVar("Row", bound=PeriodRow)


@transaction.atomic
def revise(*, row: Row, now: datetime, changes: dict[str, Any]) -> Row:
    """From now on the row reads otherwise; what it said until now stays. Returns the row in force."""
    stored = type(row).objects.select_for_update().get(pk=row.pk)
    if stored.starts_at >= now or (stored.ends_at is not None and stored.ends_at <= now):
        return _set(stored, changes)  # not in force yet, or no more: there is no past to keep
    ends_at = changes.pop("ends_at", stored.ends_at)
    if not changes:
        return _set(stored, {"ends_at": ends_at})
    following = type(row)(
        **{f.attname: getattr(stored, f.attname) for f in stored._meta.concrete_fields if not f.primary_key}  # noqa: SLF001 - Django's documented API
    )
    _set(stored, {"ends_at": now})
    for name, value in {**changes, "starts_at": now, "ends_at": ends_at}.items():
        setattr(following, name, value)
    following.save(force_insert=True)
    return following


@transaction.atomic
def end(*, row: PeriodRow, now: datetime) -> None:
    """No longer in force from now on; a row that never was in force is removed."""
    if row.starts_at >= now:
        row.delete()
    elif row.ends_at is None or row.ends_at > now:
        _set(row, {"ends_at": now})


@transaction.atomic
def hold(*, rows: QuerySet[Any], about: str, wanted: Collection[int], now: datetime, **fixed: Any) -> None:
    """From now on the rows in force are those of `wanted`, numbers of what `about` names; `fixed` is the other side.

    What is not wanted ends; what is missing begins now, until one that is planned already takes its place.
    """
    mine = rows.filter(**fixed)
    there = {getattr(row, f"{about}_id"): row for row in mine.at(now)}  # type: ignore[attr-defined]  # of period rows
    for number, row in there.items():
        if number not in wanted:
            end(row=row, now=now)
    for number in sorted(set(wanted) - set(there)):
        planned = mine.filter(**{about: number}, starts_at__gt=now).order_by("starts_at")
        until = planned.values_list("starts_at", flat=True).first()
        mine.model.objects.create(**fixed, **{f"{about}_id": number}, starts_at=now, ends_at=until)


def _set(row: Row, changes: dict[str, Any]) -> Row:
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(update_fields=list(changes))
    return row
