"""Writes a group's ledger as CSV, or its balances, so that anybody can add it up without this product."""

import csv
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reps.models import Group, Rep
from routing.engine.ledger import HOUSE
from routing.statement import balances, entries


class Command(BaseCommand):
    """Reps stand as their numbers; `--balances` says whose they are."""

    help = "Write every fair-share entry of a group as CSV; with --balances what is stored of each member."

    def add_arguments(self, parser: Any) -> None:
        """The group by its name, as on the pages."""
        parser.add_argument("--group", required=True, metavar="NAME")
        parser.add_argument("--balances", action="store_true", help="the stored balances instead of the entries")

    def handle(self, **options: Any) -> None:
        """Print the rows."""
        groups = list(Group.objects.filter(name=options["group"])[:2])
        if len(groups) != 1:
            known = ", ".join(Group.objects.order_by("name").values_list("name", flat=True)[:20])
            what = "several groups have" if groups else "no group has"
            raise CommandError(f"--group: {what} the name {options['group']!r}. There are: {known or 'none'}.")
        out = csv.writer(self.stdout, lineterminator="\n")
        out.writerows(_balances(groups[0]) if options["balances"] else _entries(groups[0]))


def _entries(group: Group) -> Any:
    yield ("entry", "time", "lead", "kind", "winner", "amount", "reps", "weights", "shares")
    for one in entries(group):
        columns = ([part.row for part in one.parts], [p.weight for p in one.parts], [p.share for p in one.parts])
        winner = "" if one.winner is None else one.winner
        told = (" ".join(map(str, column)) for column in columns)
        yield (one.number, one.at.isoformat(), one.lead or "", one.kind, winner, one.amount, *told)


def _balances(group: Group) -> Any:
    yield ("row", "name", "balance")
    stored = balances(group)
    names = {rep.pk: rep.user.name for rep in Rep.objects.filter(pk__in=map(abs, stored)).select_related("user")}
    for row, balance in sorted(stored.items()):
        name = "the house" if row == HOUSE else names.get(abs(row), "")
        # A sheet must not take a name for a formula.
        yield (row, f"'{name}" if name[:1] in tuple("=+-@\t\r") else name, balance)
