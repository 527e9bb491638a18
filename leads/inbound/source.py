"""The connector of a connection and its settings, ready to read its deliveries."""

import ipaddress
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


def may_send(address: str, configured: Configured) -> bool:
    """Whether ops let this network address in; where they listed none, anybody may."""
    listed = [part.strip() for part in configured.setting("only_from").split(",") if part.strip()]
    if not listed:
        return True
    try:
        caller = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(caller in ipaddress.ip_network(part, strict=False) for part in listed)
