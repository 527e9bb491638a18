"""Why leads stay where they are when many are moved at once."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

_STAYS = {
    "contacted": gettext_noop("contacted already"),
    "by_hand": gettext_noop("given or taken by a person since"),
    "so_already": gettext_noop("of this priority already"),
    "theirs": gettext_noop("theirs already"),
    "new": gettext_noop("just arrived, not decided yet"),
    "ready": gettext_noop("on their way through the rules already"),
    "assigned": gettext_noop("assigned"),
    "offered": gettext_noop("offered to a rep just now"),
    "pooled": gettext_noop("in a pool"),
    "held": gettext_noop("waiting"),
    "desk": gettext_noop("in To assign"),
    "set_aside": gettext_noop("in need of attention"),
    "rejected": gettext_noop("rejected"),
    "closed": gettext_noop("closed"),
    "erased": gettext_noop("erased"),
    "not_theirs": gettext_noop("of another division"),
}


def stays_because(code: str) -> str:
    """One reason, as it follows a number of leads."""
    return _(_STAYS.get(code, code.replace("_", " ")))


def stayed_says(stayed: Mapping[str, int]) -> str:
    """All of them: “3 contacted already, 1 closed”."""
    return ", ".join(f"{count} {stays_because(code)}" for code, count in sorted(stayed.items(), key=lambda i: -i[1]))
