"""The company's colour and logo as browsers ask for them, and `brand` for the shell of every page."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_safe

from reps import branding, colours
from reps.models import Installation

_FOR_EVER = "public, max-age=31536000, immutable"


def shell(_request: HttpRequest) -> dict[str, Any]:
    """`brand`, asked of the database only when the shell is drawn."""
    return {"brand": SimpleLazyObject(branding.brand)}


@require_safe
def style(_request: HttpRequest, digits: str) -> HttpResponse:
    """The shades of a colour; the address says all, so nothing is looked up and nothing can change."""
    answer = HttpResponse(colours.style_of(colours.read(digits)), content_type="text/css; charset=utf-8")
    answer.headers["Cache-Control"] = _FOR_EVER
    return answer


@require_safe
def logo(_request: HttpRequest, digest: str) -> HttpResponse:
    """The logo in force; an address of another one is no address any more."""
    row = Installation.objects.filter(pk=Installation.THE, logo_digest=digest).exclude(logo=None).first()
    if row is None or row.logo is None:
        raise Http404
    answer = HttpResponse(bytes(row.logo), content_type=row.logo_type)
    answer.headers["Cache-Control"] = _FOR_EVER
    # Should a browser take it for a page after all: no script, no plugin, no origin.
    answer._csp_replace = {"default-src": ["'none'"], "sandbox": [""]}  # type: ignore[attr-defined]  # noqa: SLF001 - as django-csp's own decorator does it
    return answer
