"""The one request every open page makes all the time: it answers 204, or which parts of the page to draw again.

Asked every two seconds by everybody who is signed in, so it does as little as it can; see ADR 43.
"""

import json
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from reps import access
from reps.models import User
from routing import pulse

PATH = "pulse/"
# What a part that changed is called in the page (hx-trigger="leads-changed from:body").
_EVENTS = {
    "leads": "leads-changed",
    "steps": "leads-changed",
    "offers": "offers-changed",
    "pool": "pool-changed",
    "news": "news-came",
    "desk": "desk-changed",
}


class PulseMiddleware:
    """Answers the common case, nothing new, by one question; stands before sessions and all that comes after them.

    Only the 204 is given here, to a session that holds; everything else goes the long way to `fragment`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        if request.path_info == f"/{PATH}" and request.method == "GET" and (seen := request.GET.get("seen")):
            marks = pulse.marks_of(request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""))
            if marks is not None and seen == _told(marks):
                return HttpResponse(status=204)
        return self.get_response(request)


@never_cache
@require_safe
def fragment(request: HttpRequest) -> HttpResponse:
    """204 while `seen` is what stands; else the element anew, with an event for each part that changed."""
    if not isinstance(request.user, User):
        gone = HttpResponse(status=204)
        gone["HX-Refresh"] = "true"  # signed out meanwhile, here or by somebody: the page asks to sign in
        return gone
    marks = pulse.marks(user=request.user, rep=access.rep_of(request.user))
    seen = request.GET.get("seen", "")
    if seen == _told(marks):
        return HttpResponse(status=204)
    response = render(request, "components/_pulse.html", {"pulse_url": _url(marks)})
    before = dict(zip(pulse.PARTS, seen.split("."), strict=False))
    changed: dict[str, dict[str, str]] = {
        _EVENTS[part]: {} for part, mark in marks.items() if before and before.get(part) != mark
    }
    if seen:
        response["HX-Trigger"] = json.dumps(changed)
    return response


def shell(request: HttpRequest) -> dict[str, Any]:
    """`pulse_url` for every page, asked of the database only when the shell is drawn."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {}
    return {"pulse_url": SimpleLazyObject(lambda: _url(pulse.marks(user=user, rep=access.rep_of(user))))}


def _told(marks: dict[str, str]) -> str:
    return ".".join(marks.values())


def _url(marks: dict[str, str]) -> str:
    return f"{reverse('pulse')}?seen={_told(marks)}"
