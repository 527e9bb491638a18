"""ZoomInfo: person and company by mail address, or the company by its domain."""

import time
from collections.abc import Mapping
from typing import Any, ClassVar

from leads.connector import Asked, Configured, Door, Enricher, Example, Kind, Setting, UnansweredError, UnreadableError
from leads.mapping import Rule
from leads.templated import mapped

_ADDRESS = "https://api.zoominfo.com"
_PERSON = ["firstName", "lastName", "jobTitle", "phone", "companyName", "companyWebsite", "companyEmployeeCount",
           "companyPrimaryIndustry", "companyCountry", "companyState", "companyCity", "companyZipCode"]  # fmt: skip
_COMPANY = ["name", "website", "employeeCount", "primaryIndustry", "country", "state", "city", "zipCode"]
_FIELDS: Mapping[str, Rule] = {
    "job_title": "jobTitle",
    "phone": "phone",
    "company": ["companyName", "company.name", "name"],
    "website": ["companyWebsite", "company.website", "website"],
    "employees": ["companyEmployeeCount", "company.employeeCount", "employeeCount"],
    "industry": ["companyPrimaryIndustry", "company.primaryIndustry", "primaryIndustry"],
    "country": ["companyCountry", "company.country", "country"],
    "region": ["companyState", "company.state", "state"],
    "city": ["companyCity", "company.city", "city"],
    "postal_code": ["companyZipCode", "company.zipCode", "zipCode"],
}
_MATCHED = {"FULL_MATCH", "CONTACT_ONLY_MATCH", "COMPANY_ONLY_MATCH", "MATCH", ""}
_FRESH = 50 * 60  # its tokens are good for an hour


class ZoomInfo(Enricher):
    """Asks ZoomInfo's enrichment of contacts by mail address, or of companies where only a domain is known.

    Enter a token (JWT), or user name and password, of which a token is fetched when one is needed. A lead that ZoomInfo
    cannot match costs nothing there. When it asks for patience, it is left alone for as long as it says.
    """

    name = "zoominfo"
    label = "ZoomInfo"
    settings: ClassVar = (
        Setting("token", "Token", help="Or user name and password below.", kind=Kind.SECRET),
        Setting("username", "User name"),
        Setting("password", "Password", kind=Kind.SECRET),
        Setting("address", "Address", kind=Kind.URL, default=_ADDRESS),
        *Enricher.ORDER,
    )
    examples: ClassVar = (
        Example(
            name="by address",
            body='{"email": "alex@brandl.example"}',
            answers={
                "/enrich/contact": {
                    "success": True,
                    "data": {
                        "outputFields": [["jobTitle", "phone"]],
                        "result": [
                            {
                                "input": {"emailaddress": "alex@brandl.example"},
                                "data": [
                                    {
                                        "jobTitle": "Head of Logistics",
                                        "phone": "+43 316 123456",
                                        "company": {
                                            "name": "Brandl & Co",
                                            "website": "www.brandl.example",
                                            "employeeCount": 240,
                                            "primaryIndustry": ["Machinery"],
                                            "country": "Austria",
                                            "city": "Graz",
                                        },
                                    }
                                ],
                                "matchStatus": "FULL_MATCH",
                            }
                        ],
                    },
                }
            },
            gives={
                "job_title": "Head of Logistics",
                "phone": "+43 316 123456",
                "company": "Brandl & Co",
                "website": "https://www.brandl.example",
                "employees": 240,
                "industry": "Machinery",
                "country": "AT",
                "city": "Graz",
            },
        ),
        Example(
            name="no match",
            body='{"email": "ghost@brandl.example"}',
            answers={
                "/enrich/contact": {"success": True, "data": {"result": [{"data": [], "matchStatus": "NO_MATCH"}]}}
            },
        ),
        Example(
            name="by domain",
            body='{"domain": "brandl.example"}',
            answers={
                "/enrich/company": {
                    "success": True,
                    "data": {
                        "result": [{"data": [{"name": "Brandl", "employeeCount": "1,200+"}], "matchStatus": "MATCH"}]
                    },
                }
            },
            gives={"company": "Brandl", "employees": 1200},
        ),
    )

    def __init__(self) -> None:
        self._tokens: dict[tuple[str, str], tuple[str, float]] = {}

    def lookup(self, asked: Asked, configured: Configured, door: Door) -> Mapping[str, Any]:
        """The first match of the person, or of the company."""
        address = (configured.setting("address") or _ADDRESS).rstrip("/")
        headers = {"Authorization": f"Bearer {self._token(address, configured, door)}"}
        if asked.email:
            body = {"matchPersonInput": [{"emailAddress": asked.email}], "outputFields": _PERSON}
            answer = door.post(f"{address}/enrich/contact", json=body, headers=headers)
        else:
            body = {"matchCompanyInput": [{"companyWebsite": asked.domain}], "outputFields": _COMPANY}
            answer = door.post(f"{address}/enrich/company", json=body, headers=headers)
        return mapped(_match(answer), _FIELDS)

    def _token(self, address: str, configured: Configured, door: Door) -> str:
        if token := configured.secret("token"):
            return token
        key = (address, configured.setting("username"))
        token, until = self._tokens.get(key, ("", 0.0))
        if until > time.monotonic():
            return token
        body = {"username": key[1], "password": configured.secret("password")}
        answer = door.post(f"{address}/authenticate", json=body)
        made = answer.get("jwt") if isinstance(answer, dict) else None
        if not isinstance(made, str) or not made:
            raise UnansweredError("It gave no token for user name and password.")
        self._tokens[key] = (made, time.monotonic() + _FRESH)
        return made


def _match(answer: object) -> object:
    """The matched record; None where there is none. Raises UnreadableError."""
    if answer is None:
        return None
    try:
        results = answer["data"]["result"]  # type: ignore[index]  # whatever is not so is told below
        if not results or str(results[0].get("matchStatus") or "").upper() not in _MATCHED:
            return None
        found = results[0].get("data") or []
        return found[0] if found else None
    except (TypeError, KeyError, IndexError, AttributeError) as error:
        raise UnreadableError("The answer is not of the shape that ZoomInfo describes.") from error


connector = ZoomInfo()
