"""The mapping of a connection in the browser: each fact that came, with samples, and the field of ours it fills."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from leads import inbound, incoming, mapping
from leads.connector import NewLead, Source
from leads.models import Connection, Intake, Lead
from leads.qualify.freeze import catalogue_of
from leads.web.connections import found_source, head
from leads.web.ops import ops_only
from leads.web.understood import label, understood

_SAMPLES = 20  # so many of the last leads are looked through
_SHOWN = 3
_MOST = 200
_MOST_SEEN = 2000
_ANSWER = "answers."


@ops_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Choose for each fact; below stands the last lead as it would be read."""
    connection, source = found_source(uid)
    taken = _taken(request, connection)
    bodies = [new.facts for new in taken]
    facts = _facts(bodies)
    if request.method == "POST":
        reset = bool(request.POST.get("reset"))
        connection.mapping = {} if reset else _chosen(request, connection, source)
        connection.places_seen = [] if reset or not connection.mapping else _seen(request, connection)
        connection.save(update_fields=["mapping", "places_seen"])
        messages.success(request, _told(request, connection))
        return redirect(reverse("connection-mapping", args=[connection.uid]))
    rules: dict[str, Any] = {}
    for body in bodies or [{}]:  # where nobody made a mapping, each delivery is guessed by itself
        for field, rule in incoming.rules_of(connection, source, mapping.flatten(body)).items():
            listed = rule if isinstance(rule, dict) else [rule] if isinstance(rule, str) else list(rule)
            rules[field] = [*rules.get(field, []), *listed] if isinstance(listed, list) else listed
    by_place = {place: field for field, places in _places(rules).items() for place in places}
    elsewhere = _elsewhere(taken)
    context = {
        **head(connection, source),
        "facts": [_row(place, samples, by_place, elsewhere) for place, samples in facts.items()],
        "fields": _fields(connection),
        "own": bool(connection.mapping),
        "rest": _("kept as an answer") if source.keeps_rest else _("left out"),
        "fixed": [(label(field), rule["text"]) for field, rule in rules.items() if isinstance(rule, dict)],
        "read": understood(taken[0], connection=connection, source=source)[1] if taken else None,
    }
    return render(request, "leads/connection_mapping.html", context)


def _taken(request: HttpRequest, connection: Connection) -> list[NewLead]:
    """The last leads as they came, the newest first, of those the reader may see."""
    rows = list(Intake.objects.filter(connection=connection, body__isnull=False).order_by("-pk")[:_SAMPLES])
    seen = set(
        Lead.objects.visible_to(request.user, now=timezone.now())
        .filter(pk__in=[row.lead_id for row in rows if row.lead_id])
        .values_list("pk", flat=True)
    )
    return [
        NewLead(row.external_id, row.body) for row in rows if row.body and (row.lead_id is None or row.lead_id in seen)
    ]


def _elsewhere(taken: list[NewLead]) -> dict[str, str]:
    """Place -> where its fact goes by itself, so that it needs no field: with the lead's way here, or its own id."""
    goes: dict[str, str] = {}
    for new in taken:
        facts = mapping.flatten(new.facts)
        goes |= dict.fromkeys(incoming.tracked(facts), _("kept as its way here"))
        goes |= {place: _("its own id") for place, value in facts.items() if new.id and str(value) == new.id}
    return goes


def _facts(bodies: list[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Place -> a few different samples."""
    found_at: dict[str, list[str]] = {}
    for body in bodies:
        for place, value in mapping.flatten(body).items():
            text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            samples = found_at.setdefault(place, [])
            if len(samples) < _SHOWN and text[:80] not in samples:
                samples.append(text[:80])
    return dict(list(found_at.items())[:_MOST])


def _places(rules: dict[str, Any]) -> dict[str, list[str]]:
    """Field -> its places; fixed texts have none."""
    listed = {f: [r] if isinstance(r, str) else list(r) for f, r in rules.items() if not isinstance(r, dict)}
    return {field: [place.casefold() for place in places] for field, places in listed.items()}


def _row(place: str, samples: list[str], by_place: dict[str, str], elsewhere: dict[str, str]) -> dict[str, Any]:
    field = by_place.get(place.casefold(), "")
    return {
        "place": place,
        "samples": samples,
        "rest": elsewhere.get(place, ""),
        "field": _ANSWER if field.startswith(_ANSWER) else field,
        "answer": field.removeprefix(_ANSWER) if field.startswith(_ANSWER) else "",
    }


def _fields(connection: Connection) -> list[tuple[str, str]]:
    names = incoming.fields(catalogue_of(connection.division_id))
    return sorted(((name, label(name)) for name in names), key=lambda pair: pair[1].casefold())


def _chosen(request: HttpRequest, connection: Connection, source: Source) -> dict[str, Any]:
    """The whole mapping: what was chosen here, what stands for places no sample showed, each place in its order."""
    sent = _sent(request, connection)
    kept: dict[str, Any] = {}
    for field, rule in incoming.rules_of(connection, source, {}).items():
        places = [rule] if isinstance(rule, str) else rule
        stays = rule if isinstance(rule, dict) else [p for p in places if sent.get(p.casefold(), (field,))[0] == field]
        if stays:
            kept[field] = stays
    for folded, (field, place) in sent.items():
        before = kept.get(field, [])
        if field and isinstance(before, list) and folded not in {p.casefold() for p in before}:
            kept[field] = [place, *before]
    return {field: rule[0] if isinstance(rule, list) and len(rule) == 1 else rule for field, rule in kept.items()}


def _seen(request: HttpRequest, connection: Connection) -> list[str]:
    """The places that were on the page, and those that were there when it was saved before."""
    shown = [place for n in range(_MOST) if (place := request.POST.get(f"place_{n}", "").replace("\x00", ""))]
    return sorted({*connection.places_seen, *shown})[:_MOST_SEEN]


def _sent(request: HttpRequest, connection: Connection) -> dict[str, tuple[str, str]]:
    """Folded place -> its field (or nothing) and the place, as the page drew them: others may have come since."""
    known = incoming.fields(catalogue_of(connection.division_id))
    found_at: dict[str, tuple[str, str]] = {}
    for n in range(_MOST):
        place, field = request.POST.get(f"place_{n}", ""), request.POST.get(f"field_{n}", "")
        if field == _ANSWER:
            field = f"{_ANSWER}{request.POST.get(f'answer_{n}', '').strip()[:100] or place}"
        elif field not in known:
            field = ""
        if place:
            found_at[place.casefold()] = field, place
    return found_at


def _told(request: HttpRequest, connection: Connection) -> str:
    if not request.POST.get("again"):
        return _("Saved. It holds for what comes from now on.")
    rows = connection.inbounds.filter(body__isnull=False).order_by("-pk")
    pks = list(rows.values_list("pk", flat=True)[:5000])
    n = inbound.replay(pks=pks, now=timezone.now())
    return _("Saved. %(n)d kept deliveries run again by it.") % {"n": n}
