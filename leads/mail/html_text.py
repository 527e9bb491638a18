"""HTML of a mail as plain text: no scripts, no styles, nothing fetched; links and tables kept as text; pure."""

import re
from html.parser import HTMLParser

_HIDDEN = frozenset({"script", "style", "head", "title", "template", "noscript", "svg", "math", "object", "iframe"})
_BLOCKS = frozenset({
    "address", "article", "blockquote", "body", "center", "dd", "div", "dl", "dt", "fieldset", "figure", "footer",
    "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section",
    "table",    "tbody", "tfoot", "thead", "tr", "ul",
})  # fmt: skip
_APART = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "blockquote", "ul", "ol"})
_SHOWN_LINKS = ("http://", "https://")
_LONGEST_LINK = 500


def text_of(html: str) -> str:
    """What a reader would see of it."""
    reader = _Reader()
    try:
        reader.feed(html)
        reader.close()
    except (AssertionError, ValueError, RecursionError):
        # What it could read so far is better than nothing.
        pass
    return reader.text()


class _Reader(HTMLParser):
    """Writes down texts; blocks begin lines, cells of a table are parted by tabs."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._out: list[str] = []
        self._hidden: list[str] = []
        self._link = ""
        self._link_from = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self._hidden.append(tag)
        elif tag == "br":
            self._out.append("\n")
        elif tag in {"td", "th"}:
            self._out.append("\t")
        elif tag in _BLOCKS:
            self._out.append("\n\n" if tag in _APART else "\n")
        elif tag == "a":
            self._close_link()
            self._link = (dict(attrs).get("href") or "").strip()[:_LONGEST_LINK]
            self._link_from = len(self._out)
        if tag == "body":  # a head that was never closed hides nothing of the body
            self._hidden.clear()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _HIDDEN:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._hidden:
            del self._hidden[self._hidden.index(tag) :]
        elif tag == "a":
            self._close_link()
        elif tag in _BLOCKS:
            self._out.append("\n\n" if tag in _APART else "\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._out.append(re.sub(r"\s+", " ", data))

    def _close_link(self) -> None:
        """The address after its words, where they do not say it themselves."""
        link, self._link = self._link, ""
        shown = "".join(self._out[self._link_from :])
        if link.casefold().startswith(_SHOWN_LINKS) and link.rstrip("/") not in shown:
            self._out.append(f" ({link})")

    def text(self) -> str:
        """All of it: each line without blanks around it, cells without empty ones before them."""
        self._close_link()
        lines = "".join(self._out).split("\n")
        told = ["\t".join(c for c in (" ".join(cell.split()) for cell in line.split("\t")) if c) for line in lines]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(told)).strip()
