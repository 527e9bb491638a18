"""A change in words: what a row is called, and each field before and after as people write it."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import strip_tags
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from leads import conditions
from leads.models import Connection
from leads.qualify.freeze import catalogue_of
from leads.qualify.normalise import country_name, language_name
from leads.web.understood import label
from reporting.changes.areas import CALLED, JOINS, NAMES
from reporting.models import Target
from reporting.web.metric_words import LABELS
from reps.in_words import zone_of
from reps.models import Division
from routing import wording
from routing.engine.ruleset import Place, RuleSetError, To, parse_escalation, parse_steps
from routing.handbook import door_says
from routing.snapshot import read_areas
from routing.web.team.places import area_says
from routing.wording.conditions import value_says
from routing.wording.rules import chain_says
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
        if said := self._said_of(event.pgh_tracked_model, field.name, value):
            return said
        if isinstance(value, dict | list):
            return self._parts(field.name, value)
        return _written(value)

    def _said_of(self, model: Any, name: str, value: Any) -> str:  # noqa: PLR0911 - one line a kind of value
        """Codes by the names people know them by; empty where the value is said as it is."""
        match name:
            case "kind" if model is Connection:
                return capfirst(door_says(value))
            case "country":
                return country_name(value)
            case "intent" | "channel":
                field = self._catalogue.fields.get(name)
                return value_says(field, value) if field else ""
            case "language":
                return language_name(value)
            case "time_zone":
                return zone_of(value)
            case "metric" if model is Target:
                return str(LABELS.get(value, value))
            case "aim":
                return _("%s of 100 leads") % f"{float(value) * 100:g}"
        return ""

    def _parts(self, name: str, value: Any) -> str:  # noqa: PLR0911 - one line a kind of value
        try:
            match name:
                case "condition":
                    return wording.condition_text(conditions.parse(value, self._catalogue))[:_MOST]
                case "steps":
                    return strip_tags(sharing_says(parse_steps(value), self._said))[:_MOST]
                case "escalation":
                    return wording.escalation_says(parse_escalation(value))[:_MOST]
                case "otherwise":
                    return strip_tags(chain_says([_place(one) for one in value], self._said))[:_MOST]
                case "market":
                    return "; ".join(area_says(area) for area in read_areas(value))[:_MOST]
                case "mapping":
                    return "; ".join(f"{label(key)}: {_sources(said)}" for key, said in value.items())[:_MOST]
        except (conditions.ConditionError, RuleSetError, ValueError, TypeError, KeyError, AttributeError):
            pass  # of a time when other words were known: as it is
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return ", ".join(value)[:_MOST]
        return json.dumps(value, ensure_ascii=False, sort_keys=True)[:_MOST]


def _written(value: Any) -> str:
    """An instant, a day, a time of day, a number, as people write them."""
    match value:
        case datetime():
            return date_format(timezone.localtime(value), "j M Y, H:i")
        case date():
            return date_format(value, "j F Y")
        case time():
            return f"{value:%H:%M}"
        case Decimal():
            return f"{value.normalize():f}"
    return str(value)[:_MOST]


def _place(link: Mapping[str, Any]) -> Place:
    return Place(To(link["to"]), link.get("group") or link.get("rep"))


def _sources(said: Any) -> str:
    return ", ".join(map(str, said)) if isinstance(said, list) else str(said)


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
