"""What every installation starts with: the default stages, and the doors REST API and files."""

from leads.models import Connection, Stage
from reps.models.division import SEEDED

API, FILES, BY_HAND = "api", "csv_file", "by_hand"

_STAGES = (
    ("new", "New", True, Stage.Metric.NONE),
    ("contacted", "Contacted", True, Stage.Metric.CONTACTED),
    ("meeting-booked", "Meeting booked", True, Stage.Metric.MEETING_BOOKED),
    ("meeting-held", "Meeting held", True, Stage.Metric.MEETING_HELD),
    ("opportunity", "Opportunity", True, Stage.Metric.OPPORTUNITY),
    ("won", "Won", False, Stage.Metric.WON),
    ("lost", "Lost", False, Stage.Metric.LOST),
    ("unqualified", "Unqualified", False, Stage.Metric.UNQUALIFIED),
)
_DOORS = ((API, "REST API"), (FILES, "Files"), (BY_HAND, "By hand"))


def seed_stages_and_doors(**_: object) -> None:
    """Called after every migrate; adds only what an empty table lacks, so that nothing a person removed comes back."""
    if not Stage.objects.exists():
        Stage.objects.bulk_create(
            Stage(division_id=SEEDED, key=key, name=name, position=n, open_load=open_load, metric=metric)
            for n, (key, name, open_load, metric) in enumerate(_STAGES, start=1)
        )
    for kind, name in _DOORS:
        Connection.objects.get_or_create(division_id=SEEDED, kind=kind, name=name)
