"""What the address of a planning holds: whose, and of when."""

from datetime import date

from django.urls import register_converter

from portail.bookings import spans
from portail.core.converters import IdConverter


class SpanConverter:
    """A month ("2026-12") or a week ("2026-S50") in an address, a Span in the code; another one is no address (404)."""

    regex = "[0-9]{4}-S?[0-9]{2}"

    def to_python(self, value: str) -> spans.Span:
        return spans.read(value)

    def to_url(self, value: spans.Span | date) -> str:
        return spans.name_of(value)


class WhoConverter(IdConverter):
    """A child by its key, or « tous »: None in the code."""

    regex = "tous|[0-9]{1,18}"

    def to_python(self, value: str) -> int | None:  # type: ignore[override]
        return None if value == "tous" else int(value)

    def to_url(self, value: int | None) -> str:
        return "tous" if value is None else str(value)


register_converter(SpanConverter, "span")
register_converter(WhoConverter, "who")
