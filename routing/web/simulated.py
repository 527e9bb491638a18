"""What a simulation answered, as a page tells it: the sentence, figures, bars for each rep, leads that move and why."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from leads.models import Lead
from reps.models import Group, User
from routing import rulesets, standing, wording
from routing.models import RuleSetVersion, Simulation
from routing.rulesets import diff
from routing.simulate import Result, words

_MOVES = 50
_STATUS = {
    Simulation.Status.WAITING: "due",
    Simulation.Status.RUNNING: "due",
    Simulation.Status.DONE: "good",
    Simulation.Status.FAILED: "late",
}


def head(row: Simulation, status: str, error: str) -> dict[str, Any]:
    """Which rules over which time, and how far it is."""
    asked = row.options.get("asked", {})
    beside = row.kind == Simulation.Kind.SHADOW
    rules = _("Version %d") % row.version.n if row.version else _("The draft")
    return {
        "uid": row.uid,
        "url": reverse("simulation", args=[row.uid]),
        "rules": _("%s, beside live") % rules if beside else rules,
        "since": row.started_at if beside else _instant(asked.get("since")),
        "until": row.ends_at if beside else _instant(asked.get("until")),
        "by": row.by.name if row.by else "",
        "at": row.created_at,
        "status": Simulation.Status(status).label,
        "tone": _STATUS.get(Simulation.Status(status), "quiet"),
        "error": error,
        "progress": row.progress,
        "total": row.total,
    }


def is_draft(row: Simulation) -> bool:
    """Whether what was simulated is what would be published now."""
    return row.version_id is None and not diff.diff(row.body, rulesets.body_of(row.rule_set))


def headline(row: Simulation) -> str:
    """What would change, in a sentence, names and all."""
    return words.headline(Result.of(row.result or {}), _names(row))


def told(row: Simulation, user: User | Any, *, now: datetime) -> dict[str, Any]:
    """The whole answer."""
    result = Result.of(row.result or {})
    names = _names(row)
    return {
        "headline": words.headline(result, names),
        "leads": result.leads,
        "against": _against(result),
        "figures": _figures(result, names),
        "groups": [_group(key, result, names) for key in _keys(result.groups, result)],
        "people": _people(result, names),
        "where": _where(result),
        "moves": _moves(result, names, user, now),
        "moving": result.moving,
        "moves_url": reverse("api:simulation-moves", args=[row.uid]),
        "assumptions": words.assumptions(result),
    }


def beside(row: Simulation, *, now: datetime) -> dict[str, Any]:
    """Of a trial beside live: how often it decided as live did, day by day, and how even it would have been."""
    result = Result.of(row.result or {})
    names = _names(row)
    most = max((leads for leads, _same in result.daily.values()), default=0)
    days = [
        {
            "day": date.fromisoformat(day),
            "leads": leads,
            "same": same,
            "share": same / leads if leads else None,
            "bar_same": _percent(same, most),
            "bar_all": _percent(leads, most),
        }
        for day, (leads, same) in sorted(result.daily.items())
    ]
    return {
        "agrees": (result.leads - result.moving) / result.leads if result.leads else None,
        "days": days,
        "fair": [
            _fair(group, result, names, now=now)
            for group in Group.objects.filter(pk__in=[int(key) for key in result.off.get("here", {})]).order_by("name")
        ],
    }


def _fair(group: Group, result: Result, names: wording.Names, *, now: datetime) -> dict[str, Any]:
    """Who is how far off the fair share, really and by these rules, with the furthest anybody can ever be."""
    real, ours = (result.off.get(side, {}).get(str(group.pk), {}) for side in ("happened", "here"))
    bound = standing.bound_of(group, now=now)
    rows: list[dict[str, Any]] = [
        {"name": names.rep(int(rep)), "was": real.get(rep, 0.0), "off": ours.get(rep, 0.0)} for rep in {*real, *ours}
    ]
    return {
        "name": group.name,
        "rows": sorted(rows, key=lambda row: (row["off"], row["name"])),
        "bound": bound if bound is not None and bound.members > 1 else None,
        "promised": bound is not None,
        "furthest": max((abs(row[side]) for row in rows for side in ("was", "off")), default=0.0),
        "was": max((abs(row["was"]) for row in rows), default=0.0),
        "off": max((abs(row["off"]) for row in rows), default=0.0),
    }


def _names(row: Simulation) -> wording.Names:
    """Rules by name too, those of the version in force included."""
    live = RuleSetVersion.objects.filter(pk=row.options.get("live") or row.rule_set.published_id or 0).first()
    return wording.Names.load(
        row.division_id, rules=[*row.body.get("rules", []), *(live.body["rules"] if live else [])]
    )


def _against(result: Result) -> str:
    return _("the version in force") if result.against == "live" else _("what really happened")


def _figures(result: Result, names: wording.Names) -> list[dict[str, Any]]:
    """Would move, would wait, To assign, furthest from fair share."""
    here, other = result.outcomes.get("here", {}), result.outcomes.get(result.other, {})
    waits, waited = result.waits.get("here", 0), result.waits.get(result.other, 0)
    figures: list[dict[str, Any]] = [
        {
            "label": _("Would move"),
            "value": _n(result.moving),
            "unit": _("of %s") % _n(result.leads),
            "note": _("%s of them within their group") % _n(result.within) if result.within else "",
        },
        {
            "label": _("Nobody would have at once"),
            "value": _n(waits),
            "unit": _share(waits, result.leads),
            "note": _("was %s") % _n(waited) if result.other in result.outcomes else "",
        },
        {
            "label": _("To assign"),
            "value": _n(here.get("desk", 0)),
            "unit": "",
            "note": _("was %s") % _n(other.get("desk", 0)) if other else "",
        },
    ]
    furthest = max(
        ((float(found[0]), int(group), found[1]) for group, found in result.deviation.get("here", {}).items()),
        default=None,
    )
    if furthest is not None:
        figures.append(
            {
                "label": _("Furthest from fair share"),
                "value": number_format(round(furthest[0], 1), 1),
                "unit": _("leads"),
                "note": f"{names.rep(furthest[2])}, {names.group(furthest[1])}",
            }
        )
    return figures


def _people(result: Result, names: wording.Names) -> list[dict[str, Any]]:
    """Each rep before and after, with the bars' lengths in percent of the longest."""
    here, other = result.reps.get("here", {}), result.reps.get(result.other, {})
    most = max([*here.values(), *other.values(), 1])
    rows = [
        {
            "name": names.rep(int(key)),
            "before": other.get(key, 0),
            "after": here.get(key, 0),
            "more": here.get(key, 0) - other.get(key, 0),
            "bar_before": _percent(other.get(key, 0), most),
            "bar_after": _percent(here.get(key, 0), most),
            "at_limit": result.at_cap.get("here", {}).get(key, 0),
        }
        for key in {*here, *other}
    ]
    return sorted(rows, key=lambda row: (-abs(row["more"]), -row["more"], row["name"]))


