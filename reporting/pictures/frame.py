"""What all pictures share: a name, a title, the table behind them, and the words where there is nothing to draw."""

from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure in words; with an address it opens its leads."""

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """The first cell heads the row. `at` is where static/js/readout.js finds it, in percent of the picture's width."""

    cells: tuple[Cell, ...]
    at: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """The figures behind a picture."""

    heads: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One picture of a page: `name` is its id there and the name of the saved file, `title` what it shows."""

    template: ClassVar[str]

    name: str
    title: str
    csv_url: str = ""

    @property
    def empty(self) -> str:
        """Why there is nothing to draw; no words where there is."""
        return ""

    def says(self) -> str:
        """The picture in a sentence, for who does not see it."""
        raise NotImplementedError

    def drawn(self) -> dict[str, Any]:
        """What its template draws."""
        raise NotImplementedError

    def table(self) -> Table:
        """The figures behind it."""
        raise NotImplementedError


def nothing() -> str:
    """Of a period without leads."""
    return _("Nothing to draw in this period.")


def cells(*texts: str | Cell) -> tuple[Cell, ...]:
    """A row's cells of words."""
    return tuple(text if isinstance(text, Cell) else Cell(text) for text in texts)
