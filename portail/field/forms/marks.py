"""What is posted of one touch. The names of the fields are those of the queue (`field.batch`)."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django import forms
from django.core.exceptions import ValidationError

from portail.activities.models import Session
from portail.attendance.actions.marks import Touch
from portail.core.forms import Form
from portail.core.forms.widgets import HourInput
from portail.rules.attendance import Kind

BIGGEST_KEY = 2**63 - 1


class KindField(forms.CharField):
    """« present », or « undo:UUID » with the mark that the touch takes back or knowingly replaces."""

    def clean(self, value: Any) -> tuple[Kind, UUID | None]:
        kind, _, target = str(super().clean(value)).partition(":")
        try:
            return Kind(kind), UUID(target) if target else None
        except ValueError:
            raise ValidationError("Touchez l'un des boutons de la liste.") from None


class MarkForm(Form):
    """`token` is the page's; two different buttons of one page are two touches, the same one twice is one."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    child = forms.IntegerField(required=False, min_value=1, max_value=BIGGEST_KEY, widget=forms.HiddenInput)
    guest = forms.UUIDField(required=False, widget=forms.HiddenInput)
    kind = KindField(widget=forms.HiddenInput)
    hour = forms.TimeField(label="Heure", required=False, widget=HourInput)
    text = forms.CharField(label="Note", required=False, max_length=300)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        kind = values.get("kind", (None, None))[0]
        if kind is Kind.NOTE and not values.get("text"):
            self.add_error("text", "Écrivez ce qui est à retenir, par exemple « a oublié son doudou ».")
        return values

    def touch(self, session: Session, now: datetime) -> Touch:
        values = self.cleaned_data
        kind, target = values["kind"]
        told = f"{kind}|{target}|{values['hour']}|{values['text']}|{values['child']}|{values['guest']}"
        return Touch(
            token=uuid5(values["token"], told),
            session_id=session.pk,
            kind=kind,
            at=now,
            child_id=values["child"],
            guest=values["guest"],
            hour=values["hour"],
            target=target,
            text=values["text"],
        )


class DeviceForm(Form):
    device = forms.CharField(
        label="Nom de cet appareil",
        required=False,
        max_length=40,
        help_text="Il est écrit à côté de chaque pointage, par exemple « Tablette des petits ».",
    )


class SearchForm(Form):
    q = forms.CharField(
        label="Nom ou prénom de l'enfant",
        max_length=80,
        min_length=2,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class GuestForm(Form):
    """Somebody who is in no dossier."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    text = forms.CharField(
        label="Ce que vous savez de cet enfant",
        max_length=300,
        help_text="Son prénom, son nom s'il le dit, qui l'a amené.",
    )

    def touch(self, session: Session, now: datetime) -> Touch:
        token = uuid5(self.cleaned_data["token"], self.cleaned_data["text"])
        return Touch(
            token=token,
            session_id=session.pk,
            kind=Kind.UNEXPECTED,
            at=now,
            guest=token,
            text=self.cleaned_data["text"],
        )
