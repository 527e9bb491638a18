"""Acts on money in Settings: exchange rates, and another base currency after what it means was read."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from leads.web.ops import ops_only
from reps import exchange, installation
from reps.models import Division, ExchangeRate
from routing.web.settings import money
from routing.web.settings.money_forms import BaseForm, RateForm
from routing.web.settings.page import current, drawn


@ops_only
@never_cache
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """A rate from a day on."""
    division = current()
    form = RateForm(request.POST, base=division.base_currency, today=money.today_of(division, timezone.now()))
    if form.is_valid():
        said = form.cleaned_data
        try:
            row = exchange.add(division=division, **said)
        except exchange.RateError as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, _added(row))
            return _back()
    return drawn(request, rate_form=form, status=422)


@ops_only
@never_cache
@require_POST
def remove(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take one away that was wrong."""
    row = ExchangeRate.objects.filter(uid=uid).first()
    if row is None:
        raise Http404
    exchange.remove(rate=row)
    says = _("Removed: %(currency)s from %(day)s. What was converted by it stays as it was.")
    messages.success(request, says % {"currency": row.currency, "day": date_format(row.from_day, "j F Y")})
    return _back()


@ops_only
@never_cache
@require_POST
def base(request: HttpRequest) -> HttpResponse:
    """First what it means, then the change itself; both on top of what was read."""
    division = current()
    form = BaseForm(request.POST, base=division.base_currency)
    if not form.is_valid():
        return drawn(request, base_form=form, status=422)
    said = form.cleaned_data
    wanted = said["base_currency"]
    if wanted == division.base_currency:
        messages.success(request, _("The base currency is %s, as before.") % wanted)
        return _back()
    if said["sure"] != wanted:
        return render(request, "routing/settings_currency.html", money.means(division, wanted, timezone.now()))
    try:
        read = installation.mark(Division(base_currency=said["read"]), ["base_currency"])
        installation.save(row=division, values={"base_currency": wanted}, read=read)
    except installation.StaleError as error:
        now = Division.objects.get(pk=error.row.pk).base_currency
        form.add_error("base_currency", _("Somebody made it %s meanwhile. Look at what that means first.") % now)
        return drawn(request, base_form=form, status=409)
    messages.success(request, _("Rules compare money in %s from the next lead on.") % wanted)
    return _back()


def _added(row: ExchangeRate) -> str:
    says = _(
        "Kept: 1 %(currency)s = %(rate)s %(base)s from %(day)s. It counts for leads that come from now on; nothing"
        " that was decided changes."
    )
    return says % {
        "currency": row.currency,
        "rate": exchange.plain(row.rate),
        "base": row.base,
        "day": date_format(row.from_day, "j F Y"),
    }


def _back() -> HttpResponse:
    return redirect(f"{reverse('settings')}#money")
