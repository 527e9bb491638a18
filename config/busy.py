"""Turns "the database has no room or is being started again" into 503 with Retry-After: never a 500, never a hang."""

import sys
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import psycopg_pool
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

RETRY_SECONDS = 2
CONNECTION_CLASS = "08"  # SQLSTATE class: connection exceptions
NO_ROOM_OR_RESTARTING = {
    "53300",
    "55P03",
    "57P01",
    "57P02",
    "57P03",
}  # no room, lock taken; shut down, crashed, starting


class BusyMiddleware:
    """Stands first in MIDDLEWARE, so that it also sees what other middleware asks of the database."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        got_request_exception.connect(note_busy, dispatch_uid="config.busy")

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        return busy_response(request) if getattr(request, "met_busy_database", False) else response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """What a view raised: answered before Django logs it as an error of ours."""
        return busy_response(request) if is_busy(exception) else None


def note_busy(*, request: HttpRequest | None = None, **_kwargs: Any) -> None:
    """What middleware raised: Django has already made a 500 of it, which `__call__` replaces."""
    if request is not None and is_busy(sys.exc_info()[1]):
        request.met_busy_database = True  # type: ignore[attr-defined]


def is_busy(error: BaseException | None) -> bool:
    """Whether the database could not be reached, as opposed to having refused a statement."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    return any(tells_of_connection(cause) for cause in causes(error))


def causes(error: BaseException) -> Iterator[BaseException]:
    link: BaseException | None = error
    while link is not None:
        yield link
        link = link.__cause__ or link.__context__


def tells_of_connection(cause: BaseException) -> bool:
    if isinstance(cause, psycopg_pool.PoolTimeout | psycopg_pool.TooManyRequests | psycopg.InterfaceError):
        return True
    if not isinstance(cause, psycopg.OperationalError):
        return False
    state = cause.sqlstate
    # without a state the server said nothing at all: refused, or gone in the middle
    return state is None or state in NO_ROOM_OR_RESTARTING or state.startswith(CONNECTION_CLASS)


def busy_response(request: HttpRequest) -> HttpResponse:
    """Made without asking the database: the page is rendered without the request, so no context processor runs."""
    if request.path.startswith("/api/"):
        response: HttpResponse = JsonResponse(problem(), status=503, content_type="application/problem+json")
    else:
        response = HttpResponse(render_to_string("503.html"), status=503)
    response["Retry-After"] = str(RETRY_SECONDS)
    response["Cache-Control"] = "no-store"
    return response


def problem() -> dict[str, str | int]:
    return {
        "type": "about:blank",
        "title": _("Busy for a moment"),
        "status": 503,
        "code": "busy",
        "detail": _(
            "The database does not answer right now. Send the same request again, with the same Idempotency-Key."
        ),
    }
