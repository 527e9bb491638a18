"""The way to the provider of single sign-on, and back."""

import logging
from urllib.parse import urljoin

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from reps import sso
from reps.models import User

log = logging.getLogger(__name__)
_KEPT = "sso"


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Off to the provider."""
    if not sso.is_on():
        raise Http404
    wanted = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        wanted = reverse("home")
    try:
        url, asked = sso.begin(back=_back())
    except sso.SsoError as error:
        return _refused(request, error)
    request.session[_KEPT] = {**asked.kept(), "next": wanted}
    return redirect(url)


@require_safe
def back(request: HttpRequest) -> HttpResponse:
    """Back from there; what was kept is good for one return."""
    kept = request.session.pop(_KEPT, None)
    if not sso.is_on():
        raise Http404
    try:
        user, wanted = _came(request, kept)
    except sso.SsoError as error:
        return _refused(request, error)
    record_authentication(request, user, method="sso")
    return perform_login(request, Login(user=user, redirect_url=wanted, email=user.email))


def _came(request: HttpRequest, kept: object) -> tuple[User, str]:
    """Who is back, and where they wanted to go. Raises SsoError."""
    if not isinstance(kept, dict):
        raise sso.SsoError("nobody was sent off from this browser")
    code, state = request.GET.get("code", ""), request.GET.get("state", "")
    if request.GET.get("error") or not code:
        raise sso.SsoError("the provider let nobody in")
    asked = sso.Asked(kept["state"], kept["nonce"], kept["verifier"])
    return sso.user_of(sso.finish(code=code, state=state, asked=asked, back=_back())), str(kept["next"])


def _back() -> str:
    return urljoin(settings.PUBLIC_URL, reverse("sso-back"))


def _refused(request: HttpRequest, error: sso.SsoError) -> HttpResponse:
    """The same page whatever was wrong; why stands in the log."""
    log.warning("Single sign-on refused: %s", error)
    return render(request, "registration/sso_refused.html", {"name": settings.OIDC["name"]}, status=403)
