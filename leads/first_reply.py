"""A first reply to a lead: written once when it has its first rep, sent like every word, and never a contact."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import formataddr, parseaddr

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from leads import placeholders, seeds, timeline
from leads.life import EventKind, Kind
from leads.models import Connection, Delivery, FirstReply, Lead, LeadPrivate, SentReply, Touch
from reps import availability, in_words
from reps.channel import Alert
from reps.models import Membership, Rep, User

EVENT = "first_reply"
# Who is written to by us and answers by itself may come back as a new lead: not more than once in this time.
_PAUSE = timedelta(hours=24)
# Nobody wrote to us there: a colleague typed them in, or somebody brought a list.
_NOT_BY_THEMSELVES = frozenset({seeds.BY_HAND, seeds.FILES})
_NOBODY = re.compile(
    r"(?:.*[-_.+])?(?:no-?_?\.?reply|do-?_?\.?not-?_?\.?reply|donotreply|mailer-daemon|mail-daemon|postmaster|bounces?|"
    r"abuse|daemon|nobody|robot)(?:[-_.+].*)?"
)
_MESSAGE_ID = re.compile(r"mail:(<[!-~]{3,190}>)")


@dataclass(frozen=True, slots=True)
class Given:
    """A lead that got its first rep, through which group if through one."""

    lead: Lead
    rep: Rep
    group: int | None
    at: datetime


def plan(given: Sequence[Given], *, now: datetime) -> int:
    """Write the replies these leads get, in the transaction that notes their assignment; returns how many.

    Whoever calls holds the leads. Who is not written to now is never written to by itself.
    """
    chosen = _chosen([one for one in given if _wrote_to_us(one)])
    if not chosen:
        return 0
    details = LeadPrivate.objects.in_bulk([one.lead.pk for one, _reply in chosen])
    to = {one.lead.pk: _address(one, details.get(one.lead.pk)) for one, _reply in chosen}
    barred = _barred({address for address in to.values() if address}, chosen, now)
    rows: dict[int, tuple[Given, SentReply]] = {}
    for one, reply in chosen:
        address = to[one.lead.pk]
        if address and address not in barred:
            rows[one.lead.pk] = (one, _written(one, reply, details[one.lead.pk], address))
            if one.lead.kind != Kind.TEST:
                barred.add(address)
    SentReply.objects.bulk_create((row for _one, row in rows.values()), ignore_conflicts=True)
    Delivery.objects.bulk_create((_delivery(one, now) for one, _row in rows.values()), ignore_conflicts=True)
    return len(rows)


def _wrote_to_us(one: Given) -> bool:
    lead = one.lead
    by_themselves = lead.kind != Kind.HISTORY and lead.connection.kind not in _NOT_BY_THEMSELVES
    return by_themselves and lead.responded_at is None and lead.merged_into_id is None


def _chosen(given: Sequence[Given]) -> list[tuple[Given, FirstReply]]:
    """Each with the words that hold for it: its form's, else its group's; and only where this is the case for them."""
    if not given:
        return []
    ours = Q(group__in={one.group for one in given if one.group})
    ours |= Q(form__connection__in={one.lead.connection_id for one in given})
    replies = list(FirstReply.objects.filter(ours).select_related("form"))
    if not any(reply.is_sent for reply in replies):
        return []
    done = set(SentReply.objects.filter(lead__in=[one.lead.pk for one in given]).values_list("lead", flat=True))
    by_group = {reply.group_id: reply for reply in replies if reply.group_id}
    by_door = {
        reply.form.connection_id: reply for reply in replies if reply.form and reply.when != FirstReply.When.AS_GROUP
    }
    found = []
    for one in given:
        reply = by_door.get(one.lead.connection_id) or (by_group.get(one.group) if one.group else None)
        if reply is not None and reply.is_sent and one.lead.pk not in done and _is_the_case(reply, one):
            found.append((one, reply))
    return found


def _is_the_case(reply: FirstReply, one: Given) -> bool:
    if reply.when == FirstReply.When.REP_OFF:
        return not availability.on_duty([one.rep.pk], one.at)
    if reply.when == FirstReply.When.NOBODY:
        group = Membership.objects.at(one.at).filter(group=one.group, rep__active=True)
        return not availability.on_duty({one.rep.pk, *group.values_list("rep", flat=True)}, one.at)
    return True


def _address(one: Given, details: LeadPrivate | None) -> str:
    """Where it goes: to the lead, of a test to the inbox for tests; empty where nowhere."""
    if one.lead.kind == Kind.TEST:
        return one.lead.division.test_inbox
    return details.email.strip().casefold() if details else ""


def _barred(addresses: Collection[str], chosen: Iterable[tuple[Given, FirstReply]], now: datetime) -> set[str]:
    """Those no machine should write to: nobody reads there, they are our own, or they were written to just now."""
    tests = {one.lead.division.test_inbox for one, _reply in chosen if one.lead.kind == Kind.TEST}
    found = {address for address in addresses if _NOBODY.fullmatch(address.rpartition("@")[0])}
    lately = SentReply.objects.filter(to__in=addresses, created_at__gt=now - _PAUSE)
    found |= set(lately.values_list("to", flat=True))
    found |= {email.casefold() for email in User.objects.filter(email__in=addresses).values_list("email", flat=True)}
    return (found | (own_addresses() & set(addresses))) - tests


def own_addresses() -> set[str]:
    """The addresses mails are sent from and taken in at."""
    doors = Connection.objects.filter(settings__has_key="own_address").values_list("settings__own_address", flat=True)
    found = (parseaddr(settings.DEFAULT_FROM_EMAIL)[1], *map(str, doors))
    return {one.strip().casefold() for one in found} - {""}


def _written(one: Given, reply: FirstReply, details: LeadPrivate, to: str) -> SentReply:
    values = values_of(one.rep, name=details.name, company=details.company, at=one.at)
    brought = _MESSAGE_ID.fullmatch(one.lead.external_id)
    return SentReply(
        lead=one.lead,
        reply=reply,
        rep=one.rep,
        hop=one.lead.hop,
        to=to,
        **words(reply, values),
        answers=brought[1] if brought else "",
        created_at=one.at,
    )


def words(reply: FirstReply, values: Mapping[str, str]) -> dict[str, str]:
    """Subject and text, filled in."""
    subject = placeholders.clean(placeholders.fill(reply.subject, values))
    return {"subject": subject[:200], "text": placeholders.fill(reply.text, values)}


def values_of(rep: Rep, *, name: str, company: str, at: datetime) -> dict[str, str]:
    """What the placeholders stand for."""
    return {
        "first name": placeholders.first_name(name),
        "company": placeholders.plain(company),
        "rep": placeholders.clean(rep.name),
        "booking link": rep.booking_url,
        "working hours": in_words.working_hours(rep, at=at),
        "division": rep.division.name,
    }


def _delivery(one: Given, now: datetime) -> Delivery:
    return Delivery(
        lead=one.lead,
        hop=one.lead.hop,
        rep=one.rep,
        channel=Delivery.Channel.EMAIL,
        event=EVENT,
        created_at=now,
        due_at=now,
    )


# --- on its way -------------------------------------------------------------------------------------------------------


def stops(rows: Sequence[Delivery]) -> dict[int, str]:
    """Those that are not sent any more, and why; by their numbers."""
    leads = [row.lead_id for row in rows]
    contacted = set(Touch.objects.filter(lead__in=leads).values_list("lead", flat=True)) if rows else set()
    written = SentReply.objects.filter(lead__in=leads).select_related("reply") if rows else ()
    stands = {one.lead_id for one in written if one.reply and one.reply.is_sent}
    found = {}
    for row in rows:
        if not _is_theirs(row):
            found[row.pk] = "no longer theirs"
        elif row.lead_id in contacted:
            found[row.pk] = "contacted meanwhile"
        elif row.lead_id not in stands:
            found[row.pk] = "no longer so"
    return found


def _is_theirs(row: Delivery) -> bool:
    """Whoever has it now writes themselves; and nobody writes in the name of one who left."""
    lead, rep = row.lead, row.rep
    if lead is None or rep is None or (lead.owner_id, lead.hop) != (row.rep_id, row.hop):
        return False
    return rep.active and rep.user.is_active


def alert_of(row: Delivery) -> Alert:
    """The mail: from our address in the rep's name, answered to the rep."""
    sent = SentReply.objects.select_related("rep__user", "lead").get(lead=row.lead_id)
    text = sent.text
    if sent.lead.kind == Kind.TEST:
        text = f"{_('This is a test. It would have gone to the lead.')}\n\n{text}"
    return mail(uid=str(row.uid), to=sent.to, subject=sent.subject, text=text, rep=sent.rep, answers=sent.answers)


