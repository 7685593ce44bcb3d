from django import forms

from portail.core.forms import Form
from portail.core.uploads import UploadField, accepted


class DocumentForm(Form):
    """A file to put there for a family."""

    title = forms.CharField(
        label="Titre",
        max_length=150,
        help_text="Ce que la famille lira, par exemple « Attestation fiscale 2025 ».",
    )
    file = UploadField(label="Fichier", help_text=accepted())
