"""ReachHub: company and person facts, asked as any HTTP enricher."""

from typing import ClassVar

from leads.connector import Example
from leads.templated import Templated


class ReachHub(Templated):
    """Asks ReachHub about the person or the company of a lead.

    ReachHub publishes no reference of its answers, so this is the HTTP enricher under its name: copy the address of its
    lookup from your account's documentation, with `{email}` or `{domain}` where they belong, enter the API key, and
    send a test lead. Its facts then stand on the lead's page as far as their names are recognised; write a mapping for
    the others.
    """

    name = "reachhub"
    label = "ReachHub"
    order = 40
    examples: ClassVar = (
        Example(
            name="by address",
            body='{"email": "ada@brandl.example"}',
            settings={
                "url": "https://api.reachhub.example/enrich?email={email}",
                "mapping": {"company": "data.organization.name", "employees": "data.organization.headcount"},
            },
            answers={"ada%40brandl.example": {"data": {"organization": {"name": "Brandl", "headcount": "1,200+"}}}},
            gives={"company": "Brandl", "employees": 1200},
        ),
    )


connector = ReachHub()
