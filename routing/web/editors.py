"""Who edits rules, which rule set an address names, and the revision a form was read at."""

from collections.abc import Mapping
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from reps import access
from reps.models import User
from routing.models import RuleSet


def editor(request: HttpRequest) -> User:
    """Who may change rules; anybody else is refused."""
    if not access.edits_rules(request.user) or not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def set_of(uid: UUID) -> RuleSet:
    """The rule set of an address."""
    return get_object_or_404(RuleSet.objects.select_related("published", "division"), uid=uid)


def revision_of(data: Mapping[str, str]) -> int:
    """The revision a form was read at; one that never was where it says nothing readable."""
    text = data.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < 10 else -1
