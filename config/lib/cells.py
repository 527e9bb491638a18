"""Cells of a CSV that no spreadsheet takes for a formula."""

# OWASP, CSV injection; the last four are their full-width twins.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def cell(value: object) -> object:
    """Numbers as they are, nothing as nothing; a text that would run gets an apostrophe in front."""
    if value is None or isinstance(value, int | float):
        return value
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULAS) else text


def uncelled(text: str) -> str:
    """What `cell` was given, where its apostrophe stands in front."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULAS) else text
