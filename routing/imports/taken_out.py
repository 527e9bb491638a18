"""Accounts, territories and reps as CSV, in the shape that an import takes; brought back, nothing changes."""

import csv
import io
from datetime import datetime

from config.lib.cells import cell
from routing.imports import accounts, people, territories

KINDS = ("accounts", "territories", "reps")


def text(kind: str, *, division_id: int, now: datetime) -> str:
    """The whole table; no cell of it runs in a spreadsheet."""
    heads, rows = {
        "accounts": lambda: accounts.table(division_id),
        "territories": lambda: territories.table(division_id, now),
        "reps": lambda: people.table(division_id, now),
    }[kind]()
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(heads)
    writer.writerows([cell(value) for value in row] for row in rows)
    return file.getvalue()
