"""`python -m routing.fairness` prints how far each way strays; a whole trial also writes its page and pictures."""

import argparse
import sys
import time
from pathlib import Path

from routing.fairness import documents, report, trial

DOCS = Path(__file__).resolve().parents[2] / "docs"


def main(arguments: list[str]) -> int:
    """1 where ours strays further than promised."""
    reading = argparse.ArgumentParser(prog="python -m routing.fairness", description=__doc__)
    reading.add_argument("--seeds", type=int, default=trial.SEEDS, help="teams of each scenario")
    seeds = reading.parse_args(arguments).seeds
    if seeds < 1:
        reading.error("--seeds: at least 1")
    started = time.monotonic()
    found = trial.run(range(seeds))
    print("\n".join(report.tables(found)))
    print(f"\n{len(found.teams)} teams, {found.leads:,} leads each, in {time.monotonic() - started:.0f} s")
    if seeds == trial.SEEDS:
        for name, text in documents.documents(found).items():
            (DOCS / name).write_text(text, encoding="utf-8")
            print(f"written: docs/{name}")
    else:
        print(f"Nothing is written: the docs tell of {trial.SEEDS} teams of each scenario.")
    print(report.verdict(found))
    return 0 if found.figures(trial.OURS).worst <= trial.TARGET else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
