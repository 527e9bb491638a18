"""Reports by mail: a manager chooses how often and of whom, or has one sent at once."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reporting import mailed
from reporting.models import MailedReport
from reps import access
from reps.models import Group
from reps.web import reader

_NEVER = "never"


class ByMailForm(forms.Form):
    """How often, and of which groups."""

    every = forms.ChoiceField(
        label=gettext_lazy("How often"),
        choices=[(_NEVER, gettext_lazy("Never")), *MailedReport.Every.choices],
    )
    group = forms.ModelChoiceField(
        Group.objects.none(), to_field_name="uid", required=False, label=gettext_lazy("Of whom"),
        empty_label=gettext_lazy("All my groups"),
    )  # fmt: skip

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["group"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = access.groups_managed(request.user).filter(active=True).order_by("name")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The choice; a POST saves it, and with the button `now` sends one at once."""
    if not access.is_manager(request.user):
        raise PermissionDenied
    user, now = reader.user(request), timezone.now()
    row = MailedReport.objects.filter(user=user).select_related("user", "group").first()
    form = ByMailForm(request.POST or None, request=request, initial=_initial(row))
    if request.method == "POST" and form.is_valid():
        every = form.cleaned_data["every"]
        chosen = {"every": "" if every == _NEVER else every, "group": form.cleaned_data["group"]}
        if "now" in request.POST:
            sent = mailed.send_now(user=user, **chosen, now=now)
            says = _("It is on its way to you.") if sent else _("One was sent a moment ago. Wait a minute.")
            (messages.success if sent else messages.error)(request, says)
        else:
            mailed.choose(user=user, **chosen, now=now)
            messages.success(request, _("Saved."))
        return redirect("reports-by-mail")
    context = {
        "form": form,
        "next_at": mailed.next_at(row, now=now) if row else None,
        "told_at": row.told_at if row else None,
        "email": user.email,
    }
    return render(request, "reporting/by_mail.html", context, status=422 if form.errors else 200)


def _initial(row: MailedReport | None) -> dict[str, Any]:
    return {"every": row.every, "group": row.group.uid if row.group else ""} if row else {"every": _NEVER}
