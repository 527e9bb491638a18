"""The shape of an enricher that ops set up by an address with places and a mapping: any service that answers JSON."""

from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import quote

from leads import mapping
from leads.connector import Asked, Configured, Door, Enricher, Kind, Setting, UnreadableError

_PLACES = ("email", "domain", "company", "name", "phone", "website", "country")


class Templated(Enricher):
    """GET an address made of the lead's own words; the answer's facts fill our fields by the mapping."""

    settings: ClassVar = (
        Setting(
            "url",
            "Address to ask",
            help="With {email}, {domain}, {company}, {name}, {phone}, {website} or {country} where the lead's belong,"
            " as in https://api.example.com/v1/find?domain={domain}.",
            kind=Kind.URL,
            required=True,
        ),
        Setting("header", "Header of the key", default="Authorization"),
        Setting("prefix", "Before the key", help="As in Bearer; may be empty.", default="Bearer"),
        Setting("key", "Key", kind=Kind.SECRET),
        *Enricher.ORDER,
    )

    def about(self, asked: Asked, configured: Configured) -> str:
        """What the address asks for; nothing where one of its places would be empty."""
        wanted = [place for place in _PLACES if f"{{{place}}}" in configured.setting("url")]
        values = [str(getattr(asked, place)) for place in wanted]
        return "|".join(values)[:320] if values and all(values) else ""

    def lookup(self, asked: Asked, configured: Configured, door: Door) -> Mapping[str, Any]:
        """The mapped facts of the answer; without a mapping, those with names that are told by themselves."""
        answer = door.get(filled(configured.setting("url"), asked), headers=headers_of(configured))
        return mapped(answer, configured.settings.get("mapping") or {})


def filled(template: str, asked: Asked) -> str:
    """The address with the lead's words in it, each quoted, so that none can change where it leads."""
    for place in _PLACES:
        template = template.replace(f"{{{place}}}", quote(str(getattr(asked, place)), safe=""))
    return template


def headers_of(configured: Configured) -> dict[str, str]:
    """The header with the key, if there is one."""
    key = configured.secret("key")
    prefix = configured.settings.get("prefix", "Bearer")
    return {configured.setting("header") or "Authorization": f"{prefix} {key}".strip()} if key else {}


def mapped(answer: object, rules: Mapping[str, mapping.Rule]) -> dict[str, Any]:
    """Our fields of an answer; None is an answer of somebody who knows nothing. Raises UnreadableError."""
    if answer is None or answer in ({}, []):
        return {}
    if not isinstance(answer, Mapping | list):
        raise UnreadableError("The answer holds no facts.")
    facts = mapping.flatten(answer)
    return dict(mapping.apply(rules or mapping.guess(facts), facts).values)
