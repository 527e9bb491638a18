"""Clearbit (HubSpot Breeze Intelligence): person and company by mail address, or the company by its domain."""

from collections.abc import Mapping
from typing import Any, ClassVar

from leads.connector import Asked, Configured, Door, Enricher, Example, Kind, Setting
from leads.mapping import Rule
from leads.templated import mapped

_FIELDS: Mapping[str, Rule] = {
    "name": "person.name.fullName",
    "job_title": "person.employment.title",
    "company": ["company.name", "person.employment.name"],
    "website": "company.domain",
    "industry": ["company.category.industry", "company.category.sector"],
    "employees": ["company.metrics.employees", "company.metrics.employeesRange"],
    "country": ["company.geo.countryCode", "person.geo.countryCode"],
    "region": "company.geo.state",
    "city": "company.geo.city",
    "postal_code": "company.geo.postalCode",
    "time_zone": "company.timeZone",
}
_LINKEDIN = "https://www.linkedin.com/"


class Clearbit(Enricher):
    """Asks Clearbit's combined lookup by mail address, or its company lookup where only a domain is known.

    Enter the secret key (it begins with `sk_`). 404 means that it knows nothing; 202 that it is still looking, which
    counts as no answer. Services with the same answers can be asked at another address.

    Clearbit's own interface takes no new customers; who has a key keeps it. Its terms tell what may be stored, and for
    how long: answers are kept for the days that stand under *Operations*.
    """

    name = "clearbit"
    label = "Clearbit"
    settings: ClassVar = (
        Setting("key", "Secret key", kind=Kind.SECRET, required=True),
        Setting(
            "person_url", "Lookup by address", kind=Kind.URL, default="https://person.clearbit.com/v2/combined/find"
        ),
        Setting(
            "company_url", "Lookup by domain", kind=Kind.URL, default="https://company.clearbit.com/v2/companies/find"
        ),
        *Enricher.ORDER,
    )
    examples: ClassVar = (
        Example(
            name="by address",
            body='{"email": "alex@brandl.example", "domain": "brandl.example"}',
            answers={
                "combined/find": {
                    "person": {
                        "id": "d54c54ad-40be-4305-8a34-0ab44710b90d",
                        "name": {"fullName": "Alex Brandl", "givenName": "Alex", "familyName": "Brandl"},
                        "email": "alex@brandl.example",
                        "geo": {"city": "Graz", "country": "Austria", "countryCode": "AT"},
                        "employment": {"name": "Brandl", "domain": "brandl.example", "title": "Head of Logistics"},
                        "linkedin": {"handle": "in/alexbrandl"},
                    },
                    "company": {
                        "name": "Brandl & Co",
                        "domain": "brandl.example",
                        "category": {"sector": "Industrials", "industry": "Machinery"},
                        "geo": {"city": "Graz", "state": "Styria", "postalCode": "8010", "countryCode": "AT"},
                        "timeZone": "Europe/Vienna",
                        "metrics": {"employees": 240, "employeesRange": "51-250", "annualRevenue": None},
                    },
                }
            },
            gives={
                "name": "Alex Brandl",
                "job_title": "Head of Logistics",
                "company": "Brandl & Co",
                "website": "https://brandl.example",
                "industry": "Machinery",
                "employees": 240,
                "country": "AT",
                "region": "Styria",
                "city": "Graz",
                "postal_code": "8010",
                "time_zone": "Europe/Vienna",
                "profile_url": "https://www.linkedin.com/in/alexbrandl",
            },
        ),
        Example(
            name="by domain, a range only",
            body='{"domain": "brandl.example"}',
            answers={
                "companies/find": {
                    "name": "Brandl",
                    "domain": "brandl.example",
                    "metrics": {"employees": None, "employeesRange": "51-250"},
                    "geo": {"countryCode": "AT"},
                }
            },
            gives={"company": "Brandl", "website": "https://brandl.example", "employees": 51, "country": "AT"},
        ),
        Example(name="nothing known", body='{"email": "ghost@brandl.example"}'),
    )

    def lookup(self, asked: Asked, configured: Configured, door: Door) -> Mapping[str, Any]:
        """Person and company, or the company alone."""
        headers = {"Authorization": f"Bearer {configured.secret('key')}"}
        if asked.email:
            url = configured.setting("person_url") or self.settings[1].default
            answer = door.get(url, headers=headers, params={"email": asked.email})
        else:
            url = configured.setting("company_url") or self.settings[2].default
            company = door.get(url, headers=headers, params={"domain": asked.domain})
            answer = {"company": company} if company else None
        found = mapped(answer, _FIELDS)
        handle = mapped(answer, {"handle": "person.linkedin.handle"}).get("handle")
        return {**found, "profile_url": f"{_LINKEDIN}{handle}"} if isinstance(handle, str) else found


connector = Clearbit()
