"""The forms that ask again who somebody is: the code after the password; either before something that matters."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.core import context
from allauth.mfa.models import Authenticator
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reps import factors
from reps.models import User
from reps.web import guessing


class CodeForm(forms.Form):
    """A code of the app or a recovery code; wrong ones count as wrong passwords do."""

    again = False
    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=40,
        help_text=gettext_lazy("Six digits of your app, or one of your recovery codes."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        self.authenticator: Authenticator | None = None
        super().__init__(*args, **kwargs)

    def clean_code(self) -> str:
        """Refuse what is wrong, was used, or comes after too many that were."""
        code: str = self.cleaned_data["code"]
        if guessing.codes_closed(context.request, self.user):
            raise forms.ValidationError(_("Too many wrong codes. Wait a quarter of an hour."))
        self.authenticator = factors.matches(user=self.user, code=code)
        if self.authenticator is None:
            guessing.wrong_code(context.request, self.user)
            raise forms.ValidationError(_("This code is wrong or was used already. Take the next one."))
        return code

    def save(self) -> None:
        """Note in the session by what they proved to be themselves."""
        if self.authenticator is None:
            raise RuntimeError("saved before it was valid")
        self.authenticator.record_usage()
        extra = {"reauthenticated": True} if self.again else {}
        record_authentication(
            context.request, self.user, "mfa", id=self.authenticator.pk, type=str(self.authenticator.type), **extra
        )


class SignInCodeForm(CodeForm):
    """After the password."""


class AgainCodeForm(CodeForm):
    """While signed in."""

    again = True


class AgainPasswordForm(forms.Form):
    """The password, while signed in."""

    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=4096,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_password(self) -> str:
        """Wrong ones count as at sign-in."""
        request = context.request
        password: str = self.cleaned_data["password"]
        if guessing.address_closed(request) or not get_adapter().reauthenticate(self.user, password):
            guessing.wrong(request)
            raise forms.ValidationError(
                _("This is not your password, or too many were wrong: then wait a quarter of an hour.")
            )
        return password
