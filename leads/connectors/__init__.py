"""The shelf of connectors: one file each, found by walking this folder; each file offers one as `connector`."""

import sys
from functools import cache
from typing import cast

from config.lib import shelf
from leads.connector import Connector, Enricher, Source


@cache
def all_connectors() -> dict[str, Connector]:
    """Every connector by its name."""
    found = cast("list[Connector]", shelf.plugs(sys.modules[__name__], "connector"))
    return {connector.name: connector for connector in found}


def sources() -> dict[str, Source]:
    """Those that bring news."""
    return {name: one for name, one in all_connectors().items() if isinstance(one, Source)}


def enrichers() -> dict[str, Enricher]:
    """Those that add facts."""
    return {name: one for name, one in all_connectors().items() if isinstance(one, Enricher)}
