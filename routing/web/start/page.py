"""Start: choose what the team is like, name its people, and everything stands; then a test lead shows it."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config.lib import typed
from leads.arrival import Arrival
from leads.capture import NotCapturedError, capture
from leads.life import WAITING, Kind, State
from leads.models import Lead, WebForm
from leads.web.form_snippets import page_url
from leads.web.ops import ops_only
from leads.web.wait import wait_for_decision
from reps import groups, invitations
from reps.models import Division, Group, User
from reps.web.invitations import kept_as_files, send
from routing import handbook, rulesets, start, wording
from routing.trial import try_lead
from routing.web.start.forms import ROWS, People, TeamForm
from routing.web.why import told, trial_told

_SECONDS = 2.0


@ops_only
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The five kinds of team; once rules are published, what stands and the test."""
    division = _division()
    if start.has_started(division):
        return render(request, "routing/start_done.html", _done(request, division))
    context = {"shapes": start.SHAPES.values(), "may_demo": request.user.is_superuser}
    return render(request, "routing/start.html", context)


@ops_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def team(request: HttpRequest, shape: str) -> HttpResponse:
    """One form for all of it."""
    chosen = start.SHAPES.get(shape)
    if chosen is None:
        raise Http404
    division, user = _division(), request.user
    assert isinstance(user, User)  # noqa: S101 - ops_only let nobody else in
    if start.has_started(division):
        return redirect("start")
    sent = request.POST if request.method == "POST" else None
    form = TeamForm(sent, shape=chosen, initial={"time_zone": _zone(user, division)})
    rows: list[Any] = [
        People(sent, prefix=f"people{n}", initial=_first(user) if n == 0 else None, form_kwargs=_rows(chosen))
        for n in range(len(chosen.teams))
    ]
    if sent is not None and all([form.is_valid(), *(people.is_valid() for people in rows)]):
        wanted = form.wanted(people.people() for people in rows)
        try:
            made = start.build(wanted=wanted, division=division, by=user, now=timezone.now())
        except start.AlreadyStartedError:
            return redirect("start")
        except groups.GroupError as error:
            form.add_error(None, str(error))
        else:
            if form.cleaned_data["invite"]:
                _invite(request, made, user)
            return redirect("start")
    teams = [(form[f"team{n}"], people) for n, people in enumerate(rows)]
    return render(request, "routing/start_team.html", {"shape": chosen, "form": form, "teams": teams, "rows": ROWS})


@ops_only
@require_POST
def test(request: HttpRequest) -> HttpResponse:
    """A lead through the form's door, marked as a test; it is shared by the rules like any other."""
    form = _form(_division())
    if form is None:
        raise Http404
    now = timezone.now()
    try:
        (found,) = capture(connection=form.connection, arrivals=[_sample(now)], now=now)
    except NotCapturedError:
        messages.error(request, _("It could not be taken just now. Send it once more."))
        return redirect("start")
    wait_for_decision(found.lead, seconds=_SECONDS)
    return redirect(f"{reverse('start')}?lead={found.lead.uid}")


def _sample(now: datetime) -> Arrival:
    return Arrival(
        external_id=f"start-{now.timestamp()}",
        name=_("Robin Example"),
        email=f"robin.{int(now.timestamp())}@first-lead.example",
        company=_("First Lead Ltd"),
        country="DE",
        employees=250,
        intent="demo",
        message=_("A test lead. Could you show us how it works?"),
        kind=Kind.TEST,
    )


def _done(request: HttpRequest, division: Division) -> dict[str, Any]:
    version = rulesets.published(division.pk)
    form = _form(division)
    lead = _tried(request)
    groups = list(Group.objects.filter(division=division, active=True).order_by("pk"))
    rules = rulesets.rules_of(version) if version else None
    context: dict[str, Any] = {
        "ways": [(group.name, way) for group, way in handbook.ways_of(groups, rules, wording.Names.load(division.pk))],
        "version": version,
        "form": form,
        "form_url": page_url(form) if form else "",
        "lead": lead,
    }
    if lead is None:
        return context
    waits = lead.state in WAITING
    context |= {"waits": waits, "why": {} if waits else told(lead, me=None), "owner": lead.owner}
    if lead.assigned_at:
        context["took"] = lead.assigned_at - lead.arrived_at
    elif not waits and lead.state != State.POOLED and version:
        context["later"] = _on_a_working_day(division, lead)
    return context


def _on_a_working_day(division: Division, lead: Lead) -> dict[str, Any]:
    """Nobody could take it now; who would, had it come in the middle of the next working morning."""
    version = rulesets.published(division.pk)
    assert version is not None  # noqa: S101 - the page has just shown it
    local = timezone.now().astimezone(ZoneInfo(division.time_zone)) + timedelta(days=1)
    while local.weekday() > 4:
        local += timedelta(days=1)
    at = local.replace(hour=10, minute=0, second=0, microsecond=0)
    arrival = _sample(lead.arrived_at)
    tried = try_lead(division=division, arrival=arrival, rules=rulesets.rules_of(version), now=at, version=version.n)
    return {"at": at, **trial_told(tried.receipt, division.pk)}


def _tried(request: HttpRequest) -> Lead | None:
    rows = Lead.objects.filter(kind=Kind.TEST).select_related("owner__user", "group", "stage")
    return rows.filter(uid=typed.uid_sought(request.GET.get("lead", ""))).first()


def _form(division: Division) -> WebForm | None:
    rows = WebForm.objects.filter(connection__division=division, connection__active=True)
    return rows.select_related("connection__division").order_by("pk").first()


def _rows(shape: start.Shape) -> dict[str, Any]:
    """A row that was left as it was proposed is a row, too."""
    return {"asks": shape.asks, "empty_permitted": False, "use_required_attribute": False}


def _invite(request: HttpRequest, made: start.Made, by: User) -> None:
    """Those without a password get the link that sets it; of who signs in already nothing is asked."""
    now = timezone.now()
    failed: list[str] = []
    sent: list[str] = []
    for rep in made.reps:
        if rep.user_id == by.pk or not invitations.awaits_person(rep.user):
            continue
        row, secret = invitations.invite(email=rep.user.email, grant=invitations.Grant(is_rep=True), by=by, now=now)
        (sent if send(row, secret) else failed).append(rep.user.email)
    if sent:
        messages.success(request, kept_as_files() or _("Invitations are on their way to %s.") % ", ".join(sent))
    if failed:
        says = _("No mail could be sent to %s. Look at the settings for mail, then send the invitations again.")
        messages.error(request, says % ", ".join(failed))


def _division() -> Division:
    return Division.objects.order_by("pk")[0]


def _zone(user: User, division: Division) -> str:
    return user.time_zone if user.time_zone != "UTC" else division.time_zone


def _first(user: User) -> list[dict[str, str]]:
    """Founders sell: the first row is whoever does this, unless they only administer."""
    return [] if user.email.endswith("@localhost") else [{"name": user.name, "email": user.email}]
