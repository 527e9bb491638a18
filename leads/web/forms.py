"""Web forms in the browser: the list, a new one, what it asks, how it looks, where it goes."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leads.forms import build, token
from leads.forms.quarantine import held
from leads.life import Kind
from leads.models import FormEnding, FormItem, Intake, Lead, WebForm
from leads.web import form_snippets
from leads.web.form_fields import EndingForm, ItemForm, NewForm, SettingsForm, answers_of
from leads.web.ops import ops_only
from reps.models import Division

# So far back the list counts.
_DAYS = 30
_MORE_ANSWERS = 2


@ops_only
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All forms, with what came through them of late."""
    since = timezone.now() - timedelta(days=_DAYS)
    came = Q(connection__lead__arrived_at__gte=since) & ~Q(connection__lead__kind=Kind.TEST.value)
    waits = Q(
        connection__intake__outcome=Intake.Outcome.QUARANTINED,
        connection__intake__lead=None,
        connection__intake__body__isnull=False,
    )
    rows = WebForm.objects.select_related("connection").order_by("connection__name")
    counted = rows.annotate(came=Count("connection__lead", filter=came, distinct=True))
    waiting = dict(rows.annotate(n=Count("connection__intake", filter=waits, distinct=True)).values_list("pk", "n"))
    forms = [
        {
            "name": row.connection.name,
            "url": reverse("form-edit", args=[row.uid]),
            "held_url": reverse("form-held", args=[row.uid]),
            "active": row.active,
            "intent": row.connection.intent,
            "came": row.came,
            "held": waiting[row.pk],
        }
        for row in counted
    ]
    return render(request, "leads/form_list.html", {"forms": forms, "days": _DAYS})


@ops_only
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Name and pattern; the rest is on its page."""
    form = NewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        division = Division.objects.earliest("pk")
        made = build.new(name=form.cleaned_data["name"], pattern=form.cleaned_data["pattern"], division=division)
        return redirect("form-edit", made.uid)
    return render(request, "leads/form_new.html", {"form": form})


@ops_only
@never_cache
@require_safe
def edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What it asks, in order, and how that looks."""
    form = found(uid)
    items = list(form.items.prefetch_related("answers"))
    context = {
        "items": [_item(item, n, len(items)) for n, item in enumerate(items, start=1)],
        "addable": build.addable(form),
        "problems": build.problems(form),
        "preview": f"{reverse('form-page', args=[form.uid])}?embed=1&test={_note(form)}",
    }
    return render(request, "leads/form_edit.html", {**head(form, "edit"), **context})


