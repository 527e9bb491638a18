"""The shelf of channels: one file each, found by walking this folder; each file offers one as `channel`."""

import sys
from functools import cache
from typing import Any, cast

from config.lib import shelf
from reps.channel import Channel

IN_APP, EMAIL = "in_app", "email"
_ORDER = (IN_APP, EMAIL, "push", "slack", "teams", "apprise")


@cache
def all_channels() -> dict[str, Channel]:
    """Every channel by its name, those people know best first."""
    found = cast("list[Channel]", shelf.plugs(sys.modules[__name__], "channel"))
    rank = {name: n for n, name in enumerate(_ORDER)}
    return {one.name: one for one in sorted(found, key=lambda one: (rank.get(one.name, len(rank)), one.name))}


def choices() -> list[tuple[str, Any]]:
    """(name, label) of each, for the columns that hold a channel."""
    return [(one.name, one.label) for one in all_channels().values()]
