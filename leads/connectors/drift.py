"""Drift (Salesloft): chat conversations whose visitor said who they are."""

from typing import Any, ClassVar
from urllib.parse import quote

from config.lib import signing
from leads.connector import (
    Came,
    Configured,
    Door,
    Example,
    Ignored,
    Kind,
    NewLead,
    News,
    Setting,
    Source,
    UnansweredError,
)

_API = "https://driftapi.com"


class Drift(Source):
    """Takes the visitors who tell their address in a Drift chat; Drift sends an id, and the contact is fetched with
    it.

    1. In Drift's developer portal make an app with the scope `contact_read`, and install it.
    2. Add the connection: the app's verification token and an OAuth access token. Copy the address into *Webhooks*.
    3. Subscribe to *Contact Identified*.

    Drift sends its verification token in the header `X-Verification-Token` and in the body; both must fit. News of
    other kinds (messages, status of a conversation) are kept and passed over, with that reason.
    """

    name = "drift"
    label = "Drift"
    keeps_rest = True
    settings: ClassVar = (
        Setting("verification_token", "Verification token", kind=Kind.SECRET, required=True),
        Setting("token", "Access token", kind=Kind.SECRET, required=True),
    )
    MAPPING: ClassVar = {
        "name": "name",
        "email": "email",
        "phone": "phone",
        "company": ["company", "employment_name"],
        "job_title": ["title", "employment_title"],
        "country": ["country", "geo_country"],
        "city": ["city", "geo_city"],
    }
    examples: ClassVar = (
        Example(
            name="a visitor said who they are",
            body='{"type": "contact_identified", "orgId": 11, "token": "made-up", "data": {"endUserId": 8123,'
            ' "createdAt": 1711234567890}}',
            headers={"X-Verification-Token": "made-up"},
            secrets={"verification_token": "made-up", "token": "made-up"},
            answers={
                "/contacts/8123": {
                    "data": {
                        "id": 8123,
                        "attributes": {
                            "name": "Ann Bauer",
                            "email": "ann.bauer@example.net",
                            "company": "Bauer Marine",
                        },
                    }
                }
            },
            gives={
                "external_id": "8123",
                "name": "Ann Bauer",
                "email": "ann.bauer@example.net",
                "company": "Bauer Marine",
                "channel": "chat",
            },
        ),
    )

    def verify(self, came: Came, configured: Configured) -> None:
        """The token, in the body and, where Drift sends it, in the header."""
        tokens = configured.secrets.get("verification_token", ())
        signing.check_key(came.object.get("token"), tokens, what="verification token")
        if header := came.header("x-verification-token"):
            signing.check_key(header, tokens, what="verification token")

    def delivery_id(self, came: Came, configured: Configured) -> str:
        """Its kind, its ids and its instant."""
        data = _data(came)
        at = data.get("timestamp") or data.get("createdAt")
        return f"{came.object.get('type')}:{came.object.get('orgId')}:{_contact(data)}:{at}"[:200] if at else ""

    def read(self, came: Came, configured: Configured, door: Door) -> list[News]:
        """One lead, fetched by its id."""
        what = came.object.get("type")
        if what != "contact_identified":
            return [Ignored(f"Drift's news of the kind {str(what)[:60]} bring no lead.")]
        number = _contact(_data(came))
        if not number:
            return [Ignored("It does not say which contact.")]
        headers = {"Authorization": f"Bearer {configured.secret('token')}"}
        found = door.get(f"{_API}/contacts/{quote(number, safe='')}", headers=headers)
        facts = _data_of(found).get("attributes")
        if not isinstance(facts, dict):
            raise UnansweredError("Drift does not know the contact yet.")
        told = {name: value for name, value in facts.items() if not name.startswith("_") and name != "events"}
        return [NewLead(number, told, {"channel": "chat"})]


def _data(came: Came) -> dict[str, Any]:
    return _data_of(came.object)


def _data_of(holder: object) -> dict[str, Any]:
    found = holder.get("data") if isinstance(holder, dict) else None
    return found if isinstance(found, dict) else {}


def _contact(data: dict[str, Any]) -> str:
    found = data.get("endUserId") or data.get("contactId")
    return str(found)[:60] if isinstance(found, str | int) else ""


connector = Drift()
