"""Alerts in words: what fell, how sure that is, and whether routing gave the rep something else than before."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reporting import alerts
from reporting.alerts import Alert, Side
from reporting.scope import Scope
from reporting.statistics.cusum import Measure
from reps.models import Group, Rep
from reps.templatetags.face import percent

TITLES = {
    Measure.ANSWERED: gettext_lazy("%s answers fewer leads in time than usual"),
    Measure.MEETING: gettext_lazy("%s books fewer meetings than usual"),
    Measure.CLOSED: gettext_lazy("%s wins fewer leads than usual"),
}
_RESULTS = {
    Measure.ANSWERED: gettext_lazy("answered in time"),
    Measure.MEETING: gettext_lazy("with a meeting"),
    Measure.CLOSED: gettext_lazy("won"),
}
_MOVED = {
    "leads": gettext_lazy("leads promise less than before"),
    "hours": gettext_lazy("hours on duty are others than before"),
    "notices": gettext_lazy("more notices do not arrive"),
}


def section(scope: Scope, *, now: datetime) -> list[dict[str, Any]]:
    """The alerts of the last four weeks in the groups of the scope, newest first."""
    found = alerts.shown(groups=scope.groups, now=now)
    names = Rep.objects.select_related("user").in_bulk([each.rep for each in found])
    groups = dict(Group.objects.filter(pk__in=[each.group for each in found if each.group]).values_list("pk", "name"))
    return [_alert(each, names[each.rep], groups) for each in found if each.rep in names]


def lines(scope: Scope, *, now: datetime) -> list[dict[str, str]]:
    """The same in a line each for the board."""
    url = f"{reverse('leaderboard')}#alerts"
    return [
        {
            "tone": "due",
            "title": each["title"],
            "says": f"{each['says']} {each['routing']}",
            "url": url,
            "action": _("Evidence"),
        }
        for each in section(scope, now=now)
    ]


def _alert(each: Alert, rep: Rep, groups: Mapping[int, str]) -> dict[str, Any]:
    said = {
        "observed": number_format(each.observed, 0),
        "run": number_format(each.run, 0),
        "what": _RESULTS[each.measure],
        "expected": number_format(each.expected, 1),
        "every": number_format(round(each.every, -2), 0, force_grouping=True),
    }
    return {
        "title": TITLES[each.measure] % rep.name,
        "group": groups.get(each.group or 0, ""),
        "at": each.raised_at,
        "since": each.since,
        "says": _("%(observed)s of the last %(run)s leads %(what)s, of such leads usually %(expected)s.") % said,
        "false": _("Such an alert sounds by chance alone about once in %(every)s leads of a rep.") % said,
        "routing": _routing(each),
        "sides": [_side(_("Before"), each.before), _side(_("Since"), each.after)],
    }


def _routing(each: Alert) -> str:
    """Whether routing may be failing the rep."""
    if not each.moved:
        return _("Routing gave the same as before: leads, hours on duty and notices.")
    moved: Sequence[str] = [str(_MOVED[name]) for name in each.moved]
    return _("Routing may be part of it: %s.") % ", ".join(moved)


def _side(label: str, side: Side) -> dict[str, str]:
    return {
        "label": label,
        "promised": "-" if side.promised is None else percent(side.promised),
        "hours": number_format(side.hours, 0),
        "told": number_format(side.told, 0),
        "failed": number_format(side.failed, 0),
    }
