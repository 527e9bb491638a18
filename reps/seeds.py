"""What every installation starts with: one division and its roster version, and the row of its settings."""

from django.conf import settings
from django.core.management.color import no_style
from django.db import connection

from reps.models.division import SEEDED, Division, RosterVersion
from reps.models.installation import Installation


def seed_division(**_: object) -> None:
    """Called after every migrate; adds only what an empty table lacks, so that nothing a person removed comes back."""
    if not Division.objects.exists():
        Division.objects.create(pk=SEEDED, name="Main", time_zone=settings.DIVISION_TIME_ZONE)
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), [Division]):
                cursor.execute(statement)
    for division in Division.objects.filter(rosterversion=None):
        RosterVersion.objects.create(division=division)
    Installation.objects.bulk_create([Installation()], ignore_conflicts=True)
