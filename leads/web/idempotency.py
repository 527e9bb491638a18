"""Makes a repeated POST harmless: the first answer again for the same key and body, 422 for another body."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from leads.models import ApiKey, IdempotencyKey, Lead
from leads.web.problems import KeyReused

LONGEST_KEY = 255
Answer = tuple[int, dict[str, object], Lead | None]


def key_of(request: Request) -> str:
    """The header's text, checked; empty when the caller sent none."""
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > LONGEST_KEY or not key.isprintable():
        raise ValidationError({"Idempotency-Key": [_("At most 255 printable characters.")]})
    return key


def once(request: Request, *, route: str, now: datetime, work: Callable[[], Answer]) -> tuple[Answer, bool]:
    """Do the work in one transaction with the key's row; give (answer, whether it is a repeat)."""
    key = key_of(request)
    if not key or not isinstance(request.auth, ApiKey):
        with transaction.atomic():
            return work(), False
    digest = body_hash(request.data)
    with transaction.atomic():
        # Inserted first: the same key sent twice at once waits here for the first to commit.
        row = IdempotencyKey(api_key=request.auth, route=route, key=key, body_hash=digest, status=0, created_at=now)
        IdempotencyKey.objects.bulk_create([row], ignore_conflicts=True)
        stored = IdempotencyKey.objects.select_related("lead").get(api_key=request.auth, route=route, key=key)
        if stored.body_hash != digest:
            raise KeyReused(_("This Idempotency-Key came before with another body."))
        if stored.status:
            return (stored.status, stored.answer or {}, stored.lead), True
        status, answer, lead = work()
        stored.status, stored.answer, stored.lead = status, answer, lead
        stored.save(update_fields=["status", "answer", "lead"])
    return (status, answer, lead), False


def body_hash(body: object) -> str:
    """SHA-256 over the body with sorted names, so that spacing and order do not matter."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), cls=DjangoJSONEncoder)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
