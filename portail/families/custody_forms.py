"""What a parent or an agent types about a custody. The homes are called as whoever reads calls them (`Names`)."""

from datetime import date, time
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from portail.core.forms import DayInput, Form, HourInput
from portail.families.custody_words import Names
from portail.rules.custody import Calendar, Exchange, Home, Stretch, Weekdays, Weeks

WEEKS, DAYS = "weeks", "days"
WEEKDAYS = [
    ("0", _("lundi")),
    ("1", _("mardi")),
    ("2", _("mercredi")),
    ("3", _("jeudi")),
    ("4", _("vendredi")),
    ("5", _("samedi")),
    ("6", _("dimanche")),
]
END_FIRST = _("La fin vient avant le début : écrivez une date à partir du début.")


def hidden_fields(posted: QueryDict) -> list[tuple[str, str]]:
    """What was typed, to be sent again by the page that shows what it gives."""
    own = ("csrfmiddlewaretoken", "step", "token")
    return [(name, value) for name, values in posted.lists() if name not in own for value in values]


def _choices(names: Names, first: Home) -> list[tuple[str, str | Promise]]:
    called = {Home.A: names[0], Home.B: names[1]}
    return [(home.value, called[home]) for home in (first, first.other)]


class CalendarForm(Form):
    """The usual calendar. `first`: the home named first, whose days are ticked (a parent's own); `names`: of "a" and
    "b"."""

    since = forms.DateField(label=_("À partir du"), widget=DayInput())
    until = forms.DateField(
        label=_("Jusqu'au (inclus)"),
        required=False,
        widget=DayInput(),
        help_text=_("Vide : sans date de fin."),
    )
    usual = forms.ChoiceField(
        label=_("Le reste de l'année"),
        choices=[
            (WEEKS, _("Une semaine sur deux (semaines paires, semaines impaires)")),
            (DAYS, _("Certains jours de la semaine")),
        ],
        widget=forms.RadioSelect,
        initial=WEEKS,
    )
    even = forms.ChoiceField(label=_("Semaines paires"), required=False, widget=forms.RadioSelect)
    weekday = forms.ChoiceField(
        label=_("La semaine commence le"),
        choices=WEEKDAYS,
        required=False,
        initial="0",
        help_text=_("Le jour où l'enfant change de foyer. La semaine porte le numéro de ce jour-là."),
    )
    at = forms.TimeField(
        label=_("À quelle heure ?"),
        required=False,
        widget=HourInput(),
        help_text=_("Par exemple 16:30, à la sortie de l'école. Vide : dès le matin."),
    )
    even_days = forms.MultipleChoiceField(
        choices=WEEKDAYS, required=False, widget=forms.CheckboxSelectMultiple
    )
    odd_days = forms.MultipleChoiceField(
        choices=WEEKDAYS, required=False, widget=forms.CheckboxSelectMultiple
    )
    rest = forms.ChoiceField(label=_("Les autres jours"), required=False, widget=forms.RadioSelect)
    holidays = forms.ChoiceField(
        label=_("Vacances scolaires : la première moitié, les années paires"),
        required=False,
        widget=forms.RadioSelect,
        help_text=_("La seconde moitié est à l'autre ; les années impaires, c'est l'inverse."),
    )
    message = forms.CharField(
        label=_("Un mot"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Les deux foyers le liront. Facultatif."),
    )

    def __init__(self, *args: Any, names: Names, first: Home, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.first = first
        called, other = (names[0], names[1]) if first is Home.A else (names[1], names[0])
        homes = _choices(names, first)
        choices = {"even": homes, "rest": [("other", other), ("unsaid", _("le calendrier n'en dit rien"))]}
        choices["holidays"] = [("", _("les vacances suivent les mêmes semaines")), *homes]
        for name, offered in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = offered
            field.initial = offered[0][0]
        self.fields["even_days"].label = format_lazy(_("Semaines paires, jours {home}"), home=called)
        self.fields["odd_days"].label = format_lazy(_("Semaines impaires, jours {home}"), home=called)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        since, until = values.get("since"), values.get("until")
        if since and until and until < since:
            self.add_error("until", END_FIRST)
        if values.get("usual") == WEEKS and not values.get("even"):
            self.add_error("even", _("Choisissez où l'enfant passe les semaines paires."))
        if values.get("usual") == DAYS and not (values.get("even_days") or values.get("odd_days")):
            self.add_error("even_days", _("Cochez au moins un jour."))
        return values

    def calendar(self) -> Calendar:
        """What a valid form says."""
        values = self.cleaned_data
        shared = Home(values["holidays"]) if values["holidays"] else None
        return Calendar(self._usual(), values["since"], values["until"], shared)

    def _usual(self) -> Weeks | Weekdays:
        values = self.cleaned_data
        if values["usual"] == WEEKS:
            return Weeks(Home(values["even"]), int(values["weekday"] or 0), values["at"] or time(0))
        rest = None if values["rest"] == "unsaid" else self.first.other
        even, odd = (
            tuple(self.first if str(n) in values[name] else rest for n in range(7))
            for name in ("even_days", "odd_days")
        )
        return Weekdays(even, odd)


class ExchangeForm(Form):
    """Days that a parent would have, and those it would give instead. `mine`: its home."""

    first = forms.DateField(label=_("Du"), widget=DayInput())
    last = forms.DateField(label=_("Au (inclus)"), required=False, widget=DayInput())
    give = forms.ChoiceField(
        label=_("Ces jours-là, l'enfant serait"),
        choices=[("mine", _("chez vous")), ("theirs", _("dans l'autre foyer"))],
        widget=forms.RadioSelect,
        initial="mine",
    )
    back_first = forms.DateField(
        label=_("En échange, du"),
        required=False,
        widget=DayInput(),
        help_text=_("Les jours que vous échangez contre ceux-là. Facultatif."),
    )
    back_last = forms.DateField(label=_("Au (inclus), en échange"), required=False, widget=DayInput())
    message = CalendarForm.base_fields["message"]

    def __init__(self, *args: Any, mine: Home, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.mine = mine

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for start, end in (("first", "last"), ("back_first", "back_last")):
            first, last = values.get(start), values.get(end)
            if first and not last:
                values[end] = first
            elif first and last and last < first:
                self.add_error(end, END_FIRST)
            elif last and not first and start not in self.errors:
                self.add_error(start, _("Écrivez aussi le premier jour."))
        if not self.errors and self._overlap(values):
            self.add_error("back_first", _("Ces jours sont déjà dans l'échange : choisissez-en d'autres."))
        return values

    @staticmethod
    def _overlap(values: dict[str, Any]) -> bool:
        back: date | None = values.get("back_first")
        return bool(back and back <= values["last"] and values["first"] <= values["back_last"])

    def exchange(self) -> Exchange:
        values = self.cleaned_data
        home = self.mine if values["give"] == "mine" else self.mine.other
        stretches = [Stretch(home, values["first"], values["last"])]
        if values["back_first"]:
            stretches.append(Stretch(home.other, values["back_first"], values["back_last"]))
        return Exchange(tuple(stretches))
