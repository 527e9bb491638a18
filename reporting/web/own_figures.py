"""A rep's own figures: value, change, team; and one click down how sure each is and how it is counted."""

from collections.abc import Sequence
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reporting import cohort
from reporting.leaderboard import Leaderboard
from reporting.metric import Answer
from reporting.metrics import meaning, shelf
from reporting.metrics.funnel import steps
from reporting.web import figures, leaderboard_words, words
from reps.templatetags.face import EMPTY, MINUS, duration, ordinal, percent

_WIDTHS = (60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)  # of a bar of the picture, in seconds
_BARS = 16


def row(own: cohort.Figures, before: cohort.Figures, team: cohort.Figures, *, url: str = "") -> list[figures.Figure]:
    """The figures over the page, for components/figures.html."""
    found = []
    for name, label in words.OWN.items():
        value, unit = _value(name, own)
        note, tone = _change(name, own, before)
        said = [note, _of(name, own), _beside(name, team)] if value != EMPTY else [_why_not(name, own)]
        found.append(
            {
                "label": label,
                "value": value,
                "unit": unit,
                "note": ", ".join(filter(None, said)),
                "tone": tone,
                "url": url,
                "title": meaning(name),
            }
        )
    return found


def ranges(own: cohort.Figures, before: cohort.Figures, team: cohort.Figures) -> list[dict[str, Any]]:
    """Every figure with its interval, what it was before, and the team's with its own."""
    return [
        {
            "label": label,
            "value": _worded(name, own),
            "range": _range(name, own),
            "n": own.answers[name].n,
            "before": _worded(name, before),
            "team": _worded(name, team),
            "team_range": _range(name, team),
            "meaning": meaning(name),
        }
        for name, label in words.RANGES.items()
    ]


def funnel(own: cohort.Figures, team: cohort.Figures) -> list[dict[str, Any]]:
    """From lead to win, each step with the team's share."""
    beside = {step.name: step.share for step in steps(team.counts)}
    return [
        {
            "label": words.STEPS[step.name],
            "count": step.count,
            "share": step.share,
            "team": beside[step.name],
            "tone": "good" if step.name == "won" else "pri",
        }
        for step in steps(own.counts)
    ]


def standing(board: Leaderboard, rep: int) -> dict[str, Any] | None:
    """The rep's own line of the leaderboard, nobody else named in it; nothing without a lead."""
    line = next((line for line in board.lines if line.rep == rep), None)
    if line is None:
        return None
    ranked = sum(1 for each in board.lines if each.rank)
    own = line.standing
    return {
        "place": _("%(place)s of %(all)s") % {"place": ordinal(line.rank), "all": number_format(ranked)}
        if line.rank
        else "",
        "per_100": leaderboard_words.per_100(line.share.value) if line.rank else "",
        "of": _of_leads(line.share),
        "score": leaderboard_words.score(own.score) if own.shown else "",
        "range": _("%(low)s to %(high)s")
        % {"low": leaderboard_words.score(own.low), "high": leaderboard_words.score(own.high)}
        if own.shown
        else "",
        "close": len(own.close) if own.shown else 0,
        "early": leaderboard_words.early(line),
    }


def _of_leads(share: Answer) -> str:
    return _("%(count)s of %(n)s") % {"count": number_format(share.count), "n": number_format(share.n)}


