"""The settings of one rule, as fields: amounts, days, hours. What is typed becomes what the file holds."""

import re
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django import forms
from django.utils import timezone

from portail.core.forms import DayInput, Form
from portail.desk.forms.calendar import within_reason
from portail.desk.forms.situation import short
from portail.rules import FRENCH, Unit
from portail.rules.editables import Editable, Kind, RuleOfFile
from portail.rules.problems import Problem, path_words
from portail.rules.rewriting import New
from portail.rules.toml_lines import Path

UNITS = {
    Unit.MINUTES: "minutes",
    Unit.HOURS: "heures",
    Unit.WORKING_HOURS: "heures ouvrées",
    Unit.DAYS: "jours",
    Unit.WORKING_DAYS: "jours ouvrés (du lundi au vendredi)",
    Unit.BUSINESS_DAYS: "jours ouvrables (du lundi au samedi)",
    Unit.SERVICE_DAYS: "jours du service",
    Unit.SCHOOL_DAYS: "jours d'école",
    Unit.OFFICE_DAYS: "jours d'ouverture de la mairie",
    Unit.CLEAR_DAYS: "jours francs",
    Unit.WEEKS: "semaines",
    Unit.MONTHS: "mois",
}
_HOUR = re.compile(r"(\d{1,2})\s*(?:[h:]\s*(\d{2})?)?")
_RANGE = re.compile(r"un nombre (?:entier )?de (-?[\d.]+) à (-?[\d.]+) est attendu")
_MARKS = re.compile(r"[\s€%]")


class HourField(forms.CharField):
    """An hour as people say it (« 21 h », « 9h30 », « 21:00 », « minuit »); the value is "21:00" to "24:00"."""

    def clean(self, value: Any) -> str:
        words = str(super().clean(value)).strip().lower()
        if words in ("", "minuit"):
            return "24:00" if words else ""
        found = _HOUR.fullmatch(words)
        hour, minute = (int(found[1]), int(found[2] or 0)) if found else (99, 0)
        if hour > 24 or minute > 59 or (hour == 24 and minute):
            raise forms.ValidationError("Écrivez l'heure comme 21 h ou 9 h 30, ou « minuit ».")
        return f"{hour:02d}:{minute:02d}"


class YearDayField(forms.CharField):
    """A day of every year, typed « 01/02 » for the 1st of February; the value is "02-01"."""

    def prepare_value(self, value: Any) -> Any:
        found = re.fullmatch(r"(\d\d)-(\d\d)", value) if isinstance(value, str) else None
        return f"{found[2]}/{found[1]}" if found else value

    def clean(self, value: Any) -> str:
        words = str(super().clean(value)).strip()
        if not words:
            return ""
        found = re.fullmatch(r"(\d{1,2})/(\d{1,2})", words)
        try:
            day = date(2028, int(found[2]), int(found[1])) if found else None
        except ValueError:
            day = None
        if day is None:
            raise forms.ValidationError("Écrivez le jour et le mois, comme 01/02 pour le 1er février.")
        return f"{day:%m-%d}"


class NumberField(forms.DecimalField):
    """A number as people write it: « 1 234,50 », « 3,75 € », « 10 % »."""

    default_error_messages = {
        "min_value": "Écrivez un nombre plus grand : %(limit_value)s au moins.",
        "max_value": "Écrivez un nombre plus petit : %(limit_value)s au plus.",
        "max_decimal_places": "Écrivez moins de chiffres après la virgule : %(max)s au plus.",
    }

    def to_python(self, value: Any) -> Any:
        return super().to_python(_MARKS.sub("", value) if isinstance(value, str) else value)


class CountField(forms.IntegerField):
    default_error_messages = {
        "min_value": "Écrivez un nombre entier, %(limit_value)s au moins.",
        "max_value": "Écrivez un nombre entier, %(limit_value)s au plus.",
    }


class DayField(forms.DateField):
    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        return within_reason(found) if found else None


