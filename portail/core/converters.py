"""What an address may hold besides numbers and words."""

from django.urls import register_converter


class IdConverter:
    """The key of a row: `<id:household_id>`. A number that no database can hold is no address (404)."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(IdConverter, "id")
