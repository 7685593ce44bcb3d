"""Many rows written at once, without a model instance for each: for what is written by tens of thousands."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import Field, Model


def insert(model: type[Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert `rows`, whose values are those of the fields `names` (keys by their column: "account_id").

    Values are converted as the fields do, each different one once; nothing of `Model.save` is run, and the other
    columns must have a default in the database or hold nothing. Twice as fast as `bulk_create`.
    """
    fields = [_field(model, name) for name in names]
    known: list[dict[Any, Any]] = [{} for _ in fields]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    sql = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({marks})"  # noqa: S608 - names of ours
    held = list(rows)  # alive until the end: values that cannot be hashed are known by their identity
    with connection.cursor() as cursor:
        cursor.executemany(sql, [_converted(row, fields, known) for row in held])


def _field(model: type[Model], name: str) -> Field:
    return next(field for field in model._meta.concrete_fields if name in (field.name, field.attname))


def _converted(row: Sequence[Any], fields: Sequence[Field], known: Sequence[dict[Any, Any]]) -> list[Any]:
    found = []
    for value, field, told in zip(row, fields, known, strict=True):
        key = id(value) if isinstance(value, dict | list) else value
        if key not in told:
            told[key] = field.get_db_prep_save(value, connection)
        found.append(told[key])
    return found
