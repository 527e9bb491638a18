"""The numbers beside the entries of the menu, for every page."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from leads.web.my_leads import counts_of
from reps import access


def counts(request: HttpRequest) -> dict[str, Any]:
    """`nav_counts`, asked of the database only when the shell is drawn."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {"nav_counts": SimpleLazyObject(lambda: counts_of(user, access.rep_of(user)))}
