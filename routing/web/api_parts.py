"""What the API about rules and bulk acts shares: who may, strict bodies, and public ids for the numbers inside."""

import json
from collections.abc import Callable, Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from leads.models import ApiKey, Lead
from leads.reading import check_text
from leads.web.api import LeadAPI
from reps import access
from reps.models import Group, Rep, User
from reps.models.division import SEEDED

MOST_LEADS = 1000
LONGEST_WHY = 200


class RulesAPI(LeadAPI):
    """Keys by the scopes rules:read and rules:write; people by their roles: managers read, ops write."""

    scopes: ClassVar = {
        **dict.fromkeys(("GET", "HEAD", "OPTIONS"), ApiKey.Scope.RULES_READ),
        **dict.fromkeys(("POST", "PUT", "PATCH", "DELETE"), ApiKey.Scope.RULES_WRITE),
    }
    managers_write = False
    may_write = staticmethod(access.oversees_all)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse people whose role does not reach, and text that cannot be stored."""
        super().initial(request, *args, **kwargs)
        if not isinstance(request.auth, ApiKey):
            reads = request.method in {"GET", "HEAD", "OPTIONS"}
            may = access.is_manager if reads or self.managers_write else self.may_write
            if not may(request.user):
                raise exceptions.PermissionDenied
        if request.method in {"POST", "PUT", "PATCH"}:
            check_text(request.data)

    def division(self, request: Request) -> int:
        """The key's, else the one there is."""
        return request.auth.connection.division_id if isinstance(request.auth, ApiKey) else SEEDED

    def by(self, request: Request) -> User | None:
        """Who asks: the person, or whoever made the key."""
        if isinstance(request.auth, ApiKey):
            return request.auth.created_by
        return request.user if isinstance(request.user, User) else None

    def overseen(self, request: Request) -> "QuerySet[Lead]":
        """Leads the caller may move: all of the division for a key, else what the person oversees and may see."""
        if isinstance(request.auth, ApiKey):
            return Lead.objects.filter(division=self.division(request))
        seen = Lead.objects.visible_to(request.user, now=timezone.now()).values("pk")
        return Lead.objects.overseen_by(request.user).filter(pk__in=seen)

    def group(self, request: Request, body: "Body") -> Group | None:
        """The group a body names, of those the caller may act on; None where it names none."""
        uid = body.uid("group")
        if uid is None:
            if not isinstance(request.auth, ApiKey) and not access.oversees_all(request.user):
                raise exceptions.ValidationError({"group": [_("Name a group you manage.")]})
            return None
        mine = Group.objects.filter(division=self.division(request), active=True)
        if not isinstance(request.auth, ApiKey):
            mine = mine.filter(pk__in=access.groups_managed(request.user).values("pk"))
        found = mine.filter(uid=uid).first()
        if found is None:
            raise exceptions.ValidationError({"group": [_("There is no such group.")]})
        return found


class Body:
    """A JSON object read strictly: each entry by its type, whatever else is there refused by name."""

    def __init__(self, data: object, *known: str) -> None:
        if not isinstance(data, Mapping):
            raise exceptions.ValidationError({"body": [_("Send a JSON object.")]})
        if unknown := sorted(str(name)[:80] for name in data if name not in known):
            raise exceptions.ValidationError({name: [_("Unknown field.")] for name in unknown[:20]})
        self.data = data

    def text(self, name: str, most: int = LONGEST_WHY, *, needed: bool = False) -> str:
        """A text, trimmed."""
        value = self.data.get(name)
        if value is None or value == "":
            if needed:
                self.wrong(name, _("This is needed."))
            return ""
        if not isinstance(value, str):
            self.wrong(name, _("This must be a text."))
        if len(value) > most:
            self.wrong(name, _("At most %d characters.") % most)
        return str(value.strip())

    def flag(self, name: str, *, default: bool | None) -> bool | None:
        """True or false; null is the default."""
        value = self.data.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.wrong(name, _("This must be true or false."))
        return bool(value)

    def number(self, name: str) -> int | None:
        """A whole number."""
        value = self.data.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31:
            self.wrong(name, _("This must be a whole number."))
        return int(value)

    def choice(self, name: str, choices: tuple[str, ...], default: str) -> str:
        """One of a few words."""
        value = self.data.get(name, default)
        if value not in choices:
            self.wrong(name, _("Choose one of: %s.") % ", ".join(choices))
        return str(value)

    def uid(self, name: str) -> UUID | None:
        """A public id."""
        value = self.data.get(name)
        return None if value is None else read_uid(value, name)

    def uids(self, name: str, most: int = MOST_LEADS) -> list[UUID]:
        """A list of public ids, at least one."""
        value = self.data.get(name)
        if not isinstance(value, list) or not 0 < len(value) <= most:
            self.wrong(name, _("Send a list of 1 to %d ids.") % most)
        return [read_uid(one, f"{name}[{n}]") for n, one in enumerate(value or [])]

    def rep(self, name: str, division: int, *, needed: bool = False) -> Rep | None:
        """A rep by public id."""
        uid = self.uid(name)
        found = Rep.objects.select_related("user").filter(uid=uid, division=division).first() if uid else None
        if found is None and (uid is not None or needed):
            self.wrong(name, _("There is no such rep.") if uid else _("This is needed."))
        return found

    def wrong(self, name: str, says: str) -> None:
        """Refuse the entry."""
        raise exceptions.ValidationError({name: [says]})


