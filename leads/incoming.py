"""Makes an arrival of a source's new lead: mapped, read as far as it can be, told what could not."""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext as _

from leads import mapping
from leads.arrival import Arrival
from leads.conditions.facts import Type
from leads.conditions.fields import Catalogue
from leads.connector import NewLead, Source, UnreadableError
from leads.life import Kind
from leads.models import Connection
from leads.qualify import loose, normalise
from leads.reading import ArrivalSerializer, PlainText, arrival_of

DEFAULTS = ("source", "channel", "campaign", "intent")
_TRACKED = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "gclid", "fbclid", "msclkid")
_ALSO_TRACKED = {
    "referrer": "referrer",
    "referer": "referrer",
    "landingpage": "landing_page",
    "pageurl": "landing_page",
}
_LONGEST_ANSWER = 5000
_ROUNDS = 3
# Without one of these there is nobody to call and nothing to go by.
_WHO = ("email", "phone", "name", "company", "message", "profile_url", "handle", "website")


def fields(catalogue: Catalogue) -> list[str]:
    """What a mapping may fill: fields of an arrival, own attributes, answers by name."""
    plain = [str(name) for name in ArrivalSerializer().fields if str(name) not in {"answers", "tracking", "test"}]
    return [*plain, *(f.key for f in catalogue if f.custom and not f.question)]


def read(new: NewLead, *, connection: Connection, source: Source, catalogue: Catalogue) -> Arrival:
    """The lead as we understand it. Raises UnreadableError naming field and reason.

    A strict connection refuses what does not fit; the others keep it as an answer and take the lead without it.
    """
    mapped = map_facts(new, connection=connection, source=source)
    serializer, problems = _checked(mapped, strict=connection.strict, catalogue=catalogue)
    values = serializer.initial_data
    valid = serializer.is_valid()
    if not valid or not any(values.get(name) for name in ("first_name", "last_name", *_WHO)):
        told = "; ".join(f"{name}: {why}" for name, why in problems.items())
        nobody = _("It tells nobody to speak with: no name, address, number, company or message.")
        raise UnreadableError(f"{nobody} {told}".strip())
    arrival = arrival_of(
        serializer.validated_data,
        raw=dict(new.facts),
        kind=Kind.TEST if new.test else Kind.NEW,
        arrived_at=new.at,
    )
    arrival.problems = problems
    arrival.host = new.host.strip().lower() if connection.settings.get("host_keeps", True) else ""
    return arrival


def rules_of(connection: Connection, source: Source, facts: Mapping[str, Any]) -> dict[str, mapping.Rule]:
    """The mapping that holds: what ops made, else the connector's, else what can be guessed from the names.

    Where the connector has none of its own, places that ops had not seen when they made theirs are still guessed.
    """
    if source.MAPPING or not connection.mapping:
        return dict(connection.mapping or source.MAPPING or mapping.guess(facts))
    return _with_unseen(connection.mapping, connection.places_seen, facts)


def _with_unseen(
    own: Mapping[str, mapping.Rule], seen: Collection[str], facts: Mapping[str, Any]
) -> dict[str, mapping.Rule]:
    """A mapping and, after its own places, those nobody saw; made before places were remembered, it holds alone."""
    rules = dict(own)
    known = {place.casefold() for place in seen}
    unseen = {place: value for place, value in facts.items() if place.casefold() not in known} if known else {}
    for field, place in mapping.guess(unseen).items():
        rule = rules.get(field, [])
        if not isinstance(rule, Mapping):
            rules[field] = [*([rule] if isinstance(rule, str) else rule), place]
    return rules


def map_facts(new: NewLead, *, connection: Connection, source: Source) -> dict[str, Any]:
    """Our fields as the mapping fills them, completed by what connection and connector say; nothing is checked yet."""
    facts = mapping.flatten(new.facts)
    mapped = mapping.apply(rules_of(connection, source, facts), facts)
    values: dict[str, Any] = {"external_id": new.id}
    answers: dict[str, Any] = {}
    for field, value in mapped.values.items():
        if field.startswith("answers."):
            answers[field.removeprefix("answers.")] = value
        else:
            values[field] = value
    tracks = tracked(facts)
    tracking = dict(reversed(tracks.values()))
    rest = {place: value for place, value in mapped.rest.items() if place not in tracks and str(value) != new.id}
    if source.keeps_rest:
        answers = {**_named(rest), **answers}
    if answers:
        values["answers"] = answers
    if tracking:
        values["tracking"] = tracking
    said = {name: getattr(connection, name) for name in DEFAULTS if getattr(connection, name)}
    for name, value in {**new.defaults, **said}.items():
        # A campaign of the payload is nearer to the truth than one of the connection; the rest the connection decides.
        if name in said and name != "campaign":
            values[name] = value
        else:
            values.setdefault(name, value)
    values.setdefault("source", connection.name)
    if tracking.get("utm_campaign"):
        values.setdefault("campaign", tracking["utm_campaign"])
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}


