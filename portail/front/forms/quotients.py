"""The proof of a quotient, as a parent sends it from a telephone."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from portail.core.forms import Form
from portail.core.uploads import PROOFS, Upload, UploadField, UploadsField, accepted
from portail.families.actions.proofs import MOST_PAGES


class ProofForm(Form):
    """Pages as photos or files, and what they are. `pages`: all of them, in the order of the screen."""

    kind = forms.ChoiceField(label=_("Nature du justificatif"))
    photo = UploadField(
        kinds=PROOFS,
        label=_("Prendre une photo"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"}),
        help_text=_("À plat, bien éclairé, la page entière. Une autre page s'ajoute ensuite."),
    )
    chosen = UploadsField(
        kinds=PROOFS, most=MOST_PAGES, label=_("Ou choisir des photos ou un PDF"), required=False
    )
    message = forms.CharField(
        label=_("Précisions pour le service"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, *args: Any, kinds: tuple[str, ...], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind, kind) for kind in kinds]  # type: ignore[attr-defined]
        self.fields["chosen"].help_text = accepted(PROOFS)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not self.errors and not self.pages:
            self.add_error("photo", _("Prenez une photo de votre justificatif, ou choisissez son fichier."))
        return values

    @property
    def pages(self) -> list[Upload]:
        photo = self.cleaned_data.get("photo")
        return [*([photo] if photo else []), *(self.cleaned_data.get("chosen") or [])]
