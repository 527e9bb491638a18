"""Mails that reps copy to us (BCC): kept as contacts on their own leads, or shown to them where nobody fits."""

import base64
import hashlib
import os
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.utils.translation import gettext as _

from config.lib import sealed
from leads import heard, respond, steps, timeline
from leads.connector import Copied
from leads.life import OPEN, EventKind, TouchKind
from leads.mail.copied import MARK
from leads.models import Connection, CopiedMail, CopyAddress, Inbound, Intake, Lead, Task
from reps.models import Rep

_KINDS = ("mailbox", "inbound_mail")
_OPEN = [state.value for state in OPEN]
_SECRET_BYTES = 13  # 20 letters of base32: small letters survive whatever mail programs do to an address


# --- the address ------------------------------------------------------------------------------------------------------


def address_of(rep: Rep) -> str:
    """Where the rep copies mails to; empty where there is none, or no door takes them. Raises sealed.UnsealedError."""
    row, place = CopyAddress.objects.filter(rep=rep).first(), _place(rep)
    return place % f"{MARK}{sealed.unseal(row.sealed)}" if row and place else ""


def is_ready(rep: Rep) -> bool:
    """Whether ops set up a door that takes copies."""
    return bool(_place(rep))


def renew(*, rep: Rep, now: datetime) -> None:
    """A new address; the one before is dead from this commit on."""
    token = base64.b32encode(os.urandom(_SECRET_BYTES)).decode().lower()[:20]
    values = {"digest": _digest(token), "sealed": sealed.seal(token), "made_at": now}
    CopyAddress.objects.update_or_create(rep=rep, defaults=values)


def _place(rep: Rep) -> str:
    """The address around its secret part, as the first door says that takes copies."""
    doors = Connection.objects.filter(division=rep.division_id, kind__in=_KINDS, active=True)
    for door in doors.filter(settings__copies__in=["plus", "domain"]).order_by("pk"):
        local, at, domain = str(door.settings.get("own_address") or "").strip().replace("%", "").rpartition("@")
        if at and local and domain:
            return f"%s@{domain}" if door.settings["copies"] == "domain" else f"{local}+%s@{domain}"
    return ""


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


# --- a mail came ------------------------------------------------------------------------------------------------------


def take(*, inbound: Inbound, copied: Copied, now: datetime) -> None:
    """Log a copied mail for each rep whose address it bears, once; it is never a lead."""
    if copied.ignored:
        heard.keep_intake(inbound, "", Intake.Outcome.IGNORED, now, error=copied.ignored)
        return
    digests = [_digest(token) for token in copied.tokens]
    reps = Rep.objects.filter(copy_address__digest__in=digests, active=True, user__is_active=True)
    found = list(reps.select_related("user").order_by("pk"))
    if not found:
        why = _("It was copied to an address that is not valid any more.")
        heard.keep_intake(inbound, "", Intake.Outcome.IGNORED, now, error=why)
    for rep in found:
        _take_for(rep, inbound, copied, now)


def _take_for(rep: Rep, inbound: Inbound, copied: Copied, now: datetime) -> None:
    row = _row(rep, inbound, copied, now)
    CopiedMail.objects.bulk_create([row], ignore_conflicts=True)
    kept = CopiedMail.objects.select_for_update(of=("self",)).get(rep=rep, key=row.key)
    if kept.uid != row.uid and kept.state != CopiedMail.State.UNMATCHED:
        heard.keep_intake(inbound, copied.id, Intake.Outcome.REPEATED, now)
        return
    logged = [lead for lead in match(rep, kept.people) if _log(kept, rep, lead, now)]
    for lead in logged:
        outcome = Intake.Outcome.TOUCHED if kept.outbound else Intake.Outcome.NOTED
        heard.keep_intake(inbound, "", outcome, now, lead=lead)
    if not logged:
        why = _("%s has no lead with one of its addresses; it waits under their mails.") % rep.name
        heard.keep_intake(inbound, "", Intake.Outcome.IGNORED, now, error=why)


