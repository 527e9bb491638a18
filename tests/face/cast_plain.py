"""What the pages without the shell are given: forms as Django makes them."""

from typing import Any

from django import forms
from django.contrib.auth.forms import PasswordResetForm


class SignIn(forms.Form):
    username = forms.EmailField(label="E-mail")
    password = forms.CharField(label="Password", widget=forms.PasswordInput)


class Change(forms.Form):
    old_password = forms.CharField(label="Old password", widget=forms.PasswordInput)
    new_password1 = forms.CharField(
        label="New password",
        widget=forms.PasswordInput,
        help_text="<ul><li>At least 10 signs.</li><li>Not a common password.</li></ul>",
    )
    new_password2 = forms.CharField(label="New password again", widget=forms.PasswordInput)


def login() -> dict[str, Any]:
    return {"form": SignIn(), "next": "/"}


def login_wrong() -> dict[str, Any]:
    form = SignIn({"username": "miriam", "password": "x"})
    form.add_error(None, "Address and password do not belong together. Mind capital letters.")
    return {"form": form}


def password_change() -> dict[str, Any]:
    return {"form": Change()}


def password_reset() -> dict[str, Any]:
    return {"form": PasswordResetForm()}
