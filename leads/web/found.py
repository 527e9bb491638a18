"""Records of the admin found by their lead, by a person, by their own words; each asked first, by its own index."""

import uuid
from contextlib import suppress
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy

from leads.models import Lead
from leads.web.filters import remembered_as
from reps.models import Rep, User

_LONGEST = 200
_MOST = 1000  # leads or people; whoever finds more types more


class Found:
    """`search_fields` names relations to a lead, a rep, a user or a group, and fields with words of their own.

    Joining millions of records to what a text may stand in takes seconds; leads that fit are few and found by an index.
    """

    search_help_text = gettext_lazy("A lead's name, company, mail or address; a person; words.")

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Any]", search_term: str
    ) -> "tuple[QuerySet[Any], bool]":
        """Nothing of leads the reader may not see."""
        text = search_term.replace("\x00", "").strip()[:_LONGEST]
        if not text:
            return queryset, False
        found = Q()
        for name in self.search_fields:  # type: ignore[attr-defined]  # of the admin this is mixed into
            related = queryset.model._meta.get_field(name).related_model  # noqa: SLF001 - Django's documented API
            found |= Q(**{f"{name}__in": _of(related, request, text)} if related else {f"{name}__icontains": text})
        return queryset.filter(found), False


def _of(related: type[Model], request: HttpRequest, text: str) -> list[int]:
    if related is Lead:
        return leads_of(request, text)
    rows: QuerySet[Any]
    if related is Rep:
        rows = Rep.objects.filter(Q(user__name__icontains=text) | Q(user__email__icontains=text))
    elif related is User:
        rows = User.objects.filter(Q(name__icontains=text) | Q(email__icontains=text))
    else:
        rows = related._default_manager.filter(name__icontains=text)  # noqa: SLF001 - Django's documented way
    return list(rows.values_list("pk", flat=True)[:_MOST])


def leads_of(request: HttpRequest, text: str) -> list[int]:
    seen = Lead.objects.visible_to(request.user, now=timezone.now())
    with suppress(ValueError):
        return list(seen.filter(uid=uuid.UUID(text)).values_list("pk", flat=True))
    return list(remembered_as(seen, text).order_by().values_list("pk", flat=True)[:_MOST])
