"""Unbounce: landing pages that post each form to a web hook."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, ClassVar

from leads.connector import Came, Configured, Door, Example, NewLead, News, Posted, UnreadableError, json_in

# What the page tells of itself and its visitor, and nobody typed.
_NOT_TYPED = frozenset(
    {"ip_address", "page_uuid", "page_id", "variant", "time_submitted", "date_submitted", "page_name"}
)


class Unbounce(Posted):
    """Takes the leads of Unbounce landing pages, with the page's name as campaign.

    1. Add the connection and copy its address.
    2. In Unbounce open the page, *Integrations*, *Webhooks*, *Add*, and paste the address. Either content type will
       do.
    3. Send a test lead from the page, and look at it under *Last deliveries*. Fields such as `email`, `first_name`,
       `company` are recognised; map the others, or leave them as answers.

    Unbounce signs nothing. Keep the address secret; where your plan lets you add a header, set a key here and send it
    as `X-Fairlead-Key`. Its deliveries come from 54.241.34.25 and 50.19.99.184. It says nothing of repeats, so the
    same page posting the same answers within the same minute counts as one delivery.
    """

    name = "unbounce"
    label = "Unbounce"
    channel = "landing page"
    examples: ClassVar = (
        Example(
            name="a form",
            body="page_id=7a1b&page_url=https%3A%2F%2Fgo.example.net%2Fdemo&page_name=Demo+page&variant=a&data.json="
            "%7B%22first_name%22%3A%5B%22Ann%22%5D%2C%22last_name%22%3A%5B%22Bauer%22%5D%2C%22email%22%3A%5B%22"
            "ann.bauer%40example.net%22%5D%2C%22team_size%22%3A%5B%2220%22%5D%2C%22ip_address%22%3A%5B%22192.0.2.1%22%5D"
            "%2C%22time_submitted%22%3A%5B%2210%3A57+PM+UTC%22%5D%2C%22date_submitted%22%3A%5B%222026-11-02%22%5D%7D",
            content_type="application/x-www-form-urlencoded",
            gives={
                "name": "Ann Bauer",
                "email": "ann.bauer@example.net",
                "campaign": "Demo page",
                "channel": "landing page",
                "answers": {"team_size": "20"},
                "tracking": {"landing_page": "https://go.example.net/demo"},
            },
        ),
    )

    def delivery_id(self, came: Came, configured: Configured) -> str:
        """Made of what came, which holds the minute it was sent in."""
        return _digest(self.payload(came))

    def payload(self, came: Came) -> dict[str, Any]:
        """What stands in `data.json`, a text of its own, beside what the page tells of itself."""
        outer = super().payload(came)
        inner = outer.pop("data.json", None)
        outer.pop("data.xml", None)
        if inner is None:
            return outer
        try:
            answers = json_in(inner) if isinstance(inner, str) else inner
        except UnreadableError as error:
            raise UnreadableError(f"data.json: {error}") from error
        if not isinstance(answers, Mapping):
            raise UnreadableError("data.json must be a JSON object.")
        return {**outer, **answers}

    def read(self, came: Came, configured: Configured, door: Door) -> list[News]:
        """One lead."""
        payload = self.payload(came)
        facts = {name: value for name, value in payload.items() if name not in _NOT_TYPED}
        page = payload.get("page_name")
        page = page[0] if isinstance(page, list) and page else page
        defaults = {"channel": self.channel, **({"campaign": page[:200]} if isinstance(page, str) else {})}
        return [NewLead(_digest(payload), facts, defaults)]


def _digest(payload: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(payload, sort_keys=True, default=str).encode()).hexdigest()[:32]


connector = Unbounce()
