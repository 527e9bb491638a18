"""The test page of a connection: what a payload would become, step by step, up to the rep; nothing is written."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from config.lib import sealed, typed
from config.lib.signing import NotSignedError
from leads import inbound, secrets
from leads.connector import (
    Came,
    Configured,
    Contacted,
    Copied,
    Door,
    Ignored,
    NewLead,
    News,
    Noted,
    Source,
    UnansweredError,
    UnreadableError,
)
from leads.models import Connection, Inbound
from leads.outside import Outside
from leads.web.connections import found_source, head
from leads.web.deliveries import readable
from leads.web.facts import qualification_facts
from leads.web.ops import ops_only
from leads.web.understood import understood
from routing import rulesets
from routing.trial import try_lead
from routing.web.why import trial_told

_LONGEST = 500_000
_LAST = 10
_SECONDS = 8
_KINDS = (
    ("application/json", "JSON"),
    ("application/x-www-form-urlencoded", gettext_lazy("a form")),
    ("text/xml", "XML"),
    ("message/rfc822", gettext_lazy("a mail")),
)


class Sample:
    """Answers as the example says its vendor would."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self._answers = answers

    def get(
        self, url: str, *, headers: Mapping[str, str] | None = None, params: Mapping[str, str] | None = None
    ) -> Any:
        """By the end of the address."""
        return next((answer for end, answer in self._answers.items() if url.endswith(end)), None)

    def post(self, url: str, *, json: Any, headers: Mapping[str, str] | None = None) -> Any:
        """The same."""
        return self.get(url)


@ops_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Pick an example or a delivery that came, or paste a payload; see what would become of it."""
    connection, source = found_source(uid)
    came, door, picked = _chosen(request, connection, source)
    context = {
        **head(connection, source),
        "examples": [(f"example-{n}", example.name) for n, example in enumerate(source.examples)],
        "last": connection.inbounds.filter(body__isnull=False).order_by("-pk")[:_LAST],
        "kinds": _KINDS,
        "picked": picked,
        "body": came.body.decode("utf-8", "replace") if came else "",
        "kind": came.header("content-type") if came else "",
        "tried": _tried(connection, source, came, door) if came else None,
    }
    return render(request, "routing/try_delivery.html", context)


def _chosen(request: HttpRequest, connection: Connection, source: Source) -> tuple[Came | None, Door, str]:
    picked, outside = request.POST.get("pick", ""), Outside(seconds=_SECONDS)
    examples = {f"example-{n}": example for n, example in enumerate(source.examples)}
    if example := examples.get(picked):
        headers = {name.lower(): text for name, text in example.headers.items()}
        return _came(example.body, example.content_type, headers), Sample(example.answers), picked
    if picked and (row := _kept(connection, picked)) and readable(request, row):
        return inbound.came_of(row), outside, picked
    if text := request.POST.get("body", "")[:_LONGEST]:
        return _came(text, request.POST.get("kind", _KINDS[0][0]), {}), outside, ""
    return None, outside, ""


def _kept(connection: Connection, uid: str) -> Inbound | None:
    return connection.inbounds.filter(uid=typed.uid_sought(uid), body__isnull=False).first()


def _came(body: str, kind: str, headers: Mapping[str, str]) -> Came:
    all_of_them = {**headers, "content-type": kind}
    return Came("POST", "", all_of_them, {}, body.encode("utf-8", "surrogatepass"), timezone.now())


def _tried(connection: Connection, source: Source, came: Came, door: Door) -> dict[str, Any]:
    """Each step, until one says no."""
    try:
        configured = secrets.configured(connection, now=timezone.now())
    except sealed.UnsealedError:
        return {"stopped": _("The secrets of this connection cannot be opened.")}
    told: dict[str, Any] = {"proof": _proof(source, came, configured)}
    try:
        news = source.read(came, configured, door)
    except UnreadableError as error:
        return {**told, "stopped": _("It would be refused: %s") % error}
    except UnansweredError as error:
        return {**told, "stopped": _("It would wait, and be tried again: %s") % error}
    except Exception as error:  # noqa: BLE001 - a connector that raises is what this page is to show
        return {**told, "stopped": _("The connector fails: %s") % f"{type(error).__name__}: {error}"[:500]}
    return {**told, "news": [_one(connection, source, one) for one in news], "none": not news}


def _proof(source: Source, came: Came, configured: Configured) -> tuple[str, str]:
    """(tone, sentence) about who sent it."""
    try:
        source.verify(came, configured)
    except NotSignedError as error:
        return "due", _("Sent like this it would be refused: %s A pasted text has no signature; go on reading.") % error
    except UnreadableError as error:
        return "due", str(error)
    if source.proves(configured):
        return "good", _("It proves who sent it.")
    return "", _("Nothing proves who sent it: whoever knows the address may.")


def _one(connection: Connection, source: Source, news: News) -> dict[str, Any]:
    match news:
        case NewLead():
            return _lead(connection, source, news)
        case Contacted():
            said = _("A contact (%(kind)s) with %(who)s by %(by)s.") % {
                "kind": news.kind,
                "who": news.who.email or news.who.phone or news.who.lead_id,
                "by": news.by.email or _("somebody unknown"),
            }
            return {"says": said, "more": _("Who nobody knows becomes a lead first.") if news.stranger else ""}
        case Noted():
            return {"says": _("A remark on the lead: %s") % news.text}
        case Copied():
            return {"says": _("A mail that a rep copied to us: logged on a lead of theirs, and never a lead.")}
        case Ignored():
            return {"says": _("Nothing to do: %s") % news.reason}


def _lead(connection: Connection, source: Source, new: NewLead) -> dict[str, Any]:
    """A lead: as mapped, as judged, and where it would go."""
    arrival, read = understood(new, connection=connection, source=source)
    if arrival is None:
        return {"says": _("A lead that would be refused: %s") % read["refused"]}
    told = {"says": _("A test lead.") if new.test else _("A lead."), "host": arrival.host, **read}
    version = rulesets.published(connection.division_id)
    if version is None:
        return {**told, "unrouted": _("No rules are published, so it would wait under To assign.")}
    tried = try_lead(
        division=connection.division,
        arrival=arrival,
        rules=rulesets.rules_of(version),
        now=timezone.now(),
        version=version.n,
    )
    judged = qualification_facts(tried.judged.score, tried.judged.kept)
    return {
        **told,
        "judged": [(row["label"], row["value"], row["source"]) for row in judged],
        "why": trial_told(tried.receipt, connection.division_id),
        "not_asked": ", ".join(tried.not_asked),
    }
