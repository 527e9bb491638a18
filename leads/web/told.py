"""What I was told: the last words to the reader, each with its channel and how every try went."""

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from leads import bursts, first_reply
from leads.models import Delivery, Lead
from leads.web.words import NEWS
from reps import access, installation, news
from reps.channels import IN_APP, all_channels
from reps.models import User

_PAGE = 50
_TONES = {"sent": "good", "seen": "good", "waits": "due", "failed": "late", "dropped": "quiet", "new": "quiet"}
# Why it was not sent any more, as sending notes it; everything else is an error.
_DROPPED = {
    "no longer theirs": gettext_lazy("The lead was no longer yours."),
    "no longer so": gettext_lazy("It was no longer so."),
    "contacted meanwhile": gettext_lazy("You had contacted them meanwhile."),
    "removed": gettext_lazy("You had removed it."),
    "switched off": gettext_lazy("This channel was switched off for everybody."),
    "a test, mailed to the inbox for tests": gettext_lazy("A test: only mailed, to the inbox for tests."),
}
_PUT_OFF = {
    "quiet": gettext_lazy("waits for the end of your quiet hours"),
    bursts.HELD: gettext_lazy("waits to be told in one message with others"),
}


@login_required
@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The last words first."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    rep = access.rep_of(request.user)
    mine = Q(user=request.user) | Q(rep=rep) if rep else Q(user=request.user)
    rows = (
        Delivery.objects.filter(mine)
        .exclude(event__in=[news.GROUP_POST, first_reply.EVENT])
        .select_related("endpoint", "lead")
    )
    shown = Paginator(rows.order_by("-id"), _PAGE).get_page(request.GET.get("page"))
    now = timezone.now()
    leads = Lead.objects.filter(pk__in=[row.lead_id for row in shown]).visible_to(request.user, now=now)
    open_to = set(leads.values_list("pk", flat=True))
    told = [row_of(row, opens=row.lead_id in open_to) for row in shown]
    return render(
        request, "leads/told.html", {"page": shown, "rows": told, "now": now, "days": installation.the().sent_days}
    )


def row_of(row: Delivery, *, opens: bool) -> dict[str, Any]:
    """One word, by one channel, for leads/told.html; it names no lead, as it may be one that is hidden by now."""
    state, says = _outcome(row)
    what = NEWS[row.event][0] if row.event in NEWS else news.kind_of(row.event).label
    return {
        "at": row.created_at,
        "what": what,
        "channel": all_channels()[row.channel].label if row.channel in all_channels() else row.channel,
        "where": row.endpoint.label if row.endpoint else "",
        "tone": _TONES[state],
        "says": says,
        "tries": [_try(one) for one in row.tried],
        "lead": row.lead if opens else None,
    }


def _outcome(row: Delivery) -> tuple[str, str]:
    if row.channel == IN_APP:
        return ("seen", _("Shown %s") % _when(row.seen_at)) if row.seen_at else ("new", _("Not shown yet"))
    if row.sent_at:
        with_others = _(", in one message with others") if row.summary_id else ""
        return "sent", _("Sent %s") % _when(row.sent_at) + with_others
    if row.failed_at and row.error in _DROPPED:
        return "dropped", _("Not sent. %s") % _DROPPED[row.error]
    if row.failed_at:
        return "failed", _("Given up %(at)s. %(why)s") % {"at": _when(row.failed_at), "why": row.error}
    return _still_to_go(row)


def _still_to_go(row: Delivery) -> tuple[str, str]:
    again = _when(row.due_at)
    if row.tries and row.error:
        tries = ngettext("%(n)d try failed", "%(n)d tries failed", row.tries) % {"n": row.tries}
        says = {"tries": tries, "why": row.error, "at": again}
        return "waits", _("%(tries)s. %(why)s Next try %(at)s.") % says
    return ("waits", _("Put off until %s") % again) if row.tried else ("new", _("On its way"))


def _try(one: dict[str, str]) -> str:
    at = parse_datetime(one.get("at", ""))
    says = _PUT_OFF.get(one.get("says", ""), one.get("says", ""))
    return f"{_when(at)}: {says}" if at else str(says)


def _when(at: datetime) -> str:
    return date_format(timezone.localtime(at), "D j M, H:i:s")
