"""What a change of a membership does, in sentences: it is made for real, compared with before, and rolled back."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reps.models import Group, Membership, Rep, TerritoryCover
from routing import effects
from routing.snapshot.tallies import load_of
from routing.web.team import shares

_SHOWN = 4


@dataclass(frozen=True, slots=True)
class _Seen:
    """The group as it stands at one instant."""

    row: Membership | None
    parts: dict[int, float]


def says(*, group: Group, rep: Rep, change: Callable[[], object], now: datetime) -> list[str]:
    """What the change would do; it may raise what it raises when done."""
    way = shares.way_of(group)
    before = _look(group, rep, now, way)
    with effects.undone():
        change()
        after = _look(group, rep, now, way)
    lines = [*_parts(group, before, after), *_out(group, rep, before, after, now)]
    if after.row:
        lines += [*_weight(group, rep, way, before, after), *_rest(group, rep, way, before, after.row)]
    return lines or [_("Nothing changes.")]


def _look(group: Group, rep: Rep, now: datetime, way: shares.Way) -> _Seen:
    row = Membership.objects.at(now).filter(group=group, rep=rep).first()
    return _Seen(row, shares.parts_of(group, now=now, equal=not way.weights))


def _parts(group: Group, before: _Seen, after: _Seen) -> Iterator[str]:
    """Everybody's part, those whose changes most first."""
    if not after.parts:
        if before.parts:
            yield _("Nobody gets leads of %s any more.") % group.name
        return
    moved = {rep: after.parts.get(rep, 0.0) - before.parts.get(rep, 0.0) for rep in {*before.parts, *after.parts}}
    order = [rep for rep in sorted(moved, key=lambda rep: (-abs(moved[rep]), rep)) if abs(moved[rep]) >= 0.001]
    if not order:
        return
    names = dict(Rep.objects.filter(pk__in=order[:_SHOWN]).values_list("pk", "user__name"))
    told = [
        _("%(name)s %(before)s instead of %(after)s")
        % {"name": names[rep], "before": _percent(after.parts.get(rep)), "after": _percent(before.parts.get(rep))}
        for rep in order[:_SHOWN]
    ]
    left = len(order) - len(told)
    more = ngettext(" and %d more", " and %d more", left) % left if left else ""
    yield _("From the next lead on, of leads that all of %(group)s could take: %(parts)s%(more)s.") % {
        "group": group.name,
        "parts": ", ".join(told),
        "more": more,
    }


def _percent(part: float | None) -> str:
    return _("%d %%") % round(100 * part) if part else _("nothing")


def _weight(group: Group, rep: Rep, way: shares.Way, before: _Seen, after: _Seen) -> Iterator[str]:
    weight, was = after.row.weight if after.row else 0, before.row.weight if before.row else None
    if weight == 0 and was != 0:
        yield _("%(name)s keeps the place in %(group)s and gets no leads of it.") % _names(group, rep)
    elif was is not None and weight != was and not way.weights and was:
        yield _("%s shares in equal turns, so the weight does not count there.") % group.name
    if before.row is None:
        yield _("%s begins even: nothing is owed either way.") % rep.name
    if after.row and after.row.percent != 100:
        yield _("The ramp goes on: %d %% of the weight and the limits now.") % after.row.percent


def _rest(group: Group, rep: Rep, way: shares.Way, before: _Seen, row: Membership) -> Iterator[str]:
    """Tier and limits."""
    tier = before.row.tier if before.row else 1
    if row.tier != tier:
        yield (
            _("Leads of high priority come to tier %d when nobody of a more senior tier can take them.") % row.tier
            if way.tiers and row.tier > 1
            else _("Leads of high priority come to tier 1 first.")
            if way.tiers
            else _("Tiers do not count in %s: its way to share does not ask for them.") % group.name
        )
    limits = shares.limits_say(row)
    if limits == (shares.limits_say(before.row) if before.row else []):
        return
    if limits and not way.limits:
        yield _("Limits do not count in %s: its way to share does not ask for them.") % group.name
        return
    yield _("At most: %s.") % ", ".join(limits) if limits else _("No limit in this group.")
    if row.cap_open is not None and (held := load_of([rep.pk])[1].get((group.pk, rep.pk), 0)) >= row.cap_open:
        yield ngettext(
            "%(name)s holds %(n)d open lead of this group already: no more until there are fewer than %(most)d.",
            "%(name)s holds %(n)d open leads of this group already: no more until there are fewer than %(most)d.",
            held,
        ) % {"name": rep.name, "n": held, "most": row.cap_open}


def _out(group: Group, rep: Rep, before: _Seen, after: _Seen, now: datetime) -> Iterator[str]:
    """What becomes of the rest when somebody is taken out."""
    if after.row or not before.row:
        return
    yield _("%(name)s gets no more leads of %(group)s, and their fair share there ends: what is owed is settled.") % (
        _names(group, rep)
    )
    held = load_of([rep.pk])[1].get((group.pk, rep.pk), 0)
    if held:
        yield ngettext(
            "%(n)d open lead of it stays with %(name)s.", "%(n)d open leads of it stay with %(name)s.", held
        ) % {"n": held, "name": rep.name}
    covers = TerritoryCover.objects.at(now).filter(rep=rep, territory__group=group, territory__active=True)
    names = list(covers.order_by("territory__name").values_list("territory__name", flat=True))
    if names:
        yield _("They still stand as covering %s; leads from there go to the others of the group.") % ", ".join(names)


def _names(group: Group, rep: Rep) -> dict[str, str]:
    return {"name": rep.name, "group": group.name}
