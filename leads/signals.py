"""The one signal: a lead is ready, so whoever routes may wake; a sweeper finds what it missed."""

from collections.abc import Sequence
from contextvars import ContextVar

from django.dispatch import Signal

look_again = Signal()  # lead, hop, since: what ran out since then found nothing to do, and may now
lead_ready = Signal()  # its receivers answer False where nobody could be woken

# Whether the last ring of this request was heard, so that nobody waits for a decision behind a broken doorbell.
rang: ContextVar[bool] = ContextVar("rang", default=True)


def ring(*, division_id: int) -> None:
    """Tell the router; it answers False where it could not be woken."""
    answers: Sequence[tuple[object, object]] = lead_ready.send(sender=None, division_id=division_id)
    rang.set(all(answer is not False for _receiver, answer in answers))
