"""A table looked through once and kept on disk, one row a line: read on from any place, with flat memory."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from leads.files import Row, Table

_BITS = 24  # of the sieve: 2 MB, whatever the file


@dataclass(frozen=True, slots=True)
class Spool:
    """`rows.jsonl`: the header on the first line, then [number, nth, problem, cells]."""

    path: Path
    header: tuple[str, ...]
    start: int  # where the first row begins

    def rows(self, place: int = 0) -> Iterator[tuple[Row, int]]:
        """Rows from a place on, each with the place after it; 0 is the start."""
        with self.path.open("rb") as file:
            file.seek(place or self.start)
            while line := file.readline():
                number, nth, problem, cells = json.loads(line)
                yield Row(number, tuple(cells), problem, nth), file.tell()


def fill(table: Table, path: Path) -> tuple[Spool, int]:
    """Go through the whole table before anything is made of it; returns the spool and how many rows it holds.

    Raises FileError. Equal rows are numbered, so that each is known again when the same file comes a second time: a
    sieve of fixed size finds those that may be equal, and only they are counted exactly.
    """
    maybe_twice = _maybe_twice(table)
    seen: Counter[bytes] = Counter()
    count = 0
    with path.open("w", encoding="utf-8") as file:
        file.write(json.dumps(table.header) + "\n")
        for row in table:
            mark = _mark(row.cells)
            nth = 1
            if mark in maybe_twice:
                seen[mark] += 1
                nth = seen[mark]
            file.write(json.dumps([row.number, nth, row.problem, row.cells]) + "\n")
            count += 1
    return opened(path), count


def opened(path: Path) -> Spool:
    """A spool written before."""
    with path.open("rb") as file:
        header = tuple(json.loads(file.readline()))
        return Spool(path, header, file.tell())


def _maybe_twice(table: Table) -> set[bytes]:
    once = bytearray(2 ** (_BITS - 3))
    found: set[bytes] = set()
    for row in table:
        mark = _mark(row.cells)
        bit = int.from_bytes(mark[:4], "big") & (2**_BITS - 1)
        if once[bit >> 3] >> (bit & 7) & 1:
            found.add(mark)
        else:
            once[bit >> 3] |= 1 << (bit & 7)
    # The first of two equal rows set the bit, so the second added the mark; the second pass counts both.
    return found


def _mark(cells: tuple[str, ...]) -> bytes:
    return blake2b("\x1f".join(cells).encode("utf-8", "surrogatepass"), digest_size=16).digest()
