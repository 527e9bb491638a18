"""Who edits rules, which rule set an address names, the revision a form was read at, and who saved since."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reps import access
from reps.models import User
from routing import rulesets
from routing.models import RuleSet

UNDO = "rules-undo"  # where a session keeps the rule that was just taken out


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


def who_saved(current: RuleSet, read: Mapping[str, Any]) -> list[str]:
    """Who saved the draft since it was read, a sentence each."""
    saved = rulesets.saved_since(current, int(read.get("revision") or current.revision - 1))
    at = [(one.by or _("Somebody"), date_format(timezone.localtime(one.at), "H:i")) for one in saved]
    return [_("%(by)s saved at %(at)s.") % {"by": by, "at": when} for by, when in at]
