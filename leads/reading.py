"""What may be said of a new lead, at any door: read, checked, brought into one spelling."""

import zoneinfo
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions, serializers

from config.lib import strict_json
from leads.arrival import Arrival
from leads.conditions.facts import Type
from leads.conditions.fields import Catalogue
from leads.life import Kind
from leads.qualify import loose, normalise

_MOST_EMPLOYEES = 10_000_000
_LONGEST_NAME = 200
_WHOLE: dict[str, Any] = {"invalid": gettext_lazy("This must be a whole number.")}
YES, NO = frozenset({"yes", "true", "1", "y", "on"}), frozenset({"no", "false", "0", "n", "off"})


def check_text(value: object) -> None:
    """Raise ValidationError naming the field whose text cannot be stored, ParseError for too deep a body."""
    try:
        strict_json.check(value)
    except strict_json.UnstorableError as error:
        raise serializers.ValidationError({error.path or "body": [str(error)]}) from error
    except strict_json.NotJSONError as error:
        raise exceptions.ParseError(str(error)) from error


class MoneyField(serializers.Field):
    """A number, or {"amount": ..., "currency": "EUR"}; gives (amount, currency)."""

    amount = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=0)

    def to_internal_value(self, data: object) -> tuple[Decimal, str]:
        """Raise ValidationError where it is neither."""
        if isinstance(data, Mapping):
            if unknown := set(data) - {"amount", "currency"}:
                raise serializers.ValidationError(_("Unknown: %s.") % ", ".join(sorted(map(str, unknown))))
            currency = data.get("currency", "")
            if not isinstance(currency, str) or (
                currency and not (len(currency) == 3 and currency.isascii() and currency.isalpha())
            ):
                raise serializers.ValidationError(_("The currency is three letters, like EUR."))
            return self.amount.run_validation(data.get("amount")), currency.upper()
        if isinstance(data, bool):
            raise serializers.ValidationError(_("This is not a number."))
        return self.amount.run_validation(data), ""

    def to_representation(self, value: object) -> object:
        """Never shown."""
        return value


class PlainText(serializers.CharField):
    """Text and nothing else: a number or a yes is a mistake of the caller's mapping, not a name."""

    def to_internal_value(self, data: object) -> str:
        """Raise ValidationError on anything but text."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


def _text(most: int) -> PlainText:
    return PlainText(required=False, allow_blank=True, allow_null=True, max_length=most)


class ArrivalSerializer(serializers.Serializer):
    """One lead as callers write it. Unknown fields are refused by name, unless ops defined them as attributes."""

    external_id = _text(200)
    name = _text(200)
    first_name = _text(100)
    last_name = _text(100)
    email = _text(254)
    phone = _text(40)
    company = _text(200)
    job_title = _text(200)
    website = _text(500)
    profile_url = _text(500)
    handle = _text(200)
    language = _text(20)
    time_zone = _text(64)
    country = _text(80)
    region = _text(100)
    city = _text(100)
    postal_code = _text(20)
    industry = _text(100)
    segment = _text(100)
    account_external_id = _text(200)
    employees = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=_MOST_EMPLOYEES, error_messages=_WHOLE
    )
    product = _text(200)
    deal_size = MoneyField(required=False, allow_null=True)
    source = _text(100)  # type: ignore[assignment]  # hides an argument of Field that is not used here
    campaign = _text(200)
    channel = _text(40)
    intent = _text(40)
    score = serializers.IntegerField(
        required=False, allow_null=True, min_value=-1_000_000, max_value=1_000_000, error_messages=_WHOLE
    )
    message = _text(20_000)
    answers = serializers.DictField(required=False, child=serializers.JSONField())
    tracking = serializers.DictField(required=False, child=PlainText(max_length=2000, allow_blank=True))
    test = serializers.BooleanField(required=False, default=False)

    def to_internal_value(self, data: object) -> dict[str, Any]:
        """Refuse by name what nobody defined."""
        if not isinstance(data, Mapping):
            raise serializers.ValidationError({"body": [_("Send one lead as a JSON object.")]})
        check_text(dict(data))
        own = {f.key for f in self._catalogue() if f.custom and not f.question}
        if unknown := [k for k in data if k not in self.fields and k not in own]:
            raise serializers.ValidationError({str(k)[:80]: [_("Unknown field.")] for k in unknown[:20]})
        values = dict(super().to_internal_value({k: v for k, v in data.items() if k in self.fields}))
        values["attributes"] = self._attributes({k: v for k, v in data.items() if k in own and k not in self.fields})
        values["asked"] = self._asked(values.get("answers") or {})
        if len(f"{values.get('first_name') or ''} {values.get('last_name') or ''}") > _LONGEST_NAME:
            raise serializers.ValidationError({"last_name": [_("First and last name together hold 200 characters.")]})
        if not any(v not in (None, "", {}) for k, v in values.items() if k not in {"test", "asked"}):
            raise serializers.ValidationError({"body": [_("Say at least one thing about the lead.")]})
        return values

    def validate_email(self, value: str | None) -> str:
        """In one spelling, or refused with the reason."""
        try:
            return normalise.email(value) if value else ""
        except normalise.UnusableError as error:
            raise serializers.ValidationError(str(error)) from error

    def validate_country(self, value: str | None) -> str:
        """As alpha-2, from a code or a name."""
        try:
            return normalise.country(value) if value else ""
        except normalise.UnusableError as error:
            raise serializers.ValidationError(_("“%s” is no country we know.") % value) from error

    def validate_website(self, value: str | None) -> str:
        """Any text a person may write, but no address that would run something when it is clicked."""
        if value and not loose.is_harmless(value):
            raise serializers.ValidationError(_("This is no web address."))
        return value or ""

    def validate_profile_url(self, value: str | None) -> str:
        """A web address: anything else could run when it is clicked."""
        if value and not value.casefold().startswith(("https://", "http://")):
            raise serializers.ValidationError(_("Write the address of the profile in full, with https://."))
        return value or ""

    def validate_time_zone(self, value: str | None) -> str:
        """A zone of the IANA database."""
        if value and value not in zoneinfo.available_timezones():
            raise serializers.ValidationError(_("“%s” is no time zone. Write it like Europe/Berlin.") % value)
        return value or ""

    def _catalogue(self) -> Catalogue:
        catalogue: Catalogue = self.context["catalogue"]
        return catalogue

    def _asked(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        """The answers rules may ask about, by the attribute's key; forms write numbers as text, so that is read."""
        fields = {f.key: f for f in self._catalogue() if f.question and answers.get(f.question) not in (None, "", [])}
        given = {key: spelled(field.type, answers[field.question]) for key, field in fields.items()}
        try:
            return self._attributes(given)
        except serializers.ValidationError as error:
            wrong = error.detail if isinstance(error.detail, dict) else {}
            told = [f"{fields[key].question}: {' '.join(map(str, why))}" for key, why in wrong.items()]
            raise serializers.ValidationError({"answers": told}) from error

    def _attributes(self, given: dict[str, Any]) -> dict[str, Any]:
        """Each of its type: what the conditions cannot fold would never match, so it is refused here."""
        catalogue = self._catalogue()
        folded = catalogue.fold(given)
        wrong = {}
        for key, value in given.items():
            field = catalogue.get(key)
            choices = {o.value for o in field.options} if field else set()
            if value is None or field is None:
                continue
            if key not in folded and value not in ("", []):
                wrong[key] = [_("This must be a %s.") % field.type.value.replace("_", " ")]
            elif field.type is Type.CHOICE and choices and value not in choices:
                wrong[key] = [_("Choose one of: %s.") % ", ".join(sorted(choices))]
        if wrong:
            raise serializers.ValidationError(wrong)
        return {k: v for k, v in given.items() if v is not None}


