"""Calendars that say when a rep is busy: added, read every few minutes, turned into rows that availability reads."""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from config.lib import doorbell, http, sealed
from reps import ical, roster, schedule
from reps.models import BusySpan, CalendarFeed, Rep

TASK = "reps.tasks.read_calendar"
MOST = 5  # of one rep
AHEAD = timedelta(days=60)
EVERY = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=2)
LIMIT = 2 * 1024 * 1024
_SECONDS = 10.0
_LEASE = timedelta(minutes=2)
_FRESH = timedelta(days=1)  # so often it is read whole, as the days ahead move on
_MOST_WORDS, _LONGEST_WORD = 20, 60


class FeedError(ValueError):
    """The calendar was refused; `field` and the message say why."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def add(*, rep: Rep, text: str, busy: str, words: Sequence[str], now: datetime) -> CalendarFeed:
    """Read this calendar from now on; the same address again changes what counts as busy. Raises FeedError."""
    url = _address(text)
    kept = _words(words, busy)
    digest = hashlib.sha256(url.encode()).hexdigest()
    with transaction.atomic():
        Rep.objects.select_for_update(no_key=True).get(pk=rep.pk)
        mine = CalendarFeed.objects.filter(rep=rep, active=True)
        row = mine.filter(digest=digest).first()
        if row is None:
            if mine.count() >= MOST:
                raise FeedError("url", _("There are %d already. Remove one first.") % MOST)
            row = CalendarFeed(rep=rep, digest=digest, created_at=now)
        row.shown = (urlsplit(url).hostname or "")[:200]
        row.sealed, row.busy, row.words = sealed.seal(url), busy, kept
        row.next_at, row.far = now, None
        row.save()
        transaction.on_commit(lambda: doorbell.ring(TASK, row.pk))
    return row


def _address(text: str) -> str:
    url = text.strip()
    for scheme in ("webcal://", "webcals://"):
        if url.lower().startswith(scheme):
            url = f"https://{url[len(scheme) :]}"
    if not url.lower().startswith("https://"):
        raise FeedError("url", _("Enter an address that begins with https:// or webcal://."))
    try:
        http.check_url(url)
    except http.RefusedError as error:
        raise FeedError("url", str(error)) from error
    return url


def _words(words: Sequence[str], busy: str) -> list[str]:
    found = [word.strip()[:_LONGEST_WORD] for word in words if word.strip()][:_MOST_WORDS]
    if busy not in CalendarFeed.Busy.values:
        raise FeedError("busy", _("Choose what counts as away."))
    if busy == CalendarFeed.Busy.WORDS and not found:
        raise FeedError("words", _("Enter at least one word, such as vacation."))
    return found if busy == CalendarFeed.Busy.WORDS else []


@transaction.atomic
def remove(*, feed: CalendarFeed, now: datetime) -> None:
    """Read no more; what it said of the time ahead is forgotten, and so is its address."""
    row = CalendarFeed.objects.select_for_update().get(pk=feed.pk)
    row.active, row.sealed, row.etag, row.modified, row.error = False, "", "", "", ""
    row.save()
    _replace(row, (), now)


def due(*, now: datetime) -> list[int]:
    """The calendars whose time has come."""
    rows = CalendarFeed.objects.filter(active=True, next_at__lte=now, rep__active=True, rep__user__is_active=True)
    return list(rows.order_by("next_at").values_list("pk", flat=True)[:1000])


def read(*, feed: int, now: datetime) -> bool:
    """Read one that is due. False where another process does, or it could not be read: then all stays as it was."""
    leased = CalendarFeed.objects.filter(pk=feed, active=True, next_at__lte=now).update(next_at=now + _LEASE)
    if not leased:
        return False
    row = CalendarFeed.objects.select_related("rep").get(pk=feed)
    far = now + AHEAD
    try:
        answer = _fetch(row, now)
        spans = None if answer is None else _spans(row, answer.body, now, far)
    except (http.FailedError, http.RefusedError, sealed.UnsealedError, ical.UnreadableError, _RefusedError) as error:
        _failed(row, _says(error), now)
        return False
    with transaction.atomic():
        current = CalendarFeed.objects.select_for_update().get(pk=feed)
        if not current.active or (current.sealed, current.busy, current.words) != (row.sealed, row.busy, row.words):
            return False  # somebody changed it meanwhile; it is due again at once
        if answer is not None and spans is not None:
            _replace(current, spans, now)
            current.etag = answer.headers.get("etag", "")[:200]
            current.modified = answer.headers.get("last-modified", "")[:100]
            # Who moved to another zone meanwhile is read again.
            current.far = far if current.rep.time_zone == row.rep.time_zone else None
        current.read_at, current.next_at = now, now + EVERY
        current.failures, current.failed_at, current.error = 0, None, ""
        current.save()
    return True


class _RefusedError(Exception):
    """The server answered, with no calendar."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def _fetch(row: CalendarFeed, now: datetime) -> http.Answer | None:
    """The calendar; None where it has not changed since."""
    asked = {"Accept": "text/calendar"}
    if row.far is not None and row.far > now + AHEAD - _FRESH:
        if row.etag and row.etag.isascii():
            asked["If-None-Match"] = row.etag
        if row.modified and row.modified.isascii():
            asked["If-Modified-Since"] = row.modified
    try:
        answer = http.get(str(sealed.unseal(row.sealed)), headers=asked, timeout=_SECONDS, limit=LIMIT)
    except http.FailedError as error:
        if error.status == 304 and len(asked) > 1:
            return None
        raise
    if not answer.ok:
        raise _RefusedError(answer.status)
    return answer


