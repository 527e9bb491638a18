"""Everything a signed-in rep can ask about leads that are not theirs yet: routes, methods, formats, orders, filters."""

from django.urls import URLPattern, URLResolver, get_resolver

from routing import handles
from tests.blind.twins import CANARY, lead_fields
from tests.doors.figures import FULL

# What takes a lead: after it, its details are the taker's to see.
TAKES = frozenset({"pool-pull"})
# What would end the session or is served beside the pages.
LEFT_OUT = frozenset({"logout", "account_logout"})
ENDS = frozenset({"sessions-end", "session-end"})
HTMX = {"HX-Request": "true"}
_SAMPLE = lead_fields(0)
QUERIES = (
    "format=json",
    "format=csv",
    "format=api",
    f"q={CANARY}",
    f"q={CANARY.lower()}0@canary7q0.example",
    "q=5550%2077",
    "sort=private__email&ordering=-private__deal_amount&order=company&o=email",
    "sort=name&dir=desc&page=2",
    "page=999999999999&page_size=1000000&limit=1000000&offset=1",
    "fields=email,name&include=private&expand=contact,lead.private&depth=9",
    "email__startswith=c&company__contains=CANARY&private__email__regex=.*&lead__private__phone=%2B49",
    "source=Fair&channel=form&country=DE&industry=Logistics&stage=new&group=1&rep=1&state=pooled&since=2026-01-01",
    "cursor=eyJlbWFpbCI6IngifQ==&seen=&show=all&group=0&after=0",
)
METHODS = ("HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")


def routes(patterns=None, prefix="", space=""):
    """Every route of the product as (name, path with placeholders)."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            within = ":".join(filter(None, (space, entry.namespace)))
            yield from routes(entry.url_patterns, path, within)
        elif isinstance(entry, URLPattern):
            yield ":".join(filter(None, (space, entry.name or f"/{path}"))), path


def fill(path, lead, viewer, uid=None):
    """The path, every placeholder filled by what stands for this lead; `uid` where it is about something else."""
    values = {
        "<uuid:uid>": str(uid or lead.uid),
        "<str:handle>": handles.seal(viewer=viewer.pk, lead=lead.pk),
        "<int:n>": "1",
        "<int:pk>": str(lead.pk),
        "<path:object_id>": str(lead.pk),
        "<path:url>": "x",
    }
    for place, value in values.items():
        path = path.replace(place, value)
    while "<" in path:
        before, _open, rest = path.partition("<")
        kind, _close, after = rest.partition(">")
        path = before + (str(lead.uid) if kind.startswith("uuid") else "1" if kind.startswith("int") else "x") + after
    return "/" + path.replace("^", "").replace("$", "").split("(?P")[0]


def about(name, world):
    """The uid of what a route is about, where that is no lead; None for all others."""
    kinds = {
        world.pool.uid: ("how-shared-link", "how-shared-why", "work-plan", "group-first-reply"),
        world.rules.uid: ("how-shared-version", "rules-"),
        world.draft.uid: ("shared-draft",),
        world.offer.uid: ("offer-", "api:offer-"),
        world.form.uid: ("form-",),
    }
    return next((uid for uid, starts in kinds.items() if name.startswith(starts)), None)


def body_of(lead):
    """A form that fits none and touches all: what people type, and what they should not be able to set."""
    return _SAMPLE | {
        "answers": "x",
        "lead": str(lead.uid),
        "uid": str(lead.uid),
        "ids": str(lead.uid),
        "kind": "email",
        "text": "x",
        "reason": "spam",
        "stage": "won",
        "owner": "1",
        "state": "assigned",
        "go": "check",
    }


def questions(world):
    """(name, method, url, body, headers) of what is asked, in order; `world` as built. All of it with BATTERY_FULL."""
    for lead in (world.leads[1], world.taken, world.leads[4]):
        for name, path in routes():
            first = lead is world.leads[1]
            if name in LEFT_OUT or path.startswith("admin/jsi18n") or not (first or "<" in path):
                continue
            if name.startswith("admin:") and not (first or FULL):
                continue
            url = fill(path, lead, world.viewer, about(name, world))
            yield name, "GET", url, None, {}
            if FULL:
                yield name, "GET", url, None, HTMX
                yield name, "GET", url, None, {"Accept": "application/json"}
            for method in methods_of(name, path):
                taking = name in TAKES or (name == "pool-claim" and lead is not world.taken)
                if method != "POST" or not (taking or name in ENDS or "offer" in name):
                    yield name, method, url, body_of(lead), {}


def methods_of(name, path):
    """Pages answer GET and POST, and say so to others; the API answers more."""
    if FULL:
        return METHODS
    return ("OPTIONS", "POST", "PATCH", "DELETE") if path.startswith("api/") else ("POST",)


def more(name, url):
    """What is asked of a page that opens: other formats, orders, filters, pages, searches, and as a fragment."""
    asked = [(name, "GET", f"{url}?{query}", None, {}) for query in QUERIES[:: 1 if FULL else 2]]
    return [*asked, (name, "GET", url, None, HTMX), (name, "HEAD", url, None, {})]
