"""What ops copy into their own site: address, iframe, script, and plain HTML."""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from leads.models import WebForm
from leads.web.form_shown import shown


def page_url(form: WebForm) -> str:
    """Where its own page is."""
    return f"{_base()}{reverse('form-page', args=[form.uid])}"


def snippets(form: WebForm) -> list[dict[str, Any]]:
    """Each with what it is good for."""
    kinds = (
        ("script", _("Script"), _("Drawn into your page, in its width. What you change here is there at once.")),
        ("iframe", _("Iframe"), _("Drawn in a frame that takes the height it needs. Works without JavaScript, too.")),
        (
            "html",
            _("Plain HTML"),
            _("For your own design. Copy it again when you change the questions. Works without JavaScript."),
        ),
    )
    page = [
        {"key": "link", "label": _("Address"), "says": _("Its own page, for links and mails."), "text": page_url(form)}
    ]
    return page + [{"key": k, "label": label, "says": says, "text": snippet(form, k)} for k, label, says in kinds]


def snippet(form: WebForm, kind: str) -> str:
    """One of them, as text."""
    context = {
        "form": form,
        "base": _base(),
        "page": page_url(form),
        "part": f"{_base()}{reverse('form-part', args=[form.uid])}",
        "embed_script": f"{_base()}{static('js/form-embed.js')}",
        "frame_script": f"{_base()}{static('js/form-frame.js')}",
    }
    if kind == "html":
        context |= shown(form, now=timezone.now())
    return render_to_string(f"leads/snippets/{kind}.html", context).strip()


def _base() -> str:
    return str(settings.PUBLIC_URL).rstrip("/")
