"""The invented company from a page: filled in to look around, and removed before a team of one's own begins."""

import secrets
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from reporting import tasks
from reporting.demo import cast, remove
from reporting.demo.build import is_demo, may_load
from reps.models import User

_BYTES = 9


class LeaveForm(forms.Form):
    """That it is meant, and, where nobody else could sign in afterwards, who runs the installation."""

    sure = forms.BooleanField(
        label=gettext_lazy("Yes, remove all of it"),
        error_messages={"required": gettext_lazy("Tick this if you mean it.")},
    )
    name = forms.CharField(label=gettext_lazy("Your name"), max_length=150)
    email = forms.EmailField(label=gettext_lazy("Your e-mail"))
    password = forms.CharField(label=gettext_lazy("A password"), widget=forms.PasswordInput, strip=False)

    def __init__(self, data: Any = None, *, of_the_demo: bool) -> None:
        super().__init__(data, auto_id="demo-%s")
        if not of_the_demo:
            for name in ("name", "email", "password"):
                del self.fields[name]

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        if email.endswith(f"@{cast.DOMAIN}"):
            raise ValidationError(_("This one goes with the demo. Give your own."))
        if User.objects.filter(email=email).exists():
            raise ValidationError(_("Somebody signs in with it already. Sign in as them to remove the demo."))
        return email

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        validate_password(password)
        return password

    @property
    def owner(self) -> remove.Owner | None:
        """Who is left, where somebody has to be."""
        data = self.cleaned_data
        return remove.Owner(data["name"], data["email"], data["password"]) if "email" in data else None


@login_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """For admins: what it does, and does it."""
    if not isinstance(request.user, User) or not request.user.is_superuser:
        raise PermissionDenied
    if is_demo():
        return _remove(request, request.user)
    if not may_load():
        raise Http404
    return _load(request)


def _load(request: HttpRequest) -> HttpResponse:
    context: dict[str, Any] = {"loads": True}
    if request.method == "POST":
        # Not the word of `make demo`: everybody knows it, and this installation may be reached by everybody.
        word = secrets.token_urlsafe(_BYTES)
        tasks.load_demo.delay(password=make_password(word))
        people = (
            (_("Sales rep"), cast.VISITOR),
            (_("Sales manager"), cast.MANAGERS[cast.EUROPE]),
            (_("Ops"), cast.OPS),
        )
        context |= {"word": word, "people": [(role, person.email) for role, person in people]}
    return render(request, "reporting/demo.html", context)


def _remove(request: HttpRequest, user: User) -> HttpResponse:
    form = LeaveForm(request.POST if request.method == "POST" else None, of_the_demo=remove.is_invented(user))
    if request.method == "POST" and form.is_valid():
        try:
            owner = remove.remove(owner=form.owner)
        except (remove.NotDemoError, OperationalError):
            form.add_error(None, _("Too much is going on just now; nothing was removed. Try once more."))
        else:
            if owner is not None:
                login(request, owner, backend=settings.AUTHENTICATION_BACKENDS[-1])
            messages.success(request, _("The invented company is gone. Now yours."))
            return redirect("start")
    # Nothing asks for news meanwhile: it would find the reader gone, and load the page anew before the answer is there.
    context = {"form": form, "goes": remove.goes(), "pulse_url": ""}
    return render(request, "reporting/demo.html", context, status=422 if form.errors else 200)
