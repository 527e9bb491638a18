"""What is known of a lead, label by label, and where each value came from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.life import EventKind
from leads.models import AccountHow, Lead, LeadEvent, LeadFacts, LeadPrivate
from leads.money import amount_says, worth_says
from leads.qualify.normalise import country_name, language_name


@dataclass(frozen=True, slots=True)
class Frozen:
    """The newest that was settled of a lead.

    `judged`: how score and verdict came about, and which value came from whom (see `leads.qualify.judge`); `deal`: the
    deal with what it was worth (see `leads.qualify.freeze`).
    """

    judged: Mapping[str, Any] = field(default_factory=dict)
    deal: Mapping[str, Any] = field(default_factory=dict)


def frozen_of(lead: Lead) -> Frozen:
    """One query."""
    row = LeadFacts.objects.filter(lead=lead).order_by("-n").values_list("judged", "facts").first()
    return Frozen(row[0], row[1].get("deal_size") or {}) if row else Frozen()


def facts_of(lead: Lead, details: LeadPrivate, frozen: Frozen) -> list[dict[str, str]]:
    """Label, value, link and where it came from; what is unknown is left out."""
    sources = frozen.judged.get("sources") or {}
    money = worth_says(frozen.deal) if frozen.deal else amount_says(details.deal_amount, details.deal_currency)
    place = ", ".join(filter(None, (f"{details.postal_code} {details.city}".strip(), lead.region)))
    own = {**details.answers, **details.attributes}
    rows: list[tuple[str, str, str, tuple[str, ...]]] = [
        (
            _("Phone"),
            details.phone,
            f"tel:{details.phone_e164 or details.phone}" if details.phone else "",
            ("phone",),
        ),
        (_("E-mail"), details.email, f"mailto:{details.email}" if details.email else "", ()),
        (_("Wants"), ", ".join(filter(None, (lead.intent.capitalize(), details.product))), "", ()),
        (_("Deal size"), money, "", ()),
        (_("Industry"), lead.industry, "", ("industry",)),
        (_("Segment"), details.segment, "", ("segment",)),
        (
            _("Employees"),
            number_format(details.employees, force_grouping=True) if details.employees else "",
            "",
            ("employees",),
        ),
        (_("Place"), place, "", ("city", "region", "postal_code")),
        (_("Country"), country_name(lead.country) if lead.country else "", "", ("country",)),
        (_("Language"), language_name(details.language), "", ("language",)),
        (_("Website"), details.website, _web(details.website), ("website",)),
        (_("Profile"), details.profile_url, _web(details.profile_url), ("profile_url",)),
        (_("Handle"), details.handle, "", ()),
        (_("Source"), lead.source, "", ()),
        (_("Channel"), lead.channel, "", ()),
        (_("Campaign"), lead.campaign, "", ()),
        (_("Message"), details.message, "", ()),
        *((_in_words(str(key)), str(value), "", (str(key),)) for key, value in own.items()),
        *((_in_words(str(key)), str(value), "", ()) for key, value in details.tracking.items()),
    ]
    found = [
        {
            "label": label,
            "value": value,
            "href": href,
            "log": _LOGS.get(href[:4], ""),
            **_from(lead, [sources[n] for n in names if n in sources]),
        }
        for label, value, href, names in rows
        if value
    ]
    return [*qualification_facts(details.score, frozen.judged), *found]


# A click on a number or an address opens the log form.
_LOGS = {"tel:": "call", "mail": "email"}


def _in_words(key: str) -> str:
    """A name among the answers as people read it: a form's question is kept as `how_big_is_your_fleet`."""
    words = key.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _from(lead: Lead, providers: Sequence[str]) -> dict[str, str]:
    """Where a value came from: providers that filled it in, else the door."""
    if providers:
        return {"source": _("from %s") % ", ".join(dict.fromkeys(providers)), "icon": "register"}
    return {"source": lead.connection.name, "icon": "forms"}


_VERDICTS = {
    "qualified": gettext_lazy("Qualified"),
    "look": gettext_lazy("A person looks first"),
    "disqualified": gettext_lazy("Turned away"),
}


def qualification_facts(points: int | None, judged: Mapping[str, Any]) -> list[dict[str, str]]:
    """Score and verdict, each with how it came about."""
    found = []
    verdict, score = judged.get("verdict") or {}, judged.get("score") or {}
    if verdict.get("by") == "person" or verdict.get("rule") or verdict.get("by") == "answers":
        said = str(_VERDICTS[verdict["says"]])
        by = {"person": _("by hand"), "answers": _("by an answer in the form")}.get(
            verdict["by"], _("by the rule %s") % verdict.get("rule", "")
        )
        reason = verdict.get("reason", "")
        told = f"{said}: {reason}" if reason and reason != verdict.get("rule") else said
        found.append({"label": _("Qualification"), "value": told, "href": "", "source": by, "icon": "route"})
    if points is not None:
        parts = [f"{given:+d} {label}" for label, given in score.get("rows", [])]
        answers = score.get("answers") or 0
        if answers:
            parts.append(_("%+d by answers in the form") % answers)
        if given := (score.get("given") or 0) - answers:
            parts.append(_("%+d came with it") % given)
        value = f"{points}: {', '.join(parts)}" if parts else str(points)
        found.append({"label": _("Score"), "value": value, "href": "", "source": "", "icon": ""})
    return found


def account_facts(lead: Lead, events: list[LeadEvent]) -> list[dict[str, str]]:
    """The known account and how it was found, in one line; told, too, where two were as alike and none was taken."""
    how = AccountHow(lead.account_how) if lead.account_how else None
    if lead.account is None and how is not AccountHow.AMBIGUOUS:
        return []
    received = next((e.payload.get("account") for e in events if e.kind == EventKind.RECEIVED), None) or {}
    told = {"score": lead.account_score, "asked": received.get("asked", "?")}
    match how:
        case AccountHow.EXTERNAL_ID:
            source = _("by its id")
        case AccountHow.DOMAIN:
            source = _("by the domain of e-mail or website")
        case AccountHow.NAME:
            source = _("by name: %(score)d of 100, at least %(asked)s asked") % told
        case AccountHow.AMBIGUOUS:
            source = _("by name more than one: %(score)d of 100 each, so none was taken") % told
        case _:
            source = ""
    value = lead.account.name if lead.account else _("Not clear which")
    return [{"label": _("Known account"), "value": value, "href": "", "source": source, "icon": "register"}]


def _web(text: str) -> str:
    """A link only to the web: a website may be any text that somebody typed."""
    return text if text.lower().startswith(("http://", "https://")) else ""
