"""Form controls in our clothes, for the pages that show Django forms."""

from django import template
from django.forms import BoundField, CheckboxInput, Select
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def is_checkbox(field: BoundField) -> bool:
    """Whether the label stands behind the control."""
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def dressed(field: BoundField) -> SafeString:
    """The control of a form field in our clothes, saying aloud whether it is wrong and where that is explained."""
    widget = field.field.widget
    css = "" if is_checkbox(field) else "form-select" if isinstance(widget, Select) else "form-control"
    marks = {"class": f"{widget.attrs.get('class', '')} {css}".strip()}
    told = [f"{field.auto_id}_error"] if field.errors else []
    told += [f"{field.auto_id}_helptext"] if field.help_text else []
    if told:
        marks["aria-describedby"] = " ".join(told)
    return field.as_widget(attrs={name: value for name, value in marks.items() if value})


@register.filter
def filtering(field: BoundField) -> SafeString:
    """The control of a filter: a choice applies itself, so that nobody hunts for a button."""
    widget = field.field.widget
    marks: dict[str, str | bool] = {"class": "form-select" if isinstance(widget, Select) else "form-control"}
    if isinstance(widget, Select):
        marks["data-submit"] = ""
    return field.as_widget(attrs=marks)
