"""The manual of a connector: its docstring, as a page."""

import inspect

import mistune
from django.utils.safestring import SafeString, mark_safe

from leads.connector import Connector

# Escapes what is HTML in it: a manual is ours, and still no place for scripts.
_render = mistune.create_markdown(escape=True, plugins=["table"])


def manual_of(connector: Connector) -> SafeString:
    """As HTML."""
    return mark_safe(str(_render(text_of(connector))))  # noqa: S308 - our own text, and the renderer escapes


def text_of(connector: Connector) -> str:
    """As Markdown."""
    return inspect.cleandoc(type(connector).__doc__ or "")


def first_sentence(connector: Connector) -> str:
    """What it does, in one sentence."""
    plain = text_of(connector).partition("\n\n")[0].replace("*", "").replace("`", "")
    return " ".join(plain.split()).partition(". ")[0].rstrip(".") + "."
