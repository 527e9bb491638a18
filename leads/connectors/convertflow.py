"""ConvertFlow: calls to action and forms that post their contacts to a web hook."""

from collections.abc import Mapping
from typing import Any, ClassVar

from leads.connector import Example, Posted


class ConvertFlow(Posted):
    """Takes contacts that ConvertFlow posts when somebody completes a form or a quiz.

    1. Add the connection and copy its address.
    2. In ConvertFlow open *Automations* (or the call to action's *Actions*), add *Send to webhook*, and paste the
       address.
    3. Submit the form once yourself. The delivery stands under *Last deliveries* with the facts found in it; choose
       under *Mapping* which fact fills which field, and run the delivery again.

    ConvertFlow publishes no description of what it sends, so nothing is taken for granted: names such as `email` and
    `first_name` are recognised, and everything else is kept as an answer until you map it. It signs nothing: keep the
    address secret, or set a key here and have it sent as the header `X-Fairlead-Key`.
    """

    name = "convertflow"
    label = "ConvertFlow"
    examples: ClassVar = (
        Example(
            name="a completed form (a sample, the vendor publishes none)",
            body='{"contact": {"id": 5512, "email": "ann.bauer@example.net", "first_name": "Ann", "last_name": "Bauer",'
            ' "fields": {"company": "Bauer Marine", "team size": "11-50"}}, "cta": {"title": "Pricing quiz"},'
            ' "utm_source": "newsletter"}',
            gives={
                "external_id": "5512",
                "name": "Ann Bauer",
                "email": "ann.bauer@example.net",
                "company": "Bauer Marine",
                "tracking": {"utm_source": "newsletter"},
            },
        ),
    )

    def id_of(self, facts: Mapping[str, Any]) -> str:
        """The contact's, where it stands where the sample has it."""
        contact = facts.get("contact")
        found = contact.get("id") if isinstance(contact, Mapping) else None
        return str(found)[:200] if isinstance(found, str | int) and not isinstance(found, bool) else ""


connector = ConvertFlow()
