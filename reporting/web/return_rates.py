"""How often leads come back, as a part of the page of returns: a fragment, since it counts all that was given."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from reporting import return_rates, scope
from reps import access


@login_required
@never_cache
@require_safe
def fragment(request: HttpRequest) -> HttpResponse:
    """Of what the groups of the manager were given."""
    if not access.is_manager(request.user):
        raise PermissionDenied
    now = timezone.now()
    found = return_rates.rates(scope.overseen(request.user, now=now), now=now)
    tables = [{"title": _("By rep"), "rates": found["rep"]}, {"title": _("By source"), "rates": found["source"]}]
    return render(request, "reporting/_return_rates.html", {"tables": tables})
