"""Accounts with their owners as rows of a file: known by their own id, else by their domain."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

from django.db.models import Q
from django.utils.translation import gettext as _

from leads.models import Account
from leads.qualify import normalise
from reps.models import Rep
from routing.imports import kind
from routing.imports.records import Records, RefusedError, says, set_all, undo

_TEXTS = ("name", "tier", "segment")


class AccountRows(Records):
    """One account a row."""

    FIELDS: ClassVar[tuple[str, ...]] = ("external_id", "name", "domain", "owner", "tier", "segment")
    NEEDED: ClassVar[tuple[str, ...]] = ("name",)

    def load(self, cells: Iterable[Mapping[str, str]]) -> None:
        """The accounts the rows may mean, and their owners, kept still while they are written."""
        cells = list(cells)
        ids = {row["external_id"] for row in cells if row.get("external_id")}
        named = {row["domain"] for row in cells if row.get("domain")}
        domains = ({_domain(text) for text in named} | {text.lower() for text in named}) - {""}
        mails = {row["owner"].lower() for row in cells if row.get("owner")}
        rows = Account.objects.select_related("owner__user").filter(
            Q(external_id__in=ids) | Q(domain__in=domains), division=self.division
        )
        found = list(rows.order_by("pk"))
        self._by_id = {row.external_id: row for row in found if row.external_id}
        self._by_domain = {row.domain: row for row in found if row.domain}
        reps = Rep.objects.select_related("user").filter(division=self.division, user__email__in=mails)
        self._reps = {rep.user.email: rep for rep in reps}

    def one(self, cells: Mapping[str, str], *, write: bool) -> tuple[str, str]:
        """Find it, set what differs."""
        values = self._values(cells)
        by_id = self._by_id.get(values.get("external_id", ""))
        by_domain = self._by_domain.get(values.get("domain", ""))
        if by_id and by_domain and by_id is not by_domain:
            raise RefusedError("domain", _("It belongs to another account, “%s”.") % by_domain.name)
        if not by_id and by_domain and values.get("external_id") and by_domain.external_id:
            told = {"name": by_domain.name, "id": by_domain.external_id}
            raise RefusedError("domain", _("It belongs to “%(name)s”, whose id is “%(id)s”.") % told)
        there = by_id or by_domain
        account, fresh = there or Account(division=self.division), there is None
        if fresh and not (values.get("external_id") or values.get("domain")):
            raise RefusedError(
                "domain", _("An account needs its id or its domain, or the next file could not know it.")
            )
        changes = set_all(account, values)
        try:
            account.clean_fields(exclude=["division", "owner"])
        except Exception:
            undo(account, changes)
            raise
        self._remember(account)
        if write and (fresh or changes):
            account.save()
        if fresh:
            return kind.NEW, ""
        return (kind.CHANGED, says(changes)) if changes else (kind.SAME, "")

    def _values(self, cells: Mapping[str, str]) -> dict[str, Any]:
        values: dict[str, Any] = {name: cells[name] for name in _TEXTS if cells.get(name) or name in cells}
        if not values.get("name"):
            values.pop("name", None)  # an account is never without a name
        if cells.get("external_id"):
            values["external_id"] = cells["external_id"]
        if cells.get("domain"):
            # One that is stored stays as it is, whatever the list of suffixes says by now.
            there = cells["domain"].lower()
            values["domain"] = there if there in self._by_domain else _domain(there)
            if not values["domain"]:
                raise RefusedError("domain", _("“%s” is no company's own domain.") % cells["domain"][:80])
        if "owner" in cells:
            values["owner"] = self._owner(cells["owner"].lower(), values)
        return values

    def _owner(self, mail: str, values: Mapping[str, Any]) -> Rep | None:
        if not mail:
            return None
        rep = self._reps.get(mail)
        if rep is None:
            raise RefusedError("owner", _("No rep has the address “%s”.") % mail[:80])
        there = self._by_id.get(values.get("external_id", "")) or self._by_domain.get(values.get("domain", ""))
        if not rep.active and (there is None or there.owner_id != rep.pk):
            raise RefusedError("owner", _("%s does not work here any more.") % rep.name)
        return rep

    def _remember(self, account: Account) -> None:
        if account.external_id:
            self._by_id[account.external_id] = account
        if account.domain:
            self._by_domain[account.domain] = account


def _domain(text: str) -> str:
    return normalise.domain("", text)


def table(division_id: int) -> tuple[tuple[str, ...], Iterator[list[object]]]:
    """All accounts in the shape an import takes."""
    rows = Account.objects.filter(division=division_id).select_related("owner__user").order_by("pk")
    return AccountRows.FIELDS, (
        [a.external_id, a.name, a.domain, a.owner.user.email if a.owner else "", a.tier, a.segment]
        for a in rows.iterator(2000)
    )
