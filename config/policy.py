"""The content security policy: strict everywhere, with the admin's own under the admin's path."""

from csp.middleware import CSPMiddleware
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse


class PolicyMiddleware(CSPMiddleware):
    """Send the strict policy; the dressed admin needs eval and inline styles, so its pages get a looser one."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Add the header that fits the path."""
        if request.path.startswith(reverse("admin:index")):
            # As django-csp's own csp_replace decorator does it.
            response._csp_replace = settings.ADMIN_CONTENT_SECURITY_POLICY  # type: ignore[attr-defined]  # noqa: SLF001
        return super().process_response(request, response)
