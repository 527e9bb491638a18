"""Runs kept deliveries of connections again: those of a state, of a connection, since an instant, or one."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from leads import inbound
from leads.models import Connection, Inbound


class Command(BaseCommand):
    """`manage.py replay --state refused --connection "Google Ads" --since 2026-11-20`."""

    help = "Run kept deliveries again. What was made of them is not made twice; fields that were empty are filled in."

    def add_arguments(self, parser: Any) -> None:
        """Which ones; at least one must be said."""
        parser.add_argument("--state", choices=Inbound.State.values)
        parser.add_argument("--connection", metavar="NAME")
        parser.add_argument("--since", type=datetime.fromisoformat, metavar="INSTANT", help="Like 2026-11-20T08:00.")
        parser.add_argument("--delivery", type=UUID, metavar="ID")

    def handle(self, **options: Any) -> None:
        """Mark them; a worker takes them up at once, the sweeper where none hears."""
        rows = Inbound.objects.filter(body__isnull=False)
        if not any(options[name] for name in ("state", "connection", "since", "delivery")):
            raise CommandError("Say which: --state, --connection, --since or --delivery.")
        if options["state"]:
            rows = rows.filter(state=options["state"])
        if options["connection"]:
            if not Connection.objects.filter(name=options["connection"]).exists():
                raise CommandError(f"There is no connection “{options['connection']}”.")
            rows = rows.filter(connection__name=options["connection"])
        if options["since"]:
            since = options["since"]
            rows = rows.filter(received_at__gte=since if since.tzinfo else timezone.make_aware(since))
        if options["delivery"]:
            rows = rows.filter(uid=options["delivery"])
        pks = list(rows.values_list("pk", flat=True))
        done = inbound.replay(pks=pks, now=timezone.now(), by_hand=options["delivery"] is not None)
        self.stdout.write(f"{done} deliveries will be run again, within a second or two.")
