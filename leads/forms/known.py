"""The fields of every lead that a form may ask for, and how browsers are told about them."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Known:
    """`autocomplete` is the word by which browsers fill it in; `most` the longest text."""

    key: str
    label: Any
    autocomplete: str = "off"
    control: str = "text"
    inputmode: str = ""
    most: int = 200


KNOWN = {
    known.key: known
    for known in (
        Known("name", _("Name"), "name"),
        Known("first_name", _("First name"), "given-name", most=100),
        Known("last_name", _("Last name"), "family-name", most=100),
        Known("email", _("E-mail"), "email", "email", "email", 254),
        Known("phone", _("Phone"), "tel", "tel", "tel", 40),
        Known("company", _("Company"), "organization"),
        Known("job_title", _("Job title"), "organization-title"),
        Known("website", _("Website"), "url", inputmode="url", most=500),
        Known("employees", _("Employees"), inputmode="numeric", most=12),
        Known("country", _("Country"), "country", "country", most=80),
        Known("region", _("Region"), "address-level1", most=100),
        Known("city", _("City"), "address-level2", most=100),
        Known("postal_code", _("Postal code"), "postal-code", most=20),
        Known("industry", _("Industry"), most=100),
        Known("product", _("Product"), most=200),
        Known("message", _("Message"), control="textarea", most=20_000),
    )
}
# Names that forms use for themselves; nothing that is asked may be called so.
OURS = "fl_"
TRACKED = (
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_term",
    "utm_content",
    "utm_id",
    "gclid",
    "gbraid",
    "wbraid",
    "fbclid",
    "msclkid",
    "li_fat_id",
    "ttclid",
)
LONGEST_TRACKED = 500


def is_taken(key: str) -> bool:
    """Whether a question may not be called so, because the name means something already."""
    return key in KNOWN or key in TRACKED or key.startswith((OURS, "utm_")) or key in {"consent", "test"}
