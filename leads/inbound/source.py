"""The connector of a connection and its settings, ready to read its deliveries."""

from datetime import datetime

from django.utils.translation import gettext as _

from leads import secrets
from leads.connector import Configured, Source, UnreadableError
from leads.connectors import sources
from leads.models import Connection


def source_of(connection: Connection, now: datetime) -> tuple[Source, Configured]:
    """Raises UnreadableError where the connector is gone."""
    source = sources().get(connection.kind)
    if source is None:
        raise UnreadableError(_("There is no connector “%s” any more.") % connection.kind)
    return source, secrets.configured(connection, now=now)