@ops_only
@require_POST
def add(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One more thing to ask; a question opens at once, as it has no words yet."""
    form = found(uid)
    item = build.add(form=form, what=request.POST.get("what", ""))
    if item is None:
        messages.error(request, _("Choose what to ask."))
    elif item.is_question:
        return redirect("form-item", form.uid, item.uid)
    return redirect("form-edit", form.uid)


@ops_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def item(request: HttpRequest, uid: UUID, item: UUID) -> HttpResponse:
    """The words of one thing that is asked, and of a question what its answers say."""
    form = found(uid)
    row = get_object_or_404(FormItem.objects.select_related("form__connection"), form=form, uid=item)
    data = request.POST if request.method == "POST" else None
    fields = ItemForm(data, instance=row)
    blank = _MORE_ANSWERS if row.answers.exists() else _MORE_ANSWERS + 1
    answers = answers_of(row, data, more=blank) if row.is_question else None
    if data is not None and fields.is_valid() and (answers is None or answers.is_valid()):
        fields.save()
        if answers is not None:
            for n, answer in enumerate(answers.forms):
                answer.instance.position = n
            answers.save()
        messages.success(request, _("Saved."))
        stays = "more" in request.POST
        return redirect("form-item", form.uid, row.uid) if stays else redirect("form-edit", form.uid)
    context = {**head(form, "edit"), "item": row, "fields": fields, "answers": answers}
    context["ranges"] = row.kind == FormItem.Kind.NUMBER
    context["fixed"] = row.kind == FormItem.Kind.YES_NO
    return render(request, "leads/form_item.html", context)


@ops_only
@require_POST
def move(request: HttpRequest, uid: UUID, item: UUID) -> HttpResponse:
    """Up or down by one."""
    row = get_object_or_404(FormItem, form__uid=uid, uid=item)
    build.move(item=row, by=-1 if request.POST.get("to") == "up" else 1)
    return redirect("form-edit", uid)


@ops_only
@require_POST
def remove(request: HttpRequest, uid: UUID, item: UUID) -> HttpResponse:
    """Not asked any more; what leads answered stays with them."""
    row = get_object_or_404(FormItem, form__uid=uid, uid=item)
    row.delete()
    messages.success(request, _("“%s” is not asked any more.") % row.label)
    return redirect("form-edit", uid)


@ops_only
@require_POST
def switch(request: HttpRequest, uid: UUID) -> HttpResponse:
    """On or off."""
    form = found(uid)
    form.connection.active = bool(request.POST.get("on"))
    form.connection.save(update_fields=["active"])
    said = _("The form takes leads now.") if form.active else _("The form is closed.")
    messages.success(request, said)
    return redirect("form-edit", uid)


@ops_only
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Words, source and intent, consent, websites, limits."""
    form = found(uid)
    fields = SettingsForm(request.POST if request.method == "POST" else None, instance=form)
    if request.method == "POST" and fields.is_valid():
        fields.save()
        messages.success(request, _("Saved."))
        return redirect("form-settings", uid)
    return render(request, "leads/form_settings.html", {**head(found(uid), "settings"), "fields": fields})


@ops_only
@require_safe
def endings(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What is said afterwards, to whom."""
    form = found(uid)
    pages = list(form.endings.all())
    rows = [
        {
            "url": reverse("form-ending", args=[form.uid, ending.uid]),
            "for": ending.get_when_display() if n or len(pages) > 1 else _("everybody"),
            "title": ending.title,
            "goes": ending.redirect_url,
            "names_rep": ending.names_rep,
            "answers": [f"{a.item.label}: {a.label}" for a in ending.answers.select_related("item")],
        }
        for n, ending in enumerate(pages)
    ]
    # Who is told something else comes first, everybody else last.
    return render(request, "leads/form_endings.html", {**head(form, "endings"), "endings": [*rows[1:], *rows[:1]]})


@ops_only
@require_http_methods(["GET", "HEAD", "POST"])
def ending(request: HttpRequest, uid: UUID, ending: UUID | None = None) -> HttpResponse:
    """One thank-you page, or a new one."""
    form = found(uid)
    row = get_object_or_404(FormEnding, form=form, uid=ending) if ending else FormEnding(form=form)
    data = request.POST if request.method == "POST" else None
    if data is not None and "remove" in data and row.pk and row.when != FormEnding.When.ANY:
        row.delete()
        messages.success(request, _("The page is gone."))
        return redirect("form-endings", uid)
    fields = EndingForm(data, instance=row, form=form)
    if data is not None and fields.is_valid():
        fields.save()
        messages.success(request, _("Saved."))
        return redirect("form-endings", uid)
    removable = row.pk is not None and row.when != FormEnding.When.ANY
    context = {**head(form, "endings"), "fields": fields, "ending": row, "removable": removable}
    return render(request, "leads/form_ending.html", context)


@ops_only
@require_safe
def copy(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Address and snippets."""
    form = found(uid)
    context = {"snippets": form_snippets.snippets(form), "origins": form.origins}
    return render(request, "leads/form_copy.html", {**head(form, "copy"), **context})


def found(uid: UUID) -> WebForm:
    """The form, else 404."""
    return get_object_or_404(WebForm.objects.select_related("connection__division"), uid=uid)


def head(form: WebForm, tab: str) -> dict[str, Any]:
    """What the head of all its pages shows."""
    waiting = held(form).count()
    tabs = (
        ("edit", _("Questions"), "form-edit", 0),
        ("endings", _("Thank you"), "form-endings", 0),
        ("first_reply", _("First reply"), "form-first-reply", 0),
        ("settings", _("Settings"), "form-settings", 0),
        ("copy", _("Put it on a page"), "form-copy", 0),
        ("held", _("Held back"), "form-held", waiting),
    )
    page = form_snippets.page_url(form)
    return {
        "form": {
            "uid": form.uid,
            "name": form.connection.name,
            "active": form.active,
            "url": page,
            "test_url": f"{reverse('form-page', args=[form.uid])}?test={_note(form)}",
            "leads": Lead.objects.filter(connection=form.connection_id).reported().count(),
        },
        "tabs": [
            {"label": label, "url": reverse(name, args=[form.uid]), "current": key == tab, "n": n}
            for key, label, name, n in tabs
        ],
    }


def _note(form: WebForm) -> str:
    return token.allow_test(form, now=timezone.now())


def _item(item: FormItem, n: int, of: int) -> dict[str, Any]:
    answers = [
        {
            "label": a.label or _range(a.low, a.high),
            "verdict": a.verdict,
            "says": a.get_verdict_display(),
            "points": a.points,
        }
        for a in item.answers.all()
    ]
    return {
        "uid": item.uid,
        "label": item.label,
        "kind": "" if item.kind == FormItem.Kind.FIELD else item.get_kind_display(),
        "required": item.required,
        "is_question": item.is_question,
        "answers": answers,
        "n": n,
        "of": of,
        "url": reverse("form-item", args=[item.form.uid, item.uid]),
    }


def _range(low: Any, high: Any) -> str:
    if low is None and high is None:
        return _("any number")
    if high is None:
        return _("from %s") % _short(low)
    return (
        _("up to %s") % _short(high)
        if low is None
        else _("%(low)s to %(high)s")
        % {
            "low": _short(low),
            "high": _short(high),
        }
    )


def _short(number: Any) -> str:
    return f"{number.normalize():f}"
