"""A change in words: what a row is called, and each field before and after as people write it."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import strip_tags
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from leads import conditions
from leads.qualify.freeze import catalogue_of
from reporting.changes.areas import CALLED, JOINS, NAMES
from reps.models import Division
from routing import wording
from routing.engine.ruleset import RuleSetError, parse_steps
from routing.wording.steps import sharing_says

_MOST = 300
NOTHING = "\N{EN DASH}"


class Words:
    """Names of what events point to, read once for all of them."""

    def __init__(self, events: Iterable[Any]) -> None:
        wanted: dict[Any, set[int]] = {}
        for event in events:
            for field in _pointers(event):
                number = getattr(event, field.attname)
                if number is not None:
                    wanted.setdefault(field.related_model, set()).add(number)
        self._names = {model: _names_of(model, numbers) for model, numbers in wanted.items()}
        division = Division.objects.order_by("pk").values_list("pk", flat=True)[0]
        self._catalogue, self._said = catalogue_of(division), wording.Names.load(division)

    def what(self, event: Any) -> str:
        """As people call it: "Group DACH", "Member Ana Ruiz, DACH"."""
        if event.pgh_tracked_model in CALLED:
            return str(CALLED[event.pgh_tracked_model])
        kind = capfirst(str(event.pgh_tracked_model._meta.verbose_name))  # noqa: SLF001 - Django's documented API
        name = next((str(value) for key in NAMES if (value := getattr(event, key, ""))), "")
        joined = [self.value(event, field) for field in _pointers(event) if field.name in JOINS]
        said = [part for part in (name, *joined) if part and part != NOTHING]
        return f"{kind}: {', '.join(said)[:_MOST]}" if said else kind

    def value(self, event: Any, field: Any) -> str:  # noqa: PLR0911 - one line a kind of value
        """One field of an event."""
        value = getattr(event, field.attname)
        if value in {None, ""} if not isinstance(value, dict | list) else not value:
            return NOTHING
        if field.is_relation:
            return self._names.get(field.related_model, {}).get(value, _("gone since"))
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if field.choices:
            return str(dict(field.flatchoices).get(value, value))
        if isinstance(value, datetime):
            return date_format(timezone.localtime(value), "j M Y, H:i")
        if isinstance(value, date):
            return date_format(value, "j F Y")
        if isinstance(value, Decimal):
            return f"{value.normalize():f}"
        if isinstance(value, dict | list):
            return self._parts(field.name, value)
        return str(value)[:_MOST]

    def _parts(self, name: str, value: Any) -> str:
        try:
            if name == "condition":
                return wording.condition_text(conditions.parse(value, self._catalogue))[:_MOST]
            if name == "steps":
                return strip_tags(sharing_says(parse_steps(value), self._said))[:_MOST]
        except (conditions.ConditionError, RuleSetError, ValueError, TypeError):
            pass  # of a time when other words were known: as it is
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return ", ".join(value)[:_MOST]
        return json.dumps(value, ensure_ascii=False, sort_keys=True)[:_MOST]


def _pointers(event: Any) -> list[Any]:
    fields = event.pgh_tracked_model._meta.concrete_fields  # noqa: SLF001 - Django's documented API
    return [field for field in fields if isinstance(field, models.ForeignKey) and hasattr(event, field.attname)]


def _names_of(model: Any, numbers: set[int]) -> Mapping[int, str]:
    rows = model._default_manager.filter(pk__in=numbers)  # noqa: SLF001 - as above
    # What a row without a name of its own is called after.
    after = [field.name for field in model._meta.concrete_fields if field.name in {"user", "rule_set"}]  # noqa: SLF001 - as above
    rows = rows.select_related(*after) if after else rows
    return {row.pk: _name(row) for row in rows}


def _name(row: Any) -> str:
    return next((str(value) for key in NAMES if (value := getattr(row, key, ""))), "") or str(row)
