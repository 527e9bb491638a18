"""The address of a connection: whatever comes is checked, kept and answered at once; reading it is left to a task."""

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from config.lib import rates, sealed
from config.lib.address import client_address, exact_address
from config.lib.signing import NotSignedError
from leads import inbound, secrets
from leads.connector import Answer, Came, Configured, Source, UnreadableError
from leads.connectors import sources
from leads.models import Connection


@csrf_exempt
def receive(request: HttpRequest, kind: str, address: str) -> HttpResponse:
    """Keep one delivery. 404 for an unknown address, 401 unsigned, 400 unreadable, 413 too large, 429 too many."""
    found = Connection.objects.select_related("division").filter(address_digest=secrets.digest(address), kind=kind)
    connection = found.first()
    source = sources().get(kind)
    if connection is None or source is None:
        missing = refuse(404, "not_found", _("There is nothing at this address."))
        return _refused_often(request) or missing
    if request.method not in {"GET", "POST", "HEAD"}:
        return HttpResponseNotAllowed(["GET", "POST"])
    try:
        came = came_of(request, most=source.most_bytes)
        configured = secrets.configured(connection, now=came.at)
    except RequestDataTooBig:
        most = (source.most_bytes or settings.DATA_UPLOAD_MAX_MEMORY_SIZE) >> 20
        return refuse(413, "too_large", _("The body is larger than %d MB.") % most)
    except sealed.UnsealedError:
        return refuse(503, "busy", _("This connection cannot be opened just now; send it again later."))
    if not inbound.may_send(sender := exact_address(request), configured):
        return _from_elsewhere(request, connection, came, sender)
    return _take(request, connection, source, came, configured)


def _from_elsewhere(request: HttpRequest, connection: Connection, came: Came, sender: str) -> HttpResponse:
    """Its network is not one of those ops listed: they see who it was, so that they can put the list right."""
    if (over := _refused_often(request)) is not None:
        return over
    if came.method == "POST":
        why = _("%s is not one of the addresses that may send here.") % sender
        inbound.keep_refused(connection=connection, came=came, why=why, sender=sender)
    return refuse(403, "not_allowed", _("This address is not one that may send here."))


def _take(
    request: HttpRequest, connection: Connection, source: Source, came: Came, configured: Configured
) -> HttpResponse:
    if (greeting := source.greet(came, configured)) is not None:
        return told(greeting)
    if came.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        source.verify(came, configured)
        delivery_id = source.delivery_id(came, configured)
        answer = source.answer(came, configured)
    except (NotSignedError, UnreadableError) as error:
        if (over := _refused_often(request)) is not None:
            return over
        inbound.keep_refused(connection=connection, came=came, why=str(error))
        signed = not isinstance(error, NotSignedError)
        return refuse(400, "invalid", str(error)) if signed else refuse(401, "not_signed", str(error))
    # Last, so that nobody without the signature uses up what the real sender may send; senders try again.
    spent = rates.spend("inbound", connection.pk)
    if not spent.allowed:
        return _too_many(spent)
    inbound.keep(connection=connection, came=came, delivery_id=delivery_id)
    return told(answer)


def _refused_often(request: HttpRequest) -> HttpResponse | None:
    """Counts what is not let in by the address it comes from; what is signed comes in from there all the same."""
    spent = rates.spend("inbound_refused", client_address(request))
    return None if spent.allowed else _too_many(spent)


def _too_many(spent: rates.Spent) -> HttpResponse:
    response = refuse(429, "too_many", _("Too many deliveries. Send the same again in %d s.") % spent.again_in)
    response["Retry-After"] = str(spent.again_in)
    return response


def came_of(request: HttpRequest, *, most: int = 0) -> Came:
    """The request as connectors read it; the address is the public one, whatever stands between.

    Raises RequestDataTooBig where it is larger than `most`, or than other requests may be.
    """
    return Came(
        method=request.method or "",
        url=settings.PUBLIC_URL + request.get_full_path(),
        headers={name.lower(): clean(text) for name, text in request.headers.items()},
        query={name: clean(str(text)) for name, text in request.GET.items()},
        body=_body(request, most) if most else request.body,
        at=timezone.now(),
    )


def _body(request: HttpRequest, most: int) -> bytes:
    """A body that may be larger than those of other requests."""
    whole = request.read(most + 1)
    if len(whole) > most:
        raise RequestDataTooBig
    return whole


def clean(text: str) -> str:
    """Without what the database cannot keep."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def told(answer: Answer) -> HttpResponse:
    """What the connector wants said, never kept by anybody on the way."""
    response: HttpResponse = HttpResponseRedirect(answer.location) if answer.location else HttpResponse(answer.body)
    if not answer.location:
        response.status_code, response["Content-Type"] = answer.status, answer.content_type
    response["Cache-Control"] = "no-store"
    return response


def refuse(status: int, code: str, why: str) -> HttpResponse:
    """A refusal as problem+json."""
    body = {"type": "about:blank", "title": why, "status": status, "code": code, "detail": why}
    response = JsonResponse(body, status=status, content_type="application/problem+json")
    if status == 401:  # some senders give user and password only when asked
        response["WWW-Authenticate"] = 'Basic realm="Fairlead"'
    return response
