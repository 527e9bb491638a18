"""REST of a rep's own offers, for those signed in by session: what is asked, yes, no."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import exceptions, serializers, status
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from leads.web.view import RatedView
from reps.web import reader
from routing import offers
from routing.models import Offer
from routing.web.offers import over_because, reason_of, row_of


class NotOffered(exceptions.APIException):
    """The offer is over."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class OffersAPI(RatedView):
    """A key is nobody's turn: only reps themselves see and answer their offers."""

    authentication_classes = [SessionAuthentication]
    permission_classes = [IsAuthenticated]

    def offer(self, request: Request, uid: str) -> Offer:
        rows = Offer.objects.select_related("lead", "group")
        return get_object_or_404(rows, uid=uid, rep=reader.rep(request))


class OffersView(OffersAPI):
    """GET the open offers of the reader, the first to run out first."""

    def get(self, request: Request) -> Response:
        """Public fields only, the cause, and until when."""
        now = timezone.now()
        return Response(
            {"now": now, "offers": [_json(row) for row in offers.open_offers(reader.rep(request), now=now)]}
        )


class AcceptView(OffersAPI):
    """POST takes the lead."""

    def post(self, request: Request, uid: str) -> Response:
        """The lead's id; 409 where the offer is over."""
        offer = self.offer(request, uid)
        try:
            lead = offers.accept(offer=offer, rep=offer.rep, by=offer.rep.user)
        except offers.NotOfferedError as error:
            raise NotOffered(over_because(offer)) from error
        return Response({"lead": str(lead.uid), "due_at": lead.due_at})


class _Answer(serializers.Serializer[Any]):
    reason = serializers.CharField(required=False, allow_blank=True, max_length=500)


class DeclineView(OffersAPI):
    """POST says no."""

    def post(self, request: Request, uid: str) -> Response:
        """`{"reason": "..."}`, may be empty; 409 where the offer is over."""
        body = _Answer(data=request.data)
        body.is_valid(raise_exception=True)
        offer = self.offer(request, uid)
        why = reason_of(body.validated_data.get("reason", ""))
        try:
            offers.decline(offer=offer, rep=offer.rep, by=offer.rep.user, reason=why)
        except offers.NotOfferedError as error:
            raise NotOffered(over_because(offer)) from error
        return Response(status=status.HTTP_204_NO_CONTENT)


def _json(offer: Offer) -> dict[str, Any]:
    row = row_of(offer)
    return {
        "id": str(offer.uid),
        "group": row["group"],
        "facts": {fact["label"]: fact["value"] for fact in row["facts"]},
        "why": row["why"],
        "offered_at": offer.offered_at,
        "until": offer.due_at,
        "free_to_decline": bool(offer.group and offer.group.free_decline),
    }