def read_uid(value: object, name: str) -> UUID:
    """A public id, or a refusal that names the place."""
    try:
        return UUID(value) if isinstance(value, str) else UUID(int=-1)
    except ValueError as error:
        raise exceptions.ValidationError({name: [_("This is no id.")]}) from error


def chosen(rows: "QuerySet[Lead]", uids: list[UUID]) -> list[Lead]:
    """The leads of these ids; ids that are not there, or not for the caller, are refused by place."""
    found = {lead.uid: lead for lead in rows.filter(uid__in=uids)}
    missing = {f"leads[{n}]": [_("There is no such lead.")] for n, uid in enumerate(uids) if uid not in found}
    if missing:
        raise exceptions.ValidationError(dict(list(missing.items())[:20]))
    return list(found.values())


def plain(value: Any) -> Any:
    """With decimals as numbers, as settings are kept."""
    return json.loads(json.dumps(value, default=float))


class Ids:
    """Groups and reps of a division by both names: rules keep numbers, callers read and write public ids."""

    def __init__(self, division: int) -> None:
        groups = Group.objects.filter(division=division).values_list("pk", "uid")
        reps = Rep.objects.filter(division=division).values_list("pk", "uid")
        self._out = {"group": {pk: str(uid) for pk, uid in groups}, "rep": {pk: str(uid) for pk, uid in reps}}
        self._in = {kind: {uid: pk for pk, uid in known.items()} for kind, known in self._out.items()}

    def outside(self, body: Any) -> Any:
        """A rule set or a part of it as callers read it; what no longer exists reads null."""
        return _walk(body, lambda kind, value, _path: self._out[kind].get(value), "")

    def inside(self, body: Any, path: str = "") -> Any:
        """As it is kept; an unknown id is refused with its place."""
        return _walk(body, self._known, path)

    def _known(self, kind: str, value: object, path: str) -> object:
        if value is None or not isinstance(value, str):
            return value if value is None else read_uid(value, path)
        found = self._in[kind].get(value.lower())
        if found is None:
            says = _("There is no such group.") if kind == "group" else _("There is no such rep.")
            raise exceptions.ValidationError({path: [says]})
        return found


def _walk(value: Any, change: Callable[[str, Any, str], Any], path: str) -> Any:
    if isinstance(value, Mapping):
        # What a condition compares is the lead's, not ours.
        return {
            name: part
            if name == "condition"
            else change(name, part, f"{path}.{name}" if path else name)
            if name in {"group", "rep"}
            else _walk(part, change, f"{path}.{name}" if path else str(name))
            for name, part in value.items()
        }
    if isinstance(value, list):
        return [_walk(part, change, f"{path}[{n}]") for n, part in enumerate(value)]
    return value


def conflict(detail: str, **more: Any) -> Response:
    """409 as problem+json, with both texts."""
    body = {"type": "about:blank", "title": detail, "status": 409, "code": "stale", "detail": detail, **more}
    return Response(body, status=409, content_type="application/problem+json")


def unprocessable(code: str, detail: str, **more: Any) -> Response:
    """422 as problem+json: understood, and not done."""
    body = {"type": "about:blank", "title": detail, "status": 422, "code": code, "detail": detail, **more}
    return Response(body, status=422, content_type="application/problem+json")


def found_or_404(rows: "QuerySet[Any]", **names: Any) -> Any:
    """One row, else 404."""
    return get_object_or_404(rows, **names)
