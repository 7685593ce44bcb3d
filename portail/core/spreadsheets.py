"""Tables that leave for a spreadsheet: opened right by French ones, and never able to run a formula."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO

from django.http import HttpResponse
from django.utils import timezone
from rustpy_xlsxwriter import write_worksheet

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def csv_response(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """A file to save: UTF-8 with its mark, semicolons. `name` has no extension."""
    return _saved(f"{name}.csv", csv_text(header, rows), "text/csv; charset=utf-8")


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The same as text: dates as 24/11/2026, amounts with a comma."""
    text = StringIO()
    writer = csv.writer(text, delimiter=";", quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
    writer.writerow([harmless(cell) for cell in header])
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return "\ufeff" + text.getvalue()


def xlsx_response(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """A workbook of one sheet, whose dates and amounts are real ones. `name` has no extension."""
    records = [dict(zip(header, map(_cell, row), strict=True)) for row in rows]
    file = BytesIO()
    write_worksheet(
        records or [dict.fromkeys(header)],
        file,
        sheet_name="Liste",
        float_format="0.00",
        datetime_format="dd/mm/yyyy",
        bold_headers=True,
        autofit=True,
        freeze_row=1,
    )
    return _saved(f"{name}.xlsx", file.getvalue(), XLSX)


def harmless(cell: object) -> str:
    """A cell that a spreadsheet takes for text: what it would compute gets an apostrophe in front.

    Source: OWASP, CSV Injection. Numbers and dates of ours are no text: they stay what they are.
    """
    if isinstance(cell, Decimal):
        return f"{cell:f}".replace(".", ",")
    if isinstance(cell, int):
        return str(cell)
    if isinstance(cell, date):
        return f"{_local(cell):%d/%m/%Y}"
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _cell(value: object) -> object:
    """What a workbook holds: text never becomes a formula, since it is written as text."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date):
        return _local(value)
    return value if value is None or isinstance(value, int) else str(value)


def _local(value: date) -> date:
    """The day, in local time; a workbook knows no time zone."""
    if not isinstance(value, datetime):
        return value
    return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()


def _saved(name: str, content: str | bytes, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
