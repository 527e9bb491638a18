"""`manage.py decide_again`: makes stored decisions again from what was stored with them, and compares the texts."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import ngettext

from routing.again import check_decisions


class Command(BaseCommand):
    """Fails where a decision of this engine comes out otherwise."""

    help = __doc__.partition(": ")[2] if __doc__ else ""

    def add_arguments(self, parser: CommandParser) -> None:
        """How many, newest first."""
        parser.add_argument("--most", type=int, default=None, help="the newest so many (default: all)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the counts, and each decision that differs."""
        found = check_decisions(most=options["most"])
        self.stdout.write(
            f"{found.same} the same, {found.older} of an older engine, {found.erased} without facts,"
            f" {len(found.differs)} otherwise"
        )
        if found.differs:
            said = ngettext("This decision comes out otherwise: %s", "These come out otherwise: %s", len(found.differs))
            raise CommandError(said % ", ".join(map(str, found.differs[:20])))
