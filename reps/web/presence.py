"""Notes when a rep was last at work on a page: what "at work on a page" in the rules asks."""

from collections.abc import Callable

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from redis.exceptions import RedisError

from reps import access
from reps.models import Presence

EVERY = 60  # seconds between two notes of one person


class PresenceMiddleware:
    """At most one write a minute and rep; what pages ask by themselves counts for nothing, or an open tab would."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Note it, then answer."""
        if acted(request) and request.user.is_authenticated and _is_due(request.user.pk):
            rep = access.rep_of(request.user)
            if rep is not None:
                seen = Presence(rep=rep, seen_at=timezone.now())
                Presence.objects.bulk_create(
                    [seen], update_conflicts=True, unique_fields=["rep"], update_fields=["seen_at"]
                )
        return self.get_response(request)


def acted(request: HttpRequest) -> bool:
    """Whether a person opened or did something, rather than a script asking what is new."""
    if request.path.startswith(("/api/", "/static/")):
        return False
    asked_by_script = request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"
    return request.method == "POST" or not asked_by_script


def _is_due(user: int) -> bool:
    try:
        return bool(cache.add(f"seen:{user}", 1, EVERY))
    except (RedisError, OSError):
        return False