def speeds(spells: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """First contacts by how long they took: bars of one width, the last for all that took longer."""
    found = [(s["response_seconds"], s["within_sla"]) for s in spells if s["response_seconds"] is not None]
    if not found:
        return None
    most = sorted(seconds for seconds, _kept in found)[int(len(found) * 0.95)]
    width = next((w for w in _WIDTHS if most < w * _BARS), _WIDTHS[-1])
    bars = [{"kept": 0, "late": 0} for _ in range(min(_BARS, int(most // width) + 1) + 1)]
    for seconds, kept in found:
        bars[min(int(seconds // width), len(bars) - 1)]["late" if kept is False else "kept"] += 1
    if not (bars[-1]["kept"] or bars[-1]["late"]):
        bars.pop()
        beyond = False
    else:
        beyond = True
    late = sum(kept is False for _seconds, kept in found)
    return {"bars": bars, "width": width, "beyond": beyond, "n": len(found), "late": late}


def _value(name: str, own: cohort.Figures) -> tuple[str, str]:
    answer = own.answers[name]
    if answer.beyond is not None:
        return figures.not_reached(answer.beyond), ""
    if answer.value is None or (name == "close_rate" and figures.too_few(own.counts["leads"])):
        return EMPTY, ""
    if name == "meetings":
        return number_format(answer.count, force_grouping=True), ""
    if shelf()[name].unit == "seconds":
        text = duration(round(answer.value))
        value, _space, unit = text.partition(" ")
        return (value, unit) if " " not in unit else (text, "")
    return number_format(round(answer.value * 100), 0), "%"


def _why_not(name: str, own: cohort.Figures) -> str:
    if name == "close_rate":
        return figures.too_few(own.counts["leads"]) or _("none is won or lost yet")
    return _("%s still wait") % own.answers[name].open if own.answers[name].open else _("nothing to count yet")


def _of(name: str, own: cohort.Figures) -> str:
    answer = own.answers[name]
    if shelf()[name].unit == "seconds":
        return _("%s still wait") % answer.open if answer.open else ""
    if name == "meetings":
        return ngettext("of %(n)s lead", "of %(n)s leads", answer.n) % {"n": number_format(answer.n)}
    return _("%(count)s of %(n)s") % {"count": number_format(answer.count), "n": number_format(answer.n)}


def _change(name: str, own: cohort.Figures, before: cohort.Figures) -> tuple[str, str]:
    """Against the period before, in words; good news is coloured."""
    answer, was = own.answers[name], before.answers[name]
    if answer.value is None or was.value is None or (name == "close_rate" and _young(own, before)):
        return "", ""
    if shelf()[name].unit == "seconds":
        return _seconds(name, answer.value, was.value)
    if name == "meetings":
        return _counted(answer, was)
    points = round(answer.value * 100) - round(was.value * 100)
    if not points:
        return _("as before"), ""
    said = f"{'+' if points > 0 else MINUS}{abs(points)}"
    return ngettext("%(n)s point", "%(n)s points", abs(points)) % {"n": said}, "good" if points > 0 else ""


def _young(own: cohort.Figures, before: cohort.Figures) -> bool:
    return any(figures.too_few(one.counts["leads"]) for one in (own, before))


def _seconds(name: str, value: float, was: float) -> tuple[str, str]:
    away = round(abs(value - was))
    if away < 1:
        return _("as before"), ""
    if name == "call_duration":  # neither is better
        return (_("%s longer") if value > was else _("%s shorter")) % duration(away), ""
    return ((_("%s faster") if value < was else _("%s slower")) % duration(away)), "good" if value < was else ""


def _counted(answer: Answer, was: Answer) -> tuple[str, str]:
    more = answer.count - was.count
    if not more:
        return _("as before"), ""
    return (_("%s more") if more > 0 else _("%s fewer")) % abs(more), "good" if more > 0 else ""


def _beside(name: str, team: cohort.Figures) -> str:
    if team.answers[name].value is None:
        return ""
    if name == "meetings":
        return _("team %s of 100") % number_format(round(team.answers[name].value * 100), 0)  # type: ignore[operator]
    said = _worded(name, team)
    return _("team %s") % said if said != EMPTY else ""


def _worded(name: str, found: cohort.Figures) -> str:
    """A figure in words: a time, or a percentage."""
    answer = found.answers[name]
    if answer.beyond is not None:
        return figures.not_reached(answer.beyond)
    if answer.value is None or (name == "close_rate" and figures.too_few(found.counts["leads"])):
        return EMPTY
    return duration(round(answer.value)) if shelf()[name].unit == "seconds" else percent(answer.value)


def _range(name: str, found: cohort.Figures) -> str:
    answer = found.answers[name]
    if answer.low is None or answer.high is None or _worded(name, found) == EMPTY:
        return ""
    if shelf()[name].unit == "seconds":
        ends = {"low": duration(round(answer.low)), "high": duration(round(answer.high))}
    else:
        ends = {"low": number_format(round(answer.low * 100), 0), "high": percent(answer.high)}
    return _("%(low)s to %(high)s") % ends
