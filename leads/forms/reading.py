"""Reads what was sent through a form: each thing by its kind, with a reason in words where it cannot be used."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from rest_framework import serializers

from leads.arrival import Arrival
from leads.conditions.facts import Type
from leads.conditions.fields import Catalogue, Field
from leads.forms.known import KNOWN, LONGEST_TRACKED, TRACKED
from leads.forms.verdict import Judged, judge
from leads.life import Kind
from leads.models import FormItem, WebForm
from leads.qualify import normalise
from leads.qualify.freeze import catalogue_of
from leads.reading import NO, YES, ArrivalSerializer, arrival_of

LONGEST = 20_000
_MOST_KEPT = 200
_LARGEST = Decimal(10) ** 11
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
CONSENT = "fl_consent"
Sent = MultiValueDict


@dataclass(slots=True)
class Read:
    """What was understood, by key, and what was not, in words, by key; "" stands for the whole."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    judged: Judged = field(default_factory=Judged)
    arrival: Arrival | None = None


class _FormSerializer(ArrivalSerializer):
    """As at the other doors; but where an attribute does not fit the answers, that is no mistake of who sent them."""

    def _asked(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        asked: dict[str, Any] = {}
        for question, value in answers.items():
            try:
                asked |= super()._asked({question: value})
            except serializers.ValidationError:
                continue
        return asked


def read(form: WebForm, sent: Sent, *, now: datetime, test: bool = False) -> Read:
    """The lead in it, or why there is none yet."""
    catalogue = catalogue_of(form.connection.division_id)
    found = Read()
    items = list(form.items.prefetch_related("answers__ending"))
    for item in items:
        _take(item, sent.getlist(item.key), catalogue, found)
    if form.consent and not sent.get(CONSENT):
        found.errors[CONSENT] = _("Tick the box to send the form.")
    if found.errors:
        return found
    found.judged = judge((i, list(i.answers.all()), found.values.get(i.key)) for i in items if i.is_question)
    values = _values(form, items, found, catalogue, now)
    serializer = _FormSerializer(data=values, context={"catalogue": catalogue})
    if serializer.is_valid():
        kind = Kind.TEST if test else Kind.NEW
        found.arrival = arrival_of(serializer.validated_data, raw=raw_of(sent), kind=kind)
        _complete(found.arrival, form, sent, found.judged)
    else:
        found.errors |= _by_field(serializer.errors, {item.key for item in items})
    return found


def raw_of(sent: Sent) -> dict[str, Any]:
    """Everything that came, as it can be stored: long texts cut, what no text can hold replaced."""
    kept: dict[str, Any] = {}
    for key in list(sent)[:_MOST_KEPT]:
        values = [storable(str(value)) for value in sent.getlist(key)[:_MOST_KEPT]]
        kept[storable(str(key))[:200]] = values[0] if len(values) == 1 else values
    return kept


def sent_of(raw: Mapping[str, Any]) -> Sent:
    """The other way round."""
    return MultiValueDict({k: v if isinstance(v, list) else [v] for k, v in raw.items()})


def storable(text: str) -> str:
    """The text without what PostgreSQL cannot keep, and not longer than any field."""
    return _UNSTORABLE.sub("�", text)[:LONGEST]


def _take(item: FormItem, given: Sequence[str], catalogue: Catalogue, found: Read) -> None:
    texts = [text.strip() for text in given if text.strip()]
    if any(_UNSTORABLE.search(text) for text in texts):
        found.errors[item.key] = _("Remove the character that is no letter, digit or sign.")
    elif not texts:
        if item.required:
            found.errors[item.key] = _("Please answer this.") if item.is_question else _("Please fill this in.")
    else:
        try:
            found.values[item.key] = _value(item, texts, catalogue)
        except ValueError as error:
            found.errors[item.key] = str(error)


def _value(item: FormItem, texts: list[str], catalogue: Catalogue) -> Any:
    """The value of its kind. Raises ValueError saying what to write."""
    text = texts[0]
    match item.kind:
        case FormItem.Kind.CHOICE:
            return _one_of([a.label for a in item.answers.all()], text)
        case FormItem.Kind.YES_NO:
            return _yes_no(text)
        case FormItem.Kind.NUMBER:
            return number(text)
        case FormItem.Kind.ATTRIBUTE:
            return _attribute(catalogue.get(item.key), texts, item)
    return _known(item, _one_of(item.choices, text) if item.choices else text)


def _one_of(choices: Sequence[str], text: str) -> str:
    if text not in choices:
        raise ValueError(_("Choose one of the answers."))
    return text


def _yes_no(text: str) -> bool:
    if text.casefold() not in YES | NO:
        raise ValueError(_("Answer yes or no."))
    return text.casefold() in YES


def number(text: str) -> Decimal:
    """A number as people write it: 1200, 1 200, 1,200, 12.5. Raises ValueError."""
    plain = re.sub(r"[\s'\u2019_]", "", text)
    if re.fullmatch(r"\d{1,3}([.,]\d{3})+", plain):
        plain = re.sub(r"[.,]", "", plain)
    try:
        value = Decimal(plain.replace(",", ".")) if re.fullmatch(r"-?\d{1,20}([.,]\d{1,10})?", plain) else None
    except InvalidOperation:
        value = None
    if value is None or abs(value) > _LARGEST:
        raise ValueError(_("Write a number, like 25."))
    return value


def _attribute(asked: Field | None, texts: list[str], item: FormItem) -> Any:
    text = texts[0]
    if asked is None:  # no more among the fields of your own: kept as an answer
        return text
    if len(text) > 1000:
        raise ValueError(_("Write at most %d signs.") % 1000)
    options = [o.value for o in asked.options] or item.choices
    if asked.type is Type.LIST:
        return [_one_of(options, t) for t in texts] if options else texts
    if asked.type in _TYPED:
        return _TYPED[asked.type](text)
    return _one_of(options, text) if options else text


def _date(text: str) -> str:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date().isoformat()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise ValueError(_("Write the date like 2026-11-30.")) from error


_TYPED: dict[Type, Callable[[str], Any]] = {Type.NUMBER: number, Type.YES_NO: _yes_no, Type.DATE: _date}


def _known(item: FormItem, text: str) -> Any:
    known = KNOWN[item.key]
    if len(text) > known.most:
        raise ValueError(_("Write at most %d signs.") % known.most)
    reader = _READERS.get(item.key)
    return reader(text) if reader else text


def _email(text: str) -> str:
    like = _("Write it like name@example.com.")
    if "\ufffd" in text:  # a sign was lost on the way
        raise ValueError(like)
    try:
        return normalise.email(text)
    except normalise.UnusableError as error:
        raise ValueError(f"{like} {error}") from error


def _phone(text: str) -> str:
    if sum(sign.isdigit() for sign in text) < 5:
        raise ValueError(_("Write the number with its area code, like +49 30 1234567."))
    return text


def _website(text: str) -> str:
    """Never anything but a web page: it is shown as a link."""
    wrong = ValueError(_("Write it like www.company.com."))
    try:
        parts = urlsplit(text if re.match(r"[a-z][a-z0-9+.-]*:", text, re.IGNORECASE) else f"https://{text}")
        host = parts.hostname or ""
    except ValueError as error:
        raise wrong from error
    if parts.scheme not in {"http", "https"} or "." not in host or not text.isprintable() or " " in text:
        raise wrong
    return text


def _employees(text: str) -> int:
    value = number(text)
    if value != value.to_integral_value() or not 0 <= value <= 10_000_000:
        raise ValueError(_("Write a whole number, like 25."))
    return int(value)


def _country(text: str) -> str:
    try:
        return normalise.country(text)
    except normalise.UnusableError as error:
        raise ValueError(_("Choose a country of the list.")) from error


_READERS = {
    "email": _email,
    "phone": _phone,
    "website": _website,
    "employees": _employees,
    "country": _country,
}


def _values(
    form: WebForm, items: Sequence[FormItem], found: Read, catalogue: Catalogue, now: datetime
) -> dict[str, Any]:
    """As the serializer takes them: fields and own attributes by key, the answers to questions beside them."""
    own = {f.key for f in catalogue if f.custom and not f.question}
    data: dict[str, Any] = {}
    answers: dict[str, Any] = {}
    for item in items:
        if item.key not in found.values:
            continue
        if item.kind == FormItem.Kind.FIELD or (item.kind == FormItem.Kind.ATTRIBUTE and item.key in own):
            data[item.key] = found.values[item.key]
        else:
            answers[item.key] = _plain(found.values[item.key])
    if form.consent:
        answers["consent"] = f"{form.consent} ({now:%Y-%m-%d %H:%M:%S} UTC)"
    return data | ({"answers": answers} if answers else {})


def _plain(value: Any) -> Any:
    """As JSON writes it."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def _complete(arrival: Arrival, form: WebForm, sent: Sent, judged: Judged) -> None:
    """Where it came from, what the form says of all its leads, and what the answers say of this one."""
    tracking = tracking_of(sent)
    door = form.connection
    arrival.tracking = tracking
    arrival.source = door.source or door.name
    arrival.channel = door.channel or "form"
    arrival.campaign = door.campaign or tracking.get("utm_campaign", "")[:200]
    arrival.intent = door.intent
    arrival.verdict, arrival.verdict_reason = str(judged.verdict), judged.reason
    if judged.points is not None:
        arrival.score = (arrival.score or 0) + judged.points
        arrival.answer_points = judged.points


def tracking_of(sent: Mapping[str, str]) -> dict[str, str]:
    """Where the person came from, as the page or the script told it; addresses without what follows the path."""
    told = {key: storable(sent.get(key) or "").strip()[:LONGEST_TRACKED] for key in TRACKED}
    told["referrer"] = plain_address(sent.get("fl_referrer") or "")
    told["landing_page"] = plain_address(sent.get("fl_page") or "")
    return {key: value for key, value in told.items() if value}


def plain_address(url: str) -> str:
    """A web address without query and fragment, where other sites put what is personal."""
    try:
        parts = urlsplit(storable(url).strip())
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            return ""
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"[:LONGEST_TRACKED]


def _by_field(errors: Mapping[str, Any], keys: set[str]) -> dict[str, str]:
    """One sentence a field; what belongs to none stands on top."""
    told: dict[str, str] = {}
    for key, why in errors.items():
        words = " ".join(map(str, why)) if isinstance(why, list) else _("This cannot be used.")
        name = "name" if key == "last_name" and key not in keys else key
        told[name if name in keys else ""] = words
    return told
