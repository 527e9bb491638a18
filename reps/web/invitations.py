"""Inviting people: the form, what is open, the link by mail, and the page it leads to."""

import logging
from typing import Any
from urllib.parse import urljoin

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied
from django.core.mail import EmailMessage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from reps import access, branding, invitations, sso
from reps.models import Group, Invitation, User

log = logging.getLogger(__name__)


class InviteForm(forms.Form):
    """The address, and the roles the reader may give away."""

    email = forms.EmailField(label=gettext_lazy("E-mail"), max_length=254)
    is_rep = forms.BooleanField(label=gettext_lazy("Sales rep"), required=False)
    rep_in = forms.ModelMultipleChoiceField(
        Group.objects.none(), label=gettext_lazy("Sales rep in"), required=False, widget=forms.CheckboxSelectMultiple
    )
    manager_of = forms.ModelMultipleChoiceField(
        Group.objects.none(), label=gettext_lazy("Manager of"), required=False, widget=forms.CheckboxSelectMultiple
    )
    is_referrer = forms.BooleanField(label=gettext_lazy("Referrer: adds leads by hand"), required=False)
    is_ops = forms.BooleanField(label=gettext_lazy("Ops"), required=False)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = access.groups_managed(by).order_by("name")
        for name in ("rep_in", "manager_of"):
            field = self.fields[name]
            if isinstance(field, forms.ModelMultipleChoiceField):
                field.queryset = groups
        if not by.is_superuser:
            del self.fields["manager_of"], self.fields["is_ops"]
        if not access.oversees_all(by):
            del self.fields["is_rep"], self.fields["is_referrer"]

    def grant(self) -> invitations.Grant:
        """What was chosen."""
        return invitations.Grant(**{name: value for name, value in self.cleaned_data.items() if name != "email"})


class AcceptForm(forms.Form):
    """Name and password of who was invited."""

    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=150, widget=forms.TextInput({"autocomplete": "name"})
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        self.email = email
        super().__init__(*args, **kwargs)
        if sso.is_only():
            del self.fields["password"]

    def clean_password(self) -> str:
        """Not a weak one."""
        password: str = self.cleaned_data["password"]
        validate_password(password, User(email=self.email, name=self.cleaned_data.get("name", "")))
        return password


@login_required
def page(request: HttpRequest) -> HttpResponse:
    """What is open, and the form."""
    by = _inviter(request)
    form = InviteForm(request.POST if request.method == "POST" else None, by=by)
    now = timezone.now()
    if request.method == "POST" and form.is_valid():
        try:
            row, secret = invitations.invite(email=form.cleaned_data["email"], grant=form.grant(), by=by, now=now)
        except invitations.InvitationError as error:
            form.add_error(None, str(error))
        else:
            _send(request, row, secret)
            return redirect("invitations")
    rows = [{"row": row, "over": row.good_until <= now} for row in invitations.seen_by(by)]
    return render(request, "reps/invitations.html", {"form": form, "rows": rows})


@login_required
@require_POST
def send_again(request: HttpRequest, uid: str) -> HttpResponse:
    """Another link by mail."""
    row = _row(request, uid)
    secret = invitations.renew(row=row, now=timezone.now())
    if secret is None:
        messages.error(request, _("This invitation is not open any more."))
    else:
        _send(request, row, secret)
    return redirect("invitations")


@login_required
@require_POST
def withdraw(request: HttpRequest, uid: str) -> HttpResponse:
    """The link opens nothing any more."""
    if invitations.withdraw(row=_row(request, uid), now=timezone.now()):
        messages.success(request, _("Withdrawn. The link opens nothing now."))
    else:
        messages.error(request, _("This invitation is not open any more."))
    return redirect("invitations")


@sensitive_post_parameters()
def accept(request: HttpRequest, secret: str) -> HttpResponse:
    """The page behind the link; opening it changes nothing, as mail scanners open links too."""
    now = timezone.now()
    found = invitations.find(secret=secret, now=now)
    if found is None:
        return render(request, "reps/invitation_over.html", status=404)
    if request.user.is_authenticated:
        return render(request, "reps/invitation_other.html", {"email": found.email}, status=409)
    form = AcceptForm(request.POST if request.method == "POST" else None, email=found.email)
    if request.method != "POST" or not form.is_valid():
        return render(request, "reps/invitation.html", {"form": form, "email": found.email})
    password = form.cleaned_data.get("password")  # none where single sign-on is all there is
    try:
        user = invitations.accept(secret=secret, name=form.cleaned_data["name"], password=password, now=now)
    except invitations.UsedUpError:
        return render(request, "reps/invitation_over.html", status=404)
    if password is None:
        return redirect("sso")
    login = Login(user=user, redirect_url=reverse("home"), email=user.email)
    return perform_password_login(request, {"email": user.email}, login)


def _inviter(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User) or not invitations.may_invite(user):
        raise PermissionDenied
    return user


def _row(request: HttpRequest, uid: str) -> Invitation:
    by = _inviter(request)
    row = invitations.seen_by(by).filter(uid=uid).first()
    if row is None or not invitations.may_change(by=by, row=row):
        raise Http404
    return row


def kept_as_files() -> str:
    """A note for who invites, where no mail server is set; empty where mail leaves."""
    if not settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"):
        return ""
    return _(
        "No mail server is set, so the invitation is a file in the folder “mail” of the data folder. See EMAIL_URL."
    )


def send(row: Invitation, secret: str) -> bool:
    """By mail; False where that failed: the invitation stays, to be sent again."""
    url = urljoin(settings.PUBLIC_URL, reverse("invitation", args=[secret]))
    house = branding.brand()
    body = render_to_string("registration/invitation_email.txt", {"row": row, "url": url, "brand": house})
    subject = " ".join((_("You are invited to %s") % house.name).split())
    try:
        EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [row.email]).send()
    except OSError as error:  # as smtplib's errors are
        log.warning("An invitation was not sent: %s", type(error).__name__)
        return False
    return True


def _send(request: HttpRequest, row: Invitation, secret: str) -> None:
    if send(row, secret):
        messages.success(request, kept_as_files() or _("The invitation is on its way to %s.") % row.email)
    else:
        messages.error(request, _("The mail could not be sent. Look at the settings for mail, then send it again."))
