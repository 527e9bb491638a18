"""What was held back as spam: kept as it came, until a person takes it, throws it away, or its time is over."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from leads import capture
from leads.forms.reading import read, sent_of
from leads.models import Intake, Lead, WebForm


class NotHeldError(Exception):
    """Somebody else has dealt with it by now, or its raw body is forgotten."""


class NoLeadInItError(Exception):
    """The form was changed since and cannot read it any more; by field, why."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__()
        self.errors = errors


def hold(*, form: WebForm, raw: dict[str, Any], why: str, now: datetime) -> Intake:
    """Keep what a trap or a limit caught; `why` is a key of `leads.forms.traps.WHY`."""
    return Intake.objects.create(
        connection=form.connection, received_at=now, body=raw, outcome=Intake.Outcome.QUARANTINED, error=why
    )


def held(form: WebForm) -> "QuerySet[Intake]":
    """What waits for a person's eye, newest first."""
    rows = Intake.objects.filter(connection=form.connection_id, outcome=Intake.Outcome.QUARANTINED)
    return rows.filter(lead=None, body__isnull=False).order_by("-received_at", "-pk")


def take(*, form: WebForm, intake: Intake, now: datetime) -> Lead:
    """It was a person: a lead like any other, that arrived when it was sent. Raises NotHeldError, NoLeadInItError."""
    with transaction.atomic():
        row = _locked(form, intake)
        found = read(form, sent_of(row.body or {}), now=row.received_at)
        if found.arrival is None:
            raise NoLeadInItError(found.errors)
        found.arrival.external_id = f"held:{row.uid.hex}"
        found.arrival.arrived_at = row.received_at
        (captured,) = capture.capture(connection=form.connection, arrivals=[found.arrival], now=now)
        row.lead = captured.lead
        row.save(update_fields=["lead"])
    return captured.lead


def throw_away(*, form: WebForm, intake: Intake) -> None:
    """It was spam: off the list. The raw body goes with its time, like every other. Raises NotHeldError."""
    with transaction.atomic():
        row = _locked(form, intake)
        row.outcome = Intake.Outcome.REFUSED
        row.save(update_fields=["outcome"])


def _locked(form: WebForm, intake: Intake) -> Intake:
    row = held(form).select_for_update(of=("self",)).filter(pk=intake.pk).first()
    if row is None:
        raise NotHeldError
    return row
