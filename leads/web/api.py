"""REST: send one lead or many, read leads, their why and their timeline."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import DataError
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from leads import capture
from leads.life import WAITING
from leads.models import ApiKey, Intake, Lead, LeadEvent
from leads.qualify.freeze import catalogue_of
from leads.reading import ArrivalSerializer, arrival_of
from leads.web import answers, idempotency, rated
from leads.web.filters import LeadFilter
from leads.web.keys import HasScope
from leads.web.problems import LengthRequired, field_errors
from leads.web.retries import retried
from leads.web.view import RatedView
from leads.web.wait import wait_for_decision

BULK_MOST = 1000
TIMELINE_MOST = 1000


class LeadPages(CursorPagination):
    """Newest first."""

    ordering = ("-arrived_at", "-id")
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> Any:
        """A cursor somebody made up is refused like any other wrong one."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValueError, TypeError, DjangoValidationError, DataError) as error:
            raise exceptions.NotFound(self.invalid_cursor_message) from error


class LeadAPI(RatedView):
    """What all views about leads share: who may, and which leads they see."""

    permission_classes = [HasScope]
    scopes: ClassVar = {
        "GET": ApiKey.Scope.LEADS_READ,
        "HEAD": ApiKey.Scope.LEADS_READ,
        "OPTIONS": ApiKey.Scope.LEADS_READ,
        "POST": ApiKey.Scope.LEADS_WRITE,
    }
    people_may = True

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse a body of unsaid length, which would be read as none at all."""
        super().initial(request, *args, **kwargs)
        if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
            raise LengthRequired(_("Say how long the body is, by Content-Length."))

    def leads(self, request: Request) -> "QuerySet[Lead]":
        """Those the caller may read: all of its division for a key, else what the person sees."""
        rows = Lead.objects.select_related("stage", "group", "owner__user")
        if isinstance(request.auth, ApiKey):
            return rows.filter(division=request.auth.connection.division_id)
        return rows.visible_to(request.user, now=timezone.now())

    def lead(self, request: Request, uid: str) -> Lead:
        """One of them, else 404 as if it did not exist."""
        return get_object_or_404(self.leads(request), uid=uid)


class LeadsView(LeadAPI):
    """GET lists, POST sends one."""

    def get(self, request: Request) -> Response:
        """A page of leads, filtered as `leads.web.filters` says."""
        rows = LeadFilter(request.query_params, queryset=self.leads(request))
        if not rows.is_valid():
            raise exceptions.ValidationError(rows.errors)
        if unknown := set(request.query_params) - set(rows.filters) - {"cursor", "page_size"}:
            raise exceptions.ValidationError({name: [_("Unknown filter.")] for name in sorted(unknown)})
        pages = LeadPages()
        page: list[Lead] = pages.paginate_queryset(rows.qs, request, view=self) or []
        return pages.get_paginated_response([answers.brief(lead) for lead in page])

    def post(self, request: Request) -> Response:
        """201 with the new lead, 200 when it was known already or wrote again; kept once per Idempotency-Key."""
        key = sender(request)
        rated.leads_sent(request, count=1)
        now = timezone.now()

        def work() -> idempotency.Answer:
            context = {"catalogue": catalogue_of(key.connection.division_id)}
            serializer = ArrivalSerializer(data=request.data, context=context)
            serializer.is_valid(raise_exception=True)
            arrival = arrival_of(serializer.validated_data, raw=dict(request.data))
            (found,) = capture.capture(connection=key.connection, arrivals=[arrival], now=now)
            return (201 if found.outcome is Intake.Outcome.NEW else 200), {"outcome": found.outcome.value}, found.lead

        (status, answer, lead), repeated = retried(lambda: idempotency.once(request, route="leads", now=now, work=work))
        if lead is None:
            raise exceptions.NotFound
        if status == 201 and not repeated:
            wait_for_decision(lead, seconds=wait_seconds(request))
        current = fresh(lead)
        told = {**answers.brief(current), "account": answers.account_of(current), "decision": _decision(current)}
        return Response({**told, **answer}, status=status)


class BulkView(LeadAPI):
    """POST sends up to 1,000; each row has its own result."""

    http_method_names = ["post", "options"]

    def post(self, request: Request) -> Response:
        """200 with one result per row, in order; one bad row harms no other."""
        key = sender(request)
        rows = request.data.get("leads") if isinstance(request.data, Mapping) else request.data
        if isinstance(request.data, Mapping) and (unknown := set(request.data) - {"leads"}):
            raise exceptions.ValidationError({name: [_("Unknown field.")] for name in sorted(unknown)})
        if not isinstance(rows, list) or not 0 < len(rows) <= BULK_MOST:
            raise exceptions.ValidationError({"leads": [_("Send a list of 1 to %d leads.") % BULK_MOST]})
        rated.leads_sent(request, count=len(rows))
        now = timezone.now()

        def work() -> idempotency.Answer:
            return 200, {"results": _bulk(key, rows, now)}, None

        (status, answer, _lead), _repeated = retried(
            lambda: idempotency.once(request, route="leads/bulk", now=now, work=work)
        )
        return Response(answer, status=status)


class LeadView(LeadAPI):
    """GET one lead."""

    def get(self, request: Request, uid: str) -> Response:
        """Everything about it."""
        return Response(answers.whole(self.lead(request, uid)))


class TimelineView(LeadAPI):
    """GET what happened to one lead."""

    def get(self, request: Request, uid: str) -> Response:
        """Oldest first, up to 1,000 lines; `next` goes on after them."""
        lead = self.lead(request, uid)
        after = _after(request)
        rows = LeadEvent.objects.filter(lead=lead, id__gt=after).select_related("rep__user", "user", "private")
        events = list(rows.order_by("id")[: TIMELINE_MOST + 1])
        here = request.build_absolute_uri(request.path)
        goes_on = f"{here}?after={events[TIMELINE_MOST - 1].pk}" if len(events) > TIMELINE_MOST else None
        told = [_event(event) for event in events[:TIMELINE_MOST]]
        return Response({"id": str(lead.uid), "events": told, "next": goes_on})


def sender(request: Request) -> ApiKey:
    """The key that sends; people send through pages, not here."""
    if not isinstance(request.auth, ApiKey):
        raise exceptions.PermissionDenied(_("Leads are sent with an API key: Authorization: Bearer KEY."))
    return request.auth


def fresh(lead: Lead) -> Lead:
    """The row as it stands now."""
    return Lead.objects.select_related("stage", "group", "owner__user", "account").get(pk=lead.pk)


def wait_seconds(request: Request) -> float:
    """`?wait=2`, at most a few seconds; refused by name when it is no number."""
    text = request.query_params.get("wait", "0")
    try:
        return max(0.0, float(text))
    except ValueError as error:
        raise exceptions.ValidationError({"wait": [_("Seconds as a number, like 2.")]}) from error


def _after(request: Request) -> int:
    text = request.query_params.get("after") or "0"
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise exceptions.ValidationError({"after": [_("Take the address that `next` gives.")]})
    return int(text)


def _decision(lead: Lead) -> dict[str, object] | None:
    if lead.state in WAITING or lead.decided_at is None:
        return None
    return {"at": lead.decided_at, "reason": lead.reason}


def _bulk(key: ApiKey, rows: list[object], now: Any) -> list[dict[str, object]]:
    context = {"catalogue": catalogue_of(key.connection.division_id)}
    results: list[dict[str, object]] = [{} for _row in rows]
    arrivals = {}
    for n, row in enumerate(rows):
        serializer = ArrivalSerializer(data=row, context=context)
        try:
            serializer.is_valid(raise_exception=True)
        except exceptions.APIException as error:
            results[n] = {"row": n, "outcome": "refused", "errors": field_errors(error.detail)}
        else:
            arrivals[n] = arrival_of(serializer.validated_data, raw=row if isinstance(row, dict) else {})
    captured = capture.capture(connection=key.connection, arrivals=list(arrivals.values()), now=now)
    for n, found in zip(arrivals, captured, strict=True):
        results[n] = {"row": n, "outcome": found.outcome.value, "id": str(found.lead.uid)}
        if found.arrival.external_id:
            results[n]["external_id"] = found.arrival.external_id
    return results


def _event(event: LeadEvent) -> dict[str, object]:
    private = getattr(event, "private", None)
    return {
        "kind": event.kind,
        "at": event.occurred_at,
        "rep": event.rep.name if event.rep else None,
        "by": event.user.name if event.user else None,
        "payload": {**event.payload, **(private.payload if private else {})},
    }
