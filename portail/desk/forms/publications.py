"""What is typed to publish: news, documents, legal pages, how to reach the service."""

from typing import Any

from django import forms
from django.core.files.base import ContentFile

from portail.activities.models import COLOUR, Commune
from portail.core.forms import DayInput, Form, ModelForm
from portail.core.phones import PhoneField, shown
from portail.core.pictures import drawn_again
from portail.core.uploads import PICTURES, UploadField
from portail.desk.forms.calendar import within_reason
from portail.messaging.models import News, PublicDocument

LOGO_SIDE = 256
PROSE = "Une ligne vide sépare deux paragraphes ; « ## » commence un titre, « - » une ligne de liste."


class PublishedForm(ModelForm):
    """Something shown to an audience between two dates, the second left open or not."""

    def clean_since(self) -> Any:
        return within_reason(self.cleaned_data["since"])

    def clean_until(self) -> Any:
        until = self.cleaned_data["until"]
        return until and within_reason(until)


class NewsForm(PublishedForm):
    class Meta:
        model = News
        fields = ["title", "body", "audience", "since", "until"]
        widgets = {"since": DayInput, "until": DayInput, "body": forms.Textarea(attrs={"rows": 8})}
        labels = {"since": "Publiée à partir du", "until": "Jusqu'au (inclus)"}
        help_texts = {"body": PROSE, "until": "Vide : reste en ligne jusqu'à ce que vous la retiriez."}


class DocumentForm(PublishedForm):
    upload = UploadField(label="Fichier", required=False)

    class Meta:
        model = PublicDocument
        fields = ["title", "audience", "since", "until"]
        widgets = {"since": DayInput, "until": DayInput}
        labels = {"since": "Publié à partir du", "until": "Jusqu'au (inclus)"}
        help_texts = {"until": "Vide : reste en ligne jusqu'à ce que vous le retiriez."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["upload"]
        field.required = not self.instance.pk
        if self.instance.pk:
            field.label = "Remplacer le fichier"
            field.help_text = f"Vide : garder « {self.instance.file_name} »."
        else:
            field.help_text = "PDF de préférence : il s'ouvre partout."


class LegalForm(Form):
    body = forms.CharField(
        label="Texte", help_text=PROSE, max_length=200_000, widget=forms.Textarea(attrs={"rows": 24})
    )

    def clean_body(self) -> str:
        text: str = self.cleaned_data["body"]
        return text.replace("\r\n", "\n").replace("\r", "\n")


class CommuneForm(ModelForm):
    phone = PhoneField(label="Téléphone", required=False)
    colour = forms.CharField(
        label="Couleur de la commune",
        max_length=7,
        validators=[COLOUR],
        widget=forms.TextInput(attrs={"type": "color", "class": "input input-short"}),
        help_text="Éclaircie ou assombrie d'elle-même là où elle serait difficile à lire.",
    )

    class Meta:
        model = Commune
        fields = ["service_name", "phone", "email", "address", "opening_hours", "colour"]
        widgets = {
            "address": forms.Textarea(attrs={"rows": 3}),
            "opening_hours": forms.Textarea(attrs={"rows": 4}),
        }

    def clean_phone(self) -> str:
        """Pages show it as it is kept: as the country writes it."""
        return shown(self.cleaned_data["phone"])


class LogoForm(Form):
    logo = UploadField(
        label="Image du logo",
        kinds=PICTURES,
        help_text=f"PNG, JPEG ou WebP. Elle est redessinée à {LOGO_SIDE} pixels de côté au plus.",
    )

    def clean_logo(self) -> ContentFile:
        return drawn_again(self.cleaned_data["logo"], side=LOGO_SIDE)
