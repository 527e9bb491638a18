"""All figures for each part of a cut, with the part's name: what the pages, the files and the API of reports show."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from reporting import cohort
from reporting.cohort import Figures
from reporting.metric import Answer
from reporting.metrics import own_shelf
from reporting.scope import JOINED, Scope
from reps.models import Group, Rep, Territory
from routing.models import Decision, Rule

# Cuts that people choose, in the order in which they are offered.
CHOSEN = ("rep", "group", "source", "campaign", "rule", "territory", "band", "sourced_by", "week", "day")
_IN_TIME = {"day", "week"}
_NONE = Figures({}, {})


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a cut: `uid` of a rep or a group, `label` for people."""

    key: Any
    label: str
    figures: Figures
    uid: str = ""


def whole(
    *, scope: Scope, since: datetime, until: datetime, now: datetime, names: Collection[str] | None = None
) -> Figures:
    """Of everything together, those metrics too that are asked in their own way."""
    span: dict[str, Any] = {"scope": scope, "since": since, "until": until, "now": now}
    own = {name: answers.get(None) or Answer(None, 0) for name, answers in _own(span, "all", names).items()}
    return _with_own(cohort.figures(**span, names=names), own)


def parts(
    cut: str, *, scope: Scope, since: datetime, until: datetime, now: datetime, names: Collection[str] | None = None
) -> list[Part]:
    """Of each part that has any; days and weeks in their order, else the most leads first."""
    span: dict[str, Any] = {"scope": scope, "since": since, "until": until, "now": now}
    found, own = cohort.ask(**span, cut=cut, names=names), _own(span, cut, names)
    keys = [*found, *({key for answers in own.values() for key in answers} - set(found))]
    named = _names(cut, keys, since=since, until=until)
    rows = [
        Part(
            key,
            named[key][0],
            _with_own(found.get(key, _NONE), {name: answers.get(key) for name, answers in own.items()}),
            named[key][1],
        )
        for key in keys
        if key in named
    ]
    if cut in _IN_TIME:
        return sorted(rows, key=lambda part: part.key)
    return sorted(rows, key=lambda part: (-part.figures.counts.get("leads", 0), part.label.casefold()))


def name_of_rule(key: str) -> str:
    """What the rule is called now; its key where it is no more."""
    try:
        return Rule.objects.filter(key=key).values_list("name", flat=True).first() or key
    except ValidationError:
        return key


def name_of_territory(pk: int | None) -> str:
    """What the territory is called now; of leads without one, that."""
    name = Territory.objects.filter(pk=pk).values_list("name", flat=True).first() if pk else None
    return name or _("No territory")


def _own(span: dict[str, Any], cut: str, names: Collection[str] | None) -> dict[str, Any]:
    return {
        name: metric.ask(**span, cut=cut)
        for name, metric in own_shelf().items()
        if cut in metric.cuts
        and (names is None or name in names)
        and not (metric.of_one and cut == "all" and span["scope"].rep is None)
    }


def _with_own(figures: Figures, own: dict[str, Any]) -> Figures:
    known = {name: answer for name, answer in own.items() if answer is not None}
    return Figures(figures.counts, {**figures.answers, **known})


def _names(cut: str, keys: Iterable[Any], *, since: datetime, until: datetime) -> dict[Any, tuple[str, str]]:
    """Label and public id of each key."""
    keys = list(keys)
    if cut in {"rep", "sourced_by"}:
        return {rep.pk: (rep.name, str(rep.uid)) for rep in Rep.objects.select_related("user").filter(pk__in=keys)}
    if cut == "group":
        return {group.pk: (group.name, str(group.uid)) for group in Group.objects.filter(pk__in=keys)}
    if cut == "territory":
        known_here = {pk: (name, str(uid)) for pk, name, uid in Territory.objects.values_list("pk", "name", "uid")}
        # One that is no more has left its leads behind.
        return {key: known_here.get(key, (_("No territory"), "")) for key in keys}
    if cut == "rule":
        rows = Decision.objects.filter(at__gte=since, at__lt=until).order_by("rule", "-at").distinct("rule")
        # What it is called now, and of a rule that is no more, what it was called then.
        then = dict(rows.values_list("rule", "rule_name"))
        known = then | {str(key): name for key, name in Rule.objects.values_list("key", "name")}
        return {key: (known.get(key) or _("No rule"), "") for key in keys}
    return {key: (_label(cut, key), "") for key in keys}


def _label(cut: str, key: Any) -> str:
    if isinstance(key, date):
        return key.isoformat()
    if cut == "band":
        return _("No priority") if key is None else _("Priority %d") % key
    if cut == "source":
        source, _mark, channel = key.partition(JOINED)
        shown = source or _("Not known")
        return f"{shown}, {channel}" if channel and channel.casefold() != source.casefold() else shown
    return str(key) or _("Not known")
