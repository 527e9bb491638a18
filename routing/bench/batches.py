"""Ready to assigned: batches of 200, batches of one, and the bare SQL of the same writes, in turns inside one run."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from psycopg import sql

from leads import seeds
from leads.capture import capture
from leads.models import Connection
from reps.models.division import SEEDED
from routing import live
from routing.bench.alone import seconds_of
from routing.bench.company import arrivals

BATCH = 200
# What a batch copies in; it also writes leads, shares and deliveries by statements, taken down as they are sent.
_TABLES = ("routing_decision", "routing_assignment", "routing_ledgerentry", "leads_leadevent")


@dataclass(slots=True)
class Measured:
    """Leads a second, median of rounds."""

    batched: float
    one: float
    bare: float


@dataclass(slots=True)
class Writes:
    """All that one batch writes, ready to be sent again: statements with their values, and rows as COPY wants them."""

    statements: list[tuple[str, Any]] = field(default_factory=list)
    rows: dict[str, list[bytes]] = field(default_factory=dict)


def measure(*, rounds: int, batches: int, ones: int) -> Measured:
    """Each round does all three, so that whatever else the machine does harms them alike."""
    found: dict[str, list[float]] = {"batched": [], "one": [], "bare": []}
    _capture(2 * BATCH)
    _route(BATCH, 2)  # the first batch fills caches
    for _n in range(rounds):
        _capture(batches * BATCH)
        found["batched"].append(batches * BATCH / seconds_of(lambda: _route(BATCH, batches)))
        _capture(batches * BATCH)
        found["bare"].append(batches * BATCH / sum(_bare() for _batch in range(batches)))
        _capture(ones)
        found["one"].append(ones / seconds_of(lambda: _route(1, ones)))
    return Measured(**{name: median(figures) for name, figures in found.items()})


def fill(count: int) -> None:
    """So many leads, each with its owner."""
    _capture(count)
    while live.route_ready(SEEDED, most=BATCH).count:
        pass


def _capture(count: int) -> None:
    door = Connection.objects.select_related("division").get(division=SEEDED, kind=seeds.API)
    left = list(arrivals(count))
    for start in range(0, count, 500):
        capture(connection=door, arrivals=left[start : start + 500], now=timezone.now())
    # Bands and statistics are what a steady stream finds already there.
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE leads_lead, leads_leadfacts, routing_assignment, routing_decision")


def _route(most: int, times: int) -> None:
    for _n in range(times):
        routed = live.route_ready(SEEDED, most=most)
        if routed.count != most:
            raise RuntimeError(f"{routed.count} leads were routed instead of {most}.")


def _bare() -> float:
    """Seconds that one batch's writes take when nothing has to be read, decided or made any more."""
    writes = _take_down()

    def send() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for statement, values in writes.statements:
                cursor.execute(statement, values)
            for table, rows in writes.rows.items():
                with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))) as copy:
                    for row in rows:
                        copy.write(row)

    return seconds_of(send)


def _take_down() -> Writes:
    """Route one batch, keep what it wrote, and undo it."""
    writes = Writes()
    with transaction.atomic():
        # As a test case says it: the turn insists on being outermost, and here it must not commit.
        connection.atomic_blocks[-1]._from_testcase = True  # type: ignore[attr-defined]  # noqa: SLF001 - Django's own switch
        with _listening(writes):
            _route(BATCH, 1)
        with connection.cursor() as cursor:
            for table in _TABLES:
                writes.rows[table] = _dump(cursor, table)
        transaction.set_rollback(True)
    return writes


@contextmanager
def _listening(writes: Writes) -> Iterator[None]:
    def listen(execute: Callable[..., Any], statement: str, values: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's signature
        if statement.lstrip().startswith(("UPDATE", "INSERT")):
            writes.statements.append((statement, values))
        return execute(statement, values, many, context)

    with connection.execute_wrapper(listen):
        yield


def _dump(cursor: Any, table: str) -> list[bytes]:
    """The rows that this transaction wrote; the sub-transaction of the turn has a number of its own."""
    query = sql.SQL("COPY (SELECT * FROM {} WHERE pg_xact_status(xmin::text::xid8) = 'in progress') TO STDOUT")
    with cursor.copy(query.format(sql.Identifier(table))) as copy:
        return [bytes(block) for block in copy]
