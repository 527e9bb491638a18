"""How I am told, all of it on one page, and saving what is chosen there."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from reps import endpoints
from reps.models import Listener, Preference
from reps.web import reader
from reps.web.telling.kinds import kinds_of, read, time_of, usual
from reps.web.telling.shown import answer


@login_required
@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """All of it on one page."""
    return answer(request)


@login_required
@require_POST
def save_news(request: HttpRequest) -> HttpResponse:
    """The grid, with its quiet hours; what is as usual needs no row."""
    user = reader.user(request)
    kinds = kinds_of(user)
    sent = {kind.key: read(request, kind) for kind in kinds}
    if wrong := {key: error for key, (_row, error) in sent.items() if error}:
        return answer(request, wrong=wrong, typed=request.POST, status=422)
    for kind in kinds:
        row, _error = sent[kind.key]
        quiet = {name: value for name, value in row.items() if name != "channels"}
        if set(row["channels"]) == usual(kind) and quiet["quiet_from"] is None:
            Preference.objects.filter(user=user, kind=kind.key).delete()
        else:
            endpoints.choose(user=user, kind=kind.key, chosen=row["channels"], quiet=quiet)
    messages.success(request, _("Saved. It holds from the next message on."))
    return redirect("telling")


@login_required
@require_POST
def save_morning(request: HttpRequest) -> HttpResponse:
    """When the summary comes, and whether a page may ring."""
    at = request.POST.get("morning_at", "").strip()
    chosen = time_of(at)
    if at and chosen is None:
        return answer(request, wrong={"morning_at": _("Enter a time, like 08:00.")}, typed=request.POST, status=422)
    Listener.objects.update_or_create(
        user=reader.user(request),
        defaults={
            "morning_at": chosen,
            "morning_when_empty": bool(request.POST.get("morning_when_empty")),
            "sound": bool(request.POST.get("sound")),
        },
    )
    messages.success(request, _("Saved."))
    return redirect("telling")


@login_required
@require_POST
def sound(request: HttpRequest) -> HttpResponse:
    """The switch in the menu: remembered for the person, whichever browser they use."""
    Listener.objects.update_or_create(user=reader.user(request), defaults={"sound": request.POST.get("on") == "1"})
    return HttpResponse(status=204)


@never_cache
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker; at the root, as it may show notifications for every page, and never out of a cache."""
    return HttpResponse(render_to_string("reps/push_worker.js"), content_type="text/javascript; charset=utf-8")
