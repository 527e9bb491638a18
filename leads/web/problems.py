"""Errors of the API as problem+json (RFC 9457) with stable codes and the field's name, and a strict JSON reader."""

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views import defaults
from rest_framework import exceptions, status
from rest_framework.parsers import JSONParser
from rest_framework.response import Response

from config.lib import strict_json
from config.lib.typed import whole

_CODES = {
    400: "invalid",
    401: "not_signed_in",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    411: "length_required",
    413: "too_large",
    415: "not_json",
    422: "conflict",
    429: "too_many",
    500: "broken",
    503: "busy",
}


class TooLarge(exceptions.APIException):
    """The body is larger than we read."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


class LengthRequired(exceptions.APIException):
    """The body came in chunks, without saying how long it is."""

    status_code = status.HTTP_411_LENGTH_REQUIRED
    default_code = "length_required"


class KeyReused(exceptions.APIException):
    """The same Idempotency-Key came with another body."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "idempotency_key_reused"


class StrictJSONParser(JSONParser):
    """UTF-8 JSON of a bounded size, without NaN, twin names, NUL or lone surrogates; keeps decimals exact."""

    strict = True

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The value, or ParseError / TooLarge saying what is wrong."""
        raw = _bounded(stream, parser_context or {})
        try:
            return strict_json.loads(raw.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise exceptions.ParseError(_("The body is not UTF-8: byte %d.") % error.start) from error
        except strict_json.NotJSONError as error:
            raise exceptions.ParseError(str(error)) from error


def _bounded(stream: IO[bytes], context: Mapping[str, Any]) -> bytes:
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    request = context.get("request")
    stated = str(request.META.get("CONTENT_LENGTH") or "") if request else ""
    if stated.isdecimal() and whole(stated, most=most) is None:
        raise TooLarge(_too_large())
    raw = stream.read(most + 1)
    if len(raw) > most:
        raise TooLarge(_too_large())
    return raw


def _too_large() -> str:
    return _("The body is larger than %d MB.") % (settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1_048_576)


def problem_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Any refusal as problem+json; what is no refusal passes on."""
    from rest_framework.views import exception_handler  # noqa: PLC0415 - views ask this module for their parser

    if isinstance(exc, Http404):
        exc = exceptions.NotFound(_("There is nothing here, or not for you."))
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied()
    elif isinstance(exc, RequestDataTooBig):
        exc = TooLarge(_too_large())
    response = exception_handler(exc, context)
    if response is None or not isinstance(exc, exceptions.APIException):
        return response
    response.data = problem(response.status_code, exc)
    response.content_type = "application/problem+json"
    return response


def problem(code: int, exc: exceptions.APIException) -> dict[str, Any]:
    """The body: type, title, status, code, detail, and one line per field in errors."""
    is_fields = isinstance(exc, exceptions.ValidationError)
    errors = field_errors(exc.detail) if is_fields else []
    own = exc.default_code if isinstance(exc, KeyReused) else ""
    title = _("Some fields are wrong.") if is_fields else str(exc.detail)
    return {
        "type": "about:blank",
        "title": title,
        "status": code,
        "code": own or _CODES.get(code, "refused"),
        "detail": "; ".join(f"{e['field']}: {e['detail']}" for e in errors) if errors else title,
        **({"errors": errors} if is_fields else {}),
    }


def field_errors(detail: object, path: str = "") -> list[dict[str, str]]:
    """DRF's nested details as a flat list of field, code, detail."""
    if isinstance(detail, dict):
        return [e for k, v in detail.items() for e in field_errors(v, f"{path}.{k}" if path else str(k))]
    if isinstance(detail, list):
        nested = any(isinstance(item, dict | list) for item in detail)
        return [e for n, v in enumerate(detail) for e in field_errors(v, f"{path}[{n}]" if nested else path)]
    field = path.removesuffix(".non_field_errors").removesuffix("non_field_errors") or "body"
    return [{"field": field, "code": getattr(detail, "code", "invalid"), "detail": str(detail)}]


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400 of the whole product, and 413 where more came than a form may hold."""
    if not isinstance(exception, RequestDataTooBig):
        return defaults.bad_request(request, exception)
    if request.path.startswith("/api/"):
        return _bare(413, TooLarge(_too_large()))
    return render(request, "413.html", {"most": settings.DATA_UPLOAD_MAX_MEMORY_SIZE >> 20}, status=413)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404 of the whole product: problem+json under /api/, else the page."""
    if not request.path.startswith("/api/"):
        return defaults.page_not_found(request, exception)
    return _bare(404, exceptions.NotFound(_("There is nothing here, or not for you.")))


def server_error(request: HttpRequest) -> HttpResponse:
    """500 of the whole product, in the same two forms."""
    if not request.path.startswith("/api/"):
        return defaults.server_error(request)
    return _bare(500, exceptions.APIException(_("Something broke on our side; send it again.")))


def _bare(code: int, exc: exceptions.APIException) -> JsonResponse:
    return JsonResponse(problem(code, exc), status=code, content_type="application/problem+json")
