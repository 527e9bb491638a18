"""The ways to take a table along: `{% downloads csv_url %}`."""

from django import template

register = template.Library()


@register.inclusion_tag("reporting/_downloads.html")
def downloads(csv_url: str) -> dict[str, str]:
    """Links to the table as CSV and as a workbook; the address is one whose view answers by `reporting.exports`."""
    return {"csv_url": csv_url, "xlsx_url": f"{csv_url}{'&' if '?' in csv_url else '?'}format=xlsx"}
