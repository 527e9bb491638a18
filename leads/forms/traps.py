"""Tells machines from people: traps that people cannot see, the time taken, and what texts give away."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from leads.forms.token import Token
from leads.models import WebForm

QUICKEST = timedelta(seconds=2)
MOST_LINKS = 3
_LINK = re.compile(r"https?://|www\.|\[url|<a\s", re.IGNORECASE)
# Why something was held back, as people read it.
WHY = {
    "trap": _("The field nobody can see was filled in."),
    "fast": _("It was sent within two seconds."),
    "suspicious": _("It was not sent from the form as we drew it, and it holds links as advertising does."),
    "email": _("Too many came with this e-mail address within an hour."),
    "flood": _("Too many came through this form within an hour."),
}


def trap_name(form: WebForm) -> str:
    """The name of the unseen field: another in each form, and no word that browsers know how to fill in."""
    return f"fl_{hashlib.sha256(form.uid.bytes).hexdigest()[:8]}"


def caught(form: WebForm, sent: Mapping[str, str], texts: Iterable[str], token: Token | None, now: datetime) -> str:
    """The reason to hold it back, a key of WHY; empty for people.

    A missing, changed or old note alone is no proof: a form in plain HTML has none, and some people leave a page open.
    """
    if sent.get(trap_name(form), "").strip():
        return "trap"
    known = token is not None and not token.is_old(now)
    if token is not None and known and not token.again and now - token.drawn_at < QUICKEST:
        return "fast"
    links = sum(len(_LINK.findall(text)) for text in texts)
    return "suspicious" if not known and links >= MOST_LINKS else ""
