"""Finds the plugs of a shelf: each file of a folder offers one, by the same name."""

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType


def plugs(folder: ModuleType, offered: str) -> list[object]:
    """What each file of the folder (a package) offers under that name, in the order of the files.

    A file that offers none is a mistake of ours, and raises AttributeError.
    """
    files = sorted(module.name for module in iter_modules(folder.__path__))
    return [getattr(import_module(f"{folder.__name__}.{name}"), offered) for name in files]
