"""Chili Piper: meetings that its router booked with a rep."""

from collections.abc import Mapping
from typing import Any, ClassVar

from leads.connector import (
    HOST_KEEPS,
    Came,
    Configured,
    Door,
    Example,
    Ignored,
    NewLead,
    News,
    Noted,
    Posted,
    UnreadableError,
    Who,
)


class ChiliPiper(Posted):
    """Takes those who book a meeting through Chili Piper; the rep it was booked with keeps the lead.

    1. Add the connection and copy its address.
    2. In Chili Piper open the meeting type or router, *Webhooks* (or *Automations*), and paste the address.
    3. Book a meeting with yourself, and look at it under *Last deliveries*.

    Chili Piper signs nothing: keep the address secret, or set a key and have it sent as the header `X-Fairlead-Key`.
    The rep is known by `assigneeEmail`. News of a meeting that exists (moved, cancelled, no-show) are noted on the
    lead.
    """

    name = "chili_piper"
    label = "Chili Piper"
    channel = "meeting booked"
    settings: ClassVar = (
        *Posted.settings,
        HOST_KEEPS,
    )
    MAPPING: ClassVar = {
        "email": "primaryGuestEmail",
        "name": ["primaryGuestDataFields.FullName", "primaryGuestDataFields.Name"],
        "first_name": "primaryGuestDataFields.FirstName",
        "last_name": "primaryGuestDataFields.LastName",
        "company": ["primaryGuestDataFields.Company", "primaryGuestDataFields.CompanyName"],
        "phone": "primaryGuestDataFields.Phone",
        "country": "primaryGuestDataFields.Country",
        "job_title": "primaryGuestDataFields.Title",
    }
    examples: ClassVar = (
        Example(
            name="a meeting is booked",
            body='{"meetingIdChili": "m-501", "meetingTitle": "Demo", "meetingStartTime": "2026-12-01T09:00:00Z",'
            ' "primaryGuestEmail": "ann.bauer@example.net", "primaryGuestDataFields": {"FirstName": "Ann", "LastName":'
            ' "Bauer", "Company": "Bauer Marine", "TeamSize": "20"}, "hostEmail": "lena@harbor.example",'
            ' "assigneeEmail": "lena@harbor.example", "workspaceName": "Sales", "type": "Created"}',
            gives={
                "external_id": "m-501",
                "name": "Ann Bauer",
                "email": "ann.bauer@example.net",
                "company": "Bauer Marine",
                "intent": "demo",
                "channel": "meeting booked",
                "answers": {"TeamSize": "20", "meetingStartTime": "2026-12-01T09:00:00Z"},
            },
        ),
    )

    def delivery_id(self, came: Came, configured: Configured) -> str:
        """The meeting, what happened to it, and when it now is."""
        body = self.payload(came)
        number = self.id_of(body)
        return f"{number}:{body.get('type')}:{body.get('meetingStartTime')}"[:200] if number else ""

    def read(self, came: Came, configured: Configured, door: Door) -> list[News]:
        """A lead for a meeting booked, a remark for all else."""
        body = self.payload(came)
        number, what = self.id_of(body), str(body.get("type") or "")
        if not number:
            raise UnreadableError("meetingIdChili is missing.")
        if what.casefold() == "created":
            kept = ("primaryGuestEmail", "primaryGuestDataFields", "meetingStartTime")
            facts = {name: body.get(name) for name in kept}
            host = body.get("assigneeEmail") or body.get("hostEmail") or ""
            return [NewLead(number, facts, {"channel": self.channel, "intent": "demo"}, host=str(host))]
        if not what:
            return [Ignored("It does not say what happened to the meeting.")]
        who = Who(email=str(body.get("primaryGuestEmail") or ""), lead_id=number)
        said = f"Chili Piper says of the meeting: {what[:60]} ({str(body.get('meetingStartTime') or '')[:40]})."
        return [Noted(f"{what}:{number}:{body.get('meetingStartTime')}"[:200], who, said, tell=True)]

    def id_of(self, facts: Mapping[str, Any]) -> str:
        """The meeting's."""
        found = facts.get("meetingIdChili")
        return found[:150] if isinstance(found, str) else ""


connector = ChiliPiper()
