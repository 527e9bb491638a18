"""Writes many rows at once with COPY, the fastest door PostgreSQL has, inside the caller's transaction."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from django.db import connection
from psycopg import sql
from psycopg.types.json import Jsonb


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert the rows; columns not named take their database defaults. A dict becomes jsonb, a list an array."""
    rows = list(rows)
    if not rows:
        return
    with connection.cursor() as cursor, cursor.copy(_statement(table, tuple(columns))) as copy:
        for row in rows:
            copy.write_row([Jsonb(value) if isinstance(value, dict) else value for value in row])


@lru_cache(maxsize=64)
def _statement(table: str, columns: tuple[str, ...]) -> bytes:
    """Composed once for each table, as it is sent hundreds of times a second."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names).as_bytes()


def next_ids(table: str, count: int) -> list[int]:
    """That many fresh primary keys of the table, ascending."""
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count])
        return [row[0] for row in cursor.fetchall()]
