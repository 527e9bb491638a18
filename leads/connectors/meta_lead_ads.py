"""Meta Lead Ads: instant forms of Facebook and Instagram."""

import hashlib
from typing import Any, ClassVar
from urllib.parse import quote

from leads import meta
from leads.connector import (
    Answer,
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
    UnreadableError,
)

_GRAPH = "https://graph.facebook.com/v21.0"
_LONGEST_ID = 200  # of a delivery


class MetaLeadAds(Source):
    """Takes the leads of Facebook and Instagram instant forms; Meta sends an id, and the answers are fetched with it.

    1. At developers.facebook.com make an app (type Business) with the product *Webhooks*. You need the permissions
       `leads_retrieval`, `pages_manage_metadata`, `pages_read_engagement`, `pages_show_list` and `ads_management`.
    2. Add the connection: the app's secret, a verify token of your own (any long word), and a page access token that
       does not run out.
    3. In the app, *Webhooks*, choose *Page*, *Subscribe*. Callback URL: the address. Verify token: the same word.
       Then subscribe to `leadgen`.
    4. Install the app on the page: `POST /{page-id}/subscribed_apps?subscribed_fields=leadgen` with the page's token.
    5. Send a lead with Meta's *Lead Ads Testing Tool*.

    Deliveries are signed with the app's secret. Where the token does not work (it ran out), deliveries wait and are
    tried again for about a day; put in a new token and run them again.
    """

    name = "meta_lead_ads"
    label = "Meta Lead Ads"
    keeps_rest = True
    settings: ClassVar = (
        Setting("app_secret", "App secret", kind=Kind.SECRET, required=True),
        Setting(
            "verify_token", "Verify token", "A word of your own, the same as in the app.", Kind.SECRET, required=True
        ),
        Setting("page_token", "Page access token", kind=Kind.SECRET, required=True),
    )
    MAPPING: ClassVar = {
        "name": "full_name",
        "first_name": "first_name",
        "last_name": "last_name",
        "email": ["work_email", "email"],
        "phone": ["work_phone_number", "phone_number", "phone"],
        "company": "company_name",
        "job_title": "job_title",
        "city": "city",
        "region": ["state", "province"],
        "country": "country",
        "postal_code": ["zip_code", "post_code"],
        "campaign": "campaign_name",
    }
    examples: ClassVar = (
        Example(
            name="a lead",
            body='{"object": "page", "entry": [{"id": "77", "time": 1711234567, "changes": [{"field": "leadgen",'
            ' "value": {"leadgen_id": "444555", "page_id": "77", "form_id": "31", "ad_id": "9"}}]}]}',
            secrets={"app_secret": "made-up", "verify_token": "made-up", "page_token": "made-up"},
            answers={
                "/444555": {
                    "id": "444555",
                    "created_time": "2026-03-23T22:56:07+0000",
                    "field_data": [
                        {"name": "full_name", "values": ["Ann Bauer"]},
                        {"name": "email", "values": ["ann.bauer@example.net"]},
                        {"name": "how_soon?", "values": ["this month"]},
                    ],
                }
            },
            gives={
                "external_id": "444555",
                "name": "Ann Bauer",
                "email": "ann.bauer@example.net",
                "channel": "ad",
                "answers": {"how_soon?": "this month", "form_id": "31", "ad_id": "9"},
            },
        ),
    )

    def greet(self, came: Came, configured: Configured) -> Answer | None:
        """The handshake when the web hook is made: the challenge back, if the verify token is ours."""
        return meta.greet(came, configured)

    def verify(self, came: Came, configured: Configured) -> None:
        """HMAC-SHA256 of the raw body by the app's secret."""
        meta.verify(came, configured)

    def delivery_id(self, came: Came, configured: Configured) -> str:
        """The ids of its leads."""
        ids = ",".join(sorted(value["leadgen_id"] for value in _leads(came)))
        # Cut short, a large batch would be taken for another that begins with the same leads.
        return ids if len(ids) <= _LONGEST_ID else hashlib.sha256(ids.encode()).hexdigest()

    def read(self, came: Came, configured: Configured, door: Door) -> list[News]:
        """Each lead, fetched by its id."""
        news: list[News] = [_fetched(value, configured.secret("page_token"), door) for value in _leads(came)]
        return news or [Ignored("No new lead is in it.")]


def _leads(came: Came) -> list[dict[str, Any]]:
    found = []
    entries = came.object.get("entry")
    for entry in entries if isinstance(entries, list) else []:
        changes = entry.get("changes") if isinstance(entry, dict) else None
        for change in changes if isinstance(changes, list) else []:
            value = change.get("value") if isinstance(change, dict) else None
            if not isinstance(value, dict) or change.get("field") != "leadgen":
                continue
            number = value.get("leadgen_id")
            if not isinstance(number, str | int) or not str(number).isdigit():
                raise UnreadableError("entry.changes.value.leadgen_id: this is no id.")
            found.append({**value, "leadgen_id": str(number)})
    return found


def _fetched(value: dict[str, Any], token: str, door: Door) -> NewLead:
    number = value["leadgen_id"]
    lead = door.get(f"{_GRAPH}/{quote(number)}", headers={"Authorization": f"Bearer {token}"})
    if not isinstance(lead, dict) or not isinstance(lead.get("field_data"), list):
        raise UnansweredError("Meta does not give the lead's answers yet.")
    facts = {}
    for row in lead["field_data"]:
        if isinstance(row, dict) and isinstance(row.get("name"), str):
            facts[row["name"]] = row.get("values")
    beside = {name: lead.get(name) or value.get(name) for name in ("campaign_name", "form_id", "ad_id")}
    return NewLead(number, {**facts, **beside}, {"channel": "ad"})


connector = MetaLeadAds()
