"""From lead to win: how many came to each stage, as bars of the whole, with all reps' share as a mark."""

from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from reporting.pictures.frame import Cell, Picture, Row, Table, cells, nothing
from reporting.pictures.words import worded
from reps.templatetags.face import percent


@dataclass(frozen=True, slots=True)
class Stage:
    """`everybody` is the share of one that all reps bring so far."""

    label: str
    count: int
    everybody: float | None = None
    tone: str = "pri"
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Funnel(Picture):
    """Shares are of the first stage."""

    template: ClassVar[str] = "reporting/pictures/funnel.html"

    stages: tuple[Stage, ...]
    everybody_is: str = ""

    @property
    def empty(self) -> str:
        """Without a lead nothing can come further."""
        return "" if self.stages and self._whole else nothing()

    def says(self) -> str:
        """Each stage with its count."""
        return ", ".join(f"{stage.label} {worded(stage.count, 'count')}" for stage in self.stages) + "."

    def drawn(self) -> dict[str, Any]:
        """Rows of bars."""
        rows = [
            {
                "stage": stage,
                "count": worded(stage.count, "count"),
                "share": self._share(stage) if n else "",
                "everybody": percent(stage.everybody) if stage.everybody is not None else "",
            }
            for n, stage in enumerate(self.stages)
        ]
        marks = any(stage.everybody is not None for stage in self.stages)
        return {"rows": rows, "whole": self._whole, "marks": marks, "everybody_is": self._everybody}

    def table(self) -> Table:
        """Counts, shares of the first stage and of the stage before."""
        heads = [_("Stage"), _("Leads"), _("Of all"), _("Of the stage before")]
        marks = any(stage.everybody is not None for stage in self.stages)
        heads += [self._everybody] if marks else []
        rows = []
        for n, stage in enumerate(self.stages):
            before = self.stages[n - 1].count if n else 0
            found: list[str | Cell] = [stage.label, Cell(worded(stage.count, "count"), stage.url), self._share(stage)]
            found.append(percent(stage.count / before) if before else "-")
            rows.append(Row(cells(*found, *([percent(stage.everybody)] if marks else []))))
        return Table(tuple(heads), tuple(rows))

    @property
    def _whole(self) -> int:
        return self.stages[0].count

    @property
    def _everybody(self) -> str:
        return self.everybody_is or _("All reps")

    def _share(self, stage: Stage) -> str:
        return percent(stage.count / self._whole) if self._whole else "-"
