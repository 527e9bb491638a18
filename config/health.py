"""What monitors ask: `/healthz` (do we, the database and the broker answer) and `/readyz` (do the others live too)."""

import time

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config.lib import heartbeat


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 where this process can do its work, else 503 naming the part that fails."""
    return answer(parts=check_parts())


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """As healthz, and 503 also where worker, beat or sweeper gave no sign of life lately; ages are in seconds."""
    parts, ages = check_parts(), heartbeat.ages(now=time.time())
    alive = {name: heartbeat.is_alive(name, age) for name, age in ages.items()}
    return answer(parts=parts | alive, heartbeats=ages)


def answer(*, parts: dict[str, bool], **more: object) -> JsonResponse:
    healthy = all(parts.values())
    body = {
        "status": "ok" if healthy else "failing",
        "parts": {name: "ok" if fine else "failing" for name, fine in parts.items()},
        **more,
    }
    response = JsonResponse(body, status=200 if healthy else 503)
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001 - Django's word for "no error of ours"
    return response


def check_parts() -> dict[str, bool]:
    return {name: seconds is not None for name, seconds in heartbeat.answers().items()}
