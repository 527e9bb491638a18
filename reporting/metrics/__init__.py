"""The shelf of metrics: one file each, found by walking this folder; its docstring says what the figure means."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from reporting.metric import Metric


@cache
def shelf() -> dict[str, Metric]:
    """Every metric over spells of ownership by its name; a file offers one as `metric`, or is asked in its own way."""
    modules = (import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__))
    found = (getattr(module, "metric", None) for module in modules)
    return {metric.name: metric for metric in found if metric}


@cache
def meaning(name: str) -> str:
    """The definition of a metric: the first paragraph of its file."""
    text = import_module(f"{__name__}.{name}").__doc__ or ""
    return " ".join(text.split("\n\n", 1)[0].split())
