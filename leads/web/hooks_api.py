"""REST: subscribe to events of leads, unsubscribe, samples, and polling where nobody can be called."""

from typing import Any, ClassVar
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config.lib import typed
from leads.hook_kinds import HookEvent
from leads.hooks import hook as hooks
from leads.hooks import reading
from leads.hooks.content import content, example
from leads.models import ApiKey, Hook
from leads.reading import check_text
from leads.web import idempotency
from leads.web.api import LeadAPI
from leads.web.retries import retried
from reps import installation
from reps.models import Group

_SAMPLES = 3


class HooksAPI(LeadAPI):
    """Keys with the scope hooks; people do it on the page."""

    scopes: ClassVar = dict.fromkeys(("GET", "HEAD", "OPTIONS", "POST", "DELETE"), ApiKey.Scope.HOOKS)
    people_may = False

    def key(self, request: Request) -> ApiKey:
        """Who asks."""
        if not isinstance(request.auth, ApiKey):
            raise exceptions.PermissionDenied(_("Hooks are subscribed with an API key: Authorization: Bearer KEY."))
        return request.auth

    def rows(self, request: Request) -> Any:
        """Those of the key's division that were not removed."""
        rows = Hook.objects.filter(division=self.key(request).connection.division_id).select_related("group")
        return rows.exclude(why_off=Hook.WhyOff.REMOVED).order_by("-id")


class AskedSerializer(serializers.Serializer[Any]):
    """What a subscriber sends; any other field is refused by name."""

    url = serializers.CharField(max_length=2000)
    event = serializers.ChoiceField(choices=[e.value for e in HookEvent], required=False)
    events = serializers.ListField(
        child=serializers.ChoiceField(choices=[e.value for e in HookEvent]), required=False, max_length=len(HookEvent)
    )
    name = serializers.CharField(max_length=100, required=False, allow_blank=True)
    group = serializers.UUIDField(required=False, allow_null=True)
    tests = serializers.BooleanField(required=False, default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One event, or several; a name that people can tell apart."""
        if unknown := set(self.initial_data) - set(self.fields):
            raise serializers.ValidationError({name: [_("Unknown field.")] for name in sorted(unknown)})
        if ("event" in attrs) == ("events" in attrs):
            raise serializers.ValidationError({"events": [_("Say one event, or events as a list.")]})
        return attrs


class HooksView(HooksAPI):
    """GET lists, POST subscribes."""

    def get(self, request: Request) -> Response:
        """Newest first; there are a hundred at most."""
        return Response({"results": [_told(row) for row in self.rows(request)]})

    def post(self, request: Request) -> Response:
        """201 with the id that ends it, and the secret, which is told only here."""
        key, now = self.key(request), timezone.now()
        check_text(request.data)

        def work() -> idempotency.Answer:
            asked = self._asked(request, key)
            try:
                made, _secret = hooks.subscribe(
                    asked=asked, division=key.connection.division_id, now=now, by=key.created_by, key=key
                )
            except hooks.NotSubscribedError as error:
                raise exceptions.ValidationError({error.field: [str(error)]}) from error
            return 201, _told(made), None

        (status, answer, _lead), _again = retried(lambda: idempotency.once(request, route="hooks", now=now, work=work))
        # The secret is kept sealed only, so it is not in the answer that is stored for a repeat.
        made = self.rows(request).filter(uid=answer["id"]).first()
        return Response({**answer, "secret": hooks.secret_of(made) if made else None}, status=status)

    def _asked(self, request: Request, key: ApiKey) -> hooks.Asked:
        read = AskedSerializer(data=request.data)
        read.is_valid(raise_exception=True)
        given = read.validated_data
        group = None
        if given.get("group"):
            groups = Group.objects.filter(division=key.connection.division_id, active=True)
            group = groups.filter(uid=given["group"]).first()
            if group is None:
                raise exceptions.ValidationError({"group": [_("There is no such group.")]})
        events = [given["event"]] if "event" in given else given["events"]
        return hooks.Asked(
            name=given.get("name") or f"{key.name}: {', '.join(events)}",
            url=given["url"],
            events=[HookEvent(event) for event in events],
            group=group,
            tests=given["tests"],
        )


class HookView(HooksAPI):
    """GET one, DELETE unsubscribes."""

    http_method_names = ["get", "delete", "head", "options"]

    def get(self, request: Request, uid: str) -> Response:
        """What it is told, without address and secret."""
        return Response(_told(get_object_or_404(self.rows(request), uid=uid)))

    def delete(self, request: Request, uid: str) -> Response:
        """204; 404 where it was unsubscribed before, or not subscribed with this very key."""
        own = self.rows(request).filter(made_with=self.key(request))
        hooks.remove(hook=get_object_or_404(own, uid=uid))
        return Response(status=204)


class SamplesView(HooksAPI):
    """GET what an event looks like."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: Request, event: str) -> Response:
        """The newest of it, up to three, else a made-up one: with exactly the names that the hook sends."""
        kind = _kind(event)
        division = self.key(request).connection.division_id
        found = [content(one) for one in reading.newest(division=division, kind=kind, most=_SAMPLES)]
        return Response(found or [example(kind)])


class EventsView(HooksAPI):
    """GET what happened, for who cannot be called."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: Request, event: str) -> Response:
        """The newest fifty, newest first; with `after` (empty: from the beginning) oldest first, and where to go on."""
        kind, division = _kind(event), self.key(request).connection.division_id
        if unknown := set(request.query_params) - {"after"}:
            raise exceptions.ValidationError({name: [_("Unknown filter.")] for name in sorted(unknown)})
        if "after" not in request.query_params:
            return Response([content(one) for one in reading.newest(division=division, kind=kind)])
        found, place = reading.after(division=division, kind=kind, place=_place(request.query_params["after"]))
        here = request.build_absolute_uri(request.path)
        answer = Response([content(one) for one in found])
        answer["Link"] = f'<{here}?{urlencode({"after": f"{place.transaction}-{place.line}"})}>; rel="next"'
        return answer


class KeyView(HooksAPI):
    """GET whose key this is: what Zapier asks to test it, with a label for people."""

    http_method_names = ["get", "head", "options"]
    scopes: ClassVar = {}

    def get(self, request: Request) -> Response:
        """Its label and what it opens; any live key may ask."""
        key = self.key(request)
        company = installation.the().company or "Fairlead"
        return Response({"label": f"{company}: {key.name}", "name": key.name, "scopes": list(key.scopes)})


def _kind(event: str) -> HookEvent:
    try:
        return HookEvent(event)
    except ValueError as error:
        raise Http404 from error


def _place(text: str) -> reading.Place:
    if not text:
        return reading.Place()
    numbers = [typed.whole(part) for part in text.split("-")]
    if len(numbers) != 2 or None in numbers:
        raise exceptions.ValidationError({"after": [_("Take the address that Link gives.")]})
    return reading.Place(*(number or 0 for number in numbers))


def _told(row: Hook) -> dict[str, Any]:
    return {
        "id": str(row.uid),
        "name": row.name,
        "address": row.shown,
        "events": list(row.events),
        "group": str(row.group.uid) if row.group else None,
        "tests": row.tests,
        "version": row.version,
        "active": row.active,
        "why_off": row.why_off or None,
        "created_at": row.created_at.isoformat(),
        "links": {"self": settings.PUBLIC_URL + reverse("api:hook", args=[row.uid])},
    }
