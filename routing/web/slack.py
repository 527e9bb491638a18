"""Buttons of our messages in Slack: accept, decline, pull, log a call, as the user a Slack member is linked to.

Only a POST that Slack signed does anything; links in messages open pages, so who scans them takes nothing.
"""

import json
import logging
import threading
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from config.lib import rates, sealed, signing
from leads import respond
from leads.life import CallOutcome, TouchKind
from leads.models import Delivery, Lead
from reps import access
from reps import channel as channels
from reps.models import Listener, Rep, Switchboard, User
from reps.web import slack_link
from routing import claim as claims
from routing import offers
from routing.models import Offer
from routing.web import hurry, pool
from routing.web.offers import over_because

log = logging.getLogger(__name__)

_ANSWERS_TO = "hooks.slack.com"


@csrf_exempt
@require_POST
def actions(request: HttpRequest) -> HttpResponse:
    """A button that was pressed, or the command that links a member; 401 where Slack did not sign it."""
    try:
        _check_signed(request)
    except (signing.NotSignedError, sealed.UnsealedError) as error:
        return JsonResponse({"error": str(error)}, status=401)
    if "command" in request.POST:
        return _linked(request)
    payload = _payload(request.POST.get("payload", ""))
    pressed = payload.get("actions")
    if payload.get("type") != "block_actions" or not isinstance(pressed, list):
        return HttpResponse()
    for action in pressed[:1]:
        if isinstance(action, dict) and (act := ACTS.get(str(action.get("action_id")))):
            said = _acted(payload, act, str(action.get("value", "")))
            _say(str(payload.get("response_url", "")), said)
    return HttpResponse()


def _check_signed(request: HttpRequest) -> None:
    """`v0=`: HMAC-SHA256 of `v0:time:raw body`, at most five minutes old."""
    board = Switchboard.objects.filter(pk=Switchboard.THE).first()
    secret = str(sealed.unseal(board.slack_secret).get("signing_secret", "")) if board and board.slack_secret else ""
    if not secret:
        raise signing.NotSignedError(_("Buttons in Slack are not set up."))
    stamp = request.headers.get("X-Slack-Request-Timestamp", "")
    signing.check_fresh(stamp, now=timezone.now())
    message = f"v0:{stamp}:".encode() + request.body
    signing.check(request.headers.get("X-Slack-Signature", ""), [f"v0={signing.hex_of(secret.encode(), message)}"])


def _linked(request: HttpRequest) -> HttpResponse:
    """`/fairlead CODE`: the member acts for the user whose code it is."""
    team, member = request.POST.get("team_id", "")[:40], request.POST.get("user_id", "")[:40]
    if not team or not member or not rates.remember("slack-code", f"{team} {member}", seconds=2):
        return _whispered(_("Wait a moment, then try again."))
    user = slack_link.link(text=request.POST.get("text", "")[:100], team=team, member=member, now=timezone.now())
    if user is None:
        where = settings.PUBLIC_URL + reverse("telling")
        return _whispered(_("This code is not valid any more. Get a new one at %s.") % where)
    return _whispered(_("Linked: you act for %s now.") % user.name)


def _acted(payload: dict[str, Any], act: Callable[[Delivery, Rep, User], str], value: str) -> str:
    """Do it as the user the member is linked to, and say what came of it."""
    user = _user(payload)
    rep = access.rep_of(user) if user is not None else None
    if user is None or rep is None:
        where = settings.PUBLIC_URL + reverse("telling")
        return _("Link yourself first: get a code at %s.") % where
    row = Delivery.objects.filter(uid=value, rep=rep).select_related("lead__group").first() if _is_uid(value) else None
    if row is None or row.lead is None:
        return _("This message is not for you.")
    return act(row, rep, user)


def _user(payload: dict[str, Any]) -> User | None:
    member, team = (_dict(payload.get(name)).get("id") for name in ("user", "team"))
    if not member or not team:
        return None
    row = Listener.objects.filter(slack_team=str(team), slack_member=str(member), user__is_active=True)
    found = row.select_related("user__rep").first()
    return found.user if found else None


def _accept(row: Delivery, rep: Rep, user: User) -> str:
    offer = _offer(row, rep)
    if offer is None:
        return _("There is no such offer any more.")
    try:
        lead = offers.accept(offer=offer, rep=rep, by=user)
    except offers.NotOfferedError:
        return over_because(offer)
    return _("It is yours. The time for your first contact runs. %s") % _page(lead)


def _decline(row: Delivery, rep: Rep, user: User) -> str:
    offer = _offer(row, rep)
    if offer is None:
        return _("There is no such offer any more.")
    try:
        offers.decline(offer=offer, rep=rep, by=user)
    except offers.NotOfferedError:
        return over_because(offer)
    return _("Declined. The next in line is asked.")


def _claim(row: Delivery, rep: Rep, user: User) -> str:
    """Pull the next of the pool the message told of; which lead that is, the pool decides."""
    group = row.lead.group if row.lead is not None else None
    if group is None or not claims.groups_with_pool(rep, now=timezone.now()).filter(pk=group.pk).exists():
        return _("Nothing waits there for you any more.")
    if hurry.too_many(rep, now=timezone.now()) is not None:
        return hurry.says()
    try:
        lead = claims.pull(group=group, rep=rep, by=user)
    except claims.NotClaimedError as error:
        return str(pool.SAYS.get(error.code, _("Nothing waits any more.")))
    return _("It is yours. The time for your first contact runs. %s") % _page(lead)


def _call(row: Delivery, rep: Rep, user: User, outcome: CallOutcome) -> str:
    lead = Lead.objects.filter(pk=row.lead_id or 0, owner=rep).first()
    if lead is None:
        return _("This lead is not yours any more.")
    try:
        respond.touch(lead=lead, rep=rep, by=user, kind=TouchKind.CALL, outcome=outcome, now=timezone.now())
    except respond.NotDoneError as error:
        return str(error)
    return _("The call is logged. Add a note at %s") % _page(lead)


ACTS: dict[str, Callable[[Delivery, Rep, User], str]] = {
    "accept": _accept,
    "decline": _decline,
    "claim": _claim,
    "reached": partial(_call, outcome=CallOutcome.CONNECTED),
    "no_answer": partial(_call, outcome=CallOutcome.NO_ANSWER),
}


def _offer(row: Delivery, rep: Rep) -> Offer | None:
    return Offer.objects.filter(lead=row.lead, rep=rep).select_related("lead", "group").order_by("-pk").first()


def _page(lead: Lead) -> str:
    return str(settings.PUBLIC_URL + reverse("lead-show", args=[lead.uid]))


def _say(url: str, text: str) -> None:
    """Tell the member alone; beside the answer, as Slack waits three seconds for that."""
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.netloc == _ANSWERS_TO:
        body = channels.json_body(
            {"response_type": "ephemeral", "replace_original": False, "text": channels.disarmed(text)}
        )
        threading.Thread(target=_post, args=(url, body), daemon=True).start()


def _post(url: str, body: bytes) -> None:
    try:
        channels.post(url, body=body)
    except channels.NotReachedError as error:
        log.warning("Slack did not take our answer: %s", error)


def _whispered(text: str) -> HttpResponse:
    return JsonResponse({"response_type": "ephemeral", "text": text})


def _payload(text: str) -> dict[str, Any]:
    try:
        return _dict(json.loads(text))
    except (ValueError, RecursionError):
        return {}


def _is_uid(text: str) -> bool:
    digits = text.replace("-", "")
    return len(digits) == 32 and all(sign in "0123456789abcdef" for sign in digits)


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
