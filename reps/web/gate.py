"""What is asked of every request of somebody signed in: a second factor where one must be, and a session that fits."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from config.lib.address import caller_of_sign_in
from reps import factors, sessions
from reps.models import User

# What somebody without a factor may still open: setting it up, proving who they are, leaving.
_OPEN = frozenset({
    "account_login", "account_logout", "account_reauthenticate", "admin-login", "healthz", "login", "logout",
    "mfa_activate_totp", "mfa_reauthenticate", "push-worker", "readyz",
})  # fmt: skip
_ROLES = "roles"


class GateMiddleware:
    """Stands after sessions and sign-in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """Renew the session's key when the person's roles changed; send who lacks a factor to set one up."""
        user = getattr(request, "user", None)
        if not isinstance(user, User):
            return None
        _renew(request, user)
        _note(request, user)
        match = request.resolver_match
        if match is None or match.view_name in _OPEN or not factors.must_have(user) or factors.has(user):
            return None
        if request.path.startswith("/api/"):
            problem = {"type": "about:blank", "title": _("Set up a second factor first."), "status": 403}
            return JsonResponse(problem, status=403, content_type="application/problem+json")
        return redirect("mfa_activate_totp")


def _renew(request: HttpRequest, user: User) -> None:
    """A key somebody knew before the person could do more opens nothing now."""
    roles = f"{user.is_superuser:d}{user.is_ops:d}{user.is_referrer:d}"
    known = request.session.get(_ROLES)
    if known == roles:
        return
    request.session[_ROLES] = roles
    if known is not None:
        before = request.session.session_key
        request.session.cycle_key()
        sessions.renewed(before=before, after=request.session.session_key)


def _note(request: HttpRequest, user: User) -> None:
    if key := request.session.session_key:
        agent = request.headers.get("User-Agent", "")
        sessions.note(user=user, key=key, address=caller_of_sign_in(request), agent=agent)
