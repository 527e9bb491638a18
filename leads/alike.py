"""Other leads that may be of the same person: the same contact, number, address or profile, or a name much alike."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from rapidfuzz import fuzz

from leads import company
from leads.arrival import profile_key
from leads.life import OPEN, State
from leads.models import Lead, LeadPrivate
from reps.models import User

_MOST = 20
_LOOKED_AT = 200
_ALIKE, _SAME_COMPANY = 80, 92
_LONG_ENOUGH = 4  # of the first word of a company's name, to look for others that begin so
_MERGEABLE = [state.value for state in OPEN | {State.REJECTED}]


@dataclass(slots=True)
class Alike:
    """A lead that may be the same, with what speaks for it; surest first."""

    lead: Lead
    because: list[str] = field(default_factory=list)
    sure: int = 0


def mergeable(lead: Lead, user: User, *, now: datetime) -> "QuerySet[Lead]":
    """Others the user may merge it with: what they oversee and may read."""
    rows = Lead.objects.overseen_by(user).filter(division=lead.division_id, kind=lead.kind, state__in=_MERGEABLE)
    seen = Lead.objects.visible_to(user, now=now).values("pk")
    return rows.filter(pk__in=seen).exclude(pk=lead.pk).select_related("private", "owner__user", "group")


def alike(lead: Lead, user: User, *, now: datetime) -> list[Alike]:
    """Up to 20, by what is the same."""
    own = LeadPrivate.objects.get(lead=lead)
    rows = mergeable(lead, user, now=now).alias(low=Lower(F("private__company")))
    wanted = Q(contact=lead.contact_id) if lead.contact_id else Q(pk__in=[])
    for name in ("email", "phone_e164", "profile_url"):
        if value := getattr(own, name):
            wanted |= Q(**{f"private__{name}": value})
    if own.company:
        first = own.company.lower().split()[0]
        wanted |= Q(low=own.company.lower()) | (
            Q(low__startswith=first) if len(first) >= _LONG_ENOUGH else Q(pk__in=[])
        )
    if own.domain:
        wanted |= Q(private__domain=own.domain)
    found = [_compared(one, lead, own) for one in rows.filter(wanted).order_by("-pk")[:_LOOKED_AT]]
    return sorted((one for one in found if one.sure), key=lambda one: (-one.sure, -one.lead.pk))[:_MOST]


def _compared(one: Lead, lead: Lead, own: LeadPrivate) -> Alike:
    its, found = one.private, Alike(one)
    profiles = profile_key(own.profile_url), profile_key(its.profile_url)
    checks = (
        (bool(own.email) and own.email.casefold() == its.email.casefold(), 100, _("the same e-mail")),
        (bool(own.phone_e164) and own.phone_e164 == its.phone_e164, 90, _("the same phone")),
        (bool(profiles[0]) and profiles[0] == profiles[1], 90, _("the same profile")),
        (_names_alike(own.name, its.name), 40, _("a name alike")),
        (_same_company(own.company, its.company), 10, _("the same company")),
    )  # fmt: skip
    for holds, points, says in checks:
        if holds:
            found.sure += points
            found.because.append(says)
    if not found.sure and lead.contact_id and one.contact_id == lead.contact_id:
        found.sure, found.because = 90, [_("known as the same person")]
    return found


def _same_company(one: str, other: str) -> bool:
    return bool(one and other) and company.alike(company.key_of(one), company.key_of(other)) >= _SAME_COMPANY


def _names_alike(one: str, other: str) -> bool:
    return bool(one and other) and fuzz.token_sort_ratio(one.casefold(), other.casefold()) >= _ALIKE
