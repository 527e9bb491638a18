"""Renders word to a rep from the templates `emails/<event>/`, in the rep's time zone."""

import zoneinfo
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone

from reps.channel import Alert
from reps.models import Rep


def render(*, event: str, uid: str, rep: Rep, context: dict[str, Any]) -> Alert:
    """One message to one rep; subject, text and HTML are templates of the event."""
    context = {**context, "rep": rep}
    with timezone.override(zoneinfo.ZoneInfo(rep.user.time_zone or "UTC")):
        subject, text, html = (
            render_to_string(f"emails/{event}/{name}", context) for name in ("subject.txt", "body.txt", "body.html")
        )
    return Alert(uid=uid, to=rep.user.email, subject=subject.strip(), text=text, html=html)
