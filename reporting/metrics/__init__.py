"""The shelf of metrics: one file each, found by walking this folder; its docstring says what the figure means."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from reporting.metric import Metric, OwnMetric


@cache
def shelf() -> dict[str, Metric]:
    """Every metric over spells of ownership by its name; a file offers one as `metric`, or is asked in its own way."""
    return {metric.name: metric for metric in _offered() if isinstance(metric, Metric)}


@cache
def own_shelf() -> dict[str, OwnMetric]:
    """Those that are asked in their own way."""
    return {metric.name: metric for metric in _offered() if isinstance(metric, OwnMetric)}


def _offered() -> list[object]:
    modules = (import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__))
    return [getattr(module, "metric", None) for module in modules]


@cache
def meaning(name: str) -> str:
    """The definition of a metric: the first paragraph of its file."""
    return told(name)[0]


@cache
def told(name: str) -> tuple[str, ...]:
    """All that the file of a metric says: definition, formula, caveats, a paragraph each."""
    text = import_module(f"{__name__}.{name}").__doc__ or ""
    return tuple(" ".join(part.split()) for part in text.split("\n\n"))
