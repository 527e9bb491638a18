"""Who may open the pages of operations, and who may read of the whole house."""

from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from typing import Any

import pghistory
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from reps import access

View = Callable[..., HttpResponse]


def ops_only(view: View) -> View:
    """Signed in, and of ops; histories know whose change it was."""
    return _guarded(view, access.oversees_all)


def whole_house(view: View) -> View:
    """Signed in, and answering for every group: they read what ops read of all."""
    return _guarded(view, access.answers_for_all)


def _guarded(view: View, may: Callable[[Any], bool]) -> View:
    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may(request.user):
            raise PermissionDenied
        with pghistory.context(by=request.user.pk) if request.method == "POST" else nullcontext():
            return view(request, *args, **kwargs)

    return guarded
