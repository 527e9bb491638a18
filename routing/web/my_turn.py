"""The rep's turn in each of their groups, and what waits in their pools: a fragment of My leads."""

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from reps.models import Membership, Rep
from reps.templatetags.face import ordinal
from reps.web import reader
from routing import allowance, claim, standing


@login_required
@never_cache
@require_safe
def fragment(request: HttpRequest) -> HttpResponse:
    """The parts of the aside."""
    rep = reader.rep(request)
    now = timezone.now()
    return render(request, "routing/_my_turn.html", {"aside": [*turns(rep, now), *pools(rep, now)]})


def turns(rep: Rep, now: datetime) -> list[dict[str, Any]]:
    """Place in line, leads had and fair share, per group that shares by turns."""
    parts = []
    rows = Membership.objects.at(now).filter(rep=rep, group__active=True).select_related("group")
    for group, place in standing.places_of([row.group for row in rows], rep, now=now):
        says = _("in %(group)s. You had %(had)s, your fair share is %(share)s.") % {
            "group": group.name,
            "had": ngettext("%(n)d lead", "%(n)d leads", place.had) % {"n": place.had},
            "share": f"{place.fair_share:.1f}",
        }
        parts.append({"label": _("Your turn"), "big": _("%s in line") % ordinal(place.rank), "says": says})
    return parts


def pools(rep: Rep, now: datetime) -> list[dict[str, Any]]:
    """What waits, and how many claims are left."""
    parts = []
    for group in claim.groups_with_pool(rep, now=now):
        left = allowance.of(group, rep, now=now).claims_left
        says = (
            _("in %s.") % group.name
            if left is None
            else ngettext("You have %(n)d claim left today.", "You have %(n)d claims left today.", left) % {"n": left}
        )
        parts.append(
            {
                "label": _("Pool"),
                "big": _("%d waiting") % claim.waiting_in(group),
                "says": says,
                "url": f"{reverse('pool')}?group={group.uid}",
                "link": _("Go to the pool"),
            }
        )
    return parts
