"""Salesforce Web-to-Lead: a form made for Salesforce, with only its address changed."""

from typing import ClassVar
from urllib.parse import urlsplit

from config.lib import signing
from leads.connector import Answer, Came, Configured, Door, Example, NewLead, News, Setting, Source

_THANKS = (
    "<!doctype html><html lang='en'><meta charset='utf-8'><meta name='viewport' content='width=device-width'>"
    "<title>Thank you</title><body><p>Thank you. We will be in touch.</p></body></html>"
)
_NOT_TYPED = frozenset({"oid", "orgid", "retURL", "debug", "debugEmail", "encoding", "submit", "member_status"})
# What every browser takes; the lead is kept, so a longer one must not end in an error.
_LONGEST_WAY_BACK = 2000


class WebToLead(Source):
    """Takes a Salesforce Web-to-Lead form as it is: change its `action` to the address, and nothing else.

    1. Add the connection and copy its address.
    2. In the page with the form, replace `https://webto.salesforce.com/servlet/servlet.WebToLead?encoding=UTF-8` in
       `<form action=...>` by the address.
    3. To have the visitor sent to `retURL` afterwards, list the hosts you allow (like `www.example.net`): an address
       anybody can write into a form must not send people elsewhere. Others see a short thank-you.

    All field names of Web-to-Lead are understood; custom fields (`00N...`) are kept as answers, for you to map. Where
    you enter your organisation's id, forms with another `oid` are refused. Nothing else proves who sent it.
    """

    name = "salesforce_web"
    label = "Salesforce Web-to-Lead"
    signed = False
    keeps_rest = True
    settings: ClassVar = (
        Setting("oid", "Organisation id", "15 or 18 characters, beginning with 00D. May be empty."),
        Setting("return_hosts", "Hosts of retURL", "Separated by commas, like www.example.net."),
    )
    MAPPING: ClassVar = {
        "first_name": "first_name",
        "last_name": "last_name",
        "company": "company",
        "email": "email",
        "phone": ["phone", "mobile"],
        "job_title": "title",
        "website": "URL",
        "city": "city",
        "region": ["state", "state_code"],
        "postal_code": "zip",
        "country": ["country", "country_code"],
        "industry": "industry",
        "employees": "employees",
        "message": "description",
        "source": "lead_source",
        "campaign": "Campaign_ID",
        "answers.street": "street",
        "answers.revenue": "revenue",
        "answers.mobile": "mobile",
    }
    examples: ClassVar = (
        Example(
            name="a form",
            body="oid=00D000000000001&retURL=https%3A%2F%2Fwww.example.net%2Fthanks&first_name=Ann&last_name=Bauer"
            "&company=Bauer+Marine&email=ann.bauer%40example.net&country=Germany&lead_source=Website"
            "&00N000000000001=20&description=Call+me",
            content_type="application/x-www-form-urlencoded",
            gives={
                "name": "Ann Bauer",
                "email": "ann.bauer@example.net",
                "company": "Bauer Marine",
                "country": "DE",
                "source": "Website",
                "message": "Call me",
                "channel": "form",
                "answers": {"00N000000000001": "20"},
            },
        ),
    )

    def verify(self, came: Came, configured: Configured) -> None:
        """The organisation, where it is known: its first 15 characters say which."""
        if own := configured.setting("oid"):
            signing.check_key(came.form.get("oid", "")[:15], [own[:15]], what="organisation id")

    def delivery_id(self, came: Came, configured: Configured) -> str:
        """Nothing is said of repeats; what is no form is refused at once."""
        _ = came.form
        return ""

    def answer(self, came: Came, configured: Configured) -> Answer:
        """On to retURL where its host is allowed, else a thank-you."""
        target = came.form.get("retURL", "")
        hosts = {host.strip().casefold() for host in configured.setting("return_hosts").split(",")} - {""}
        try:
            parts = urlsplit(target)
            allowed = parts.scheme in {"https", "http"} and (parts.hostname or "").casefold() in hosts
        except ValueError:
            allowed = False
        if allowed and len(target) <= _LONGEST_WAY_BACK and not any(sign in target for sign in "\r\n\\"):
            return Answer(location=target)
        return Answer(_THANKS, "text/html; charset=utf-8")

    def read(self, came: Came, configured: Configured, door: Door) -> list[News]:
        """One lead."""
        facts = {name: value for name, value in came.form.items() if name not in _NOT_TYPED}
        return [NewLead("", facts, {"channel": "form"})]


connector = WebToLead()
