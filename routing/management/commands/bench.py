"""Prints how quick the main path is, as ratios measured in one run."""

from io import StringIO
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from leads.models import Lead, LeadEvent
from reps.models import Rep
from routing.bench import alone, batches, company, days, million, pages


class Command(BaseCommand):
    """`make bench` runs it beside servers of its own, durable as in production."""

    help = "Measure decisions a second, and leads from ready to assigned; only on an empty installation."

    def add_arguments(self, parser: Any) -> None:
        """More rounds for steadier figures."""
        parser.add_argument("--rounds", type=int, default=5)
        parser.add_argument("--batches", type=int, default=5, help="Batches of 200 a round.")
        parser.add_argument(
            "--simulate", action="store_true", help="Instead: make the demo here, and simulate its ninety days."
        )

        parser.add_argument(
            "--pages", action="store_true", help="Instead: reps whose open pages ask what is new, while others act."
        )
        parser.add_argument(
            "--million",
            type=int,
            metavar="LEADS",
            help="Instead: the demo's rows again and again, and every page then.",
        )
        parser.add_argument("--reps", type=int, default=300, help="How many pages are open.")
        parser.add_argument("--seconds", type=float, default=20, help="For how long they ask.")

    def handle(self, **options: Any) -> None:
        """Measure and print."""
        rounds = options["rounds"]
        if rounds < 1 or options["batches"] < 1:
            raise CommandError("--rounds, --batches: at least 1.")
        call_command("migrate", interactive=False, verbosity=0)
        if Lead.objects.exists() or Rep.objects.exists():
            raise CommandError("This installation is in use; the bench fills an empty one: run `make bench`.")
        if options["simulate"]:
            self._simulate(rounds)
            return
        if options["pages"]:
            self._pages(options["reps"], options["seconds"])
            return
        if options["million"]:
            self._million(options["million"])
            return
        few, many = alone.against(company.RULES, 1000, rounds=rounds)
        self._line("decide alone, 50 rules, 20 members", f"{few:,.0f} a second", 20_000, few)
        self._line("  1,000 rules against 50", f"{few / many:.2f} times the cost", 2.0, few / many, most=True)
        company.make_company(now=timezone.now())
        found = batches.measure(rounds=rounds, batches=options["batches"], ones=100)
        self._line("ready to assigned, batches of 200", f"{found.batched:,.0f} leads a second", 3000, found.batched)
        ratio = found.batched / found.one
        self._line("  against batches of one", f"{ratio:.1f} times ({found.one:,.0f} a second)", 8, ratio)
        ratio = found.batched / found.bare
        self._line("  against the bare SQL", f"{ratio:.2f} of {found.bare:,.0f} a second", 0.5, ratio)

    def _pages(self, reps: int, seconds: float) -> None:
        company.make_company(now=timezone.now(), members=-(-reps // company.GROUPS))
        batches.fill(reps * 10)
        found = pages.measure(reps=reps, seconds=seconds, posts=10, leads=2)
        asked, posted = (sorted(x) for x in (found.asked, found.posted))
        median = 1000 * asked[len(asked) // 2]
        self._line(f"{reps} open pages ask what is new", f"{median:.1f} ms median", 50, median, most=True)
        late = 1000 * asked[int(len(asked) * 0.99)]
        self._line("  99 of 100 of them", f"{late:.0f} ms of {len(asked):,}", 500, late, most=True)
        post = 1000 * posted[int(len(posted) * 0.99)]
        self._line("  contacts logged meanwhile, 99 of 100", f"{post:.0f} ms of {len(posted):,}", 1000, post, most=True)
        failed = len(found.failed)
        self._line("  answers that failed", f"{failed} of {len(asked) + len(posted):,}", 0, failed, most=True)

    def _million(self, leads: int) -> None:
        call_command("demo", stdout=StringIO())
        there = million.multiply(leads)
        self.stdout.write(f"{there:,} leads, {LeadEvent.objects.count():,} events")
        # What the copies came to is counted as after an upgrade; here by name, as reporting lies above.
        call_command("recount", stdout=self.stdout)
        call_command("recount", "--look", stdout=self.stdout)
        for page in million.measure():
            told = f"{1000 * page.median:.0f} ms median of {len(page.seconds)}"
            self._line(
                page.url[:60], told if page.status == 200 else f"{page.status}!", 300, 1000 * page.median, most=True
            )

    def _simulate(self, rounds: int) -> None:
        call_command("demo", stdout=StringIO())
        found = days.measure(rounds=rounds, now=timezone.now())
        self._line("simulate 90 demo days, fold alone", f"{found.fold:,.0f} decisions a second", 5000, found.fold)
        self._line("  with reading, end to end", f"{found.whole:,.0f} leads a second", 5000, found.whole)
        share = found.same / found.decisions if found.decisions and not found.wrong_balances else 0
        self._line("  replayed as recorded, as live said", f"{found.same:,} of {found.decisions:,} decisions", 1, share)

    def _line(self, what: str, figure: str, aim: float, value: float, *, most: bool = False) -> None:
        reached = value <= aim if most else value >= aim
        wanted = f"{'at most' if most else 'at least'} {aim:,g}"
        self.stdout.write(f"{what:<38} {figure:<36} {wanted:<16} {'reached' if reached else 'MISSED'}")
