"""Who asks what, for whom: what a regulation must know before it answers, as fields of a form."""

from collections.abc import Iterable
from datetime import date, time
from decimal import Decimal
from typing import Any

from django import forms

from portail import rules
from portail.core.forms import DayInput, Form, HourInput
from portail.desk.forms.calendar import within_reason
from portail.desk.rule_prices import TooMany, quotients_typed
from portail.rules.asking import Asking
from portail.rules.scopes import NUMBERS, TAG_WORDS

FIELDS = {
    "option": "option",
    "profile": "profil",
    "residence": "residence",
    "channel": "canal",
    "group": "groupe",
    "formula": "formule",
    "level": "niveau",
    "regime": "regime",
    "place": "lieu",
    "person": "personne",
    "reason": "motif",
    "with_service": "avec",
    "sibling_service": "fratrie",
    "tier": "etape",
    "work": "travail",
    "quotient": "quotient",
    "income": "revenu",
    "rank": "rang",
    "rank_enrolled": "rang_inscrits",
    "rank_present": "rang_presents",
    "children": "enfants",
    "enrolled": "inscrits",
    "present": "presents",
    "together": "ensemble",
    "age": "age",
    "days": "jours",
    "units": "unites",
    "minutes": "minutes",
    "arrives": "arrivee",
    "leaves": "depart",
    "count": "fois",
    "parts": "parts",
    "cost": "cout",
}
"""What the rules call a thing → its name in an address."""
HOURS = ("arrives", "leaves")
ACTIONS = [("book", "Réserver"), ("cancel", "Annuler"), ("change", "Changer d'option")]
MOST = 1_000_000


def sentence_case(words: str) -> str:
    return words[:1].upper() + words[1:]


class SituationForm(Form):
    """One field for each thing that the rules depend on. Nothing is required: what is not known holds no rule."""

    always: tuple[str, ...] = ("quotient", "rank")

    def __init__(self, *args: Any, asked: Asking, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.facts = [*asked.words, *(n for n in NUMBERS if n in asked.numbers or n in self.always)]
        for name in self.facts:
            self.fields[FIELDS[name]] = _field(name, asked.words.get(name, ()))

    def known(self) -> rules.Known:
        """What was told, once valid."""
        return rules.know(**{name: _fact(self.cleaned_data.get(FIELDS[name])) for name in self.facts})


def _field(name: str, words: tuple[str, ...]) -> forms.Field:
    if words:
        choices = [("", "Non précisé"), *((word, word) for word in words)]
        return forms.ChoiceField(label=sentence_case(TAG_WORDS[name]), required=False, choices=choices)
    label = sentence_case(NUMBERS[name])
    if name in HOURS:
        return forms.TimeField(label=label, required=False, widget=HourInput)
    if name.startswith("rank"):
        return forms.IntegerField(label=label, required=False, min_value=1, max_value=20, widget=short())
    label = f"{label}, en minutes" if name == "minutes" else label
    return forms.DecimalField(
        label=label,
        required=False,
        min_value=0,
        max_value=MOST,
        decimal_places=2,
        localize=True,
        widget=short(),
    )


def short() -> forms.TextInput:
    return forms.TextInput(
        attrs={"class": "input input-short", "inputmode": "decimal", "autocomplete": "off"}
    )


def _fact(value: Any) -> object:
    if isinstance(value, time):
        return Decimal(value.hour * 60 + value.minute)
    if isinstance(value, int):
        return Decimal(value)
    return None if value in (None, "") else value


class PreviewForm(SituationForm):
    """One day of one service, asked by somebody."""

    service = forms.ChoiceField(label="Service")
    jour = forms.DateField(label="Jour", widget=DayInput)
    action = forms.ChoiceField(label="Pour", choices=ACTIONS)

    def __init__(self, *args: Any, services: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].choices = list(services)  # type: ignore[attr-defined]

    def clean_jour(self) -> date:
        return within_reason(self.cleaned_data["jour"])


class TextForm(SituationForm):
    """Which text of the regulation answers."""

    texte = forms.ChoiceField(label="Texte", required=False)

    def __init__(self, *args: Any, texts: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["texte"].choices = list(texts)  # type: ignore[attr-defined]


class MonthForm(TextForm):
    """The deadlines of a month, for all services or one."""

    always = ()
    service = forms.ChoiceField(label="Service", required=False)

    def __init__(self, *args: Any, services: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].choices = [("", "Tous"), *services]  # type: ignore[attr-defined]


class SimulatorForm(TextForm):
    """Prices by quotient, for some services, under one text or two."""

    always = ("rank",)
    comparer = forms.ChoiceField(label="Comparer avec", required=False)
    services = forms.MultipleChoiceField(
        label="Services",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Cochez au moins un service."},
    )
    jour = forms.DateField(label="Jour de service", widget=DayInput)
    quotients = forms.CharField(
        label="Quotients",
        required=False,
        max_length=400,
        help_text="Par exemple « 300 742 1200 », ou « de 0 à 2000 par 100 ». Vide : les bornes des tranches.",
    )

    def __init__(
        self,
        *args: Any,
        asked: Asking,
        services: Iterable[tuple[str, str]],
        texts: Iterable[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        texts = list(texts)
        super().__init__(*args, asked=asked, texts=texts, **kwargs)
        self.fields.pop("quotient", None)
        self.facts = [name for name in self.facts if name != "quotient"]
        if "residence" in asked.words:  # no price can be told without it
            self.fields["residence"].initial = asked.words["residence"][0]
        self.fields["services"].choices = list(services)  # type: ignore[attr-defined]
        self.fields["comparer"].choices = [("", "Rien"), *texts]  # type: ignore[attr-defined]

    def clean_jour(self) -> date:
        return within_reason(self.cleaned_data["jour"])

    def clean_quotients(self) -> list[Decimal | None]:
        words = self.cleaned_data["quotients"]
        try:
            return quotients_typed(words) if words.strip() else []
        except TooMany:
            raise forms.ValidationError(
                "Demandez soixante quotients au plus : prenez un pas plus grand."
            ) from None
        except ValueError:
            raise forms.ValidationError(
                "Écrivez des nombres séparés par des espaces, ou « de 0 à 2000 par 100 »."
            ) from None
