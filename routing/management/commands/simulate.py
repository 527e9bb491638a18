"""Folds past leads, or a file's, by a draft or a version, and prints who would get what; nothing is written."""

import csv
import json
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from leads.files import FileError, read_table
from leads.rows import MappingError, Reader, map_columns
from reps.models import Division
from reps.models.division import SEEDED
from routing import rulesets, simulate, wording
from routing.engine.ruleset import RuleSet as Rules
from routing.engine.ruleset import RuleSetError
from routing.models import RuleSet, RuleSetVersion
from routing.simulate import recorded, rows, shadow, tables

_SHOWN = 20
_DAYS = 90


class Command(BaseCommand):
    """`manage.py simulate --draft --days 30 --against live`."""

    help = "Simulate rules on past leads or on a CSV file. Reads only."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        """`--version` is the rules' here, not Django's."""
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def add_arguments(self, parser: Any) -> None:
        """Which rules, which leads, whose roster, against what."""
        parser.add_argument("--rule-set", default="", metavar="NAME", help="Without it the rules for new leads.")
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--version", type=int, metavar="N", dest="number")
        which.add_argument("--draft", action="store_true", help="The draft (without either: the published version).")
        parser.add_argument("--days", type=int, default=None, help=f"So many days up to now; {_DAYS} without more.")
        parser.add_argument("--since", default="", metavar="DATE")
        parser.add_argument("--until", default="", metavar="DATE")
        parser.add_argument("--file", type=Path, metavar="CSV", help="Leads of a file instead; takes --map as import.")
        parser.add_argument("--map", nargs="+", action="extend", default=[], metavar="FIELD=COLUMN")
        parser.add_argument("--date-format", default="", help="Like %%d-%%m-%%Y; ISO 8601 without it.")
        parser.add_argument("--roster", choices=simulate.ROSTERS, default="then")
        parser.add_argument("--against", choices=simulate.AGAINST, default="live")
        parser.add_argument("--empty", action="store_true", help="Begin without open leads, with an even fair share.")
        parser.add_argument("--lapse", action="store_true", help="Take leads back where the rules say so.")
        parser.add_argument("--csv", type=Path, metavar="FILE", help="Write the leads that would move.")
        parser.add_argument("--json", type=Path, metavar="FILE", help="Write the whole result.")
        parser.add_argument(
            "--recorded",
            action="store_true",
            help="Assume nothing: replay what is on record, and tell whether the same comes out as did live.",
        )
        parser.add_argument("--shadow", type=float, metavar="HOURS", help="Run the draft beside live for so long.")

    def handle(self, **options: Any) -> None:
        """Read, fold, print."""
        now = timezone.now()
        rule_set = _rule_set(options["rule_set"])
        if options["shadow"] is not None:
            self._shadow(rule_set, options["shadow"], now)
            return
        rules, said = _rules(rule_set, options)
        asked, cases = self._asked(rule_set, options, now)
        if options["recorded"]:
            self._recorded(rule_set, asked)
            return
        live = rule_set.published
        other = rulesets.rules_of(live) if options["against"] == "live" and live else None
        with tqdm(unit="lead", disable=None, file=sys.stderr) as bar:
            try:
                result = simulate.simulate(
                    rules, rule_set=rule_set, asked=asked, now=now, other=other, cases=cases, progress=_progress(bar)
                )
            except simulate.NotSimulatedError as error:
                raise CommandError(f"--{error.field}: {error}") from error
        names = wording.Names.load(rule_set.division_id, rules=_bodies(rule_set))
        for line in tables.lines(result, names, said=said):
            self.stdout.write(line)
        self._write(options, result, names)

    def _asked(
        self, rule_set: RuleSet, options: dict[str, Any], now: datetime
    ) -> tuple[simulate.Asked, list[simulate.Case] | None]:
        zone = ZoneInfo(rule_set.division.time_zone)
        until = _instant("until", options["until"], zone) or now
        days = options["days"] if options["days"] is not None else _DAYS
        if days < 1:
            raise CommandError("--days: at least 1.")
        since = _instant("since", options["since"], zone) or until - timedelta(days=days)
        asked = simulate.Asked(since, until, options["roster"], options["against"], options["empty"], options["lapse"])
        if options["file"] is None:
            return asked, None
        cases = self._file(rule_set.division, options, now)
        try:
            return simulate.without_period(asked, cases), cases
        except simulate.NotSimulatedError as error:
            raise CommandError(f"--{error.field}: {error}") from error

    def _file(self, division: Division, options: dict[str, Any], now: datetime) -> list[simulate.Case]:
        try:
            table = read_table(options["file"])
            pairs = options["map"] or [f"{name}={name}" for name in table.header if name]
            columns = map_columns(
                pairs,
                header=table.header,
                division=division,
                history=False,
                define=False,
                date_format=options["date_format"],
            )
            reader = Reader(columns, history=False, now=now)
            read = [reader.read(row) for row in table]
        except (FileError, MappingError) as error:
            raise CommandError(str(error)) from error
        refused = [row for row in read if row.problems]
        for row in refused[:_SHOWN]:
            self.stderr.write(f"row {row.row.number}: {'; '.join(f'{k}: {v}' for k, v in row.problems.items())}")
        if refused:
            self.stderr.write(f"{len(refused)} rows are left out.")
        return simulate.file_cases(division, [(r.row.number, r.arrival) for r in read if r.arrival], now=now)

    def _recorded(self, rule_set: RuleSet, asked: simulate.Asked) -> None:
        started = time.perf_counter()
        found = recorded.replayed(rule_set.division_id, since=asked.since, until=asked.until)
        seconds = time.perf_counter() - started
        self.stdout.write(
            f"{found.same:,} of {found.decisions:,} decisions come out the same"
            f" ({found.decisions / seconds:,.0f} a second with reading), "
            f"{found.balances:,} balances: {len(found.wrong_balances)} differ."
        )
        for line in found.differs[:_SHOWN]:
            self.stdout.write(f"  {line}")
        if found.differs or found.wrong_balances:
            raise CommandError(f"{len(found.differs)} decisions and {len(found.wrong_balances)} balances differ.")

    def _shadow(self, rule_set: RuleSet, hours: float, now: datetime) -> None:
        try:
            row = shadow.start_shadow(rule_set=rule_set, until=now + timedelta(hours=hours), by=None, now=now)
        except simulate.NotSimulatedError as error:
            raise CommandError(f"--shadow: {error}") from error
        self.stdout.write(f"The draft runs beside live until {row.ends_at:%Y-%m-%d %H:%M} UTC: {row.uid}")

    def _write(self, options: dict[str, Any], result: simulate.Result, names: wording.Names) -> None:
        try:
            if options["csv"]:
                with options["csv"].open("w", encoding="utf-8", newline="") as file:
                    csv.writer(file).writerows(tables.moves(result, names))
            if options["json"]:
                options["json"].write_text(json.dumps(result.as_json(), indent=1), encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{error.filename} cannot be written: {error.strerror}.") from error


def _progress(bar: Any) -> Callable[[int, int], None]:
    def told(done: int, total: int) -> None:
        bar.total = total
        bar.update(done - bar.n)

    return told


def _rule_set(name: str) -> RuleSet:
    known = RuleSet.objects.filter(division=SEEDED).select_related("division", "published")
    found = known.filter(name=name).first() if name else known.filter(runs_on=RuleSet.RunsOn.NEW).first()
    if found is None:
        names = ", ".join(known.order_by("name").values_list("name", flat=True)) or "none"
        raise CommandError(f"--rule-set: there is no rule set “{name}”. There are: {names}.")
    return found


def _rules(rule_set: RuleSet, options: dict[str, Any]) -> tuple[Rules, str]:
    if options["draft"]:
        try:
            return rows.rules_of_draft(rule_set), "the draft"
        except RuleSetError as error:
            raise CommandError(f"--draft: it cannot be read yet: {error}") from error
    version = rule_set.published
    if options["number"] is not None:
        version = RuleSetVersion.objects.filter(rule_set=rule_set, n=options["number"]).first()
    if version is None:
        known = ", ".join(str(n) for n in rule_set.versions.order_by("n").values_list("n", flat=True)) or "none"
        raise CommandError(f"--version: there is no such version. There are: {known}. Or take --draft.")
    return rulesets.rules_of(version), f"version {version.n}"


def _bodies(rule_set: RuleSet) -> list[dict[str, Any]]:
    """The rules of the version in force and of the draft: a rule keeps its key from version to version."""
    draft: list[dict[str, Any]] = rulesets.body_of(rule_set)["rules"]
    return [*draft, *(rule_set.published.body["rules"] if rule_set.published else [])]


def _instant(name: str, text: str, zone: ZoneInfo) -> datetime | None:
    if not text:
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"--{name}: “{text}” is not a date like 2026-03-31 or 2026-03-31T09:30.") from error
    return read if read.tzinfo else read.replace(tzinfo=zone)
