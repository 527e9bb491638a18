"""The reader's hand in Slack: a one-time code that links a member of a workspace to them, and the app's secret."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.lib import sealed
from reps import access
from reps.models import Listener, Switchboard, User

_GOOD_FOR = timedelta(minutes=10)
_SHOWN = "slack_code"


@login_required
@require_POST
def code(request: HttpRequest) -> HttpResponse:
    """A new code, shown once; the one before is void."""
    plain = f"{secrets.randbelow(10**12):012d}"
    Listener.objects.update_or_create(
        user=request.user,  # type: ignore[misc]  # signed in
        defaults={"slack_code": digest(plain), "slack_code_until": timezone.now() + _GOOD_FOR},
    )
    request.session[_SHOWN] = "-".join((plain[:4], plain[4:8], plain[8:]))
    return redirect("telling")


@login_required
@require_POST
def part(request: HttpRequest) -> HttpResponse:
    """Nobody in Slack acts for the reader any more."""
    Listener.objects.filter(user=request.user.pk).update(slack_team="", slack_member="", slack_code="")
    messages.success(request, _("Nobody in Slack acts for you any more."))
    return redirect("telling")


@login_required
@require_POST
def secret(request: HttpRequest) -> HttpResponse:
    """The app's signing secret; for ops."""
    if not access.oversees_all(request.user):
        raise PermissionDenied
    text = request.POST.get("secret", "").strip()[:200]
    with transaction.atomic():
        Switchboard.objects.bulk_create([Switchboard()], ignore_conflicts=True)
        kept = sealed.seal({"signing_secret": text}) if text else ""
        Switchboard.objects.filter(pk=Switchboard.THE).update(slack_secret=kept)
    messages.success(request, _("Saved.") if text else _("Removed: buttons in Slack do nothing now."))
    return redirect("telling")


def context_of(request: HttpRequest, user: User, off: frozenset[str]) -> dict[str, Any] | None:
    """What the page shows of it; None where Slack is off."""
    if "slack" in off:
        return None
    board = Switchboard.objects.filter(pk=Switchboard.THE).first()
    listener = Listener.objects.filter(user=user).first()
    return {
        "ready": bool(board and board.slack_secret),
        "ops": access.oversees_all(user),
        "linked": bool(listener and listener.slack_member),
        "code": request.session.pop(_SHOWN, ""),
    }


def digest(plain: str) -> str:
    """As the code is kept; what people type around the digits does not matter."""
    digits = "".join(sign for sign in plain if sign.isdecimal() and sign.isascii())
    return hashlib.sha256(digits.encode()).hexdigest()


def link(*, text: str, team: str, member: str, now: datetime) -> User | None:
    """The user whose code this is; from now on the member acts for them. A code works once."""
    with transaction.atomic():
        row = (
            Listener.objects.select_for_update()
            .select_related("user")
            .filter(slack_code=digest(text), slack_code_until__gt=now, user__is_active=True)
            .first()
        )
        if row is None:
            return None
        Listener.objects.filter(slack_team=team, slack_member=member).update(slack_team="", slack_member="")
        Listener.objects.filter(pk=row.pk).update(slack_team=team, slack_member=member, slack_code="")
        return row.user
