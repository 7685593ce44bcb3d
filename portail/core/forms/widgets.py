from collections.abc import Sequence
from typing import Any

from django import forms


class NewPasswordInput(forms.PasswordInput):
    """A password being chosen: "Afficher", and a line that tells its strength while it is typed.

    `min_length` is the commune's setting. `own_fields` are the ids of the fields of the same form that hold
    the person's own names, which a password must not contain. Without script, a plain password field.
    """

    template_name = "core/forms/new_password.html"

    def __init__(
        self, attrs: dict[str, Any] | None = None, *, min_length: int = 12, own_fields: Sequence[str] = ()
    ):
        defaults = {"autocomplete": "new-password", "minlength": min_length}
        super().__init__({**defaults, **(attrs or {})})
        self.min_length = min_length
        self.own_fields = tuple(own_fields)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["min_length"] = self.min_length
        context["widget"]["own_fields"] = " ".join(self.own_fields)
        return context


class DayInput(forms.DateInput):
    """A day, with the browser's own calendar."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None):
        super().__init__({"class": "input input-short", **(attrs or {})}, format="%Y-%m-%d")


class HourInput(forms.TimeInput):
    """An hour of the day, to the minute."""

    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None):
        super().__init__({"class": "input input-short", **(attrs or {})}, format="%H:%M")


class MomentInput(forms.DateTimeInput):
    """A day and an hour, in local time."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None):
        super().__init__({"class": "input input-moment", **(attrs or {})}, format="%Y-%m-%dT%H:%M")
