"""Column types of PostgreSQL that Django has not: xid8, and JSON that keeps decimals exact."""

import json
from decimal import Decimal
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models


class Xid8Field(models.BigIntegerField):
    """The transaction that wrote a row (xid8); readers of the stream stop at the oldest one still running."""

    def db_type(self, connection: Any) -> str:
        """The column's type."""
        return "xid8"

    def get_prep_value(self, value: Any) -> Any:
        """As text, which PostgreSQL takes for xid8."""
        return None if value is None else str(value)

    def from_db_value(self, value: Any, *_: object) -> int | None:
        """As a whole number."""
        return None if value is None else int(value)


class CurrentTransaction(models.Func):
    """pg_current_xact_id()."""

    template = "pg_current_xact_id()"
    output_field = Xid8Field()


class ExactEncoder(DjangoJSONEncoder):
    """Writes Decimal as a JSON number with all its digits."""

    def encode(self, o: Any) -> str:
        """Spell decimals out before json can make floats or strings of them."""
        return super().encode(o) if not _has_decimal(o) else _spelled(o)


def _has_decimal(value: object) -> bool:
    if isinstance(value, dict):
        return any(_has_decimal(v) for v in value.values())
    if isinstance(value, list | tuple):
        return any(_has_decimal(v) for v in value)
    return isinstance(value, Decimal)


def _spelled(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(str(k))}:{_spelled(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(_spelled(v) for v in value) + "]"
    return format(value, "f") if isinstance(value, Decimal) else json.dumps(value, cls=DjangoJSONEncoder)


class ExactDecoder(json.JSONDecoder):
    """Reads JSON numbers with a point as Decimal."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "parse_float": Decimal})
