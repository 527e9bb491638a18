"""How I am told: kinds of news by channel, quiet hours, where I am reached, the morning summary, sound."""

import uuid
from collections.abc import Mapping
from datetime import time
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.dateparse import parse_time
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from config.lib import rates
from config.lib.sealed import UnsealedError
from reps import access, alerts, endpoints, news, vapid
from reps.channel import AddressError, Channel
from reps.channels import EMAIL, IN_APP, all_channels
from reps.models import Endpoint, Group, Listener, Preference, Shift, User
from reps.web import slack_link

_PAUSE = 5  # seconds between two tests of one person


@login_required
@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """All of it on one page."""
    return _answer(request)


@login_required
@require_POST
def save_news(request: HttpRequest) -> HttpResponse:
    """The grid, with its quiet hours; what is as usual needs no row."""
    user = _user(request)
    kinds = _kinds(user)
    read = {kind.key: _read(request, kind) for kind in kinds}
    if wrong := {key: error for key, (_row, error) in read.items() if error}:
        return _answer(request, wrong=wrong, typed=request.POST, status=422)
    for kind in kinds:
        row, _error = read[kind.key]
        quiet = {name: value for name, value in row.items() if name != "channels"}
        if set(row["channels"]) == _usual(kind) and quiet["quiet_from"] is None:
            Preference.objects.filter(user=user, kind=kind.key).delete()
        else:
            endpoints.choose(user=user, kind=kind.key, chosen=row["channels"], quiet=quiet)
    messages.success(request, _("Saved. It holds from the next message on."))
    return redirect("telling")


@login_required
@require_POST
def save_morning(request: HttpRequest) -> HttpResponse:
    """When the summary comes, and whether a page may ring."""
    at = request.POST.get("morning_at", "").strip()
    chosen = _time(at)
    if at and chosen is None:
        return _answer(request, wrong={"morning_at": _("Enter a time, like 08:00.")}, typed=request.POST, status=422)
    Listener.objects.update_or_create(
        user=_user(request),
        defaults={
            "morning_at": chosen,
            "morning_when_empty": bool(request.POST.get("morning_when_empty")),
            "sound": bool(request.POST.get("sound")),
        },
    )
    messages.success(request, _("Saved."))
    return redirect("telling")


@login_required
@require_POST
def sound(request: HttpRequest) -> HttpResponse:
    """The switch in the menu: remembered for the person, whichever browser they use."""
    Listener.objects.update_or_create(user=_user(request), defaults={"sound": request.POST.get("on") == "1"})
    return HttpResponse(status=204)


@login_required
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Another way to reach the reader, or a group they manage."""
    user = _user(request)
    channel, text = request.POST.get("channel", ""), request.POST.get("address", "")[:2000].replace("\x00", "")
    group = _group(user, request.POST["group"]) if request.POST.get("group") else None
    if channel not in all_channels() or not all_channels()[channel].asks:
        raise Http404
    label = request.POST.get("label", "").replace("\x00", "").strip()
    now = timezone.now()
    try:
        endpoints.add(channel=channel, text=text, label=label, now=now, user=None if group else user, group=group)
    except AddressError as error:
        where = f"group {group.uid}" if group else "add"
        return _answer(request, wrong={f"{where} {channel}": str(error)}, typed=request.POST, status=422)
    messages.success(request, _("Added. Send yourself a test to see that it works."))
    return redirect("telling")


@login_required
@require_POST
def add_browser(request: HttpRequest) -> HttpResponse:
    """The subscription a browser made after the reader clicked."""
    label = request.headers.get("X-Label", "")[:100]
    try:
        text = request.body[:5000].decode()
        made = endpoints.add(
            channel="push", text=text, label=_browser(request, label), now=timezone.now(), user=_user(request)
        )
    except (AddressError, UnicodeDecodeError) as error:
        return JsonResponse({"error": str(error)}, status=422)
    return JsonResponse({"uid": made.uid})


@login_required
@require_POST
def try_out(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Send a test there and then, and say how it went."""
    endpoint = _endpoint(request, uid)
    if not _may_try(request):
        return redirect("telling")
    try:
        alert = alerts.to(_test(_user(request)), endpoint)
    except UnsealedError:
        messages.error(request, _("Its address was sealed with another key. Remove it and add it anew."))
        return redirect("telling")
    problem = endpoints.try_out(endpoint=endpoint, alert=alert, now=timezone.now())
    _tell(request, endpoint.label, problem)
    return redirect("telling")


@login_required
@require_POST
def try_email(request: HttpRequest) -> HttpResponse:
    """The same by e-mail."""
    user = _user(request)
    if _may_try(request):
        _tell(request, user.email, all_channels()[EMAIL].send([_test(user)])[0])
    return redirect("telling")


