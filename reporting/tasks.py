"""Tasks of reporting: keep the spells in figures, and count them all anew once a day."""

from celery import shared_task
from django.utils import timezone

from reporting import alerts, mailed, recounts, weights
from reporting.demo.build import ForeignError, build
from reporting.spells import keep


@shared_task
def keep_spells(**_: object) -> None:
    """Take the marks of what changed since the last look."""
    keep.refresh_all()


@shared_task
def recount(**_: object) -> bool:
    """Once a day."""
    return recounts.recount_daily(now=timezone.now()) is not None


@shared_task
def watch_alerts(**_: object) -> bool:
    """Once a day: feed the charts of what reps reach."""
    return alerts.watch_daily(now=timezone.now()) is not None


@shared_task
def mail_reports(**_: object) -> int:
    """Send the reports by mail whose time has come."""
    return mailed.send_due(now=timezone.now())


@shared_task
def watch_weights(**_: object) -> int:
    """Propose weights where that is due, and look once a week at what they bring."""
    return weights.watch_daily(now=timezone.now())


@shared_task
def load_demo(*, password: str) -> int:
    """Fill an empty installation; `password` as it is kept, for the word itself is told to one person only."""
    try:
        return build(password=password).leads
    except ForeignError:
        return 0  # somebody began meanwhile, and their work goes first
