"""The row of figures over a report: each with its change against the period before, and what it means on hover."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reporting.metric import ENOUGH, Answer
from reporting.metrics import meaning, shelf
from reporting.web import words
from reps.templatetags.face import duration, percent

Answers = Mapping[str, Answer]
Figure = dict[str, Any]


def row(
    answers: Answers, before: Answers, *, everybody: Answers | None = None, url: Callable[[str], str]
) -> list[Figure]:
    """The figures of `answers`; `everybody` adds what it is for all reps; `url` says where each opens its leads."""
    return [_figure(name, answers, before, everybody or {}, url(name)) for name in words.FIGURES]


def not_reached(longest: float) -> str:
    """Of a middle that was not reached: longer than the longest wait so far."""
    return _("over %s") % duration(round(longest))


def middle(answer: Answer) -> str:
    """The median of a duration in words; empty of nothing."""
    if answer.beyond is not None:
        return not_reached(answer.beyond)
    return "" if answer.value is None else duration(round(answer.value))


def too_few(leads: int) -> str:
    """Why a close rate is not shown; empty where it is."""
    if leads >= ENOUGH:
        return ""
    return ngettext(
        "too early: %(n)d lead, shown from %(enough)d", "too early: %(n)d leads, shown from %(enough)d", leads
    ) % {"n": leads, "enough": ENOUGH}


def _figure(name: str, answers: Answers, before: Answers, everybody: Answers, url: str) -> Figure:
    answer, was, unit = answers[name], before[name], shelf()[name].unit
    figure = {"label": words.FIGURES[name], "tone": "", "url": url, "title": meaning(name)}
    if name == "close_rate":
        return figure | _close_rate(answer, int(answers["leads"].n))
    if unit == "seconds":
        return figure | _seconds(answer, was)
    value, sign = _worded(name, answer)
    notes = [_("was %s") % _worded(name, was)[0]] if was.value is not None and was.n else []
    if unit != "count" and everybody and everybody[name].value is not None:
        notes.append(_("all reps %s") % _worded(name, everybody[name])[0])
    return figure | {"value": value, "unit": sign, "note": ", ".join(notes)}


def _worded(name: str, answer: Answer) -> tuple[str, str]:
    if answer.value is None:
        return "-", ""
    if shelf()[name].unit == "count":
        return number_format(int(answer.value), force_grouping=True), ""
    return number_format(round(answer.value * 100), 0), "" if name == "meetings" else "%"


def _seconds(answer: Answer, was: Answer) -> Figure:
    if answer.value is None and answer.beyond is not None:
        return {"value": not_reached(answer.beyond), "unit": "", "note": _("fewer than half so far"), "tone": ""}
    text = duration(answer.value)
    value, unit = text.split(" ") if text.count(" ") == 1 else (text, "")
    note, tone = _faster(answer.value, was.value)
    waits = _("%s still wait") % answer.open if answer.open else ""
    return {"value": value, "unit": unit, "note": ", ".join(filter(None, (note, waits))), "tone": tone}


def _faster(value: float | None, was: float | None) -> tuple[str, str]:
    if value is None or was is None:
        return "", ""
    if abs(value - was) < 1:
        return _("as before"), ""
    words_of = _("%s faster") if value < was else _("%s slower")
    return words_of % duration(round(abs(value - was))), "good" if value < was else ""


def _close_rate(answer: Answer, leads: int) -> Figure:
    few = too_few(leads)
    if few or answer.value is None or answer.low is None or answer.high is None:
        return {"value": "-", "unit": "", "note": few or _("none is won or lost yet")}
    span = {"low": number_format(round(answer.low * 100), 0), "high": percent(answer.high)}
    note = _("from %(low)s to %(high)s") % span
    return {"value": number_format(round(answer.value * 100), 0), "unit": "%", "note": note}
