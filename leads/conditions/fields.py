"""The fields that rules may ask about; they describe themselves and feed form, validation, docs and API."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from leads.conditions.facts import Type, fold_postal, fold_text, fold_value
from leads.conditions.operators import BY_TYPE, LABELS, POSTAL, Op, gettext_noop
from leads.conditions.values import Asked


@dataclass(frozen=True, slots=True)
class Option:
    """One value a choice or list may have, and what people read."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """A field that ops defined (or a qualification question); its value stands in the facts under `key`."""

    key: str
    label: str
    type: Type
    options: tuple[Option, ...] = ()
    question: str = ""  # where the value is the answer to one: its name among the answers of a form


@dataclass(frozen=True, slots=True)
class Field:
    """Something of a lead that a condition may ask about."""

    key: str
    label: str  # marked for translation, translated at the edge
    type: Type
    options: tuple[Option, ...] = ()
    postal: bool = False
    custom: bool = False
    question: str = ""
    asked: Asked = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        fold = fold_postal if self.postal else fold_text
        options = frozenset(fold(option.value) for option in self.options)
        object.__setattr__(self, "asked", Asked(self.type, options, self.postal))

    @property
    def operators(self) -> tuple[Op, ...]:
        """What it can be asked, in the order a form shows."""
        own = BY_TYPE[self.type]
        return (*own[:-2], *POSTAL, *own[-2:]) if self.postal else own

    def describe(self) -> dict[str, Any]:
        """The field as JSON for forms, docs and the API (labels not yet translated)."""
        return {
            "key": self.key,
            "label": self.label,
            "type": self.type.value,
            "operators": [{"value": op.value, "label": LABELS[op]} for op in self.operators],
            "options": [{"value": option.value, "label": option.label} for option in self.options],
            "custom": self.custom,
            "question": self.question,
        }


def _options(*pairs: tuple[str, str]) -> tuple[Option, ...]:
    return tuple(Option(value, label) for value, label in pairs)


_WEEKDAYS = _options(
    ("mon", gettext_noop("Monday")),
    ("tue", gettext_noop("Tuesday")),
    ("wed", gettext_noop("Wednesday")),
    ("thu", gettext_noop("Thursday")),
    ("fri", gettext_noop("Friday")),
    ("sat", gettext_noop("Saturday")),
    ("sun", gettext_noop("Sunday")),
)
_INTENTS = _options(
    ("demo", gettext_noop("Demo")),
    ("pricing", gettext_noop("Pricing")),
    ("trial", gettext_noop("Trial")),
    ("download", gettext_noop("Download")),
)
_VERDICTS = _options(
    ("qualified", gettext_noop("Qualified")),
    ("look", gettext_noop("A person looks")),
    ("disqualified", gettext_noop("Turned away")),
)

BUILT_IN: tuple[Field, ...] = (
    Field("country", gettext_noop("Country"), Type.COUNTRY),
    Field("region", gettext_noop("State or region"), Type.TEXT),
    Field("city", gettext_noop("City"), Type.TEXT),
    Field("postal_code", gettext_noop("Postal code"), Type.TEXT, postal=True),
    Field("language", gettext_noop("Language"), Type.TEXT),
    Field("time_zone", gettext_noop("Time zone"), Type.TEXT),
    Field("industry", gettext_noop("Industry"), Type.TEXT),
    Field("segment", gettext_noop("Segment"), Type.TEXT),
    Field("employees", gettext_noop("Employees"), Type.NUMBER),
    Field("company", gettext_noop("Company"), Type.TEXT),
    Field("email_domain", gettext_noop("E-mail domain"), Type.TEXT),
    Field("free_mail", gettext_noop("Free e-mail address"), Type.YES_NO),
    Field("job_title", gettext_noop("Job title"), Type.TEXT),
    Field("deal_size", gettext_noop("Deal size"), Type.MONEY),
    Field("product_interest", gettext_noop("Product interest"), Type.LIST),
    Field("source", gettext_noop("Source"), Type.TEXT),
    Field("campaign", gettext_noop("Campaign"), Type.TEXT),
    Field("channel", gettext_noop("Channel"), Type.TEXT),
    Field("stage", gettext_noop("Stage"), Type.TEXT),
    Field("score", gettext_noop("Score"), Type.NUMBER),
    Field("verdict", gettext_noop("Qualification"), Type.CHOICE, _VERDICTS),
    Field("known_account", gettext_noop("Known account"), Type.YES_NO),
    Field("account_owner", gettext_noop("Account owner"), Type.TEXT),
    Field("account_tier", gettext_noop("Account tier"), Type.TEXT),
    Field("received_weekday", gettext_noop("Received on"), Type.CHOICE, _WEEKDAYS),
    Field("received_hour", gettext_noop("Received at hour"), Type.NUMBER),
    Field("intent", gettext_noop("Intent"), Type.CHOICE, _INTENTS),
)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All fields of this installation by key."""

    fields: Mapping[str, Field]

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields.values())

    def get(self, key: str) -> Field | None:
        """The field of this key, if there is one."""
        return self.fields.get(key)

    def fold(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """The facts as conditions compare them; what is missing, unknown or does not fit its type is left out."""
        folded = ((f.key, fold_value(f.type, facts.get(f.key), postal=f.postal)) for f in self)
        return {key: value for key, value in folded if value is not None}


def catalogue(attributes: Iterable[Attribute] = (), options: Mapping[str, Iterable[Option]] | None = None) -> Catalogue:
    """The built-in fields and the given attributes; `options` limits a built-in field (products, sources, stages).

    An attribute under a built-in key is passed over: an upgrade that brings a new field must not break rules.
    """
    limits = options or {}
    fields = {
        f.key: Field(f.key, f.label, f.type, tuple(limits[f.key]), f.postal) if f.key in limits else f for f in BUILT_IN
    }
    for attribute in attributes:
        own = Field(
            attribute.key,
            attribute.label,
            Type(attribute.type),
            attribute.options,
            custom=True,
            question=attribute.question,
        )
        fields.setdefault(attribute.key, own)
    return Catalogue(fields)
