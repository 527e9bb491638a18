"""Taking a table out as a file: limited by person, and kept."""

import functools
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from config.lib import rates
from leads import exports
from leads.models import Export
from reps.models import User

View = Callable[..., HttpResponseBase]


def limited(view: View) -> View:
    """A view that answers with a file; 429 in words where somebody takes out too many. Stands inside login_required."""

    @functools.wraps(view)
    def counted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if isinstance(request.user, User) and request.method == "GET":
            spent = exports.may_take(by=request.user, now=timezone.now())
            if not spent.allowed:
                return _too_many(request, spent)
        return view(request, *args, **kwargs)

    return counted


def note(request: Any, what: Export.What, rows: int) -> None:
    """Keep it, before the file goes out."""
    if isinstance(request.user, User) and request.method == "GET":
        exports.note(what=what, rows=rows, by=request.user, now=timezone.now())


def _too_many(request: HttpRequest, spent: rates.Spent) -> HttpResponse:
    minutes = -(-spent.again_in // 60)
    context = {"most": spent.most, "minutes": minutes}
    response = render(request, "leads/export_refused.html", context, status=429)
    response["Retry-After"] = str(spent.again_in)
    return response
