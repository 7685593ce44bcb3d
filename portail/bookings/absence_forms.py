"""An absence as it is told, by a family or at the desk: which days, why, what proves it."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portail.bookings.forms import IdsField
from portail.bookings.models import Absence
from portail.core.forms import Form
from portail.core.uploads import PICTURES, UploadField

LONGEST = timedelta(days=92)
PROOFS = {"pdf": "application/pdf", **PICTURES}


class PeriodForm(Form):
    """From a day to a day, both included; the same day when the second is left out."""

    first = forms.DateField(
        label=gettext_lazy("Du"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    last = forms.DateField(
        label=gettext_lazy("Au (inclus)"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        first, last = values.get("first"), values.get("last")
        if first and not last:
            values["last"] = first
        if first and last and last < first:
            self.add_error("last", _("La fin vient avant le début : écrivez une date à partir du début."))
        if first and last and last - first > LONGEST:
            self.add_error("last", _("Trois mois au plus à la fois : signalez la suite ensuite."))
        return values

    @property
    def days(self) -> tuple[date, date]:
        return self.cleaned_data["first"], self.cleaned_data["last"]


class AbsenceForm(Form):
    """`bookings`: the days that are ticked. `reasons`: word of the regulation → what is shown."""

    bookings = IdsField(
        required=True, error_messages={"required": gettext_lazy("Cochez au moins un jour d'absence.")}
    )
    reason = forms.ChoiceField(label=gettext_lazy("Pourquoi ?"), required=False, widget=forms.RadioSelect())
    comment = forms.CharField(
        label=gettext_lazy("Un mot pour le service"),
        required=False,
        max_length=Absence._meta.get_field("comment").max_length,
    )
    proof = UploadField(
        label=gettext_lazy("Justificatif"),
        required=False,
        kinds=PROOFS,
        help_text=gettext_lazy("Une photo ou un PDF. Vous pourrez aussi l'envoyer plus tard."),
    )

    def __init__(self, *args: Any, reasons: dict[str, str], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = list(reasons.items())  # type: ignore[attr-defined]
        self.fields["proof"].widget.attrs["accept"] = "image/*,application/pdf"

    def clean_bookings(self) -> frozenset[int]:
        ticked: frozenset[int] = self.cleaned_data["bookings"]
        if not ticked:
            raise ValidationError(self.fields["bookings"].error_messages["required"], code="required")
        return ticked


class ProofForm(Form):
    proof = UploadField(
        label=gettext_lazy("Justificatif"),
        kinds=PROOFS,
        help_text=gettext_lazy("Une photo ou un PDF."),
    )

    def clean_proof(self) -> Any:
        proof = self.cleaned_data["proof"]
        if proof is None:
            raise ValidationError(_("Choisissez un fichier."))
        return proof
