"""How django-allauth behaves in this house: no sign-up, our addresses, our words, secrets sealed."""

from io import BytesIO
from typing import Any

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib.auth import authenticate, login
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from qrcode.image.svg import SvgPathImage

from config.lib import sealed
from config.lib.address import caller_of_sign_in
from reps import factors
from reps.models import User

BACKEND = "reps.web.backend.WithRep"


class AccountAdapter(DefaultAccountAdapter):
    """Of its account flows only the stages of a sign-in and asking again are used."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody makes their own account."""
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Its toasts are not in our words; the pages say themselves what happened."""

    def login(self, request: HttpRequest, user: Any) -> None:
        """By Django's own backend, which asks with every request whether they are active."""
        if not user.is_active:
            raise ImmediateHttpResponse(redirect("login"))
        login(request, user, backend=BACKEND)

    def reauthenticate(self, user: Any, password: str) -> bool:
        """The same check as at sign-in, with the same lock."""
        found = authenticate(self.request, username=user.email, password=password)
        return found is not None and found.pk == user.pk

    def get_client_ip(self, request: HttpRequest) -> str:
        """As everywhere else."""
        return caller_of_sign_in(request)

    def is_safe_url(self, url: str | None) -> bool:
        """Only pages of this host, whatever other hosts are let in."""
        host = self.request.get_host() if self.request else None
        return url_has_allowed_host_and_scheme(url, allowed_hosts={host} if host else None)


class FactorAdapter(DefaultMFAAdapter):
    """Secrets lie sealed; who must have a factor cannot take it off."""

    def encrypt(self, text: str) -> str:
        """With the key outside of the database."""
        return sealed.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """As it was."""
        return str(sealed.unseal(encrypted_text))

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Not where the installation asks for it."""
        user = authenticator.user
        return not (isinstance(user, User) and factors.must_have(user))

    def build_totp_svg(self, url: str) -> str:
        """The element alone, to stand in the page: the policy lets no picture in from elsewhere."""
        drawn = BytesIO()
        qrcode.make(url, image_factory=SvgPathImage, box_size=8).save(drawn)
        text = drawn.getvalue().decode()
        return text[text.index("<svg") :]
