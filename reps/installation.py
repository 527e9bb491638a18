"""The writer of settings: each part on top of what its editor read, so that nobody overwrites another unseen."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models, transaction

from reps import marks
from reps.models import Installation


class StaleError(Exception):
    """Somebody saved this part meanwhile; `row` is as it stands now."""

    def __init__(self, row: models.Model) -> None:
        super().__init__("saved meanwhile")
        self.row = row


def the() -> Installation:
    """The row, or what holds without one."""
    return Installation.objects.defer("logo").filter(pk=Installation.THE).first() or Installation()


def mark(row: models.Model, fields: Sequence[str]) -> str:
    """What the fields said when they were read, in short."""
    return marks.of(*(str(getattr(row, name)) for name in fields))


@transaction.atomic
def save(*, row: models.Model, values: Mapping[str, Any], read: str) -> list[str]:
    """Write these fields and no other; returns which of them changed. Raises StaleError."""
    model = type(row)
    if isinstance(row, Installation):
        Installation.objects.get_or_create(pk=Installation.THE)
    locked = model._default_manager.select_for_update().get(pk=row.pk)  # noqa: SLF001 - Django's documented API
    if mark(locked, list(values)) != read:
        raise StaleError(locked)
    changed = [name for name, value in values.items() if getattr(locked, name) != value]
    for name in changed:
        setattr(locked, name, values[name])
    if changed:
        locked.save(update_fields=changed)
    return changed
