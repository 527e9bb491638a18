"""The shelf of strategies: one file each, found by walking this folder."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from routing.engine.strategy import Strategy


@cache
def shelf() -> dict[str, Strategy[Any]]:
    """Every strategy by its name; each file of this folder offers one as `strategy`."""
    found: dict[str, Strategy[Any]] = {}
    for module in iter_modules(__path__):
        strategy = import_module(f"{__name__}.{module.name}").strategy
        found[strategy.name] = strategy
    return found
