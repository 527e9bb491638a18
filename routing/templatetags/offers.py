"""What a rep is asked just now, for the top of My leads: there without a script, and before anything else is loaded."""

from typing import Any

from django import template
from django.utils import timezone

from reps import access
from routing.web.offers import context_of

register = template.Library()


@register.inclusion_tag("routing/_offers.html", takes_context=True)
def my_offers(context: template.Context) -> dict[str, Any]:
    """The reader's open offers; `offers` of the page where it brings its own."""
    request, now = context.get("request"), context.get("now") or timezone.now()
    given = {"request": request, "csrf_token": context.get("csrf_token"), "now": now}
    if "offers" in context:
        return {**given, "offers": context["offers"]}
    rep = access.rep_of(request.user) if request is not None else None
    return {**given, **context_of(rep, now=now)} if rep else given
