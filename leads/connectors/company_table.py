"""Company table: facts of your own list of companies, by domain."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from leads.connector import Asked, Configured, Door, Enricher
from leads.models import CompanyRecord

_FIELDS = ("employees", "industry", "segment", "country", "region", "city", "postal_code")


class CompanyTable(Enricher):
    """Fills in what you know already: your own table of companies, found by the domain of the lead.

    The table stands in the admin under *Companies*; one row a domain, with size, industry, segment, place and fields of
    your own. Nothing is asked over the network, so it costs no time and goes before all providers.

    `manage.py import_companies companies.csv` reads a CSV with a head (domain, name, employees, industry, segment,
    country, region, city, postal_code; any other column is one of your attributes); a domain that is there already is
    replaced.
    """

    name = "company_table"
    label = "Company table"
    asks_network = False
    order = 10
    settings: ClassVar = Enricher.ORDER

    def about(self, asked: Asked, configured: Configured) -> str:
        """The domain."""
        return asked.domain

    def lookup(self, asked: Asked, configured: Configured, door: Door) -> Mapping[str, Any]:
        """The same of one."""
        return self.lookup_many([asked], configured)[0]

    def lookup_many(self, asked: Sequence[Asked], configured: Configured) -> list[Mapping[str, Any]]:
        """One query for all."""
        domains = {one.domain for one in asked} - {""}
        rows = CompanyRecord.objects.filter(domain__in=domains, division__in={one.division for one in asked})
        known = {(row.division_id, row.domain): row for row in rows} if domains else {}
        return [_facts(known.get((one.division, one.domain))) for one in asked]


def _facts(row: CompanyRecord | None) -> dict[str, Any]:
    if row is None:
        return {}
    return {"company": row.name, **{name: getattr(row, name) for name in _FIELDS}, **row.attributes}


connector = CompanyTable()
