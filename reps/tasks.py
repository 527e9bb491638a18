"""Tasks of reps: read calendars that say when somebody is busy."""

from celery import shared_task
from django.utils import timezone

from config.lib import doorbell
from reps import feeds


@shared_task
def read_calendars(**_: object) -> int:
    """Have each calendar read that is due; one that is slow keeps no other waiting."""
    waiting = feeds.due(now=timezone.now())
    for feed in waiting:
        doorbell.ring(feeds.TASK, feed)
    return len(waiting)


@shared_task(name=feeds.TASK, soft_time_limit=45, time_limit=60)
def read_calendar(feed: int, **_: object) -> bool:
    """Read one calendar."""
    doorbell.answered(feeds.TASK, feed)
    return feeds.read(feed=feed, now=timezone.now())
