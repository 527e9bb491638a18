"""Takes what was sent through a form: counts it, judges it, holds it back or makes the lead."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from leads import capture
from leads.forms import limits, quarantine, token, traps
from leads.forms.reading import Read, Sent, raw_of, read
from leads.forms.verdict import Judged
from leads.models import Lead, WebForm


class How(Enum):
    """What became of it."""

    TAKEN = "taken"
    HELD = "held"  # whoever sent it is not told
    WRONG = "wrong"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class Taken:
    """`again_in`: seconds, for TOO_MANY; `read` has the reasons, for WRONG."""

    how: How
    read: Read
    lead: Lead | None = None
    again_in: int = 0

    @property
    def judged(self) -> Judged:
        """What the answers say."""
        return self.read.judged


def may_test(form: WebForm, note: str, *, now: datetime) -> bool:
    """Whether somebody of ops opened the form to try it."""
    return token.is_test(note, form, now=now)


def take(*, form: WebForm, sent: Sent, address: str, now: datetime) -> Taken:
    """One sending. Tests are neither counted nor held back."""
    test = may_test(form, sent.get("fl_test") or "", now=now)
    if not test:
        count = limits.by_address(form, address, now=now)
        if count.over:
            return Taken(How.TOO_MANY, Read(), again_in=count.again_in)
    found = read(form, sent, now=now, test=test)
    if found.arrival is None:
        return Taken(How.WRONG, found)
    note = token.read(sent.get("fl_token") or "", form)
    if not test and (why := _caught(form, sent, found, note, now)):
        if why == "full":
            return Taken(How.TOO_MANY, found, again_in=limits.HOUR)
        quarantine.hold(form=form, raw=raw_of(sent), why=why, now=now)
        return Taken(How.HELD, found)
    found.arrival.external_id = _external_id(form, sent, note, now)
    (captured,) = capture.capture(connection=form.connection, arrivals=[found.arrival], now=now)
    return Taken(How.TAKEN, found, captured.lead)


def _caught(form: WebForm, sent: Sent, found: Read, note: token.Token | None, now: datetime) -> str:
    """A key of `traps.WHY`, "full" where no more is kept, or nothing. What a trap caught takes no room from people."""
    texts = [value for value in found.values.values() if isinstance(value, str)]
    if why := traps.caught(form, sent, texts, note, now):
        return _room(form, why, now)
    email = found.arrival.email if found.arrival else ""
    if limits.by_email(form, email, now=now).over:
        return _room(form, "email", now)
    count = limits.in_all(form, now=now)
    if count.n > count.most * limits.FLOOD:
        return "full"
    return "flood" if count.over else ""


def _room(form: WebForm, why: str, now: datetime) -> str:
    """What is held back is bounded, too."""
    count = limits.of_held(form, now=now)
    return "full" if count.n > count.most * limits.FLOOD else why


def _external_id(form: WebForm, sent: Sent, note: token.Token | None, now: datetime) -> str:
    """The same for a second click; another for whoever goes back, corrects something and sends it again.

    A form in plain HTML has no number of its own: there the same words on one day are the same sending.
    """
    said = {key: sent.getlist(key) for key in sorted(sent) if not key.startswith("fl_")}
    digest = hashlib.sha256(json.dumps(said).encode()).hexdigest()[:24]
    return f"{note.number if note else f'{now:%Y-%m-%d}'}:{digest}"
