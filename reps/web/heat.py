"""How an hour of the heat map is drawn: the more leads the darker, outlined where they came to nobody on duty."""

from typing import Any

_COLOURS = 4
_EMPTY = 0.5


def hour(*, leads: int, missed: int, empty: float, most: int) -> dict[str, Any]:
    """A cell of components/heat_map.html; `most`: leads of a busy hour, `empty`: part of its time with nobody there."""
    return {
        "leads": leads,
        "tone": min(_COLOURS, -(-_COLOURS * leads // most)) if leads and most else 0,
        "empty": bool(leads) and empty >= _EMPTY,
        "missed": missed,
    }
