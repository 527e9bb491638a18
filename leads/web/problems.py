"""Errors of the API as problem+json (RFC 9457) with stable codes and the field's name, and a strict JSON reader."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import IO, Any, NoReturn

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.parsers import JSONParser
from rest_framework.response import Response
from rest_framework.views import exception_handler

_CODES = {
    400: "invalid",
    401: "not_signed_in",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "too_large",
    415: "not_json",
    422: "conflict",
    429: "too_many",
    503: "busy",
}
_SURROGATE = re.compile("[\ud800-\udfff]")
_DEEPEST = 40


class TooLarge(exceptions.APIException):
    """The body is larger than we read."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


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
            text = raw.decode("utf-8-sig")
            value = json.loads(text, parse_float=_number, parse_constant=_no_constant, object_pairs_hook=_no_twins)
        except UnicodeDecodeError as error:
            raise exceptions.ParseError(_("The body is not UTF-8: byte %d.") % error.start) from error
        except RecursionError as error:
            raise exceptions.ParseError(_("The body is nested too deeply.")) from error
        except ValueError as error:
            raise exceptions.ParseError(_("The body is not JSON: %s.") % str(error).rstrip(".")) from error
        check_text(value)
        return value


def check_text(value: object, path: str = "", depth: int = 0) -> None:
    """Raise ValidationError naming the field whose text PostgreSQL could not keep."""
    if depth > _DEEPEST:
        raise exceptions.ParseError(_("The body is nested too deeply."))
    if isinstance(value, str):
        if "\x00" in value or _SURROGATE.search(value):
            raise exceptions.ValidationError({path or "body": [_("Holds a character that cannot be stored.")]})
    elif isinstance(value, dict):
        for key, inner in value.items():
            name = _SURROGATE.sub("?", key).replace("\x00", "?")
            check_text(key, name, depth)
            check_text(inner, f"{path}.{name}" if path else name, depth + 1)
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            check_text(inner, f"{path}[{n}]", depth + 1)


def _bounded(stream: IO[bytes], context: Mapping[str, Any]) -> bytes:
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    request = context.get("request")
    stated = str(request.META.get("CONTENT_LENGTH") or "") if request else ""
    if stated.isdigit() and int(stated) > most:
        raise TooLarge(_too_large())
    raw = stream.read(most + 1)
    if len(raw) > most:
        raise TooLarge(_too_large())
    return raw


def _too_large() -> str:
    return _("The body is larger than %d MB.") % (settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1_048_576)


def _number(text: str) -> Decimal:
    number = Decimal(text)
    if not number.is_finite() or abs(number.adjusted()) > 300:
        raise ValueError(_("the number %s is out of range") % text[:40])
    return number


def _no_constant(text: str) -> NoReturn:
    raise ValueError(_("%s is not a number") % text)


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _value in pairs]
        raise ValueError(_("the name “%s” comes twice") % next(n for n in names if names.count(n) > 1)[:60])
    return found


def problem_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Any refusal as problem+json; what is no refusal passes on."""
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
