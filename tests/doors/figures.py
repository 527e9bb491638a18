"""Says what a battery has seen, one line a test, where its output is shown."""

import os
import sys

FULL = bool(os.environ.get("BATTERY_FULL"))


def many(short, full):
    """How much of it: a little with every build, all of it by `make battery-doors`."""
    return full if FULL else short


def told(name, **figures):
    shown = ", ".join(f"{what.replace('_', ' ')} {value}" for what, value in figures.items())
    sys.stdout.write(f"\n{name} PASS {shown}\n")
