"""Makes spells in figures anew where the rows they are made of changed, and tells where they differ (I7)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from reporting.spells.statement import COLUMNS, MADE, SOME, SPAN

# A page makes so many leads anew by itself; more than that is left to the worker.
_AT_ONCE = 2_000
_CHUNK = 20_000
_KEEPER = 0x5BE11  # the number of the lock that lets one keeper work at a time


def refresh(*, most: int = _AT_ONCE) -> bool:
    """Make the spells of changed leads anew; whether all is as the rows say now.

    One keeper at a time, whoever comes meanwhile waits for it: of two at once the slower might write what it read
    before. Marks are taken one by one and not up to a number, so a mark that commits late is found by the next.
    """
    if not _marked():
        return True
    if _everything_marked() and _few():
        rebuild()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_KEEPER])
        cursor.execute(
            """
            DELETE FROM reporting_stale WHERE id IN (
                SELECT id FROM reporting_stale WHERE lead IS NOT NULL ORDER BY id LIMIT %s
            ) RETURNING lead
            """,
            [most],
        )
        _make(sorted({lead for (lead,) in cursor.fetchall()}))
    return not _marked()


@dataclass(frozen=True, slots=True)
class Progress:
    """Figures are being made: `share` of them are there; None where all are, and some may change."""

    share: float | None


def progress() -> Progress | None:
    """Whether a page has to wait for the worker, who makes more than a page does by itself; None where not."""
    late = "SELECT EXISTS (SELECT FROM reporting_stale OFFSET %s)"
    if not _everything_marked() and not _one(late, _AT_ONCE):
        return None
    made = _one("SELECT max(assignment_id) FROM reporting_spell") or 0
    last = _one("SELECT max(id) FROM routing_assignment") or 0
    # Pieces are made in the order of assignments, so the last one made tells how far it is.
    return Progress(made / last if made < last else None)


def refresh_all() -> None:
    """Until no mark is left, that of all included."""
    if _everything_marked():
        rebuild()
    while _one("SELECT EXISTS (SELECT FROM reporting_stale WHERE lead IS NOT NULL)"):
        refresh(most=_CHUNK)


def rebuild() -> int:
    """Make every spell anew, piece by piece, each in its own transaction; how many were wrong, missing or too many."""
    wrong, asked = 0, _one("SELECT max(id) FROM reporting_stale WHERE lead IS NULL")
    for after, last in _pieces():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_KEEPER])
            span = {"after": after, "last": last}
            cursor.execute(_upsert(SPAN), span)
            wrong += cursor.rowcount
            cursor.execute(
                f"""DELETE FROM reporting_spell o WHERE o.assignment_id > %(after)s AND o.assignment_id <= %(last)s
                AND NOT EXISTS (SELECT FROM ({MADE.format(which=SPAN)}) n WHERE n.assignment_id = o.assignment_id)""",  # noqa: S608 - our own text
                span,
            )
            wrong += cursor.rowcount
    # Only now, as one that is killed before must begin again; what was asked meanwhile stays asked.
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM reporting_stale WHERE lead IS NULL AND id <= %s", [asked])
    return wrong


def differing() -> int:
    """How many spells differ from what their rows say now, are missing, or too many; 0 once `refresh` gave True."""
    names = [name for name in COLUMNS if name != "assignment_id"]
    said, stored = (", ".join(f'{table}."{name}"' for name in names) for table in ("n", "o"))
    statement = f"""
        SELECT count(*) FROM ({MADE.format(which=SPAN)}) n FULL JOIN (
            SELECT {_names(COLUMNS)} FROM reporting_spell
            WHERE assignment_id > %(after)s AND assignment_id <= %(last)s
        ) o USING (assignment_id) WHERE ({said}) IS DISTINCT FROM ({stored})"""  # noqa: S608 - our own text
    wrong = 0
    for after, last in _pieces():
        with connection.cursor() as cursor:
            cursor.execute(statement, {"after": after, "last": last})
            wrong += cursor.fetchone()[0]
    return wrong


def _make(leads: list[int]) -> None:
    if not leads:
        return
    with connection.cursor() as cursor:
        cursor.execute(_upsert(SOME), {"leads": leads})
        cursor.execute(
            """
            DELETE FROM reporting_spell o WHERE o.lead_id = ANY(%s::bigint[]) AND NOT EXISTS (
                SELECT FROM routing_assignment a JOIN leads_lead l ON l.id = a.lead_id
                WHERE a.id = o.assignment_id AND l.kind <> 'test' AND l.merged_into_id IS NULL
            )
            """,
            [leads],
        )


def _upsert(which: str) -> str:
    changed = [name for name in COLUMNS if name != "assignment_id"]
    old, new = (", ".join(f'{table}."{name}"' for name in changed) for table in ("o", "excluded"))
    wanted = ", ".join(f'"{name}" = excluded."{name}"' for name in changed)
    return (
        f"INSERT INTO reporting_spell AS o ({_names(COLUMNS)}) {MADE.format(which=which)}"
        f" ON CONFLICT (assignment_id) DO UPDATE SET {wanted} WHERE ({old}) IS DISTINCT FROM ({new})"
    )


def _names(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _pieces() -> Iterator[tuple[int, int]]:
    after = 0
    while True:
        piece = "SELECT max(id) FROM (SELECT id FROM routing_assignment WHERE id > %s ORDER BY id LIMIT %s) x"
        last = _one(piece, after, _CHUNK) or _one(
            "SELECT COALESCE(max(assignment_id), 0) FROM reporting_spell WHERE assignment_id > %s", after
        )
        if not last:
            return
        yield after, last
        after = last


def _marked() -> bool:
    return bool(_one("SELECT EXISTS (SELECT FROM reporting_stale)"))


def _everything_marked() -> bool:
    return bool(_one("SELECT EXISTS (SELECT FROM reporting_stale WHERE lead IS NULL)"))


def _few() -> bool:
    """Whether all of them together are no more than a page makes by itself."""
    return not _one("SELECT EXISTS (SELECT FROM routing_assignment OFFSET %s)", _AT_ONCE)


def _one(statement: str, *values: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row = cursor.fetchone()
    return row[0] if row else None
