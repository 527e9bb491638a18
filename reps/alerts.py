"""Renders word to a person from the templates `emails/<event>/`, in their time zone, and addresses it."""

import zoneinfo
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from reps import branding, endpoints
from reps.branding import Brand
from reps.channel import Alert
from reps.models import Endpoint, User


def render(*, event: str, uid: str, user: User, context: dict[str, Any], brand: Brand | None = None) -> Alert:
    """One message to one person; subject, text and HTML are templates of the event.

    What channels with little room show is the same text without greeting and link. Who renders many reads `brand` once.
    """
    context = {**context, "brand": brand or branding.brand()}
    with timezone.override(zoneinfo.ZoneInfo(user.time_zone or "UTC")):
        subject, text, html = (
            render_to_string(f"emails/{event}/{name}", context) for name in ("subject.txt", "body.txt", "body.html")
        )
        brief = render_to_string(f"emails/{event}/body.txt", {**context, "brief": True})
    return Alert(
        uid=uid,
        to=user.email,
        subject=" ".join(subject.split()),
        text=text,
        html=html,
        brief=_tight(brief),
        act=context.get("act", ""),
        url=context.get("url", ""),
        buttons=tuple(context.get("buttons", ())),
    )


def to(alert: Alert, endpoint: Endpoint) -> Alert:
    """The same to an endpoint. Raises config.lib.sealed.UnsealedError."""
    return replace(alert, address=endpoints.address_of(endpoint))


def link(name: str) -> str:
    """The whole address of one of our pages, as a message needs it."""
    return str(settings.PUBLIC_URL + reverse(name))


def _tight(text: str) -> str:
    """Without empty lines, and beginning like a sentence."""
    lines = "\n".join(line.strip() for line in text.splitlines() if line.strip())
    return lines[:1].upper() + lines[1:]