def _spans(row: CalendarFeed, body: bytes, now: datetime, far: datetime) -> tuple[schedule.Span, ...]:
    return ical.busy(body, zone=row.rep.time_zone, window=(now, far), mode=row.busy, words=row.words)


def _replace(row: CalendarFeed, spans: Collection[schedule.Span], now: datetime) -> int:
    """The rows that are not over become these; one that says the same stays. Returns how many changed."""
    wanted = {(max(start, now), end) for start, end in spans}
    changed = 0
    for kept in BusySpan.objects.filter(feed=row, ends_at__gt=now):
        said = (max(kept.starts_at, now), kept.ends_at)
        if said in wanted:
            wanted.discard(said)
        else:
            roster.end(row=kept, now=now)
            changed += 1
    BusySpan.objects.bulk_create(
        BusySpan(rep_id=row.rep_id, feed=row, starts_at=start, ends_at=end) for start, end in sorted(wanted)
    )
    return changed + len(wanted)


def _failed(row: CalendarFeed, says: str, now: datetime) -> None:
    wait = min(EVERY * 2 ** min(row.failures + 1, 10), LONGEST_WAIT)
    CalendarFeed.objects.filter(pk=row.pk).update(
        failures=F("failures") + 1, failed_at=row.failed_at or now, error=says[:500], next_at=now + wait
    )


def _says(error: Exception) -> str:
    """Why, in words; nothing of what the other side said, nor the address, is in it."""
    if isinstance(error, http.FailedError):
        return {
            http.Failure.UNKNOWN_NAME: _("There is no server of this name."),
            http.Failure.TIMEOUT: _("The server did not answer in time."),
            http.Failure.TOO_LARGE: _("The calendar is larger than 2 MB."),
            http.Failure.REDIRECTED: _("The address leads to another one. Enter that one."),
            http.Failure.INSECURE: _("The server's certificate is not valid."),
            http.Failure.LEFT_ALONE: _("The server failed several times in a row; it is asked again in a moment."),
        }.get(error.failure, _("The server cannot be reached."))
    if isinstance(error, _RefusedError):
        return _("The server refuses: the address is not valid any more (%d).") % error.status
    if isinstance(error, sealed.UnsealedError):
        return _("The address was sealed with another key. Remove the calendar and add it anew.")
    if isinstance(error, ical.UnreadableError):
        if str(error) == "too_many":
            return _("There are more than 5000 entries in it.")
        return _("What stands there is no calendar.")
    return str(error)
