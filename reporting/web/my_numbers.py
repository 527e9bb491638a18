"""My numbers: what a rep did over a period beside the team, and the statement of their fair share."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from leads.models import Export
from leads.web.exports import limited, note
from reporting import cohort, exports
from reporting.lead_quality import RESULTS
from reporting.leaderboard import leaderboard
from reporting.period import Period
from reporting.spells import keep
from reporting.web import fair_share, own_figures, words
from reporting.web.asking import OwnForm, asked, period_of, wrong
from reps import access
from reps.models import Group, Membership, Rep
from reps.web import reader

_MOST_DRAWN = 5_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, read."""

    rep: Rep
    form: OwnForm
    period: Period
    now: datetime
    own: cohort.Scope
    team: cohort.Scope

    @property
    def others(self) -> bool:
        """Whether the statement tells of leads the rep could not take, too."""
        return self.form.cleaned_data.get("show") == "all"


@login_required
@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The reader's own page."""
    what = _asked(request)
    return render(request, "reporting/my_numbers.html", {**_figures(what), **_share(request, what)})


@login_required
@never_cache
@require_safe
@limited
def export(request: HttpRequest) -> HttpResponseBase:
    """The statement as CSV."""
    what = _asked(request)
    if what.form.errors:
        return wrong(what.form)
    group = what.form.chosen
    if group is None:
        raise Http404
    account = fair_share.read(rep=what.rep, group=group, span=what.period, others=what.others, whys=True)
    note(request, Export.What.FAIR_SHARE, len(account.lines))
    name = f"fair-share-{what.period.key}"
    lines = fair_share.table(account, rep=what.rep, reader=what.rep.user, now=what.now)
    return exports.table(fair_share.HEADS, lines, name=name, request=request)


def _asked(request: HttpRequest) -> Asked:
    rep, now = reader.rep(request), timezone.now()
    form = OwnForm(asked(request), groups=_groups(rep, now))
    form.is_valid()
    # All their own spells, whatever the group; of the others only what all reps of their groups reach.
    groups = tuple(access.groups_of(request.user, now=now).values_list("pk", flat=True))
    team = cohort.Scope(groups, (rep.pk,), unclaimed=cohort.not_yet_claimed(request.user, now=now))
    return Asked(rep, form, period_of(form, now=now), now, cohort.Scope(rep=rep.pk), team)  # fmt: skip


def _groups(rep: Rep, now: datetime) -> list[Group]:
    """Those they share leads in, now or before."""
    now_in = Membership.objects.at(now).filter(rep=rep).values("group")
    rows = Group.objects.filter(Q(pk__in=now_in) | Q(shares__rep=rep), active=True)
    return list(rows.distinct().order_by("name"))


def _figures(what: Asked) -> dict[str, Any]:
    span = what.period
    own = cohort.figures(scope=what.own, since=span.since, until=span.until, now=what.now)
    before = cohort.figures(scope=what.own, since=span.before_since, until=span.before_until, now=what.now)
    team = cohort.figures(scope=what.team, since=span.since, until=span.until, now=what.now)
    board = leaderboard(scope=what.team, since=span.since, until=span.until, now=what.now, result=RESULTS["wins"])
    spells = cohort.spells(scope=what.own, since=span.since, until=span.until, now=what.now, most=_MOST_DRAWN)
    leads = f"{reverse('leads')}?{urlencode({'owner': str(what.rep.uid), 'assigned_after': span.since.isoformat()})}"
    return {
        "counting": keep.progress(),
        "now": what.now,
        "period": {"key": span.key, "label": words.told(span)},
        "form": what.form,
        "figures": own_figures.row(own, before, team, url=leads),
        "ranges": own_figures.ranges(own, before, team),
        "leads": own.counts["leads"],
        "standing": own_figures.standing(board, what.rep.pk),
        "funnel": own_figures.funnel(own, team),
        "speeds": own_figures.speeds(spells),
        "median": own.answers["response_time"].value,
    }


def _share(request: HttpRequest, what: Asked) -> dict[str, Any]:
    group = what.form.chosen
    if group is None:
        return {"share": None}
    account = fair_share.read(rep=what.rep, group=group, span=what.period, others=what.others)
    shown = fair_share.page_of(
        account=account, rep=what.rep, reader=what.rep.user, group=group, page=request.GET.get("page"), now=what.now
    )
    query = {"period": what.period.key, "group": str(group.uid), "show": "all" if what.others else ""}
    asked_for = urlencode({name: value for name, value in query.items() if value})
    return {
        "share": shown,
        "group_uid": str(group.uid),
        "show": query["show"],
        "csv_url": f"{reverse('my-fair-share-csv')}?{asked_for}",
    }
