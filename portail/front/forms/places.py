"""The answer to a place that is offered."""

from django import forms
from django.utils.translation import gettext_lazy as _

CHOOSE = _("Touchez « Accepter la place » ou « Refuser » : rien n'est encore décidé.")


class AnswerForm(forms.Form):
    ACCEPT, REFUSE = "oui", "non"

    answer = forms.ChoiceField(
        choices=[(ACCEPT, _("Accepter la place")), (REFUSE, _("Refuser"))],
        error_messages={"required": CHOOSE, "invalid_choice": CHOOSE},
    )
