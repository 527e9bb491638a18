"""The log form: a contact or a note, and what comes next, in one go; steps ticked off; what was logged taken back."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from leads import respond, steps, undo
from leads.life import CallOutcome, EventKind, TouchKind
from leads.models import Lead, LeadEvent, LeadPrivate, Task
from leads.web import acts, show
from leads.web.step_form import StepForm, instants_of
from leads.web.words import OUTCOMES, TOUCHES
from reps.models import Rep, User

NOTE = "note"
KINDS = [
    *((kind.value, TOUCHES[kind]) for kind in (TouchKind.CALL, TouchKind.EMAIL, TouchKind.MESSAGE, TouchKind.MEETING)),
    (TouchKind.INBOUND_CALL.value, gettext_lazy("They called")),
    (NOTE, gettext_lazy("Note only")),
]


class LogForm(StepForm):
    """A contact or a note, and what comes next."""

    kind = forms.ChoiceField(label=gettext_lazy("What"), choices=KINDS, initial=TouchKind.CALL.value)
    outcome = forms.ChoiceField(
        label=gettext_lazy("How did it go?"),
        choices=[("", ""), *((outcome.value, OUTCOMES[outcome]) for outcome in CallOutcome)],
        required=False,
        initial=CallOutcome.CONNECTED.value,
    )
    minutes = forms.CharField(label=gettext_lazy("Minutes"), required=False, max_length=20)
    text = forms.CharField(
        label=gettext_lazy("Note"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def clean(self) -> dict[str, Any]:
        """A note alone needs words, or a next step."""
        data = super().clean()
        if data.get("kind") == NOTE and not data.get("text") and not data.get("due") and not self.errors:
            self.add_error("text", _("Write something first."))
        return data

    def save(self, *, lead: Lead, rep: Rep, by: User, now: datetime) -> None:
        """All of it, or nothing."""
        data = self.cleaned_data
        with transaction.atomic():
            if data["kind"] != NOTE:
                kind = TouchKind(data["kind"])
                outcome = CallOutcome(data["outcome"]) if kind is TouchKind.CALL and data["outcome"] else None
                spoken = kind in {TouchKind.CALL, TouchKind.INBOUND_CALL}
                seconds = acts.seconds_of(data["minutes"]) if spoken else None
                respond.touch(lead=lead, rep=rep, by=by, kind=kind, outcome=outcome, duration_seconds=seconds, now=now)
            if data["text"]:
                respond.note(lead=lead, by=by, text=data["text"], now=now)
            self.save_step(lead=lead, rep=rep, by=by, now=now)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, uid: str) -> HttpResponse:
    """The form by itself, or as a part of a list; sent, it writes all of it or says what is wrong where."""
    lead, rep = acts.owned(request, uid)
    now = timezone.now()
    instants = instants_of(rep, now=now)
    if request.method != "POST":
        return _draw(request, lead, LogForm(initial=_initial(request), instants=instants))
    form = LogForm(_clean(request), instants=instants)
    if form.is_valid():
        try:
            form.save(lead=lead, rep=rep, by=rep.user, now=now)
        except (respond.NotDoneError, steps.NotSetError) as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            return acts.answer(request, lead, rep, _said(form))
    return _draw(request, lead, form, status=422)


def _said(form: LogForm) -> str:
    logged = _("Noted.") if form.cleaned_data["kind"] == NOTE else _("Logged.")
    if not form.cleaned_data.get("due"):
        return logged
    at = date_format(timezone.localtime(form.cleaned_data["due_at"]), "D j M, H:i")
    return _("%(logged)s Next step: %(at)s.") % {"logged": logged, "at": at}


def _clean(request: HttpRequest) -> Any:
    sent = request.POST.copy()
    for name, values in sent.lists():
        sent.setlist(name, [value.replace("\x00", "") for value in values])
    return sent


def _initial(request: HttpRequest) -> dict[str, str]:
    """What the link asks for, of what the form knows."""
    return {
        name: value[:40] for name in ("kind", "outcome", "minutes", "due", "step") if (value := request.GET.get(name))
    }


def _draw(request: HttpRequest, lead: Lead, form: LogForm, *, status: int = 200) -> HttpResponse:
    listed = "list" in request.GET
    context = {
        "form": form,
        "uid": lead.uid,
        "id": f"log-{lead.uid}",
        "action": reverse("lead-log", args=[lead.uid]) + ("?list=1" if listed else ""),
        "target": "#my-leads" if listed else "",
    }
    if not request.htmx:  # type: ignore[attr-defined]  # set by django-htmx
        context["title"] = show.title_of(lead, LeadPrivate.objects.get(lead=lead))
        return render(request, "leads/log.html", context, status=status)
    response = render(request, "components/log_form.html", context, status=status)
    if status != 200:
        response["HX-Retarget"], response["HX-Reswap"] = f"#log-{lead.uid}", "innerHTML"
    return response


@login_required
@require_POST
def done(request: HttpRequest, uid: str) -> HttpResponse:
    """Tick a step off, or drop it."""
    task, rep = _own_task(request, uid)
    now = timezone.now()
    if request.POST.get("drop"):
        ended, says = steps.drop(task=task, by=rep.user, now=now), _("The step is dropped.")
    else:
        ended, says = steps.finish(task=task, by=rep.user, now=now), _("Done.")
    if not ended:
        return acts.answer(request, task.lead, rep, _("This step was done or stopped already."), wrong=True)
    return acts.answer(request, task.lead, rep, says)


def _own_task(request: HttpRequest, uid: str) -> tuple[Task, Rep]:
    """A step of the reader's own lead; another's is 404 as if it did not exist."""
    task = get_object_or_404(Task.objects.select_related("lead"), uid=uid)
    _lead, rep = acts.owned(request, str(task.lead.uid))
    return task, rep


@login_required
@require_POST
def take_back(request: HttpRequest, uid: str, event: int) -> HttpResponse:
    """Undo what was logged by mistake; the form opens again with what it was, to be written right."""
    lead, rep = acts.owned(request, uid)
    row = get_object_or_404(LeadEvent, pk=event, lead=lead, kind__in=undo.KINDS)
    try:
        undo.take_back(lead=lead, event=row, rep=rep, by=rep.user, now=timezone.now())
    except respond.NotDoneError as error:
        messages.error(request, str(error))
        return redirect("lead-show", lead.uid)
    messages.success(request, _("Taken back. The timeline keeps both."))
    asked = {"kind": NOTE}
    if row.kind == EventKind.TOUCHED:
        seconds = row.payload.get("seconds")
        asked = {"kind": row.payload["touch"], "outcome": row.payload.get("outcome") or ""}
        asked |= {"minutes": f"{seconds / 60:g}"} if seconds else {}
    return redirect(f"{reverse('lead-log', args=[lead.uid])}?{urlencode(asked)}")
