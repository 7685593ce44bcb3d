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


register_converter(MonthConverter, "month")