class RuleForm(Form):
    """One field a setting; `changes` once valid: what differs from the file. `seen`: the rule that was shown."""

    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, rule: RuleOfFile, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rule = rule
        self.fields["seen"].initial = _mark(rule)
        for index, setting in enumerate(rule.settings):
            self.fields[_name(index)] = _field(setting)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("seen") != _mark(self.rule):
            raise forms.ValidationError(
                "Cette règle a changé dans votre brouillon depuis que vous l'avez ouverte : rien n'est écrit. "
                "Rouvrez-la depuis « Montants et délais »."
            )
        return values

    def changes(self) -> list[tuple[Path, New]]:
        pairs = ((s, _new(self.cleaned_data[_name(i)])) for i, s in enumerate(self.rule.settings))
        return [(setting.path, new) for setting, new in pairs if not _same(setting.value, new)]

    def refuse(self, problem: Problem) -> None:
        """Say of what the file refuses which fields to mend, in the words of the form."""
        found = {
            _name(index): setting
            for index, setting in enumerate(self.rule.settings)
            if (path_words(setting.path) + ".").startswith((f"{problem.path}.", f"{problem.path}["))
        }
        if len(found) == 1:
            [name] = found
            self.add_error(name, _in_words(problem))
        elif found and "un de ces réglages est attendu" in problem.message:
            labels = ", ".join(f"« {setting.label} »" for setting in found.values())
            self.add_error(None, f"Remplissez l'une de ces valeurs au moins : {labels}.")
        else:
            self.add_error(None, f"Ces valeurs ne vont pas ensemble : {problem.message}.")


class SuccessorForm(Form):
    """From which day another rule takes the place of this one."""

    premier = forms.DateField(label="À partir du", widget=DayInput)

    def refuse(self, problem: Problem) -> None:
        self.add_error(None, f"Ces valeurs ne vont pas ensemble : {problem.message}.")

    def clean_premier(self) -> date:
        first = within_reason(self.cleaned_data["premier"])
        if first < timezone.localdate():
            raise forms.ValidationError(
                "Ce jour est passé : des prix et des délais déjà annoncés changeraient. Choisissez aujourd'hui ou un "
                "jour à venir."
            )
        return first


def _in_words(problem: Problem) -> str:
    if found := _RANGE.match(problem.message):
        least, most = (FRENCH.plain(Decimal(end)) for end in found.groups())
        return f"Écrivez un nombre de {least} à {most}."
    if "un de ces réglages est attendu" in problem.message:
        return "Remplissez cette valeur : sans elle, la règle ne dit plus rien."
    return f"Cette valeur ne va pas avec les autres : {problem.message}."


def _mark(rule: RuleOfFile) -> str:
    """What recognises the rule as the file has it."""
    return sha256(repr((rule.title, rule.settings)).encode()).hexdigest()


def _name(index: int) -> str:
    return f"v{index}"


def _new(value: Any) -> New:
    return None if value in (None, "") else value


def _same(old: New, new: New) -> bool:
    """Whether the file says it already: 4 is 4.00, and stays as it is written."""
    if isinstance(old, int | Decimal) and isinstance(new, int | Decimal):
        return Decimal(old) == Decimal(new)
    return old == new


def _shown(kind: Kind, value: Decimal) -> str:
    """A number as it is typed: euros with their cents, others as they are."""
    words = FRENCH.money(value).removesuffix(" €") if kind is Kind.MONEY else FRENCH.plain(value)
    return words.replace(" ", "")


def _field(setting: Editable) -> forms.Field:
    shared: dict[str, Any] = {
        "label": setting.label,
        "required": setting.required,
        "initial": setting.value,
    }
    match setting.kind:
        case Kind.MONEY | Kind.NUMBER | Kind.PERCENT:
            places = 2 if setting.kind is Kind.NUMBER else 4
            if setting.value is not None:
                shared["initial"] = _shown(setting.kind, Decimal(str(setting.value)))
            return NumberField(
                **shared,
                min_value=-100_000,
                max_value=1_000_000,
                decimal_places=places,
                localize=True,
                widget=short(),
            )
        case Kind.COUNT:
            return CountField(**shared, min_value=0, max_value=10_000, widget=short())
        case Kind.WEEKDAY:
            days = [(day, day) for day in FRENCH.weekdays]
            return forms.ChoiceField(**shared, choices=[("", "Aucun"), *days])
        case Kind.UNIT:
            return forms.ChoiceField(**shared, choices=[("", "jours (habituel)"), *UNITS.items()])
        case Kind.DAY:
            return DayField(**shared, widget=DayInput)
        case Kind.HOUR:
            return HourField(**shared, max_length=12, widget=short())
        case Kind.YEAR_DAY:
            return YearDayField(**shared, max_length=5, widget=short())
        case Kind.ROW:
            help_text = "Un jour et une heure, par exemple « vendredi 11:00 », ou « jamais »."
            return forms.CharField(**shared, max_length=30, help_text=help_text)
