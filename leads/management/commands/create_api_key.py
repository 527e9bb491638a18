"""Makes an API key and prints it once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from leads import keys, seeds
from leads.models import ApiKey, Connection
from reps.models.division import SEEDED


class Command(BaseCommand):
    """`manage.py create_api_key NAME --scope leads:write --scope leads:read`."""

    help = "Make an API key; it is printed once and stored only as a hash."

    def add_arguments(self, parser: Any) -> None:
        """A name and at least one scope."""
        parser.add_argument("name", help="what it is for, as people will read it")
        parser.add_argument("--scope", action="extend", nargs="+", choices=ApiKey.Scope.values, required=True)

    def handle(self, **options: Any) -> None:
        """Make and print it."""
        name = options["name"].strip()
        if not name or len(name) > 100:
            raise CommandError("NAME: 1 to 100 characters.")
        door = Connection.objects.get(division=SEEDED, kind=seeds.API)
        _key, plain = keys.make_key(name=name, scopes=options["scope"], connection=door, now=timezone.now())
        self.stdout.write(plain)
        self.stderr.write("Keep it now: it is not shown again.")
