"""The calendars of My availability: those that say when a rep is busy, and the address of the rep's own."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

from reps.models import Rep

ACTS: dict[str, Callable[..., HttpResponse | None]] = {}


def act(request: HttpRequest, rep: Rep, name: str, *, now: datetime) -> HttpResponse | None:
    """One of the acts; None where the page is to be shown again."""
    return ACTS[name](request, rep, now=now)


def context(rep: Rep, *, request: HttpRequest, own: bool) -> dict[str, Any]:
    """Nothing yet."""
    return {}
