"""A new lead as it would be understood, for pages that show it before anything is written."""

from typing import Any

from django.utils.translation import gettext as _

from leads import incoming
from leads.arrival import Arrival
from leads.connector import NewLead, Source, UnreadableError
from leads.models import Connection
from leads.qualify.freeze import catalogue_of
from leads.reading import LABELS

_ANSWER = "answers."
# The name stands there as one; its own id is no news to anybody.
_NOT_SHOWN = frozenset({"external_id", "first_name", "last_name"})


def understood(new: NewLead, *, connection: Connection, source: Source) -> tuple[Arrival | None, dict[str, Any]]:
    """The arrival and {values [(label, value)], problems [(label, why)]}; None and {refused} if it cannot be read."""
    catalogue = catalogue_of(connection.division_id)
    try:
        arrival = incoming.read(new, connection=connection, source=source, catalogue=catalogue)
    except UnreadableError as error:
        return None, {"refused": str(error)}
    names = [name for name in incoming.fields(catalogue) if name not in _NOT_SHOWN]
    values = [(label(name), getattr(arrival, name, None) or arrival.attributes.get(name)) for name in names]
    answers = [(label(f"{_ANSWER}{name}"), value) for name, value in arrival.answers.items()]
    tracked = list(arrival.tracking.items())
    return arrival, {
        "values": [(name, value) for name, value in (*values, *answers, *tracked) if value not in (None, "")],
        "problems": [(label(name), why) for name, why in arrival.problems.items()],
    }


def label(field: str) -> str:
    """What people call a field a mapping may fill."""
    if field.startswith(_ANSWER):
        return _("Answer: %s") % field.removeprefix(_ANSWER)
    return str(LABELS.get(field, field.replace("_", " ").capitalize()))
