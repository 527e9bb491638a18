"""Signing in by password, and setting a new one by a link: the same answer for whoever exists and whoever does not."""

import logging
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.conf import settings
from django.contrib.auth import forms
from django.contrib.auth import views as auth
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template import loader
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.http import require_safe

from config.lib import rates
from config.lib.address import client_address
from reps import branding, sso
from reps.models import User
from reps.web import guessing


class SignIn(auth.LoginView):
    """The password; what comes after it (a code) is for django-allauth's stages."""

    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Single sign-on, where there is one; alone, the password is for admins, who ask for its form."""
        hidden = sso.is_only() and self.request.method != "POST" and "password" not in self.request.GET
        name = settings.OIDC["name"] if sso.is_on() else ""
        return {**super().get_context_data(**kwargs), "sso": name, "sso_only": hidden}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Not from where too many were wrong, whoever it is."""
        if guessing.address_closed(request):
            return render(request, "registration/locked.html", status=429)
        return super().post(request, *args, **kwargs)

    def form_invalid(self, form: Any) -> HttpResponse:
        """Count it, for the address too."""
        guessing.wrong(self.request)
        return super().form_invalid(form)

    def form_valid(self, form: Any) -> HttpResponse:
        """On to the code, or in."""
        user = form.get_user()
        if sso.is_only() and not user.is_superuser:
            form.add_error(None, form.get_invalid_login_error())
            return self.form_invalid(form)
        credentials = {"email": user.email}
        return perform_password_login(
            self.request, credentials, Login(user=user, redirect_url=self.get_success_url(), email=user.email)
        )


@require_safe
def admin_login(request: HttpRequest) -> HttpResponse:
    """The admin has no sign-in of its own: one door, with one lock."""
    wanted = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        wanted = reverse("admin:index")
    if isinstance(request.user, User):
        return redirect("home") if not request.user.is_staff else redirect(wanted)
    return redirect(f"{reverse('login')}?{urlencode({'next': wanted})}")


class ResetToken(PasswordResetTokenGenerator):
    """A link is also over once they were signed out everywhere, or switched off."""

    key_salt = "reps.web.sign_in.ResetToken"

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)}{user.sign_out_n}{user.is_active}"


reset_token = ResetToken()
log = logging.getLogger(__name__)
# Mails leave beside the answer, so that its time tells nobody whether there was one to send.
_mails = ThreadPoolExecutor(max_workers=1, thread_name_prefix="reset-mail")


def send_beside(message: EmailMultiAlternatives) -> Future[Any]:
    """Send it in a while; whoever does not get it asks again."""
    return _mails.submit(_send, message)


def _send(message: EmailMultiAlternatives) -> None:
    try:
        message.send()
    except OSError as error:  # as smtplib's errors are
        log.warning("A mail of sign-in was not sent: %s", type(error).__name__)


class ResetForm(forms.PasswordResetForm):
    """Links begin with PUBLIC_URL, whatever host the request names."""

    def save(self, **kwargs: Any) -> None:  # type: ignore[override]  # its view names all of them
        """Send the link to whom it may concern, five times an hour."""
        if not rates.spend("resets_of_one", self.cleaned_data["email"].lower()).allowed:
            return
        public = urlsplit(settings.PUBLIC_URL)
        super().save(**{**kwargs, "domain_override": public.netloc, "use_https": public.scheme == "https"})

    def get_users(self, email: str) -> Iterable[User]:
        """Who may sign in by a password at all."""
        return (user for user in super().get_users(email) if user.is_superuser or not sso.is_only())

    def send_mail(  # noqa: PLR0917 - Django's signature
        self,
        subject_template_name: str,
        email_template_name: str,
        context: dict[str, Any],
        from_email: str | None,
        to_email: str,
        html_email_template_name: str | None = None,
    ) -> None:
        """Beside the answer."""
        context = {**context, "brand": branding.brand()}
        subject = "".join(loader.render_to_string(subject_template_name, context).splitlines())
        body = loader.render_to_string(email_template_name, context)
        send_beside(EmailMultiAlternatives(subject, body, from_email, [to_email]))


class Reset(auth.PasswordResetView):
    """Ask for a link."""

    form_class = ResetForm
    token_generator = reset_token

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """So many from one address, for whomever."""
        spent = rates.spend("resets", client_address(request))
        if not spent.allowed:
            answer = render(request, "429.html", status=429)
            answer["Retry-After"] = str(spent.again_in)
            return answer
        return super().post(request, *args, **kwargs)


class ResetConfirm(auth.PasswordResetConfirmView):
    """Set the new one; the link works once."""

    token_generator = reset_token
