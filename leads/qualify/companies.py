"""Rows of your own table of companies, read and replaced by domain."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from leads.conditions.facts import Type
from leads.conditions.fields import Catalogue
from leads.models import CompanyRecord
from leads.qualify import loose, normalise

_TEXTS = ("name", "industry", "segment", "region", "city", "postal_code")
FIELDS = ("domain", "name", "employees", "industry", "segment", "country", "region", "city", "postal_code")


class NotReadError(ValueError):
    """The row cannot be taken; the message names the column and why."""


def read_company(row: Mapping[str, str], catalogue: Catalogue, *, division: int, problem: str = "") -> CompanyRecord:
    """One row by the names of its columns; `problem` is what the reader of the file found. Raises NotReadError."""
    if problem:
        raise NotReadError(problem)
    given = {name: value.strip() for name, value in row.items() if value.strip()}
    if any("\x00" in value for value in given.values()):
        raise NotReadError(_("It holds a character that cannot be stored."))
    domain = normalise.domain("", given.get("domain", ""))
    if not domain:
        raise NotReadError(_("domain: “%s” is no domain of a company.") % given.get("domain", "")[:80])
    attributes = {key: _attribute(key, text, catalogue) for key, text in given.items() if key not in FIELDS}
    return CompanyRecord(
        division_id=division,
        domain=domain,
        employees=_employees(given.get("employees", "")),
        country=_country(given.get("country", "")),
        attributes=attributes,
        **{name: _short(name, given.get(name, "")) for name in _TEXTS},
    )


def replace_companies(rows: Sequence[CompanyRecord]) -> int:
    """Write them, the last of twins; how many."""
    by_domain = {row.domain: row for row in rows}
    CompanyRecord.objects.bulk_create(
        by_domain.values(),
        update_conflicts=True,
        unique_fields=["division", "domain"],
        update_fields=[name for name in FIELDS if name != "domain"] + ["attributes", "updated_at"],
    )
    return len(by_domain)


def _employees(text: str) -> int | None:
    try:
        return loose.employees(text) if text else None
    except normalise.UnusableError as error:
        raise NotReadError(_("employees: “%s” is no number.") % text[:80]) from error


def _country(text: str) -> str:
    try:
        return normalise.country(text) if text else ""
    except normalise.UnusableError as error:
        raise NotReadError(_("country: “%s” is no country we know.") % text[:80]) from error


def _attribute(key: str, text: str, catalogue: Catalogue) -> Any:
    """The text as the value of its type. Raises NotReadError."""
    field = catalogue.get(key)
    value: Any = text
    if field is not None and field.type is Type.NUMBER:
        try:
            value = loose.number(text)
        except normalise.UnusableError:
            value = None
    elif field is not None and field.type is Type.YES_NO:
        value = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}.get(text.casefold())
    elif field is not None and field.type is Type.LIST:
        value = [part.strip() for part in text.split(";") if part.strip()]
    if field is None or value is None or key not in catalogue.fold({key: value}):
        raise NotReadError(_("%(name)s: “%(value)s” does not fit.") % {"name": key, "value": text[:80]})
    return value


def _short(name: str, text: str) -> str:
    most = int(getattr(CompanyRecord._meta.get_field(name), "max_length", 0))  # noqa: SLF001 - Django's documented API
    if len(text) > most:
        raise NotReadError(_("%(name)s: more than %(most)d characters.") % {"name": name, "most": most})
    return text
