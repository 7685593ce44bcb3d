"""What is taken from another commune's regulation, and under which of our services."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from django import forms

from portail import rules
from portail.core.forms import Form
from portail.core.text import plain
from portail.rules.parsing import LARGEST
from portail.rules.tariffs import Share

TITLES = {
    "deadlines": "Délais et ouvertures",
    "tariffs": "Tarifs",
    "absences": "Absences",
    "surcharges": "Pénalités",
    "quotient": "Quotient",
    "constraints": "Paniers",
    "quotas": "Quotas de places",
    "waiting": "Listes d'attente",
}
KEEP = ""


class UploadForm(Form):
    """`text` and `regulation` once valid; `problems`: all that the portal does not understand, each with its line."""

    file = forms.FileField(label="Fichier de réglages d'une autre commune")

    text = ""
    regulation: rules.Regulation | None = None
    problems: tuple[rules.Problem, ...] = ()

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError("Ce fichier est trop gros : 1 Mo au plus.")
        data = file.read()
        try:
            self.regulation = rules.parse_bytes(data)
        except rules.SettingsErrors as refused:
            self.problems = refused.problems
            raise forms.ValidationError(
                "Le portail ne comprend pas tout dans ce fichier : voyez la liste, corrigez-le, puis déposez-le de "
                "nouveau."
            ) from None
        self.text = data.decode("utf-8-sig").replace("\r\n", "\n")
        return file


class TakeForm(Form):
    """Which groups are taken, and which of our services stands for each of theirs."""

    groups = forms.MultipleChoiceField(
        label="Prendre",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Cochez au moins ce que vous voulez prendre."},
        help_text="Ce que vous prenez remplace en entier ce que votre règlement dit du même sujet.",
    )
    text = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, theirs: rules.Regulation, ours: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["groups"].choices = [  # type: ignore[attr-defined]
            (group, title) for group, title in TITLES.items() if has(theirs, group)
        ]
        self.codes = codes_of(theirs)
        names = {service.code: service.name for service in theirs.services}
        for index, code in enumerate(self.codes):
            self.fields[f"s{index}"] = forms.ChoiceField(
                label=f"Leur service « {names.get(code) or code} »",
                required=False,
                choices=[(KEEP, f"le garder sous le code « {code} »"), *ours],
                initial=_nearest(code, names.get(code, ""), ours),
            )

    def names(self) -> dict[str, str]:
        """Their code → ours, once valid."""
        chosen = ((code, self.cleaned_data.get(f"s{index}")) for index, code in enumerate(self.codes))
        return {code: ours for code, ours in chosen if ours and ours != code}


def has(regulation: rules.Regulation, group: str) -> bool:
    """Whether the regulation says anything of a group."""
    if group == "deadlines":
        return bool(regulation.deadlines or regulation.openings)
    if group == "quotient":
        return regulation.quotient != type(regulation.quotient)()
    return bool(getattr(regulation, group))


def codes_of(regulation: rules.Regulation) -> tuple[str, ...]:
    """Every service that a rule names, in order of writing."""
    groups: Sequence[Sequence[Any]] = (
        regulation.deadlines,
        regulation.openings,
        regulation.tariffs,
        regulation.absences,
        regulation.surcharges,
        regulation.constraints,
        regulation.quotas,
        regulation.waiting,
    )
    codes = dict.fromkeys(code for rules_ in groups for rule in rules_ for code in rule.scope.services)
    for tariff in regulation.tariffs:
        if isinstance(tariff.function, Share):
            codes.setdefault(tariff.function.service)
    for constraint in regulation.constraints:
        for others in (constraint.needs, constraint.excludes, constraint.linked):
            codes.update(dict.fromkeys(sorted(others)))
    codes.pop(rules.ANY_SERVICE, None)
    return tuple(codes)


def _nearest(code: str, name: str, ours: Sequence[tuple[str, str]]) -> str:
    """Ours that looks most like theirs: the same code, the same words, or nearly."""
    known = {code_: code_ for code_, _ in ours} | {plain(name_): code_ for code_, name_ in ours}
    for words in (code, plain(name), plain(code)):
        if words in known:
            return known[words]
    near = get_close_matches(plain(name or code), known, n=1, cutoff=0.7)
    return known[near[0]] if near else KEEP
