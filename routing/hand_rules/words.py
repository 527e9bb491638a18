"""A rule found in what people gave by hand, told with its counts."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from leads.conditions import Catalogue, parse
from leads.qualify.normalise import country_name
from routing import wording


def which(tree: Mapping[str, Any], catalogue: Catalogue) -> str:
    """What leads they are: "from Spain", "where Source is Trade fair"."""
    if tree.get("field") == "country" and tree.get("operator") == "is":
        return _("from %s") % country_name(str(tree["value"]))
    return _("where %s") % wording.condition_text(parse(tree, catalogue))


def told(*, tree: Mapping[str, Any], to: str, given: int, leads: int, catalogue: Catalogue) -> str:
    """As in: 18 of 20 leads from Spain went to Ana by hand."""
    counts = {"given": given, "leads": leads, "which": which(tree, catalogue), "to": to}
    return _("%(given)d of %(leads)d leads %(which)s went to %(to)s by hand") % counts