@login_required
@require_POST
def remove(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Nothing is sent there any more."""
    endpoint = _endpoint(request, uid)
    endpoints.remove(endpoint=endpoint, now=timezone.now())
    messages.success(request, _("Removed: nothing is sent to %s any more.") % endpoint.label)
    return redirect("telling")


@login_required
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """A channel on or off for everybody; for ops."""
    channel = request.POST.get("channel", "")
    if not access.oversees_all(request.user):
        raise PermissionDenied
    if channel not in all_channels() or channel == IN_APP:
        raise Http404
    endpoints.switch(channel=channel, on=request.POST.get("on") == "1")
    return redirect("telling")


@never_cache
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker; at the root, as it may show notifications for every page, and never out of a cache."""
    return HttpResponse(render_to_string("reps/push_worker.js"), content_type="text/javascript; charset=utf-8")


def _answer(
    request: HttpRequest,
    *,
    wrong: Mapping[str, str] | None = None,
    typed: Mapping[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    user = _user(request)
    off = endpoints.channels_off()
    ways = [one for one in all_channels().values() if one.name not in off]
    mine = list(Endpoint.objects.filter(user=user, active=True))
    reached = {EMAIL} | {endpoint.channel for endpoint in mine}
    context = {
        "ways": [_way(one) for one in ways if one.name != IN_APP],
        "kinds": [
            _row(kind, user, ways=ways, reached=reached, wrong=wrong or {}, typed=typed) for kind in _kinds(user)
        ],
        "days": [{"value": day, "label": label} for day, label in Shift.Weekday.choices],
        "endpoints": mine,
        "addable": [_addable(one, "add", wrong or {}, typed) for one in ways if one.asks],
        "push": _push(off),
        "email": user.email if EMAIL not in off else "",
        "listener": Listener.objects.filter(user=user).first() or Listener(user=user),
        "is_rep": bool(access.rep_of(user)),
        "wrong": wrong or {},
        "groups": _groups(user, ways, wrong or {}, typed),
        "switches": _switches(off) if access.oversees_all(user) else [],
        "slack": slack_link.context_of(request, user, off),
        "zone": user.time_zone,
    }
    return render(request, "reps/telling.html", context, status=status)


def _kinds(user: User) -> list[news.Kind]:
    return news.kinds_for(rep=bool(access.rep_of(user)), manager=access.is_manager(user))


def _usual(kind: news.Kind) -> set[str]:
    return set(kind.usual) & set(all_channels())


def _row(
    kind: news.Kind, user: User, *, ways: list[Channel], reached: set[str], wrong: Mapping[str, str], typed: Any
) -> dict[str, Any]:
    """One kind of news: what is ticked, and its quiet hours; as typed where something was wrong."""
    kept = Preference.objects.filter(user=user, kind=kind.key).first()
    row = kept or Preference(user=user, kind=kind.key, channels=sorted(_usual(kind)))
    if typed is not None and f"{kind.key}.sent" in typed:
        row = Preference(user=user, kind=kind.key)
        row.channels = typed.getlist(f"{kind.key}.channels")
        row.quiet_days = [int(day) for day in typed.getlist(f"{kind.key}.days") if day.isdecimal()]
        row.on_shift = bool(typed.get(f"{kind.key}.on_shift"))
        row.quiet_from, row.quiet_until = (_time(typed.get(f"{kind.key}.{end}", "")) for end in ("from", "until"))
    return {
        "kind": kind,
        "ways": [
            {"name": one.name, "label": one.label, "on": one.name in row.channels, "reached": one.name in reached}
            for one in ways
            if one.name != IN_APP
        ],
        "row": row,
        "quiet": row.quiet_from is not None,
        "days": row.quiet_days if row.quiet_from is not None else list(range(7)),
        "error": wrong.get(kind.key, ""),
    }


def _read(request: HttpRequest, kind: news.Kind) -> tuple[dict[str, Any], str]:
    """What was sent of one kind, and what is wrong with it."""
    post = request.POST
    begins, ends = post.get(f"{kind.key}.from", "").strip(), post.get(f"{kind.key}.until", "").strip()
    start, end = _time(begins), _time(ends)
    days = sorted({int(day) for day in post.getlist(f"{kind.key}.days") if day in "0123456" and len(day) == 1})
    error = ""
    if (begins and start is None) or (ends and end is None):
        error = _("Quiet hours of “%s”: enter times like 22:00.") % kind.label
    elif (start is None) != (end is None):
        error = _("Quiet hours of “%s” need a beginning and an end; or neither.") % kind.label
    elif start is not None and not days:
        error = _("Quiet hours of “%s”: tick at least one day, or empty both times.") % kind.label
    elif start is not None and start == end and len(days) == 7:
        error = _("Quiet hours of “%s” would never end. Untick its channels instead.") % kind.label
    chosen = [name for name in post.getlist(f"{kind.key}.channels") if name in all_channels() and name != IN_APP]
    kept = Preference.objects.filter(user=_user(request), kind=kind.key).first()
    before = set(kept.channels) if kept else _usual(kind)
    # What the page could not show stays as it was.
    hidden = before & endpoints.channels_off()
    return {
        "channels": sorted({*chosen, *hidden}),
        "quiet_from": start,
        "quiet_until": end,
        "quiet_days": days if start is not None else [],
        "on_shift": bool(post.get(f"{kind.key}.on_shift")),
    }, error


def _time(text: str) -> time | None:
    try:
        return parse_time(text.strip())
    except ValueError:
        return None


def _way(one: Channel) -> dict[str, Any]:
    return {"name": one.name, "label": one.label, "icon": one.icon}


def _addable(one: Channel, where: str, wrong: Mapping[str, str], typed: Any) -> dict[str, Any]:
    error = wrong.get(f"{where} {one.name}", "")
    paragraphs = (one.__doc__ or "").strip().split("\n\n")
    return {
        "name": one.name,
        "label": one.label,
        "asks": one.asks,
        "example": one.EXAMPLE,
        "says": _plain(paragraphs[0]),
        "steps": [_plain(line) for part in paragraphs[1:] for line in _lines(part)],
        "error": error,
        "address": typed.get("address", "") if error and typed else "",
        "typed": typed.get("label", "") if error and typed else "",
    }


def _plain(text: str) -> str:
    """Without the marks of a manual, in one line."""
    return " ".join(text.replace("*", "").replace("`", "").split())


def _lines(part: str) -> list[str]:
    """The steps of a manual, without their numbers; or the paragraph."""
    lines = [line.strip() for line in part.splitlines()]
    if not lines[0][:2].rstrip(".").isdecimal():
        return [" ".join(lines)]
    steps: list[str] = []
    for line in lines:
        head, _dot, rest = line.partition(". ")
        if head.isdecimal():
            steps.append(rest)
        else:
            steps[-1] += f" {line}"
    return steps


def _push(off: frozenset[str]) -> dict[str, str] | None:
    if "push" in off:
        return None
    try:
        return {"key": vapid.public_key()}
    except UnsealedError:
        return {"key": "", "error": _("The key of browser push was sealed with another SECRET_KEY.")}


def _groups(user: User, ways: list[Channel], wrong: Mapping[str, str], typed: Any) -> list[dict[str, Any]]:
    """The channels of the groups the reader manages."""
    usable = [one for one in ways if one.for_groups]
    groups = list(access.groups_managed(user).order_by("name")) if usable else []
    kept: dict[int, list[Endpoint]] = {}
    for row in Endpoint.objects.filter(group__in=groups, active=True):
        kept.setdefault(row.group_id or 0, []).append(row)
    return [
        {
            "group": group,
            "endpoints": kept.get(group.pk, []),
            "addable": [_addable(one, f"group {group.uid}", wrong, typed) for one in usable],
            "open": any(key.startswith(f"group {group.uid}") for key in wrong),
        }
        for group in groups
    ]


def _switches(off: frozenset[str]) -> list[dict[str, Any]]:
    return [
        {"name": one.name, "label": one.label, "on": one.name not in off}
        for one in all_channels().values()
        if one.name != IN_APP
    ]


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def _group(user: User, uid: str) -> Group:
    try:
        return get_object_or_404(access.groups_managed(user), uid=uuid.UUID(uid))
    except ValueError as error:
        raise Http404 from error


def _endpoint(request: HttpRequest, uid: uuid.UUID) -> Endpoint:
    """One of the reader's own, or of a group they manage; of others there is none."""
    theirs = Q(user=_user(request)) | Q(group__in=access.groups_managed(request.user))
    return get_object_or_404(Endpoint.objects.filter(theirs, active=True), uid=uid)


def _may_try(request: HttpRequest) -> bool:
    if rates.remember("telling-test", request.user.pk, seconds=_PAUSE):
        return True
    messages.error(request, _("Wait a few seconds between two tests."))
    return False


def _test(user: User) -> Any:
    context = {"name": user.name, "act": _("How I am told"), "url": alerts.link("telling")}
    return alerts.render(event="test", uid=str(uuid.uuid4()), user=user, context=context)


def _tell(request: HttpRequest, where: str, problem: Exception | None) -> None:
    if problem is None:
        messages.success(request, _("The test was sent to %s. Look whether it came.") % where)
    else:
        messages.error(request, _("The test did not reach %(where)s. %(why)s") % {"where": where, "why": problem})


def _browser(request: HttpRequest, label: str) -> str:
    """A name people know it by, of what the browser says of itself."""
    agent = request.headers.get("User-Agent", "")
    names = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
    places = (
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    )
    name = next((name for mark, name in names if mark in agent), _("Browser"))
    place = next((name for mark, name in places if mark in agent), "")
    return label or (_("%(browser)s on %(place)s") % {"browser": name, "place": place} if place else name)