def spelled(kind: Type, value: object) -> object:
    """A text as the value of its type that it spells; anything else as it is."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    if kind is Type.NUMBER:
        try:
            return Decimal(text)
        except InvalidOperation:
            return value
    if kind is Type.YES_NO and text.casefold() in YES | NO:
        return text.casefold() in YES
    return [text] if kind is Type.LIST else text


def arrival_of(
    values: dict[str, Any], *, raw: dict[str, Any], kind: Kind | None = None, arrived_at: datetime | None = None
) -> Arrival:
    """The checked values as an Arrival: names joined, phone and domain derived."""
    text = {k: (v or "").strip() for k, v in values.items() if k in _TEXTS}
    name = text.pop("name", "") or " ".join(filter(None, (text.get("first_name"), text.get("last_name"))))
    text.pop("first_name", None)
    text.pop("last_name", None)
    amount, currency = values.get("deal_size") or (None, "")
    return Arrival(
        **text,  # type: ignore[arg-type]  # texts by the names of the fields
        kind=kind or (Kind.TEST if values.get("test") else Kind.NEW),
        arrived_at=arrived_at,
        name=name,
        phone_e164=normalise.phone(text.get("phone", ""), text.get("country", "")) if text.get("phone") else "",
        domain=normalise.domain(text.get("email", ""), text.get("website", "")),
        employees=values.get("employees"),
        score=values.get("score"),
        deal_amount=amount,
        deal_currency=currency,
        answers=values.get("answers") or {},
        tracking=values.get("tracking") or {},
        attributes=values.get("attributes") or {},
        asked=values.get("asked") or {},
        raw=raw,
    )


_TEXTS = frozenset(name for name, f in ArrivalSerializer().fields.items() if isinstance(f, PlainText))


# Fields of a lead as people read them; own attributes have their label.
LABELS = {
    "external_id": gettext_lazy("Its own id"),
    "name": gettext_lazy("Name"),
    "first_name": gettext_lazy("First name"),
    "last_name": gettext_lazy("Last name"),
    "email": gettext_lazy("E-mail"),
    "phone": gettext_lazy("Phone"),
    "company": gettext_lazy("Company"),
    "job_title": gettext_lazy("Job title"),
    "website": gettext_lazy("Website"),
    "profile_url": gettext_lazy("Profile"),
    "handle": gettext_lazy("Handle"),
    "language": gettext_lazy("Language"),
    "time_zone": gettext_lazy("Time zone"),
    "country": gettext_lazy("Country"),
    "region": gettext_lazy("State or region"),
    "city": gettext_lazy("City"),
    "postal_code": gettext_lazy("Postal code"),
    "industry": gettext_lazy("Industry"),
    "segment": gettext_lazy("Segment"),
    "account_external_id": gettext_lazy("Id of the account"),
    "employees": gettext_lazy("Employees"),
    "product": gettext_lazy("Product interest"),
    "deal_size": gettext_lazy("Deal size"),
    "source": gettext_lazy("Source"),
    "campaign": gettext_lazy("Campaign"),
    "channel": gettext_lazy("Channel"),
    "intent": gettext_lazy("Intent"),
    "score": gettext_lazy("Score"),
    "message": gettext_lazy("Message"),
}
