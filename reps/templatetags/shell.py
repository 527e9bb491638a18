"""What the shell of a page needs: its style sheets and scripts, the chosen theme, the words its clocks count in."""

import json

from django import template
from django.templatetags.static import static
from django.utils.translation import gettext as _

register = template.Library()


@register.simple_tag(takes_context=True)
def theme(context: template.Context) -> str:
    """The theme this reader chose (light, dark), or auto."""
    request = context.get("request")
    chosen = request.COOKIES.get("theme", "") if request is not None else ""
    return chosen if chosen in {"light", "dark"} else "auto"


@register.filter
def words(text: str) -> list[str]:
    """The words of a text, to loop over."""
    return text.split()


@register.filter
def sheets(names: str) -> list[str]:
    """The addresses of our style sheets, in the order they load."""
    return [static(f"css/{name}.css") for name in names.split()]


@register.filter
def modules(names: str) -> list[str]:
    """The addresses of our script modules."""
    return [static(f"js/{name}.js") for name in names.split()]


@register.simple_tag
def units() -> str:
    """The words that static/js/clock.js counts in."""
    return json.dumps({"s": _("s"), "min": _("min"), "h": _("h"), "day": _("day"), "days": _("days")})
