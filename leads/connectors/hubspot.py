"""HubSpot: contacts that are made there, or reach a lifecycle stage."""

import hashlib
import json
from datetime import timedelta
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
    Noted,
    Setting,
    Source,
    UnansweredError,
    UnreadableError,
    Who,
)

_API = "https://api.hubapi.com/crm/v3/objects/contacts"
_PROPERTIES = (
    "email,firstname,lastname,phone,mobilephone,company,jobtitle,website,country,state,city,zip,industry,"
    "numberofemployees,hs_language,lifecyclestage,message,hs_analytics_source,utm_campaign"
)
_WINDOW = timedelta(minutes=5)
# What HubSpot's v3 signature expects to be decoded in the address, and nothing else.
_DECODED = {
    "%3A": ":", "%2F": "/", "%3F": "?", "%40": "@", "%21": "!", "%24": "$", "%27": "'", "%28": "(", "%29": ")",
    "%2A": "*", "%2C": ",", "%3B": ";",
}  # fmt: skip


class HubSpot(Source):
    """Takes contacts that are made in HubSpot, or that reach a lifecycle stage; each is fetched by its id.

    1. In HubSpot make a private app with the scope `crm.objects.contacts.read`. Its access token goes into the
       connection.
    2. Make a public app (or use the private app's *Webhooks*): target URL is the address. Its client secret goes into
       the connection.
    3. Subscribe to `contact.creation`, and to `contact.propertyChange` of `lifecyclestage` if you set a stage here.
       `contact.deletion` and `contact.privacyDeletion` tell the lead's owner to erase it.

    Version 3 signatures are checked (method, public address, body and time, not older than five minutes): behind a
    proxy set PUBLIC_URL to what HubSpot calls. Older subscriptions sign by version 1, which proves less; switch it on
    only if yours do. What our own app changed is passed over, if you enter its number.
    """

    name = "hubspot"
    label = "HubSpot"
    settings: ClassVar = (
        Setting("client_secret", "Client secret", kind=Kind.SECRET, required=True),
        Setting("token", "Access token", kind=Kind.SECRET, required=True),
        Setting("stage", "Lifecycle stage", "Like marketingqualifiedlead: contacts count as leads when they reach it."),
        Setting("app_id", "Number of our own app", "What it changed is passed over. May be empty."),
        Setting("v1", "Accept version 1 signatures", kind=Kind.YES_NO),
    )
    MAPPING: ClassVar = {
        "email": "email",
        "first_name": "firstname",
        "last_name": "lastname",
        "phone": ["phone", "mobilephone"],
        "company": "company",
        "job_title": "jobtitle",
        "website": "website",
        "country": "country",
        "region": "state",
        "city": "city",
        "postal_code": "zip",
        "industry": "industry",
        "employees": "numberofemployees",
        "language": "hs_language",
        "message": "message",
    }
    examples: ClassVar = (
        Example(
            name="a contact is made",
            body='[{"eventId": 1, "subscriptionId": 2, "portalId": 3, "appId": 4, "occurredAt": 1711234567890,'
            ' "subscriptionType": "contact.creation", "attemptNumber": 0, "objectId": 512, "changeSource": "FORM"}]',
            secrets={"client_secret": "made-up", "token": "made-up"},
            answers={
                "/contacts/512": {
                    "id": "512",
                    "properties": {
                        "email": "ann.bauer@example.net",
                        "firstname": "Ann",
                        "lastname": "Bauer",
                        "company": "Bauer Marine",
                        "country": "Germany",
                        "numberofemployees": "40",
                    },
                }
            },
            gives={
                "external_id": "512",
                "name": "Ann Bauer",
                "email": "ann.bauer@example.net",
                "company": "Bauer Marine",
                "country": "DE",
                "employees": 40,
                "channel": "CRM",
            },
        ),
    )

    def verify(self, came: Came, configured: Configured) -> None:
        """Version 3; version 1 where it is switched on and no version 3 was sent."""
        secrets = configured.secrets.get("client_secret", ())
        given = came.header("x-hubspot-signature-v3")
        if not given and configured.on("v1") and came.header("x-hubspot-signature-version") in {"", "v1"}:
            expected = [hashlib.sha256(secret.encode() + came.body).hexdigest() for secret in secrets]
            signing.check(came.header("x-hubspot-signature"), expected)
            return
        stamp = came.header("x-hubspot-request-timestamp")
        signing.check_fresh(stamp[:-3], now=came.at, window=_WINDOW)  # it counts milliseconds
        message = f"{came.method}{_decoded(came.url)}".encode() + came.body + stamp.encode()
        signing.check(given, [signing.base64_of(secret.encode(), message) for secret in secrets])

    def delivery_id(self, came: Came, configured: Configured) -> str:
        """All its events by number, portal, contact and instant; how often it was tried does not count."""
        marks = [[e.get(name) for name in ("portalId", "eventId", "objectId", "occurredAt")] for e in _events(came)]
        return hashlib.sha256(json.dumps(sorted(map(str, marks))).encode()).hexdigest()

    def read(self, came: Came, configured: Configured, door: Door) -> list[News]:
        """A lead for each contact that is new or reached the stage."""
        return [self._news(event, configured, door) for event in _events(came)]

    def _news(self, event: dict[str, Any], configured: Configured, door: Door) -> News:
        what, number = str(event.get("subscriptionType") or ""), str(event.get("objectId") or "")[:60]
        own = configured.setting("app_id")
        if own and own in str(event.get("sourceId") or ""):
            return Ignored("Our own app did it.")
        if what in {"contact.deletion", "contact.privacyDeletion"}:
            said = "The contact was deleted in HubSpot."
            if what == "contact.privacyDeletion":
                said = "The contact was deleted in HubSpot for privacy: erase their data here."
            return Noted(f"{what}:{number}", Who(lead_id=number), said, tell=True)
        if what == "contact.propertyChange":
            stage = configured.setting("stage")
            if not stage or (event.get("propertyName"), event.get("propertyValue")) != ("lifecyclestage", stage):
                return Ignored(f"{str(event.get('propertyName'))[:60]} was changed: that makes no lead.")
        elif what != "contact.creation" or configured.setting("stage"):
            return Ignored(f"HubSpot's news of the kind {what[:60]} bring no lead here.")
        headers = {"Authorization": f"Bearer {configured.secret('token')}"}
        found = door.get(f"{_API}/{quote(number, safe='')}", headers=headers, params={"properties": _PROPERTIES})
        properties = found.get("properties") if isinstance(found, dict) else None
        if not isinstance(properties, dict):
            raise UnansweredError("HubSpot does not give the contact yet.")
        return NewLead(number, properties, {"channel": "CRM"})


def _events(came: Came) -> list[dict[str, Any]]:
    body = came.json
    if not isinstance(body, list) or not all(isinstance(one, dict) for one in body):
        raise UnreadableError("The body must be a list of events.")
    return body


def _decoded(url: str) -> str:
    for code, sign in _DECODED.items():
        url = url.replace(code, sign).replace(code.lower(), sign)
    return url


connector = HubSpot()
