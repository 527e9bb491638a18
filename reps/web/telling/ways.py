"""Where the reader is reached: added, tried out, removed; and channels switched for everybody."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.lib import rates
from config.lib.sealed import UnsealedError
from reps import access, alerts, endpoints
from reps.channel import AddressError
from reps.channels import EMAIL, IN_APP, all_channels
from reps.devices import device
from reps.models import Endpoint, Group, User
from reps.web import reader
from reps.web.telling.shown import answer

_PAUSE = 5  # seconds between two tests of one person


@login_required
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Another way to reach the reader, or a group they manage."""
    user = reader.user(request)
    channel, text = request.POST.get("channel", ""), request.POST.get("address", "")[:2000].replace("\x00", "")
    group = _group(user, request.POST["group"]) if request.POST.get("group") else None
    if channel not in all_channels() or not all_channels()[channel].asks:
        raise Http404
    label = request.POST.get("label", "").replace("\x00", "").strip()
    now = timezone.now()
    try:
        endpoints.add(channel=channel, text=text, label=label, now=now, user=None if group else user, group=group)
    except AddressError as error:
        where = f"group {group.uid}" if group else "add"
        return answer(request, wrong={f"{where} {channel}": str(error)}, typed=request.POST, status=422)
    messages.success(request, _("Added. Send yourself a test to see that it works."))
    return redirect("telling")


@login_required
@require_POST
def add_browser(request: HttpRequest) -> HttpResponse:
    """The subscription a browser made after the reader clicked."""
    label = device(request.headers.get("User-Agent", ""))
    try:
        text = request.body[:5000].decode()
        made = endpoints.add(channel="push", text=text, label=label, now=timezone.now(), user=reader.user(request))
    except (AddressError, UnicodeDecodeError) as error:
        return JsonResponse({"error": str(error)}, status=422)
    return JsonResponse({"uid": made.uid})


@login_required
@require_POST
def try_out(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Send a test there and then, and say how it went."""
    endpoint = _endpoint(request, uid)
    if not _may_try(request):
        return redirect("telling")
    try:
        alert = alerts.to(_test(reader.user(request)), endpoint)
    except UnsealedError:
        messages.error(request, _("Its address was sealed with another key. Remove it and add it anew."))
        return redirect("telling")
    problem = endpoints.try_out(endpoint=endpoint, alert=alert, now=timezone.now())
    _tell(request, endpoint.label, problem)
    return redirect("telling")


@login_required
@require_POST
def try_email(request: HttpRequest) -> HttpResponse:
    """The same by e-mail."""
    user = reader.user(request)
    if _may_try(request):
        _tell(request, user.email, all_channels()[EMAIL].send([_test(user)])[0])
    return redirect("telling")


@login_required
@require_POST
def remove(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Nothing is sent there any more."""
    endpoint = _endpoint(request, uid)
    endpoints.remove(endpoint=endpoint, now=timezone.now())
    messages.success(request, _("Removed: nothing is sent to %s any more.") % endpoint.label)
    return redirect("telling")


@login_required
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """A channel on or off for everybody; for ops."""
    channel = request.POST.get("channel", "")
    if not access.oversees_all(request.user):
        raise PermissionDenied
    if channel not in all_channels() or channel == IN_APP:
        raise Http404
    endpoints.switch(channel=channel, on=request.POST.get("on") == "1")
    return redirect("telling")


def _group(user: User, uid: str) -> Group:
    try:
        return get_object_or_404(access.groups_managed(user), uid=uuid.UUID(uid))
    except ValueError as error:
        raise Http404 from error


def _endpoint(request: HttpRequest, uid: uuid.UUID) -> Endpoint:
    """One of the reader's own, or of a group they manage; of others there is none."""
    theirs = Q(user=reader.user(request)) | Q(group__in=access.groups_managed(request.user))
    return get_object_or_404(Endpoint.objects.filter(theirs, active=True), uid=uid)


def _may_try(request: HttpRequest) -> bool:
    if rates.remember("telling-test", request.user.pk, seconds=_PAUSE):
        return True
    messages.error(request, _("Wait a few seconds between two tests."))
    return False


def _test(user: User) -> Any:
    context = {"name": user.name, "act": _("How I am told"), "url": alerts.link("telling")}
    return alerts.render(event="test", uid=str(uuid.uuid4()), user=user, context=context)


def _tell(request: HttpRequest, where: str, problem: Exception | None) -> None:
    if problem is None:
        messages.success(request, _("The test was sent to %s. Look whether it came.") % where)
    else:
        messages.error(request, _("The test did not reach %(where)s. %(why)s") % {"where": where, "why": problem})
