"""What the Board says of leads that are given by hand: one calm sentence, and the rule that would have done it."""

import json
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leads.conditions import ConditionError
from leads.qualify.freeze import catalogue_of
from reporting import by_hand
from reporting.cohort import Scope
from reps import access
from reps.models.division import SEEDED
from reps.templatetags.face import duration, percent
from routing import desk_time, hand_rules


def line(user: Any, scope: Scope, *, now: datetime) -> dict[str, str] | None:
    """Nothing while little is done by hand."""
    found = by_hand.by_hand(
        scope=scope,
        user=user.pk,
        edits=access.edits_rules(user),
        division=SEEDED,
        now=now,
        zone=timezone.get_current_timezone(),
    )
    if not found.much:
        return None
    # Without a rule to show or a time that was measured the page has nothing to tell.
    tells = found.offer is not None or found.seconds > 0
    return {"says": _says(found), "offer": _offer(found), "url": reverse("by-hand") if tells else ""}


def _says(found: by_hand.ByHand) -> str:
    """The one thing that says most."""
    if found.share >= desk_time.MUCH:
        spent = {"name": found.name, "time": duration(round(found.seconds)), "share": percent(found.share)}
        return _("%(name)s has spent %(time)s of the last 7 days assigning by hand, %(share)s of a week.") % spent
    if found.busiest >= by_hand.MANY:
        return _("%s leads were assigned by hand on one of the last 7 days.") % number_format(found.busiest)
    says = ngettext(
        "%(n)s lead was assigned by hand in the last 7 days, to %(reps)s reps.",
        "%(n)s leads were assigned by hand in the last 7 days, to %(reps)s reps.",
        found.leads,
    )
    return says % {"n": number_format(found.leads), "reps": number_format(found.reps)}


def _offer(found: by_hand.ByHand) -> str:
    """What leads had in common that went to one place, if there is a rule for them."""
    row = found.offer
    if row is None:
        return ""
    tree = json.loads(row["condition"]) if isinstance(row["condition"], str) else row["condition"]
    counts = {"given": row["given"], "leads": row["leads"]}
    try:
        return hand_rules.told(tree=tree, to=row["to"], catalogue=catalogue_of(SEEDED), **counts)
    except ConditionError:
        return ""  # a field it asks about was taken away since
