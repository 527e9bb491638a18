"""Rows of a form, taken out and moved by their buttons."""

from typing import Any

from config.lib.typed import whole


def drop(rows: list[Any], n: str) -> None:
    """Without the row of that number; a number that is none changes nothing."""
    if (place := whole(n, most=len(rows) - 1)) is not None:
        del rows[place]


def swap(rows: list[Any], n: str, by: int) -> None:
    """With the row of that number one place up or down, where there is one."""
    place = whole(n, most=len(rows) - 1)
    if place is not None and 0 <= place + by < len(rows):
        rows[place], rows[place + by] = rows[place + by], rows[place]
