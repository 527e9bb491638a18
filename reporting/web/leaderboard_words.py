"""What the leaderboard says: places, what is too close or too early, how sure it is, and its pictures."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reporting.lead_quality import Result
from reporting.leaderboard import Leaderboard, Line
from reporting.metric import Answer
from reporting.pictures.funnel_plot import Dot, FunnelPlot
from reporting.pictures.intervals import Interval, Intervals
from reporting.statistics import funnel_plot
from reporting.statistics.shrunk import ENOUGH_EXPECTED, PAR
from reporting.web.figures import too_few
from reps.models import Rep
from reps.templatetags.face import percent

RESULTS = {
    "wins": gettext_lazy("Wins"),
    "meetings": gettext_lazy("Meetings"),
    "opportunities": gettext_lazy("Opportunities"),
}
HEADS_OF = {
    "wins": {"count": gettext_lazy("Wins"), "per_100": gettext_lazy("Wins per 100 leads assigned")},
    "meetings": {"count": gettext_lazy("Meetings"), "per_100": gettext_lazy("Meetings per 100 leads assigned")},
    "opportunities": {
        "count": gettext_lazy("Opportunities"),
        "per_100": gettext_lazy("Opportunities per 100 leads assigned"),
    },
}
CAME_TO = {
    "wins": gettext_lazy("Won"),
    "meetings": gettext_lazy("Meeting"),
    "opportunities": gettext_lazy("Opportunity"),
}
QUARTERS = {
    0: gettext_lazy("no score"),
    1: gettext_lazy("lowest quarter"),
    2: gettext_lazy("second lowest"),
    3: gettext_lazy("second highest"),
    4: gettext_lazy("highest quarter"),
}
_NAMED = 3


def per_100(value: float | None) -> str:
    """So many of 100, with a place behind the point below ten."""
    if value is None:
        return "-"
    return number_format(value * 100, 1 if value < 0.1 else 0)


def score(value: float) -> str:
    """An adjusted score."""
    return number_format(round(value), 0)


def figures(found: Leaderboard, was: Answer, result: Result) -> list[dict[str, Any]]:
    """All reps together, against the period before."""
    heads = HEADS_OF[result.name]
    rows = [
        (_("Leads assigned"), _count(found.together.n), _count(was.n) if was.n else ""),
        (heads["count"], _count(found.together.count), _count(was.count) if was.n else ""),
        (heads["per_100"], per_100(found.together.value), per_100(was.value) if was.n else ""),
    ]
    return [
        {"label": label, "value": value, "unit": "", "tone": "", "note": _("was %s") % then if then else ""}
        for label, value, then in rows
    ]


def early(line: Line) -> str:
    """Why a rep has no place yet."""
    return "" if line.rank else too_few(line.share.n)


def note(line: Line, found: Leaderboard, names: Mapping[int, Rep], result: Result) -> str:
    """What to make of the adjusted figure."""
    if not line.rank:
        return ""
    if not line.standing.shown:
        return _("adjusted once %(n)s are to be expected, so far %(expected)s") % {
            "n": number_format(ENOUGH_EXPECTED, 0),
            "expected": number_format(line.standing.expected, 1),
        }
    shown = [each.rep for each in found.board.standings if each.shown]
    if line.standing.close and len(line.standing.close) == len(shown) - 1 > _NAMED:
        return _("too close to call with all the others")
    return _("too close to call with %s") % listed(line.standing.close, names) if line.standing.close else ""


def listed(reps: Sequence[int], names: Mapping[int, Rep]) -> str:
    """First names where they tell people apart, three at most."""
    called = short_names(names)
    more = len(reps) - _NAMED
    if more < 2:
        return ", ".join(called[rep] for rep in reps)
    return _("%(names)s and %(n)d others") % {"names": ", ".join(called[rep] for rep in reps[:_NAMED]), "n": more}


def short_names(names: Mapping[int, Rep]) -> dict[int, str]:
    """By the first name, by the whole one where two have the same."""
    firsts = {pk: rep.name.split(" ")[0] for pk, rep in names.items()}
    once = list(firsts.values())
    return {pk: first if once.count(first) == 1 else names[pk].name for pk, first in firsts.items()}


def sure(
    found: Leaderboard, names: Mapping[int, Rep], urls: Mapping[int, str], result: Result, *, me: int | None
) -> dict[str, Any]:
    """What stands under "How sure are we?"."""
    best = [each for each in found.board.standings if each.best is not None]
    return {
        "leading": _leading(found, names),
        "intervals": _intervals(found, names, urls, me=me),
        "plot": _plot(found, names, urls, result, me=me),
        "best": [
            {"name": names[each.rep].name, "chance": _chance(each.best or 0)}
            for each in sorted(best, key=lambda each: -(each.best or 0))
        ],
        "noise": _noise(found, result),
    }


def _leading(found: Leaderboard, names: Mapping[int, Rep]) -> str:
    board = found.board
    if not board.leading:
        return _("Too early to say who is best.")
    chances = {each.rep: each.best or 0 for each in board.standings}
    if board.leader is not None:
        said = {"name": names[board.leader].name, "chance": _chance(chances[board.leader])}
        if len([each for each in board.standings if each.shown]) == 1:
            return _("Only %(name)s has leads enough to be compared.") % said
        return _("%(name)s is the best with a chance of %(chance)s.") % said
    group = ", ".join(names[rep].name for rep in board.leading)
    return _("No single leader can be named. The best is one of %(names)s, with a chance of %(chance)s.") % {
        "names": group,
        "chance": _chance(sum(chances[rep] for rep in board.leading)),
    }


def _intervals(found: Leaderboard, names: Mapping[int, Rep], urls: Mapping[int, str], *, me: int | None) -> Intervals:
    rows = tuple(
        Interval(
            names[each.rep].name,
            round(each.score) if each.shown else None,
            each.low if each.shown else None,
            each.high if each.shown else None,
            n=each.leads,
            note="" if each.shown else _("too early"),
            url=urls[each.rep],
            quiet=each.low <= PAR <= each.high,
            me=each.rep == me,
        )
        for each in found.board.standings
    )
    return Intervals(
        name="adjusted",
        title=_("Adjusted for lead quality, with what chance leaves open"),
        unit="count",
        rows=rows,
        label_is=_("Rep"),
        value_is=_("Adjusted"),
        mark=PAR,
        mark_is=_("what others reach"),
        level=_("90 % interval"),
    )


def _plot(
    found: Leaderboard, names: Mapping[int, Rep], urls: Mapping[int, str], result: Result, *, me: int | None
) -> FunnelPlot:
    known = [each for each in found.board.standings if each.shown]
    spread = funnel_plot.funnel((each.rep, each.observed, each.expected) for each in known).spread
    dots = tuple(
        Dot(names[each.rep].name, each.observed, each.expected, url=urls[each.rep], me=each.rep == me) for each in known
    )
    title = _("What each brought against what the same leads bring others")
    return FunnelPlot(name="funnel-plot", title=title, dots=dots, spread=spread, what=str(RESULTS[result.name]).lower())


def _noise(found: Leaderboard, result: Result) -> str:
    """How much of the differences is more than luck."""
    counted = sum(each.shown for each in found.board.standings)
    if counted < 2:
        return ""
    if found.board.between <= 0:
        return _("Differences between reps are no larger than luck alone makes them: all scores are drawn to 100.")
    strength = number_format(round(found.board.strength), 0)
    return _("Each score is drawn to 100 as if %(n)s expected %(what)s were added that went as usual.") % {
        "n": strength,
        "what": str(RESULTS[result.name]).lower(),
    }


def lead_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """One lead behind a line."""
    return {
        "uid": row["uid"],
        "source": row["source"],
        "quarter": QUARTERS[row["quarter"]],
        "starts_at": row["starts_at"],
        "chance": percent(row["chance"]) if row["kept"] else "",
        "came_at": row["came_at"],
        "lost_at": row["lost_at"],
        "kept": row["kept"],
    }


def _chance(value: float) -> str:
    """In whole percent, never nothing and never certain."""
    if value < 0.01:
        return _("under 1 %")
    return _("over 99 %") if value > 0.99 else percent(value)


def _count(value: int) -> str:
    return number_format(value, force_grouping=True)
