"""A place given by hand to a child who waits."""

from typing import Any

from django import forms

from portail.core.forms import Form

FULL = "Il ne reste aucune place : cochez cette case pour aller au-delà, ou attendez qu'une place se libère."
FULL_FOR_YOU = "Il ne reste aucune place, et aller au-delà demande un autre droit : voyez un collègue."


class GiveForm(Form):
    """Why, in words that the family reads. `beyond`: the agent knows that no place is left, and may go beyond."""

    reason = forms.CharField(
        label="Motif",
        max_length=300,
        help_text="La famille le lira sur son reçu ; le journal le garde.",
        error_messages={"required": "Écrivez pourquoi cet enfant passe avant les autres."},
    )
    beyond = forms.BooleanField(
        label="Aller au-delà des places",
        required=False,
        help_text="La séance est complète : cet enfant sera compté en plus, et le reçu le dira.",
    )

    def __init__(self, *args: Any, is_full: bool, may_exceed: bool, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.is_full = is_full
        if not may_exceed or not is_full:
            self.fields["beyond"].disabled = True
            self.fields["beyond"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if self.is_full and not values.get("beyond"):
            may = not self.fields["beyond"].disabled
            self.add_error("beyond" if may else None, FULL if may else FULL_FOR_YOU)
        return values