def _row(rep: Rep, inbound: Inbound, copied: Copied, now: datetime) -> CopiedMail:
    """Written by the rep it is about whom it went to; else, passed on or answered, about who wrote it."""
    outbound = copied.writer == copied.sender == rep.user.email.casefold()
    return CopiedMail(
        rep=rep,
        key=_digest(copied.id),
        inbound=inbound,
        outbound=outbound,
        people=[one for one in (copied.people if outbound else [copied.writer]) if one != rep.user.email.casefold()],
        subject=copied.subject[:500],
        text=copied.text,
        at=copied.at or now,
        received_at=now,
    )


def match(rep: Rep, people: Sequence[str]) -> "list[Lead]":
    """The rep's own leads of these people: of each the newest, open ones first."""
    found: dict[int, Lead] = {}
    leads = Lead.objects.filter(
        owner=rep, contact__keys__division=rep.division_id, contact__keys__kind="email", contact__keys__value__in=people
    )
    for lead in _open_first(leads.distinct()):
        found.setdefault(lead.contact_id or 0, lead)
    return sorted(found.values(), key=lambda lead: lead.pk)  # as they are locked one by one


def _open_first(leads: "QuerySet[Lead]") -> "QuerySet[Lead]":
    is_open = Case(When(state__in=_OPEN, then=Value(0)), default=Value(1), output_field=IntegerField())
    return leads.annotate(ended=is_open).order_by("ended", "-arrived_at", "-pk")


# --- what it does to a lead -------------------------------------------------------------------------------------------


@transaction.atomic
def log_on(*, mail: CopiedMail, lead: Lead, rep: Rep, now: datetime) -> bool:
    """Log a mail nobody knew on this lead; False where it was done before, or the lead is not the rep's any more."""
    rows = CopiedMail.objects.select_for_update(of=("self",))
    current = rows.filter(pk=mail.pk, rep=rep, state=CopiedMail.State.UNMATCHED).first()
    return current is not None and _log(current, rep, lead, now)


def ignore(*, mail: CopiedMail) -> bool:
    """It is about nobody here: what it says is forgotten. False where something became of it before."""
    rows = CopiedMail.objects.filter(pk=mail.pk, state=CopiedMail.State.UNMATCHED)
    return bool(rows.update(state=CopiedMail.State.IGNORED, people=[], subject="", text=""))


def _log(mail: CopiedMail, rep: Rep, lead: Lead, now: datetime) -> bool:
    """As the rep's contact where they wrote it; else as what the lead wrote, which is no act of the rep's."""
    said = f"{mail.subject}\n\n{mail.text}".strip()
    # No mail program's clock makes a contact in the future, or one before the lead was theirs.
    at = min(max(mail.at, lead.assigned_at or mail.at), now)
    try:
        with transaction.atomic():
            if mail.outbound:
                respond.touch(lead=lead, rep=rep, by=rep.user, kind=TouchKind.EMAIL, now=now, at=at, text=said)
            elif not _wrote(lead, rep, said, at, now):
                return False
    except respond.NotDoneError:
        return False
    gone = {"people": [], "subject": "", "text": ""}
    CopiedMail.objects.filter(pk=mail.pk).update(state=CopiedMail.State.LOGGED, lead=lead, **gone)
    return True


def _wrote(lead: Lead, rep: Rep, said: str, at: datetime, now: datetime) -> bool:
    """As whoever writes again through a door: the plan's steps end, no clock stops; its rep read it already."""
    current = Lead.objects.select_for_update(of=("self",)).get(pk=lead.pk)
    if current.owner_id != rep.pk:
        return False
    steps.stop([lead.pk], why=Task.Why.REPLY, at=now)
    line = timeline.News(
        lead=lead.pk,
        kind=EventKind.ENQUIRY,
        at=at,
        rep=rep.pk,
        user=rep.user_id,
        hop=current.hop,
        payload={"door": "copied"},
        private={"message": said[:10_000]} if said else None,
    )
    timeline.record([line])
    return True
