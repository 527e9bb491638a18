"""Zapier: any of its apps, by a plain POST."""

from collections.abc import Mapping
from typing import Any, ClassVar

from leads.connector import Example, Posted


class Zapier(Posted):
    """Takes leads from any app that Zapier (or Make, n8n, Power Automate) can listen to.

    1. Add the connection, set a key, and copy the address.
    2. In Zapier choose the trigger, then *Webhooks by Zapier*, *POST*. URL: the address. Payload type: json.
    3. Under *Data* write our names on the left and pick the app's values on the right: `email`, `name` (or
       `first_name`, `last_name`), `phone`, `company`, `country`, `message`, `profile_url`, `handle`, `channel`,
       `intent`. Anything else is kept as an answer. `id` is the app's own id: the same one is taken once, so a
       replayed Zap adds nothing.
    4. Under *Headers* add `X-Fairlead-Key` with the key.
    """

    name = "zapier"
    label = "Zapier"
    channel = "web hook"
    examples: ClassVar = (
        Example(
            name="a POST by a Zap",
            body='{"id": "row-19", "name": "Ann Bauer", "email": "ann.bauer@example.net", "company": "Bauer Marine",'
            ' "country": "DE", "Which plan": "Team"}',
            secrets={"key": "made-up-key"},
            gives={
                "external_id": "row-19",
                "name": "Ann Bauer",
                "email": "ann.bauer@example.net",
                "country": "DE",
                "answers": {"Which plan": "Team"},
            },
        ),
    )

    def id_of(self, facts: Mapping[str, Any]) -> str:
        """The app's own."""
        found = facts.get("id") or facts.get("external_id")
        return str(found)[:200] if isinstance(found, str | int) and not isinstance(found, bool) else ""


connector = Zapier()
