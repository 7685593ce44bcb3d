from typing import Any

from django import forms

from portail.bookings.forms import ChangesForm
from portail.core.forms.base import speak_plainly

NEEDED = "Écrivez pourquoi la date limite ou le nombre de places est dépassé : la famille lira cette phrase."


class ServiceChangesForm(ChangesForm):
    """The changes of a recap, and why the service makes them. `needs_reason`: the recap shown passes a deadline."""

    reason = forms.CharField(
        label="Raison",
        max_length=300,
        required=False,
        help_text="La famille la lira dans son reçu. Obligatoire après la date limite ou au-delà des places.",
    )

    def __init__(self, *args: Any, needs_reason: bool = False, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = needs_reason
        speak_plainly(self.fields)