def mail(*, uid: str, to: str, subject: str, text: str, rep: Rep, answers: str = "") -> Alert:
    """One mail by a machine to a person (RFC 3834): it says so, so that no other machine answers it.

    No Precedence: it is no part of that standard, and mail providers take "bulk" for advertising.
    """
    name = placeholders.clean(rep.name)
    headers = {
        "Auto-Submitted": "auto-replied",
        "X-Auto-Response-Suppress": "All",
        "Reply-To": formataddr((name, rep.user.email)),
    }
    if answers:
        headers |= {"In-Reply-To": answers, "References": answers}
    sender = formataddr((name, parseaddr(settings.DEFAULT_FROM_EMAIL)[1]))
    return Alert(uid=uid, to=to, subject=subject, text=text, html="", sender=sender, headers=headers)


def tell(rows: Iterable[Delivery], *, now: datetime) -> None:
    """The lines of those that went out, with their text, and of those that were given up."""
    done = {row.lead_id: row for row in rows if row.sent_at or row.failed_at}
    sent = SentReply.objects.filter(lead__in=done).select_related("lead") if done else ()
    timeline.record(
        timeline.News(
            lead=one.lead_id,
            kind=EventKind.FIRST_REPLY,
            at=now,
            rep=one.rep_id,
            hop=one.hop,
            payload=_said(one, done[one.lead_id]),
            private={"text": f"{one.subject}\n\n{one.text}"},
        )
        for one in sent
    )


def _said(sent: SentReply, row: Delivery) -> dict[str, bool]:
    if row.failed_at:
        return {"failed": True}
    return {"test_inbox": True} if sent.lead.kind == Kind.TEST else {}
