"""Lets API callers in: `Authorization: Bearer KEY`, and checks what a key opens."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from leads.keys import find_key
from leads.models import ApiKey
from leads.web import rated


class Caller:
    """The stand-in for a user when a key calls: signed in, and without any role."""

    pk = None
    is_authenticated = True
    is_active = True
    is_anonymous = False
    is_staff = False
    is_superuser = False
    is_ops = False
    rep = None


class KeyAuthentication(BaseAuthentication):
    """Reads the header; request.auth is the ApiKey."""

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[Caller, ApiKey] | None:
        """The caller of a live key, None without a header, AuthenticationFailed otherwise."""
        parts = get_authorization_header(request).split()
        if not parts:
            return None
        if len(parts) != 2 or parts[0].lower() != b"bearer":
            raise AuthenticationFailed(_("Write the header as “Authorization: Bearer KEY”."))
        plain = parts[1].decode("latin-1")
        rated.check_guessing(request, plain)
        key = find_key(plain, now=timezone.now())
        if key is None:
            rated.guessed_wrong(request)
            raise AuthenticationFailed(_("This key is unknown, expired or revoked."))
        rated.guessed_right(request, plain)
        return Caller(), key

    def authenticate_header(self, request: Request) -> str:
        """Makes DRF answer 401 rather than 403."""
        return self.keyword


class HasScope(BasePermission):
    """The key's scope, or a signed-in user where the view allows people."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Raise a refusal that names the missing scope."""
        if not isinstance(request.auth, ApiKey):
            return bool(request.user and request.user.is_authenticated and view.people_may)
        scope = view.scopes.get(request.method)
        if scope is not None and scope not in request.auth.scopes:
            raise PermissionDenied(_("This key lacks the scope %s.") % scope)
        return True
