"""Renders word to a person from the templates `emails/<event>/`, in their time zone."""

import zoneinfo
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone

from reps.channel import Alert
from reps.models import User


def render(*, event: str, uid: str, user: User, context: dict[str, Any]) -> Alert:
    """One message to one person; subject, text and HTML are templates of the event."""
    with timezone.override(zoneinfo.ZoneInfo(user.time_zone or "UTC")):
        subject, text, html = (
            render_to_string(f"emails/{event}/{name}", context) for name in ("subject.txt", "body.txt", "body.html")
        )
    return Alert(uid=uid, to=user.email, subject=subject.strip(), text=text, html=html)
