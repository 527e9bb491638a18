"""The view that all views of the API are made of: limited, and telling how much is left."""

from typing import Any, NoReturn

from rest_framework.request import Request
from rest_framework.views import APIView

from config.lib import rates
from leads.web import rated


class RatedView(APIView):
    """A view whose answers tell how much is left."""

    def throttled(self, request: Request, wait: float) -> NoReturn:
        """429, in our words."""
        raise rated.too_many(wait)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Add the headers, to refusals as well."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        return rated.with_headers(answer, getattr(request, "rate", rates.FREE))
