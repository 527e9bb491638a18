"""Limits of the API: so many requests of each key and each person, so many wrong keys from one address."""

from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from config.lib import rates
from config.lib.address import client_address
from leads.models import ApiKey

READS = frozenset({"GET", "HEAD", "OPTIONS"})
# How long an address is known as one that a key was right from.
_KNOWN_SECONDS = 86_400


class ByCaller(BaseThrottle):
    """Counts by key, reading and writing apart, or by the person who is signed in."""

    def __init__(self) -> None:
        self.spent = rates.FREE

    def allow_request(self, request: Request, view: object) -> bool:
        """Count it; what is too many was not done and may be sent again."""
        if isinstance(request.auth, ApiKey):
            self.spent = rates.spend("api_reads" if request.method in READS else "api_writes", request.auth.pk)
        elif request.user and request.user.is_authenticated:
            self.spent = rates.spend("api_people", request.user.pk)
        note(request, self.spent)
        return self.spent.allowed

    def wait(self) -> float:
        """Seconds until it is worth trying again."""
        return self.spent.again_in


def leads_sent(request: Request, *, count: int) -> None:
    """Count leads of one key, or refuse them all: before anything is written."""
    key = request.auth
    spent = rates.spend("api_leads", key.pk, cost=count) if isinstance(key, ApiKey) else rates.FREE
    if not spent.allowed:
        note(request, spent)
        raise too_many(spent.again_in)


def check_guessing(request: Request, plain: str) -> None:
    """Refuse an address that sent many wrong keys, unless this very key was right from there lately."""
    address = client_address(request)
    over = rates.is_over("wrong_keys", address)
    if over is not None and not rates.remembers("right_key", f"{address} {plain}"):
        raise too_many(over.again_in)


def guessed_wrong(request: Request) -> None:
    """Count a wrong key."""
    rates.spend("wrong_keys", client_address(request))


def guessed_right(request: Request, plain: str) -> None:
    """Others at the same address may be wrong as often as they like: this key stays welcome."""
    rates.remember("right_key", f"{client_address(request)} {plain}", seconds=_KNOWN_SECONDS)


def note(request: Request, spent: rates.Spent) -> None:
    """Keep for the headers whichever limit is tighter."""
    before = getattr(request, "rate", rates.FREE)
    if spent.most and (not before.most or spent.left <= before.left):
        request.rate = spent  # type: ignore[attr-defined]  # read again in finalize_response


def with_headers(response: Response, spent: rates.Spent) -> Response:
    """RateLimit-Limit, -Remaining and -Reset (seconds), where a limit is counted."""
    if spent.most:
        response["RateLimit-Limit"] = str(spent.most)
        response["RateLimit-Remaining"] = str(spent.left)
        response["RateLimit-Reset"] = str(spent.again_in)
    return response


def too_many(seconds: float) -> exceptions.Throttled:
    """The refusal; `Retry-After` is added by the handler."""
    wait = max(1, int(seconds))
    error = exceptions.Throttled(wait=wait)
    error.detail = exceptions.ErrorDetail(_("Too many requests. Send the same again in %d s.") % wait, "throttled")
    return error
