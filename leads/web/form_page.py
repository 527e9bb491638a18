"""A web form as the world meets it: the hosted page, its parts for other sites, and what is said when it was sent."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from config.lib.address import client_address
from leads.capture import NotCapturedError
from leads.forms import taking
from leads.forms.known import TRACKED
from leads.forms.reading import Sent
from leads.forms.taking import How
from leads.forms.verdict import ending_for
from leads.life import State
from leads.models import FormEnding, Lead, WebForm
from leads.web.form_shown import shown
from leads.web.retries import retried
from leads.web.wait import wait_for_decision
from reps import branding
from reps.models import Rep

WAIT_SECONDS = 1.5


@dataclass(slots=True)
class Answer:
    """What is told, before it is known in which dress: a page, a frame, or a part for a script."""

    status: int
    template: str
    context: dict[str, Any]
    go: str = ""
    again_in: int = 0


# No cookie is read or set here, so there is nothing that a forged request could make use of.
@csrf_exempt
@xframe_options_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """GET draws the form; POST takes it, and draws it again with the reasons where something is missing."""
    form = _form(uid)
    answer = _posted(request, form) if request.method == "POST" else _drawn(request, form)
    if answer.go and not answer.context.get("embedded"):
        return HttpResponseRedirect(answer.go, status=303)
    body = render_to_string("leads/form_page.html", {**answer.context, "answer": answer, "brand": branding.brand()})
    response = HttpResponse(body, status=answer.status)
    if answer.again_in:
        response["Retry-After"] = str(answer.again_in)
    return _framed(response, form)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST", "OPTIONS"])
def part(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The same for a script on another site, as JSON; only sites the form names may read it."""
    form = _form(uid)
    origin = request.headers.get("Origin", "")
    if origin not in form.origins:
        response: HttpResponse = JsonResponse({"problem": _("This form may not be shown on this site.")}, status=403)
        patch_vary_headers(response, ["Origin"])
        return response
    if request.method == "OPTIONS":
        response = HttpResponse(status=204)
        response["Access-Control-Allow-Methods"] = "GET, POST"
    else:
        answer = _posted(request, form) if request.method == "POST" else _drawn(request, form)
        html = render_to_string(answer.template, answer.context)
        style = f"{settings.PUBLIC_URL.rstrip('/')}{static('css/form.css')}"
        response = JsonResponse({"html": html, "go": answer.go, "style": style}, status=answer.status)
        if answer.again_in:
            response["Retry-After"] = str(answer.again_in)
    response["Access-Control-Allow-Origin"] = origin
    patch_vary_headers(response, ["Origin"])
    return response


def _form(uid: UUID) -> WebForm:
    form = WebForm.objects.select_related("connection__division").filter(uid=uid).first()
    if form is None:
        raise Http404
    return form


def _drawn(request: HttpRequest, form: WebForm) -> Answer:
    told = {key: request.GET.get(key, "") for key in TRACKED}
    told["fl_referrer"] = request.headers.get("Referer", "")
    told["fl_page"] = request.build_absolute_uri(request.path)
    told["fl_test"] = request.GET.get("test", "")
    told["fl_embed"] = "1" if request.GET.get("embed") else ""
    now = timezone.now()
    if not form.active and not taking.may_test(form, told["fl_test"], now=now):
        return _closed(form)
    return Answer(200, "leads/_form.html", shown(form, now=now, told=told))


def _posted(request: HttpRequest, form: WebForm) -> Answer:
    try:
        # Unknown words of a query are of no interest here.
        sent = Sent({key: request.POST.getlist(key) for key in request.POST})
    except RequestDataTooBig:
        return _plain(form, 413, _("This is too much"), _("Shorten what you wrote, please. Nothing was sent."))
    except (SuspiciousOperation, BadRequest, MultiPartParserError, UnreadablePostError, UnicodeError):
        return _plain(form, 400, _("This could not be read"), _("Go back and send it once more. Nothing was sent."))
    now = timezone.now()
    if not form.active and not taking.may_test(form, sent.get("fl_test") or "", now=now):
        return _closed(form)
    if not sent.get("fl_referrer") and not sent.get("fl_token"):  # plain HTML on another site tells nothing itself
        sent["fl_page"] = request.headers.get("Referer", "")
    try:
        taken = retried(lambda: taking.take(form=form, sent=sent, address=client_address(request), now=now))
    except NotCapturedError:
        busy = {"": _("We could not take it just now. Please send it again.")}
        return Answer(503, "leads/_form.html", shown(form, now=now, sent=sent, errors=busy), again_in=2)
    return _answered(form, sent, taken)


def _answered(form: WebForm, sent: Sent, taken: taking.Taken) -> Answer:
    now = timezone.now()
    if taken.how is How.WRONG:
        return Answer(422, "leads/_form.html", shown(form, now=now, sent=sent, errors=taken.read.errors))
    if taken.how is How.TOO_MANY:
        minutes = max(1, round(taken.again_in / 60))
        many = {"": _("Too many came at once. What you wrote stands below: send it again in %d min.") % minutes}
        return Answer(429, "leads/_form.html", shown(form, now=now, sent=sent, errors=many), again_in=taken.again_in)
    ending = ending_for(taken.judged, form.endings.all())
    rep = _rep(taken.lead, ending) if taken.lead else None
    booking = rep.booking_url if rep else ""
    context = {
        "form": form,
        "ending": ending,
        "rep": rep.name if rep and ending.names_rep else "",
        "booking": booking,
        "lead": taken.lead if sent.get("fl_test") else None,
        "embedded": bool(sent.get("fl_embed")),
    }
    go = (booking if ending.to_booking else "") or ending.redirect_url
    return Answer(200, "leads/_form_thanks.html", context, go=go)


def _rep(lead: Lead, ending: FormEnding) -> Rep | None:
    """Who has it, where the page wants to know; waited for no longer than a person notices."""
    if not (ending.names_rep or ending.to_booking):
        return None
    wait_for_decision(lead, seconds=WAIT_SECONDS)
    current = Lead.objects.select_related("owner__user").filter(pk=lead.pk, state=State.ASSIGNED.value).first()
    return current.owner if current else None


def _closed(form: WebForm) -> Answer:
    return _plain(form, 410, _("This form is closed"), _("It takes nothing at the moment."))


def _plain(form: WebForm, status: int, heading: str, says: str) -> Answer:
    return Answer(status, "leads/_form_closed.html", {"form": form, "heading": heading, "says": says})


def _framed(response: HttpResponse, form: WebForm) -> HttpResponse:
    """Only the sites the form names may show it in a frame, and our own page that previews it.

    Where it goes after sending is for ops to say, and some browsers hold redirects of a form against `form-action`.
    """
    policy = {
        **settings.CONTENT_SECURITY_POLICY["DIRECTIVES"],
        "frame-ancestors": ["'self'", *form.origins],
        "form-action": ["'self'", "https:"],
    }
    response._csp_replace = policy  # type: ignore[attr-defined]  # noqa: SLF001 - as django-csp's own decorator does it
    if not form.origins:
        response["X-Frame-Options"] = "SAMEORIGIN"
    return response
