"""What every answer says to browsers: the content security policy, and that nothing of it is kept."""

from csp.middleware import CSPMiddleware
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse


class PolicyMiddleware(CSPMiddleware):
    """Send the strict policy; the dressed admin needs eval and inline styles, so its pages get a looser one.

    Static files are answered before. Everything else may show a lead to whom it is theirs only now, so that no cache
    and no Back button may hold it, unless the page itself says otherwise (ASVS 5.0, 14.3.2).
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Add the headers that fit the path."""
        if request.path.startswith(reverse("admin:index")):
            # As django-csp's own csp_replace decorator does it.
            response._csp_replace = settings.ADMIN_CONTENT_SECURITY_POLICY  # type: ignore[attr-defined]  # noqa: SLF001
        response.headers.setdefault("Cache-Control", "no-store, private")
        return super().process_response(request, response)
