"""Who may open the pages of operations: ops and admins."""

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

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not access.oversees_all(request.user):
            raise PermissionDenied
        with pghistory.context(by=request.user.pk) if request.method == "POST" else nullcontext():
            return view(request, *args, **kwargs)

    return guarded
