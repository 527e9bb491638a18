"""Finds who a lead is from: the contact by mail address or phone number, the account by id, domain or name."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q

from leads import company
from leads.arrival import Arrival
from leads.models import Account, AccountHow, Contact, ContactKey
from reps.models import Division

Key = tuple[str, str]

_MOST_CANDIDATES = 10


@dataclass(frozen=True, slots=True)
class AccountMatch:
    """The account a lead belongs to and how that was found; by name, how alike of 100 and how alike was asked."""

    account: Account | None = None
    how: str = ""
    score: int | None = None
    asked: int | None = None


NOBODY = AccountMatch()


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


def match_accounts(division: Division, arrivals: Sequence[Arrival]) -> list[AccountMatch]:
    """The known account of each arrival: by the account's own id, else by the domain, else by name.

    By name the most alike account wins where it reaches the division's threshold; two that are as alike are ambiguous,
    and none is taken. The number of queries does not grow with the arrivals.
    """
    surely = _by_id_or_domain(division.pk, arrivals)
    threshold = division.account_threshold
    if threshold is None:
        return surely
    keys = [company.key_of(a.company) if m is NOBODY else "" for a, m in zip(arrivals, surely, strict=True)]
    by_name = _by_name(division.pk, {key for key in keys if key}, threshold)
    return [by_name.get(key, found) if key else found for key, found in zip(keys, surely, strict=True)]


def _by_id_or_domain(division_id: int, arrivals: Sequence[Arrival]) -> list[AccountMatch]:
    ids = {a.account_external_id for a in arrivals} - {""}
    domains = {a.domain for a in arrivals} - {""}
    if not ids and not domains:
        return [NOBODY] * len(arrivals)
    wanted = Q(external_id__in=ids) | Q(domain__in=domains)
    rows = list(Account.objects.select_related("owner__user").filter(wanted, division_id=division_id))
    by_id = {row.external_id: row for row in rows if row.external_id}
    by_domain = {row.domain: row for row in rows if row.domain}
    found = []
    for arrival in arrivals:
        if account := by_id.get(arrival.account_external_id):
            found.append(AccountMatch(account, AccountHow.EXTERNAL_ID.value))
        elif account := by_domain.get(arrival.domain):
            found.append(AccountMatch(account, AccountHow.DOMAIN.value))
        else:
            found.append(NOBODY)
    return found


def _by_name(division_id: int, keys: set[str], threshold: int) -> dict[str, AccountMatch]:
    """The verdict for each name; names with no account alike enough are left out."""
    best: dict[str, tuple[int, list[int]]] = {}
    for key, pk, name_key in _candidates(division_id, keys, threshold):
        score = company.alike(key, name_key)
        highest, others = best.get(key, (0, []))
        if score >= max(threshold, highest, 1):
            best[key] = (score, [*others, pk] if score == highest else [pk])
    one = [pks[0] for _score, pks in best.values() if len(pks) == 1]
    accounts = Account.objects.select_related("owner__user").in_bulk(one)
    return {
        key: AccountMatch(accounts.get(pks[0]), AccountHow.NAME.value, score, threshold)
        if len(pks) == 1
        else AccountMatch(None, AccountHow.AMBIGUOUS.value, score, threshold)
        for key, (score, pks) in best.items()
    }


def _candidates(division_id: int, keys: set[str], threshold: int) -> list[tuple[str, int, str]]:
    """A few accounts for each name, as (name, account, its key): those called the same, else those that look alike."""
    if not keys:
        return []
    same = Account.objects.filter(division_id=division_id, name_key__in=keys).order_by("pk")
    found = [(name_key, pk, name_key) for pk, name_key in same.values_list("pk", "name_key")]
    rest = sorted(keys - {key for key, _pk, _name in found})
    if not rest or threshold == 100:
        return found
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.similarity_threshold', %s, true)", [str(_least_similar(threshold))])
        cursor.execute(
            """
            SELECT x.key, a.id, a.name_key FROM unnest(%s::text[]) AS x(key) CROSS JOIN LATERAL (
                SELECT id, name_key FROM leads_account WHERE division_id = %s AND name_key %% x.key
                ORDER BY similarity(name_key, x.key) DESC, id LIMIT %s) a
            """,
            [rest, division_id, _MOST_CANDIDATES],
        )
        return found + cursor.fetchall()


def _least_similar(threshold: int) -> float:
    """What share of trigrams a name must have in common to be looked at: one wrong letter spoils up to three."""
    return max(0.1, round(threshold / 200, 2))


def contacts_of(division_id: int, keys: Sequence[Key]) -> set[int]:
    """The contacts that have any of these keys; none is made."""
    return set(_known(division_id, keys).values())


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
