"""Settings: one page, its parts saved one by one; who saves on top of another's change is told and asked again."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import localize
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from leads.web.ops import ops_only
from reps import branding, colours, installation, sso
from reps.models import Division, Installation
from routing.web.settings import money
from routing.web.settings.sections import PARTS, Part, zones


@ops_only
@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """All parts as they are."""
    return drawn(request)


@ops_only
@never_cache
@require_POST
def save(request: HttpRequest, part: str) -> HttpResponse:
    """One part; the others stay as they are."""
    kind = PARTS.get(part)
    if kind is None:
        raise Http404
    form = kind(request.POST, instance=_row(kind))
    problem = ""
    if form.is_valid():
        try:
            installation.save(row=form.instance, values=form.values(), read=form.cleaned_data["read"])
        except installation.StaleError as error:
            problem = _stale(form, error.row)
        else:
            messages.success(request, _("Saved: %s.") % kind.title)
            return redirect(f"{reverse('settings')}#{part}")
    return drawn(request, forms={part: form}, problem=problem, status=409 if problem else 422)


def drawn(
    request: HttpRequest,
    *,
    forms: dict[str, Part] | None = None,
    problem: str = "",
    status: int = 200,
    **about: Any,
) -> HttpResponse:
    """The page, with what somebody typed where it could not be saved."""
    now, mine = timezone.now(), forms or {}
    division, own = current(), installation.the()
    parts = {
        key: mine.get(key) or kind(instance=own if kind._meta.model is Installation else division)  # noqa: SLF001 - Django's documented API
        for key, kind in PARTS.items()
    }
    context = {
        "now": now,
        "parts": parts,
        "wrong": next(iter(mine), ""),
        "problem": problem,
        "zones": zones(),
        "brand_said": colour_said(own.colour),
        "logo_name": own.logo_name,
        "sso": sso.is_on(),
        **money.context(division, now=now),
        **about,
    }
    return render(request, "routing/settings.html", context, status=status)


def current() -> Division:
    """The one there is."""
    return Division.objects.order_by("pk")[0]


def _row(kind: type[Part]) -> Any:
    return installation.the() if kind._meta.model is Installation else current()  # noqa: SLF001 - as above


def _stale(form: Part, row: Any) -> str:
    """What holds now, in words; what was typed stays, and the next save is on top of that."""
    form.read_again(row)
    said = []
    for name in form.names():
        field, value = row._meta.get_field(name), getattr(row, name)  # noqa: SLF001 - as above
        if value != form.cleaned_data[name]:
            text = (_("yes") if value else _("no")) if isinstance(value, bool) else str(localize(value))
            said.append(f"{capfirst(str(field.verbose_name))}: {text if value not in (None, '') else _('empty')}")
    return _(
        "Somebody changed this part meanwhile. Now it is: %(now)s. What you typed stands below; saving"
        " puts it in its place."
    ) % {"now": "; ".join(said) or _("what you typed")}


def colour_said(colour: str) -> dict[str, Any]:
    """What became of the colour: the shades in use, and whether they had to be moved."""
    accent = colours.read(colour or branding.OUR_COLOUR)
    day, night = colours.light(accent).fill, colours.dark(accent).fill
    return {
        "light": colours.written(day),
        "dark": colours.written(night),
        "moved": bool(colour) and day != accent,
        "asked": colour,
    }
