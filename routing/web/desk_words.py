"""To assign in words: the lead, why it waits, who could get it, and why one of them is suggested."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leads.life import State
from leads.models import Lead, LeadPrivate
from leads.qualify.freeze import catalogue_of
from leads.qualify.normalise import language_name
from leads.web import facts, show
from reps.templatetags.face import ordinal
from routing import hand, wording
from routing.desk import Candidate, Skilled, Suggestion, Table
from routing.web.team.duty import when
from routing.wording.qualification import verdict_says

# One for each; what the page uses itself (G, J, K, U, X) and the digits' neighbours of the shell are left out.
KEYS = "123456789abcdefhilmnopqrtvwyz"
_A_WHILE = timedelta(minutes=5)
REJECT_REASONS = [
    {"value": "spam", "label": gettext_lazy("Spam or bogus")},
    {"value": "no_customer", "label": gettext_lazy("Not a possible customer")},
    {"value": "duplicate", "label": gettext_lazy("Duplicate")},
    {"value": "no_contact", "label": gettext_lazy("No way to reach them")},
]


def row(lead: Lead, *, url: str, current: bool) -> dict[str, Any]:
    """A line of those that wait."""
    return {
        "uid": lead.uid,
        "url": url,
        "title": show.title_of(lead, lead.private),
        "company": lead.private.name if lead.private.company else "",
        "since": lead.waiting_since,
        "why": wording.waits_because(lead.state, lead.reason),
        "urgent": lead.state == State.SET_ASIDE,
        "current": current,
    }


def lead(row_: Lead) -> dict[str, Any]:
    """The lead in front of the reader."""
    details, frozen = LeadPrivate.objects.get(lead=row_), facts.frozen_of(row_)
    return {
        "uid": row_.uid,
        "title": show.title_of(row_, details),
        "who": show.who_of(row_, details),
        "since": row_.waiting_since,
        # Told where it has been somewhere before.
        "arrived_at": row_.arrived_at if row_.waiting_since - row_.arrived_at > _A_WHILE else None,
        "message": details.message,
        "facts": [f for f in facts.facts_of(row_, details, frozen) if f["value"] != details.message],
        "may_revive": hand.may_revive(row_),
        "because": row_.error or _because(row_, frozen.judged),
    }


def _because(row_: Lead, judged: Mapping[str, Any]) -> str:
    """Why it waits; where qualification says so, by which rule and on which condition."""
    said = verdict_says(judged, catalogue_of(row_.division_id)) if hand.may_revive(row_) else ""
    return said or wording.waits_because(row_.state, row_.reason)


def table(found: Table, now: datetime) -> dict[str, Any]:
    """Who may get it, each with a key; the suggested one first, and why."""
    chosen = found.suggested.candidate if found.suggested else None
    here = sorted(found.here, key=lambda one: one is not chosen)
    reps = [{**_person(one, now), "suggested": one is chosen} for one in here]
    away = [{**_person(one, now), "why": _("off duty, %s") % one.group.name} for one in found.away]
    for key, person in zip(KEYS, [*reps, *away], strict=False):
        person["key"] = key
    return {"reps": reps, "away": away, "suggested": _suggested(found.suggested) if found.suggested else ""}


def _person(one: Candidate, now: datetime) -> dict[str, Any]:
    place = one.place
    return {
        "uid": one.rep.uid,
        "name": one.rep.name,
        "note": ", ".join(filter(None, (one.group.name, _until(one, now)))),
        "load": one.load,
        "capacity": one.rep.cap_open,
        "had": place.had,
        "fair_share": place.fair_share,
        "owed": owed_says(place.owed),
        "place": place.rank if place.on_duty else None,
        "fits": ", ".join(skill_says(skill) for skill in one.fits),
        "skills": ", ".join(skill_says(skill) for skill in one.skills if not skill.fits),
        "returned": one.returned,
    }


def owed_says(owed: float) -> str:
    """How far somebody is behind or ahead of their share."""
    amount = number_format(round(abs(owed), 1), 1, force_grouping=True)
    if round(owed, 1) == 0:
        return _("even")
    return (_("owed %s") if owed > 0 else _("%s ahead")) % amount


def skill_says(skill: Skilled) -> str:
    """A language by its name, anything else as it was entered."""
    return language_name(skill.value) if skill.kind == "language" else skill.value


def _until(one: Candidate, now: datetime) -> str:
    if not one.place.on_duty:
        return ""
    if one.until is None:
        return _("around the clock")
    return _("until %s") % when(one.until, now)


def _suggested(found: Suggestion) -> str:
    one = found.candidate
    if found.code:
        says = {"name": one.rep.name, "why": wording.reason_says(found.code)}
        return _("%(name)s is suggested: the rules would give it to them now. %(why)s.") % says
    return _("%(name)s is suggested: %(why)s.") % {"name": one.rep.name, "why": ", ".join(_why(one))}


def _why(one: Candidate) -> Iterable[str]:
    """What speaks for somebody, in the order it was looked at."""
    if one.fits:
        yield _("has %s, which the lead asks for") % ", ".join(skill_says(skill) for skill in one.fits)
    if one.room is not None:
        yield ngettext("has room for %(n)s more", "has room for %(n)s more", one.room) % {"n": one.room}
    yield _("%(place)s in line in %(group)s") % {"place": ordinal(one.place.rank), "group": one.group.name}
