"""What a parent answers to a proposal of custody."""

from django import forms
from django.utils.translation import gettext_lazy as _

from portail.core.forms import Form


class RefuseForm(Form):
    answer = forms.CharField(
        label=_("Un mot pour l'autre parent"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Il le lira. Facultatif."),
    )
