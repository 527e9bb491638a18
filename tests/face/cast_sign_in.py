"""What the pages of signing in are given: factor, codes, sessions, invitations."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django import forms

from reps.models import User
from reps.sessions import Seen
from reps.web.adapters import FactorAdapter
from reps.web.code_forms import AgainPasswordForm, SignInCodeForm

LONG = "maximiliane.von.der.hohenstein@harborline.example"
NOW = datetime(2026, 3, 12, 9, 30, tzinfo=UTC)
ADA = User(name="Ada Ferri", email="ada@harborline.example", is_superuser=True)


class Two(forms.Form):
    """Stands for a form whose choices come from the database."""

    email = forms.EmailField(label="E-mail")
    is_rep = forms.BooleanField(label="Sales rep", required=False)
    rep_in = forms.MultipleChoiceField(
        label="Sales rep in", required=False, widget=forms.CheckboxSelectMultiple, choices=[(1, "DACH"), (2, "Nordics")]
    )
    is_ops = forms.BooleanField(label="Ops", required=False)


class Name(forms.Form):
    name = forms.CharField(label="Your name")
    password = forms.CharField(label="Password", widget=forms.PasswordInput)


def code() -> dict[str, Any]:
    form = SignInCodeForm({"code": "000000"}, user=ADA)
    form._errors = {"code": form.error_class(["This code is wrong or was used already. Take the next one."])}  # type: ignore[assignment]
    return {"form": form}


def again() -> dict[str, Any]:
    other = SimpleNamespace(id="mfa_reauthenticate", url="/login/again/code/")
    return {"form": AgainPasswordForm(user=ADA), "reauthentication_alternatives": [other]}


def set_up() -> dict[str, Any]:
    url = "otpauth://totp/ada%40harborline.example?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Fairlead"
    form = SignInCodeForm(user=ADA)
    form.secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # type: ignore[attr-defined]
    return {
        "form": form,
        "totp_svg": FactorAdapter().build_totp_svg(url),
        "totp_url": url,
        "me": {"name": "Ada", "must_factor": True},
    }


def codes() -> dict[str, Any]:
    return {
        "can_view_codes": True,
        "unused_codes": [f"{n * 12_345_677:08d}" for n in range(1, 9)] + ["00034512", "99110022"],
    }


def security() -> dict[str, Any]:
    hour = timedelta(hours=1)
    return {
        "has_factor": False,
        "must": False,
        "powerful": True,
        "request": SimpleNamespace(user=ADA, COOKIES={}),
        "sessions": [
            Seen(1, "Firefox on Linux", "203.0.113.7", NOW - 30 * hour, NOW, True),
            Seen(2, "Safari on iPhone", "2001:db8:85a3:8d3:1319:8a2e:370:7348", NOW - 300 * hour, NOW - hour, False),
        ],
    }


def invitations() -> dict[str, Any]:
    def many(*names: str) -> SimpleNamespace:
        return SimpleNamespace(all=[SimpleNamespace(name=name) for name in names])

    def row(email: str, **more: Any) -> SimpleNamespace:
        base = {"rep_in": many(), "manager_of": many(), "is_rep": False, "is_ops": False, "is_referrer": False}
        sent = {"by": ADA, "sent_at": NOW, "good_until": NOW + timedelta(days=7), "uid": UUID(int=7)}
        return SimpleNamespace(email=email, **{**base, **sent, **more})

    form = Two({"email": "lena@harborline.example"})
    form.add_error(None, "This address has an account already. Change its roles in the admin.")
    return {
        "form": form,
        "rows": [
            {"row": row("new.person@harborline.example", is_rep=True, rep_in=many("DACH", "Nordics")), "over": False},
            {
                "row": row(LONG, is_ops=True, manager_of=many("DACH")),
                "over": True,
            },
        ],
    }


def invitation() -> dict[str, Any]:
    return {"form": Name(), "email": "new.person@harborline.example"}
