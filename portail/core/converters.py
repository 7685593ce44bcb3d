"""What an address may hold besides numbers and words."""

from datetime import date

from django.urls import register_converter


class MonthConverter:
    """ "2026-12" in an address, its first day in the code; a month that does not exist is no address (404)."""

    regex = "[0-9]{4}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        year, month = value.split("-")
        return date(int(year), int(month), 1)

    def to_url(self, value: date) -> str:
        return f"{value:%Y-%m}"


class IdConverter:
    """The key of a row: `<id:household_id>`. A number that no database can hold is no address (404)."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(MonthConverter, "month")
register_converter(IdConverter, "id")
