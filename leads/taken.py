"""Whether a person or company is taken, as far as the asker may know: the owner's name and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac

from leads.arrival import Arrival
from leads.capture import silent_of
from leads.life import Kind, State
from leads.models import Lead
from leads.qualify import match, ready
from reps import access
from reps.models import Division, Group, User

_MOST = 5


@dataclass(frozen=True, slots=True)
class Taken:
    """An open lead of the same person, or another of the same company; or the company's account, which has no lead."""

    owner: str
    same_person: bool = False
    lead: Lead | None = None  # stays inside, but for those who may read it
    readable: bool = False
    own: bool = False  # the reader's own


def taken_by(*, arrival: Arrival, division: Division, reader: User, now: datetime) -> list[Taken]:
    """The same person first. Leads of blind groups and leads that wait are told of only to who may read them.

    What may not be told is left out by the database, so the same questions are asked and take as long either way.
    """
    ready.tidy(arrival, division)
    keys = arrival.contact_keys()
    contacts = match.contacts_of(division.pk, keys)
    mine = _tellable(division, reader, now)
    # Never of nobody, as that would not even be asked, and who has a hidden lead is somebody.
    people = list(mine.filter(contact__in=[0, *contacts]).order_by("-sole", "pk")[:_MOST])
    gone = silent_of([lead.pk for lead in people], division.enquiry_days, now)
    found = [lead for lead in people if lead.pk not in gone]
    others = [lead for lead in _of_company(mine, arrival) if lead.contact_id not in contacts]
    (account,) = match.match_accounts(division, [arrival])
    readable = set(
        Lead.objects.filter(pk__in=[lead.pk for lead in (*found, *others)])
        .visible_to(reader, now=now)
        .values_list("pk", flat=True)
    )
    me = access.rep_of(reader)
    rows = [
        Taken(
            lead.owner.name if lead.owner else "",
            same,
            lead,
            lead.pk in readable,
            own=me is not None and lead.owner_id == me.pk,
        )
        for same, leads in ((True, found), (False, others))
        for lead in leads
    ]
    told = {row.owner for row in rows}
    if account.account and account.account.owner and account.account.owner.name not in told:
        rows.append(Taken(account.account.owner.name, own=account.account.owner == me))
    return rows


def _tellable(division: Division, reader: User, now: datetime) -> "QuerySet[Lead]":
    """Open leads the reader may read, and of the others those with an owner outside of blind groups."""
    rows = Lead.objects.open().filter(division=division).exclude(kind=Kind.TEST.value)
    owned = Q(state=State.ASSIGNED.value) & ~Q(group__pool=Group.Pool.BLIND)
    read = Lead.objects.visible_to(reader, now=now).values("pk")
    return rows.filter(owned | Q(pk__in=read)).select_related("owner__user", "private")


def _of_company(rows: "QuerySet[Lead]", arrival: Arrival) -> "Sequence[Lead]":
    """By the domain, or by the name as it is written."""
    named = rows.alias(low=Lower(F("private__company")))
    same = (Q(low=arrival.company.lower()) & ~Q(low="")) | (Q(private__domain=arrival.domain) & ~Q(private__domain=""))
    return list(named.filter(same).order_by("pk")[:_MOST])


def mark_of(found: Sequence[Taken], reader: User) -> str:
    """Says that the reader has seen just these."""
    named = "|".join(f"{row.same_person}:{row.owner}:{row.lead.pk if row.lead else ''}" for row in found)
    return salted_hmac("leads.taken", f"{reader.pk}|{named}").hexdigest()[:24] if found else ""
