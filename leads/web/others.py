"""Other people of the same company on a lead's page: those among the leads the reader may read, the newest first."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from leads.life import Kind
from leads.models import Lead

_MOST = 6


def others_of(lead: Lead, *, reader: Any, now: datetime) -> dict[str, Any] | None:
    """The company, some of its people with who works them, and how many more; None where there is nobody to show."""
    if lead.account is None:
        return None
    rows = Lead.objects.visible_to(reader, now=now).filter(account=lead.account, merged_into=None)
    rows = rows.exclude(pk=lead.pk).exclude(kind=Kind.TEST)
    if lead.contact_id:
        rows = rows.exclude(contact=lead.contact_id)
    shown = list(rows.select_related("private", "stage", "owner__user").order_by("-arrived_at")[: _MOST + 1])
    if not shown:
        return None
    people = [
        {
            "url": reverse("lead-show", args=[row.uid]),
            "name": row.private.name or row.private.email or row.private.phone,
            "job": row.private.job_title,
            "owner": row.owner.name if row.owner else "",
            "stage": row.stage.name,
            "at": row.arrived_at,
        }
        for row in shown[:_MOST]
    ]
    return {"company": lead.account.name, "people": people, "more": len(shown) > _MOST}
