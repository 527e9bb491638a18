"""Two lengths of a run: short by default, with all of every proof where LONG=1 (`make test-long`)."""

import os

LONG = os.environ.get("LONG") == "1"
FEWEST = 30


def examples(full: int) -> int:
    """How many generated cases a law is tried with: a fifth in the short run, but some."""
    return full if LONG else max(min(full, FEWEST), full // 5)
