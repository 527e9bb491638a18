"""A rep's statement of their fair share in a group, like a bank's: brought forward, each entry, what is owed."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leads.models import Lead
from leads.web.show import title_of
from reporting.exports import At
from reporting.period import Period
from reporting.web import words
from reps.models import Group, Rep, User
from reps.templatetags.face import EMPTY, ordinal
from routing import standing, wording
from routing.engine.ledger import UNIT
from routing.statement import Line, Statement, statement, with_whys

ON_A_PAGE = 50
_LEADS = frozenset({"share", "forced", "reversed"})
HEADS = (
    "number", At("at"), "lead", "rule", "how", "went_to", "among", "part", "received", "change", "balance", "reason",
)  # fmt: skip


def read(*, rep: Rep, group: Group, span: Period, others: bool, whys: bool = False) -> Statement:
    """The account over the period; a page tells the whys of what it shows."""
    return statement(rep=rep, group=group, since=span.since, until=span.until, prove=False, others=others, whys=whys)


def page_of(
    *, account: Statement, rep: Rep, reader: User, group: Group, page: str | None, now: datetime
) -> dict[str, Any]:
    """What templates/reporting/_fair_share.html asks for; it opens at the last page, where today stands."""
    paginator = Paginator(account.lines, ON_A_PAGE)
    shown = paginator.get_page(page or paginator.num_pages)
    before = account.lines[shown.start_index() - 2].balance if shown.number > 1 else account.opening
    place, bound = standing.place_of(group, rep, now=now), standing.bound_of(group, now=now)
    return {
        "group": group.name,
        "who": "" if rep.user_id == reader.pk else rep.name,
        "had": account.received,
        "entitled": account.entitled / UNIT,
        "owed": account.closing / UNIT,
        "place": ordinal(place.rank) if place and place.on_duty else "",
        "page": shown,
        "rows": list(_rows(with_whys(account, list(shown.object_list)), rep, reader, now)),
        "first": shown.number == 1,
        "last": not shown.has_next(),
        "since": account.since,
        "until": account.until,
        "forward": before / UNIT,
        "closing": account.closing / UNIT,
        "carried": (shown.object_list[-1].balance if shown.object_list else before) / UNIT,
        "bound": bound,
        "bound_says": bound_says(bound),
        "balances": [account.opening / UNIT, *(line.balance / UNIT for line in account.lines)],
    }


def bound_says(bound: standing.Bound | None) -> str:
    """How far anybody can be off, as a sentence; why nothing is promised where nothing is."""
    if bound is None:
        return _(
            "Leads that people give or pull count here too, so no furthest point is promised; "
            "what they bring out of balance is worked off with the next leads."
        )
    if bound.members < 2:
        return _("With one person there is nothing to share.")
    said = _(
        "Among the %(n)s people who ever shared here nobody can be more than %(behind)s leads behind their fair share, "
        "or %(ahead)s ahead, whatever happens."
    ) % {
        "n": bound.members,
        "behind": number_format(bound.told[0], 1),
        "ahead": number_format(bound.told[1], 1),
    }
    if not bound.returned:
        return said
    more = ngettext(
        "A lead that was taken back adds at most one.", "The %(n)s leads that were taken back add at most one each.",
        bound.returned,
    ) % {"n": bound.returned}  # fmt: skip
    return f"{said} {more}"


def table(account: Statement, *, rep: Rep, reader: User, now: datetime) -> Iterator[tuple[object, ...]]:
    """The statement as a file, opening and closing balance in it; others' leads without anything of them."""
    yield ("", account.since, "", "", "opening", "", "", "", "", "", _units(account.opening), "")
    for row in _rows(account.lines, rep, reader, now):
        yield (
            row["number"], row["at"], row["uid"], row["rule"], row["how"], row["winner"],
            row["among"] or "", _leads(row["part"]),
            _leads(row["got"]), _leads(row["change"]), _leads(row["balance"]), row["why"],
        )  # fmt: skip
    yield ("", account.until, "", "", "closing", "", "", "", "", "", _units(account.closing), "")


def _rows(lines: Any, rep: Rep, reader: User, now: datetime) -> Iterator[dict[str, Any]]:
    lines = list(lines)
    names = dict(Rep.objects.filter(pk__in={line.entry.winner for line in lines}).values_list("pk", "user__name"))
    # What the rep owns now may be named; of what has gone since only that it was theirs.
    numbers = [line.entry.lead for line in lines if line.entry.lead]
    owned = Lead.objects.filter(owner=rep, uid__in=numbers).visible_to(reader, now=now)
    titles = {lead.uid: title_of(lead, lead.private) for lead in owned.select_related("private")}
    for line in lines:
        yield _row(line, rep, names, titles)


def _row(line: Line, rep: Rep, names: dict[int, str], titles: dict[Any, str]) -> dict[str, Any]:
    entry = line.entry
    about_a_lead = entry.kind in _LEADS
    mine = entry.winner == rep.pk
    sign = (-1 if entry.kind == "reversed" else 1) * about_a_lead * mine
    people = [part for part in entry.parts if part.row > 0]
    why = wording.considered_line(line.code, dict(line.numbers)) if line.code else ""
    return {
        "number": entry.number,
        "at": entry.at,
        "uid": str(entry.lead or ""),
        "title": titles.get(entry.lead, ""),
        "mine": mine and about_a_lead,
        "rule": line.rule,
        "how": words.CAME.get(line.how) or words.ENTRIES[entry.kind],
        "winner": names.get(entry.winner or 0, EMPTY) if about_a_lead else "",
        "among": 0 if entry.kind == "reversed" else len(people),
        "you_too": any(part.row == rep.pk for part in people),
        "part": (line.own + sign * UNIT) / UNIT if about_a_lead else None,
        "got": -sign if sign else None,
        "change": line.own / UNIT,
        "balance": line.balance / UNIT,
        "why": why[:1].upper() + why[1:],
    }


def _units(units: int) -> float:
    return round(units / UNIT, 9)


def _leads(value: float | None) -> float | str:
    return "" if value is None else round(value, 9)
