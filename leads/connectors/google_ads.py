"""Google Ads: lead form assets, sent to a web hook as they are filled in."""

from typing import ClassVar

from config.lib import signing
from leads.connector import Answer, Came, Configured, Door, Example, Ignored, Kind, NewLead, News, Setting, Source
from leads.mapping import flatten


class GoogleAds(Source):
    """Takes the leads of Google Ads lead forms, with campaign and click id.

    1. Add the connection, choose a key of your own (a long random word), and copy the address.
    2. In Google Ads open the lead form, *Export leads from Google Ads*, *Webhook integration*. Webhook URL: the
       address. Key: the same key.
    3. Press *Send test data*. The delivery stands under *Last deliveries* as *nothing to do*: Google's test leads are
       checked like all others, and never reach a rep.

    The key is Google's only proof, and stands in the body. A lead is known again by its `lead_id`.
    """

    name = "google_ads"
    label = "Google Ads"
    keeps_rest = True
    settings: ClassVar = (Setting("key", "Key", "The same as in Google Ads.", Kind.SECRET, required=True),)
    MAPPING: ClassVar = {
        "name": "FULL_NAME",
        "first_name": "FIRST_NAME",
        "last_name": "LAST_NAME",
        "email": ["WORK_EMAIL", "EMAIL"],
        "phone": ["WORK_PHONE", "PHONE_NUMBER"],
        "company": "COMPANY_NAME",
        "job_title": "JOB_TITLE",
        "city": "CITY",
        "region": "REGION",
        "country": "COUNTRY",
        "postal_code": "POSTAL_CODE",
    }
    examples: ClassVar = (
        Example(
            name="a lead",
            body='{"lead_id": "TeSter-123", "api_version": "1.0", "form_id": 1, "campaign_id": 2, "gcl_id": "Cj0x",'
            ' "google_key": "made-up-key", "is_test": false, "lead_submit_time": "2026-01-01T12:30:00Z",'
            ' "user_column_data": [{"column_id": "FULL_NAME", "column_name": "Full name", "string_value": "Ann Bauer"},'
            ' {"column_id": "EMAIL", "column_name": "E-mail", "string_value": "ann.bauer@example.net"},'
            ' {"column_id": "COUNTRY", "column_name": "Country", "string_value": "Germany"},'
            ' {"column_id": "how_many_seats", "column_name": "How many seats?", "string_value": "40"}]}',
            secrets={"key": "made-up-key"},
            gives={
                "external_id": "TeSter-123",
                "name": "Ann Bauer",
                "email": "ann.bauer@example.net",
                "country": "DE",
                "channel": "ad",
                "answers": {"how_many_seats": "40", "campaign_id": 2, "form_id": 1},
                "tracking": {"gclid": "Cj0x"},
            },
        ),
    )

    def verify(self, came: Came, configured: Configured) -> None:
        """The key in the body."""
        signing.check_key(came.object.get("google_key"), configured.secrets.get("key", ()))

    def delivery_id(self, came: Came, configured: Configured) -> str:
        """The lead's own id."""
        found = came.object.get("lead_id")
        return found[:200] if isinstance(found, str) else ""

    def answer(self, came: Came, configured: Configured) -> Answer:
        """An empty object: Google asks for 200 alone."""
        return Answer("{}")

    def read(self, came: Came, configured: Configured, door: Door) -> list[News]:
        """One lead; a test is said to have come, and goes no further."""
        body = came.object
        facts = flatten({"user_column_data": body.get("user_column_data")})
        columns = {place.removeprefix("user_column_data[")[:-1]: value for place, value in facts.items()}
        if body.get("is_test"):
            many = "1 field" if len(columns) == 1 else f"{len(columns)} fields"
            return [Ignored(f"A test of Google Ads with {many}: {', '.join(columns)[:300]}.")]
        beside = {"gclid": body.get("gcl_id"), "campaign_id": body.get("campaign_id"), "form_id": body.get("form_id")}
        return [NewLead(str(body.get("lead_id") or "")[:200], {**columns, **beside}, {"channel": "ad"})]


connector = GoogleAds()
