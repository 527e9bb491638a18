"""Finds who a lead is from: the contact by mail address or phone number, the account by domain."""

import uuid
from collections.abc import Iterable, Sequence

from leads.arrival import Arrival
from leads.models import Account, Contact, ContactKey

Key = tuple[str, str]


def match_contacts(division_id: int, arrivals: Sequence[Arrival]) -> list[int | None]:
    """The contact of each arrival, made where it is new; None where it has neither address nor number.

    Keys are inserted sorted and on-conflict, so two doors that bring the same person at once wait for each other, never
    deadlock, and end with one contact. Of two known contacts the one with the e-mail wins.
    """
    keys = sorted({key for a in arrivals for key in a.contact_keys()})
    known = _known(division_id, keys)
    if missing := [key for key in keys if key not in known]:
        _add(division_id, arrivals, known, missing)
        known = _known(division_id, keys)
    return [next((known[key] for key in a.contact_keys() if key in known), None) for a in arrivals]


def match_accounts(division_id: int, domains: Iterable[str]) -> dict[str, Account]:
    """The known accounts by domain."""
    wanted = {d for d in domains if d}
    found = Account.objects.select_related("owner__user").filter(division_id=division_id, domain__in=wanted)
    return {account.domain: account for account in found} if wanted else {}


def _known(division_id: int, keys: Sequence[Key]) -> dict[Key, int]:
    rows = ContactKey.objects.filter(division_id=division_id, value__in=[value for _kind, value in keys])
    return {(kind, value): contact for kind, value, contact in rows.values_list("kind", "value", "contact_id")}


def _add(division_id: int, arrivals: Sequence[Arrival], known: dict[Key, int], missing: list[Key]) -> None:
    """Make a contact for each new person and insert the missing keys; who was slower leaves no orphan."""
    new = set(missing)
    owners: dict[Key, Contact | int] = dict(known)
    made: list[Contact] = []
    for arrival in arrivals:
        keys = arrival.contact_keys()
        if not new.intersection(keys):
            continue
        owner = next((owners[key] for key in keys if key in owners), None)
        if owner is None:
            owner = Contact(division_id=division_id, uid=uuid.uuid4(), name=arrival.name)
            made.append(owner)
        for key in keys:
            owners.setdefault(key, owner)
    Contact.objects.bulk_create(made)
    ContactKey.objects.bulk_create(
        (
            ContactKey(division_id=division_id, kind=key[0], value=key[1], contact_id=_pk(owners[key]))
            for key in sorted(missing)
        ),
        ignore_conflicts=True,
    )
    Contact.objects.filter(pk__in=[c.pk for c in made], keys=None).delete()


def _pk(owner: Contact | int) -> int:
    return owner if isinstance(owner, int) else owner.pk
