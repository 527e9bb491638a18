"""HTML of a mail as plain text: no scripts, no styles, nothing fetched; links and tables kept; pure."""

import re
from html import unescape

# What stands in these is not read: of scripts and styles never, of the others where they end somewhere.
_NEVER = frozenset({"script", "style"})
_HIDDEN = _NEVER | {"head", "title", "template", "noscript", "svg", "math", "object", "iframe"}
_BLOCKS = frozenset({
    "address", "article", "blockquote", "body", "center", "dd", "div", "dl", "dt", "fieldset", "figure", "footer",
    "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section",
    "table",    "tbody", "tfoot", "thead", "tr", "ul",
})  # fmt: skip
_APART = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "blockquote", "ul", "ol"})
_SHOWN_LINKS = ("http://", "https://")
_BREAKS = frozenset({"\n", "\n\n"})
_LONGEST_TAG = 2_000
_NAME = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)")
_HREF = re.compile(r"""\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.IGNORECASE)
_SMALL = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


def text_of(html: str) -> str:
    """What a reader would see of it. Each character is looked at a few times at most, whatever is never closed."""
    reader = _Reader(html)
    while reader.step():
        pass
    return reader.text()


class _Reader:
    """Writes down texts; blocks begin lines, cells of a table are parted by tabs.

    The parser of the standard library takes minutes for some kilobytes of tags that are never closed, so it is not
    asked.
    """

    def __init__(self, html: str) -> None:
        self._html = html
        self._small = html.translate(_SMALL)
        self._at = 0
        self._never_ends: set[str] = set()
        self._out: list[str] = []
        self._link = ""
        self._link_from = 0

    def step(self) -> bool:
        """Read up to the end of the next tag; False at the end."""
        opens = self._html.find("<", self._at)
        if opens < 0:
            self._write(self._html[self._at :])
            return False
        self._write(self._html[self._at : opens])
        if self._html.startswith("<!--", opens):
            return self._skip_to("-->", opens)
        if self._html.startswith(("<!", "<?"), opens):
            return self._skip_to(">", opens)
        named = _NAME.match(self._html, opens, opens + 40)
        if named is None:
            self._write("<")
            self._at = opens + 1
            return True
        closes = self._html.find(">", opens)
        if closes < 0:
            return False
        self._at = closes + 1
        self._tag(named[1].lower(), self._html[opens : min(closes, opens + _LONGEST_TAG)])
        return True

    def _skip_to(self, end: str, start: int) -> bool:
        found = self._html.find(end, start)
        self._at = found + len(end)
        return found >= 0

    def _tag(self, name: str, written: str) -> None:
        closing = written.startswith("</")
        if name in _HIDDEN and not closing:
            self._hide(name)
        elif name == "br":
            self._out.append("\n")
        elif name in {"td", "th"} and not closing:
            self._out.append("\t")
        elif name in _BLOCKS:
            self._break("\n\n" if name in _APART else "\n")
        elif name == "a":
            self._close_link()
            found = None if closing else _HREF.search(written)
            if found:
                self._link = unescape(found[1] or found[2] or found[3] or "").strip()
                self._link_from = len(self._out)

    def _hide(self, name: str) -> None:
        if name in self._never_ends:
            return
        end = self._small.find(f"</{name}", self._at)
        if end >= 0:
            self._at = end
        elif name in _NEVER:
            self._at = len(self._html)
        else:
            self._never_ends.add(name)

    def _break(self, ends: str) -> None:
        """Blocks that end and begin at one place part lines once."""
        if self._out and self._out[-1] in _BREAKS:
            self._out[-1] = max(self._out[-1], ends)
        else:
            self._out.append(ends)

    def _write(self, text: str) -> None:
        if text and not (text.isspace() and self._out and self._out[-1] in _BREAKS):
            self._out.append(re.sub(r"\s+", " ", unescape(text)))

    def _close_link(self) -> None:
        """The address after its words, where they do not say it themselves."""
        link, self._link = self._link, ""
        if link.casefold().startswith(_SHOWN_LINKS):
            shown = "".join(self._out[self._link_from :])
            if link.rstrip("/") not in shown:
                self._out.append(f" ({link})")

    def text(self) -> str:
        """All of it: each line without blanks around it, cells without empty ones before them."""
        self._close_link()
        lines = "".join(self._out).split("\n")
        told = ["\t".join(c for c in (" ".join(cell.split()) for cell in line.split("\t")) if c) for line in lines]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(told)).strip()
