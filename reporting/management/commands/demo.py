"""Fills an empty installation with an invented company, once, and prints who can sign in."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reporting.demo import cast
from reporting.demo.build import ForeignError, build


class Command(BaseCommand):
    """`manage.py demo`; a second run changes nothing."""

    help = "Make an invented team, rules and ninety days of leads, unless they are there."

    def handle(self, **_options: Any) -> None:
        """Build and print the logins."""
        started = time.monotonic()
        try:
            built = build()
        except ForeignError:
            raise CommandError(
                "People or leads of your own are here already; the demo only fills an empty data folder. Set DATA_DIR."
            ) from None
        if built.made:
            self.stdout.write(f"The demo was made: {built.leads} leads in {time.monotonic() - started:.1f} s.")
        self.stdout.write("Sign in to the demo as")
        boss = cast.MANAGERS[cast.EUROPE]
        for role, person in (("rep", cast.VISITOR), ("manager", boss), ("ops", cast.OPS), ("admin", cast.ADMIN)):
            self.stdout.write(f"    {role:<9} {person.email}")
        self.stdout.write(f"    password  {cast.PASSWORD}")
        self.stdout.write(f"({cast.HEAD.email} manages all groups; every rep signs in by first name, too.)")
