"""What the API says about a lead: to whom may read it, and nothing hidden to anybody else."""

from django.conf import settings
from django.urls import reverse

from leads.life import State
from leads.models import Lead, LeadPrivate
from leads.web.words import STATUS

_SHOWN = (
    "external_id",
    "source",
    "channel",
    "campaign",
    "intent",
    "country",
    "region",
    "industry",
    "size_band",
)
_PERSONAL = (
    "name",
    "job_title",
    "email",
    "phone",
    "company",
    "website",
    "profile_url",
    "handle",
    "tracking",
    "language",
    "city",
    "postal_code",
    "time_zone",
    "segment",
    "employees",
    "score",
    "product",
    "message",
    "answers",
    "attributes",
)
_INSTANTS = ("arrived_at", "assigned_at", "due_at", "responded_at", "reached_at", "closed_at", "waiting_until")


def brief(lead: Lead) -> dict[str, object]:
    """Who has it and where it stands."""
    owner = lead.owner
    return {
        "id": str(lead.uid),
        "status": STATUS[State(lead.state)],
        "owner": {"id": str(owner.uid), "name": owner.name} if owner else None,
        "group": {"id": str(lead.group.uid), "name": lead.group.name} if lead.group else None,
        "links": links(lead),
    }


def links(lead: Lead) -> dict[str, str]:
    """Where to read on."""
    found = {name: reverse(f"api:lead-{name}", args=[lead.uid]) for name in ("self", "why", "timeline")}
    return {
        **{name: settings.PUBLIC_URL + path for name, path in found.items()},
        "page": settings.PUBLIC_URL + reverse("lead-show", args=[lead.uid]),
    }


def account_of(lead: Lead) -> dict[str, object] | None:
    """The known account and how it was found; by name with how alike of 100. None where nothing was alike."""
    if not lead.account and not lead.account_how:
        return None
    return {
        "id": str(lead.account.uid) if lead.account else None,
        "name": lead.account.name if lead.account else None,
        "how": lead.account_how,
        "score": lead.account_score,
    }


def whole(lead: Lead) -> dict[str, object]:
    """Everything about a lead, for a caller who may read its details."""
    private = LeadPrivate.objects.get(lead=lead)
    return {
        **brief(lead),
        "kind": lead.kind,
        "stage": lead.stage.key,
        "account": account_of(lead),
        **{name: getattr(lead, name) for name in (*_SHOWN, *_INSTANTS)},
        **{name: getattr(private, name) for name in _PERSONAL},
        "deal_size": _money(private.deal_amount, private.deal_currency),
        "won": _money(lead.won_amount, lead.won_currency),
    }


def _money(amount: object, currency: str) -> dict[str, str] | None:
    return None if amount is None else {"amount": str(amount), "currency": currency}
