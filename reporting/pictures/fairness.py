"""Leads received against the fair share, rep by rep, and how far off anybody can ever be."""

from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from reporting.pictures.frame import Cell, Picture, Row, Table, cells
from reps.templatetags.face import signed


@dataclass(frozen=True, slots=True)
class Portion:
    """What somebody received, and what their weight gave them a right to; `me` marks the reader's row."""

    name: str
    received: float
    fair: float
    url: str = ""
    me: bool = False

    @property
    def off(self) -> float:
        """Above zero: had more than the fair share."""
        return self.received - self.fair


@dataclass(frozen=True, kw_only=True)
class Fairness(Picture):
    """`behind` and `ahead` are the furthest anybody can be off, in leads; nothing where none is promised."""

    template: ClassVar[str] = "reporting/pictures/fairness.html"

    portions: tuple[Portion, ...]
    behind: float | None = None
    ahead: float | None = None

    @property
    def empty(self) -> str:
        """Without a group there is nothing to share."""
        return "" if self.portions else _("Nobody shares leads here.")

    def says(self) -> str:
        """How far off the one is that is furthest off, and the bound."""
        far = max(self.portions, key=lambda one: abs(one.off))
        said = _("Furthest from the fair share: %(name)s, %(off)s.") % {"name": far.name, "off": signed(far.off, 1)}
        return f"{said} {self._bound}" if self._bound else said

    def drawn(self) -> dict[str, Any]:
        """A bar of what was received with a mark at the fair share, and a strip of what is off."""
        most = max(max(one.received, one.fair) for one in self.portions) or 1
        rows = [
            {
                "one": one,
                "share": one.fair / most,
                "received": _leads(one.received),
                "fair": number_format(round(one.fair, 1), 1),
                "off": signed(one.off, 1),
            }
            for one in self.portions
        ]
        return {
            "rows": rows,
            "most": most,
            "behind": self.behind,
            "ahead": self.ahead,
            "furthest": max(abs(one.off) for one in self.portions),
            "bound": self._bound,
        }

    def table(self) -> Table:
        """Received, fair share, difference."""
        heads = (_("Rep"), _("Received"), _("Fair share"), _("Off"))
        rows = (
            Row(cells(one.name, Cell(_leads(one.received), one.url), number_format(one.fair, 2), signed(one.off)))
            for one in self.portions
        )
        return Table(heads, tuple(rows))

    @property
    def _bound(self) -> str:
        if not self.behind or not self.ahead:
            return ""
        ends = {"behind": number_format(self.behind, 1), "ahead": number_format(self.ahead, 1)}
        return _("Nobody can ever be further off than the dashed lines: %(behind)s behind, %(ahead)s ahead.") % ends


def _leads(value: float) -> str:
    return number_format(value, 0 if value == int(value) else 1, force_grouping=True)
