"""What the page How I am told shows."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from config.lib.sealed import UnsealedError
from reps import access, endpoints, vapid
from reps.channel import Channel
from reps.channels import EMAIL, IN_APP, all_channels
from reps.models import Endpoint, Listener, Shift, User
from reps.web import reader, slack_link
from reps.web.telling.kinds import kinds_of, row_of


def answer(
    request: HttpRequest,
    *,
    wrong: Mapping[str, str] | None = None,
    typed: Mapping[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    user = reader.user(request)
    off = endpoints.channels_off()
    ways = [one for one in all_channels().values() if one.name not in off]
    mine = list(Endpoint.objects.filter(user=user, active=True))
    reached = {EMAIL} | {endpoint.channel for endpoint in mine}
    context = {
        "ways": [_way(one) for one in ways if one.name != IN_APP],
        "kinds": [
            row_of(kind, user, ways=ways, reached=reached, wrong=wrong or {}, typed=typed) for kind in kinds_of(user)
        ],
        "days": [{"value": day, "label": label} for day, label in Shift.Weekday.choices],
        "endpoints": mine,
        "addable": [addable(one, "add", wrong or {}, typed) for one in ways if one.asks],
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


def _way(one: Channel) -> dict[str, Any]:
    return {"name": one.name, "label": one.label, "icon": one.icon}


def addable(one: Channel, where: str, wrong: Mapping[str, str], typed: Any) -> dict[str, Any]:
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
            "addable": [addable(one, f"group {group.uid}", wrong, typed) for one in usable],
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