def _group(key: str, result: Result, names: wording.Names) -> dict[str, Any]:
    before, after = (result.groups.get(side, {}).get(key, 0) for side in (result.other, "here"))
    return {"name": names.group(int(key)), "before": before, "after": after, "more": after - before}


def _keys(counts: Mapping[str, Mapping[str, Any]], result: Result) -> list[str]:
    return sorted({key for side in ("here", result.other) for key in counts.get(side, {})}, key=int)


def _where(result: Result) -> list[dict[str, Any]]:
    """Where the rules sent them, before and after."""
    here, other = result.outcomes.get("here", {}), result.outcomes.get(result.other, {})
    codes = [
        code
        for code in ("assigned", "offered", "pooled", "held", "desk", "rejected", "unmatched")
        if code in {*here, *other}
    ]
    said = [(code, words.outcome_says(code)) for code in codes]
    return [
        {"says": f"{says[:1].upper()}{says[1:]}", "before": other.get(code, 0), "after": here.get(code, 0)}
        for code, says in said
    ]


def _moves(result: Result, names: wording.Names, user: Any, now: datetime) -> list[dict[str, Any]]:
    """The first leads that move; who they are only for those the reader may see."""
    shown = result.moves[:_MOVES]
    seen = Lead.objects.visible_to(user, now=now).filter(uid__in=[one["lead"] for one in shown if _is_uid(one["lead"])])
    known = {str(lead.uid): lead for lead in seen.select_related("private")}
    return [_move(one, known.get(str(one["lead"])), names) for one in shown]


def _move(move: Mapping[str, Any], lead: Lead | None, names: wording.Names) -> dict[str, Any]:
    private = getattr(lead, "private", None)
    rule = names.rule(move["to"]["rule"])
    why = words.reason_says(move["to"])
    return {
        "lead": (private.company or private.name or private.email) if private else "",
        "url": reverse("lead-show", args=[lead.uid]) if lead else "",
        "at": _instant(move["at"]),
        "before": words.place_says(move["from"], names),
        "after": words.place_says(move["to"], names),
        "why": f"{rule}: {why}" if rule else why,
    }


def _is_uid(text: object) -> bool:
    return isinstance(text, str) and len(text) == 36


def _instant(text: object) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) and text else None


def _percent(count: int, most: int) -> str:
    return f"{100 * count / most:.1f}%"


def _share(count: int, total: int) -> str:
    return (
        _("leads, %s %%") % number_format(round(100 * count / total, 1 if 0 < count / total < 0.1 else 0))
        if total
        else ""
    )


def _n(number: int) -> str:
    return number_format(number, force_grouping=True)
