"""Checks the invariants on the whole database and says what breaks them."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from routing.watch import audit


class Command(BaseCommand):
    """Prints one line per invariant; exits with an error where one is broken."""

    help = "Check that nothing is lost, doubled or stuck, and that fair shares add up."

    def handle(self, **_options: Any) -> None:
        """Run the audit."""
        broken = 0
        for finding in audit():
            verdict = "BROKEN" if finding.broken else "OK"
            self.stdout.write(f"{finding.code} {verdict}: {finding.says} ({finding.looked_at} rows)")
            for line in finding.broken:
                self.stdout.write(f"   {line}")
            broken += bool(finding.broken)
        if broken:
            raise CommandError(f"{broken} of the invariants are broken.")
        self.stdout.write("audit OK")
