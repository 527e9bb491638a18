"""HTTP enricher: any service that answers JSON about an address or a domain."""

from typing import ClassVar

from leads.connector import Example
from leads.templated import Templated


class HTTPEnricher(Templated):
    """Asks any service that answers JSON: your own CRM or data warehouse, or a provider without a page of its own here.

    1. Write the address with places for what is known of the lead: `https://data.example.com/company?domain={domain}`.
       A lead of which one of these is unknown is not asked about. Free mail has no `{domain}`.
    2. Enter the key, the header it goes into and the word before it. Both may be empty.
    3. Write a mapping from the answer to our fields, such as `{"employees": "company.size", "industry": ["sector",
       "company.industry"]}`. Without one, names such as `employees` or `companyName` are recognised by themselves.

    404 and an empty answer mean that nothing is known. Values may be loose: `51-200` employees, a country by name.
    The service must stand on the open internet, or its host among `ALLOWED_PRIVATE_HOSTS`.
    """

    name = "http_enricher"
    label = "HTTP enricher"
    examples: ClassVar = (
        Example(
            name="by domain",
            body='{"domain": "brandl.example", "email": "ada@brandl.example"}',
            settings={
                "url": "https://data.example.net/company?domain={domain}",
                "mapping": {"employees": "company.size", "industry": ["sector", "company.industry"]},
            },
            answers={"domain=brandl.example": {"company": {"size": "51-200", "industry": "Logistics"}}},
            gives={"employees": 51, "industry": "Logistics"},
        ),
        Example(
            name="without a mapping",
            body='{"email": "ada@brandl.example"}',
            settings={"url": "https://data.example.net/person/{email}"},
            answers={
                "ada%40brandl.example": {"person": {"jobTitle": "CTO"}, "companyName": "Brandl", "country": "Austria"}
            },
            gives={"job_title": "CTO", "company": "Brandl", "country": "AT"},
        ),
        Example(
            name="nothing known",
            body='{"email": "ada@brandl.example"}',
            settings={"url": "https://data.example.net/person/{email}"},
        ),
    )


connector = HTTPEnricher()
