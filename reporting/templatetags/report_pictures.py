"""Draws the pictures of the reports: `{% picture some_trend %}`."""

from typing import Any

from django import template

from reporting.pictures.frame import Picture

register = template.Library()


@register.inclusion_tag("reporting/pictures/frame.html")
def picture(shown: Picture) -> dict[str, Any]:
    """A picture with its legend, the figures behind it, and the ways to take them along."""
    empty = shown.empty
    if empty:
        return {"picture": shown, "empty": empty}
    return {"picture": shown, "drawn": shown.drawn(), "table": shown.table(), "says": shown.says()}
