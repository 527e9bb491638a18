"""The first reply of a form or a group: written, looked at with a lead made up, mailed to oneself to see it."""

import uuid
from typing import Any
from uuid import UUID

import pghistory
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from config.lib import rates
from leads import first_reply, placeholders
from leads.models import FirstReply
from leads.web.forms import found, head
from leads.web.ops import ops_only
from reps import access
from reps.channels import EMAIL, all_channels
from reps.models import Group, Membership, Rep, User

_PAUSE = 5  # seconds between two tests of one person
_SAMPLE = {"name": "Miriam Vogt", "company": "Brandl Maschinenbau"}


class ReplyForm(forms.ModelForm):
    """Whether it is sent, and its words."""

    class Meta:
        model = FirstReply
        fields = ("when", "subject", "text")
        widgets = {"text": forms.Textarea(attrs={"rows": 10})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Only a form can leave it to the group; and it does, until somebody decides otherwise.
        choices = [c for c in FirstReply.When.choices if self.instance.form_id or c[0] != FirstReply.When.AS_GROUP]
        self.fields["when"].choices = choices  # type: ignore[attr-defined]  # it is a ChoiceField


@ops_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def of_form(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The words of a web form; they win over the group's."""
    form = found(uid)
    reply = FirstReply.objects.filter(form=form).first() or FirstReply(form=form, when=FirstReply.When.AS_GROUP)
    reps = Rep.objects.filter(division=form.connection.division, active=True, user__is_active=True)
    context = {**head(form, "first_reply"), "of_form": True, "back": reverse("form-first-reply", args=[uid])}
    return _answer(request, reply, reps.select_related("user", "division").first(), context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def of_group(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The words of a group, for who manages it."""
    if not access.is_manager(request.user):
        raise PermissionDenied
    group = get_object_or_404(access.groups_managed(request.user), uid=uid)
    reply = FirstReply.objects.filter(group=group).first() or FirstReply(group=group)
    context = {"group": group, "back": reverse("group-first-reply", args=[uid])}
    return _answer(request, reply, _member(group), context)


def _member(group: Group) -> Rep | None:
    members = Membership.objects.at(timezone.now()).filter(group=group, rep__active=True)
    row = members.select_related("rep__user", "rep__division").order_by("pk").first()
    return row.rep if row else None


def _answer(request: HttpRequest, reply: FirstReply, rep: Rep | None, context: dict[str, Any]) -> HttpResponse:
    """Saved, or looked at as it is typed; what is refused is kept in the fields."""
    fields = ReplyForm(request.POST if request.method == "POST" else None, instance=reply)
    status = 200
    if request.method == "POST":
        status = 200 if fields.is_valid() else 422
        if status == 200 and request.POST.get("go") not in {"look", "test"}:
            with pghistory.context(by=request.user.pk):
                fields.save()
            messages.success(request, _saved(reply))
            return redirect(context["back"])
        if status == 200 and request.POST.get("go") == "test":
            _try(request, reply, rep)
    looked = first_reply.words(reply, _values(request, reply, rep)) if status == 200 else None
    told = [{"name": f"[[{name}]]", "says": _(says)} for name, says in placeholders.NAMES.items()]
    context |= {"fields": fields, "looked": looked, "rep": rep, "placeholders": told}
    return render(request, "leads/first_reply.html", context, status=status)


def _saved(reply: FirstReply) -> str:
    if reply.is_sent:
        return _("Saved. It is sent to leads that get a rep from now on.")
    return _("Saved. The group's is sent.") if reply.when == FirstReply.When.AS_GROUP else _("Saved. Nothing is sent.")


def _values(request: HttpRequest, reply: FirstReply, rep: Rep | None) -> dict[str, str]:
    if rep is not None:
        return first_reply.values_of(rep, **_SAMPLE, at=timezone.now())
    name = request.user.name if isinstance(request.user, User) else ""
    return {"first name": placeholders.first_name(_SAMPLE["name"]), "company": _SAMPLE["company"], "rep": name}


def _try(request: HttpRequest, reply: FirstReply, rep: Rep | None) -> None:
    """To the reader, exactly as a lead would get it."""
    if rep is None or not isinstance(request.user, User):
        messages.error(request, _("There is no rep yet in whose name it could be sent."))
        return
    if not reply.subject.strip() or not reply.text.strip():
        messages.error(request, _("Write a subject and a text first."))
        return
    if not rates.remember("telling-test", request.user.pk, seconds=_PAUSE):
        messages.error(request, _("Wait a few seconds between two tests."))
        return
    words = first_reply.words(reply, _values(request, reply, rep))
    alert = first_reply.mail(uid=str(uuid.uuid4()), to=request.user.email, **words, rep=rep)
    problem = all_channels()[EMAIL].send([alert])[0]
    if problem is None:
        messages.success(request, _("Sent to %s. Look whether it came; it is not saved yet.") % request.user.email)
    else:
        messages.error(request, _("It did not reach %(to)s. %(why)s") % {"to": request.user.email, "why": problem})
