"""Mail domain: guesses of company, website and country from the domain, without asking anybody."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from leads.conditions.regions import COUNTRIES
from leads.connector import Asked, Configured, Door, Enricher, Example

# Country codes that are sold to the whole world, and tell of no country.
_EVERYWHERE = frozenset(
    ["ac", "ag", "ai", "bz", "cc", "cd", "co", "fm", "gg", "gl", "io", "is", "la", "ly", "me", "ms", "nu", "pw", "sh",
     "st", "tk", "to", "tv", "vc", "ws"]
)  # fmt: skip
_OTHERWISE = {"uk": "GB"}


class MailDomain(Enricher):
    """Guesses the company's name, its website and its country from the domain of a company's mail address.

    Whoever writes from `example-logistik.at` is taken to be of *Example Logistik*, at that website, in Austria. These
    are guesses: they fill only what is empty, and whatever anybody else says goes before them. Free mail addresses
    tell nothing; neither do endings such as `.io` or `.ai`, which are sold everywhere.
    """

    name = "mail_domain"
    label = "Mail domain"
    asks_network = False
    guesses = True
    order = 90
    settings: ClassVar = Enricher.ORDER[:1]
    examples: ClassVar = (
        Example(
            name="a country's ending",
            body='{"domain": "example-logistik.at"}',
            gives={"company": "Example Logistik", "website": "https://example-logistik.at", "country": "AT"},
        ),
        Example(
            name="an ending sold everywhere",
            body='{"domain": "example.io"}',
            gives={"company": "Example", "website": "https://example.io"},
        ),
        Example(
            name="two parts of an ending",
            body='{"domain": "example.co.uk"}',
            gives={"company": "Example", "website": "https://example.co.uk", "country": "GB"},
        ),
        Example(name="free mail, which has no domain here", body='{"email": "ada@example.net"}'),
    )

    def about(self, asked: Asked, configured: Configured) -> str:
        """The domain."""
        return asked.domain

    def lookup(self, asked: Asked, configured: Configured, door: Door) -> Mapping[str, Any]:
        """The guesses."""
        return _guess(asked.domain)

    def lookup_many(self, asked: Sequence[Asked], configured: Configured) -> list[Mapping[str, Any]]:
        """Of each."""
        return [_guess(one.domain) for one in asked]


def _guess(domain: str) -> dict[str, Any]:
    name, _dot, ending = domain.partition(".")
    if not name or not ending or name.startswith("xn--"):
        return {}
    words = name.replace("-", " ").split()
    last = ending.rpartition(".")[2]
    code = _OTHERWISE.get(last, last.upper())
    country = code if last not in _EVERYWHERE and code in COUNTRIES else ""
    return {
        "company": " ".join(word.capitalize() for word in words),
        "website": f"https://{domain}",
        **({"country": country} if country else {}),
    }


connector = MailDomain()