def _named(rest: Mapping[str, Any]) -> dict[str, Any]:
    """Answers under the last name of their place, as people asked it; the whole place where two are called alike."""
    names = {place: mapping.last_name(place) for place in rest}
    alike = Counter(names.values())
    return {name if alike[name] == 1 else place: _short(rest[place]) for place, name in names.items()}


def tracked(facts: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """What tells where the person came from, by place: our name for it, and what it says."""
    found = {}
    for place, value in facts.items():
        word = mapping.word_of(place)
        name = next((t for t in _TRACKED if t.replace("_", "") == word), _ALSO_TRACKED.get(word, ""))
        if name:
            found[place] = (name, str(_short(value))[:2000])
    return found


def _checked(mapped: dict[str, Any], *, strict: bool, catalogue: Catalogue) -> tuple[ArrivalSerializer, dict[str, str]]:
    """What can be read, and why the rest cannot; that goes among the answers under its field's name."""
    problems: dict[str, str] = {}
    values = _spelled(mapped, catalogue)
    for _round in range(_ROUNDS):
        serializer = ArrivalSerializer(data=values, context={"catalogue": catalogue})
        if serializer.is_valid():
            break
        wrong = {str(name): _words(errors) for name, errors in serializer.errors.items()}
        if strict:
            raise UnreadableError("; ".join(f"{name}: {why}" for name, why in wrong.items()))
        problems |= wrong
        values = _moved_aside(values, wrong, catalogue)
    return serializer, problems


def _moved_aside(values: Mapping[str, Any], wrong: Mapping[str, str], catalogue: Catalogue) -> dict[str, Any]:
    """Wrong values among the answers; an answer that is wrong itself under a name no rule asks for."""
    kept = {name: value for name, value in values.items() if name not in wrong and name != "answers"}
    answers = dict(values.get("answers") or {})
    if told := wrong.get("answers"):
        for question in {f.question for f in catalogue if f.question and f"{f.question}:" in told} & set(answers):
            answers[_("%s (as sent)") % question] = answers.pop(question)
    moved = {name: _short(values[name]) for name in wrong if name in values and name != "answers"}
    return {**kept, "answers": {**answers, **moved}}


def _spelled(mapped: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    """Values in the shape our fields are written in: a number as text in a text, several ticks as one text."""
    plain = ArrivalSerializer().fields
    found: dict[str, Any] = {}
    for name, value in mapped.items():
        field = plain.get(name)
        own = catalogue.get(name)
        if isinstance(field, PlainText):
            text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            found[name] = text.strip()
        elif isinstance(value, str) and name in _LOOSE:
            found[name] = loosely(name, value)
        elif field is None and own and own.type is Type.TEXT and not isinstance(value, str):
            found[name] = str(value)
        else:
            found[name] = value
    return found


def loosely(field: str, text: str) -> object:
    """A number of employees or a sum of money as people write it; any other text, or what cannot be read, as it is."""
    return _LOOSE[field](text) if field in _LOOSE else text


def _employees(text: str) -> object:
    """“51-200” as people and vendors write it; what cannot be read stays, and is told."""
    try:
        return loose.employees(text)
    except normalise.UnusableError:
        return text


def _money(text: str) -> object:
    """“12.500,00 EUR”; what cannot be read stays, and is told."""
    try:
        amount, currency = loose.money(text)
    except normalise.UnusableError:
        return text
    return {"amount": str(amount), "currency": currency}


_LOOSE = {"employees": _employees, "deal_size": _money}


def _short(value: object) -> object:
    return value[:_LONGEST_ANSWER] if isinstance(value, str) else value


def _words(errors: object) -> str:
    if isinstance(errors, Mapping):
        return "; ".join(f"{name}: {_words(inner)}" for name, inner in errors.items())
    return " ".join(str(error) for error in errors) if isinstance(errors, list) else str(errors)
