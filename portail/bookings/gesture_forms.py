"""What families and agents ask of many days at once: a typical week, a copy, a period to clear.

Each form knows the ground it works on (`queries.ground`) and gives the wishes that it means; nothing is judged here.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portail.bookings import gestures
from portail.bookings.actions.weeks import Declared
from portail.bookings.forms import GARBLED, MOST_CHANGES, IdsField, whole_number
from portail.bookings.gestures import Mode, Pattern, Week
from portail.bookings.queries.ground import Ground
from portail.bookings.queries.slots import Line, Slot, slots
from portail.bookings.queries.weeks import pattern_of, weeks
from portail.bookings.recap import Wish
from portail.core.forms import Form

DATES = "dates"
A_YEAR = timedelta(days=370)
MODES = {
    Mode.ADD: gettext_lazy("Ajouter seulement : ce qui est déjà réservé reste"),
    Mode.REPLACE: gettext_lazy("Remplacer : ce qui est réservé en dehors est annulé"),
    Mode.SWAP: gettext_lazy("Changer la semaine type en gardant les exceptions"),
}


class WeekdaysField(forms.Field):
    """Boxes of a grid, "12-0" for service 12 on Mondays. Gives a `Week`."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> Week:
        found: dict[int, frozenset[int]] = {}
        for text in value or ():
            service, dash, weekday = str(text).partition("-")
            if not dash or weekday not in "0123456" or len(weekday) != 1:
                raise ValidationError(GARBLED, code="garbled")
            number = whole_number(service)
            found[number] = found.get(number, frozenset()) | {int(weekday)}
        return found


@dataclass(frozen=True)
class Box:
    """A box of the grid; None where the service does not run."""

    value: str
    label: str
    is_checked: bool


@dataclass(frozen=True)
class GridRow:
    line: Line
    boxes: tuple[Box | None, ...]


class GestureForm(Form):
    """Which children. `typed`: the form as an address keeps it, to come back to it as it was."""

    children = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Pour qui ?"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("Cochez au moins un enfant."),
            "invalid_choice": GARBLED,
            "invalid_list": GARBLED,
        },
    )
    multiple: tuple[str, ...] = ("children",)
    gesture = ""
    """The name of its page."""
    fields_page = ""
    """The template of its fields."""

    def __init__(self, data: Any = None, *, ground: Ground, typed: QueryDict | None = None):
        super().__init__(data, initial=self._read(typed) if typed else None)
        self.ground = ground
        children = [(link.child_id, link.child.first_name) for link in ground.links]
        self.fields["children"].choices = children  # type: ignore[attr-defined]
        if "children" not in self.initial:
            self.initial["children"] = [pk for pk, _name in children[:1]]

    def _read(self, typed: QueryDict) -> dict[str, Any]:
        return {
            name: typed.getlist(name) if name in self.multiple else typed[name]
            for name in self.base_fields
            if name in typed
        }

    @property
    def typed(self) -> str:
        """What was posted, as a query string without the token."""
        kept = QueryDict(mutable=True)
        for name in self.fields:
            if name in self.data:
                kept.setlist(name, self.data.getlist(name))  # type: ignore[attr-defined]
        return kept.urlencode()

    @property
    def links(self) -> list[Any]:
        chosen = set(self.cleaned_data["children"])
        return [link for link in self.ground.links if link.child_id in chosen]

    def slots(self, first: date, last: date) -> list[Slot]:
        return slots(self.links, first, last, self.ground.calendar)

    def wishes(self) -> list[Wish]:
        """What the gesture means, from today on. Raises TooMany."""
        found = self._wishes()
        if len(found) > MOST_CHANGES:
            raise TooMany(len(found))
        return found

    def _wishes(self) -> list[Wish]:
        raise NotImplementedError


class TooMany(Exception):
    """More changes than one receipt holds. `count`: how many."""

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(f"{count} changes")

    @property
    def told(self) -> str:
        return _(
            "%(count)s changements d'un coup, c'est trop : choisissez moins d'enfants ou une période plus courte."
        ) % {"count": self.count}


class PeriodMixin(forms.Form):
    """A period: one that the school year proposes, or two dates."""

    when = forms.ChoiceField(label=gettext_lazy("Sur quelle période ?"), widget=forms.RadioSelect)
    first = forms.DateField(
        label=gettext_lazy("Du"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    last = forms.DateField(
        label=gettext_lazy("Au (inclus)"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    ground: Ground

    def offer_periods(self) -> None:
        choices = [(period.key, period.told) for period in self.ground.periods]
        self.fields["when"].choices = [*choices, (DATES, _("Entre deux dates"))]  # type: ignore[attr-defined]
        self.initial.setdefault("when", choices[0][0] if choices else DATES)

    def check_period(self, values: dict[str, Any]) -> None:
        """Put `span`, its two days, among the values; from today on."""
        if values.get("when") != DATES:
            periods = {period.key: period.span for period in self.ground.periods}
            if values.get("when") in periods:
                values["span"] = periods[values["when"]]
            return
        first, last = values.get("first"), values.get("last")
        for name in ("first", "last"):
            if not values.get(name) and name not in self.errors:
                self.add_error(name, _("Écrivez la date, ou choisissez une période proposée."))
        if not first or not last:
            return
        today, end = self.ground.today, self.ground.end
        if last < first:
            self.add_error("last", _("La fin vient avant le début : écrivez une date à partir du début."))
        elif last < today:
            self.add_error("last", _("Ces jours sont passés : choisissez une fin à partir d'aujourd'hui."))
        elif first > end:
            self.add_error(
                "first",
                _("Le planning s'arrête le %(day)s : choisissez un début avant.")
                % {"day": date_format(end, "j F Y")},
            )
        elif last - max(first, today) > A_YEAR:
            self.add_error("last", _("Une année au plus à la fois : choisissez une fin plus proche."))
        else:
            values["span"] = max(first, today), min(last, end)


class TypicalWeekForm(PeriodMixin, GestureForm):
    """Services × weekdays, for some children, over a period; to apply, and to keep when asked.

    `holding`: whether a typical week is kept already for one of the children, so that it may be exchanged.
    """

    days = WeekdaysField(required=False)
    in_holidays = forms.BooleanField(
        label=gettext_lazy("Aussi pendant les vacances scolaires, pour ce qui ouvre toute l'année"),
        required=False,
    )
    mode = forms.ChoiceField(label=gettext_lazy("Et ce qui est déjà réservé ?"), widget=forms.RadioSelect)
    keep = forms.BooleanField(
        label=gettext_lazy("Garder cette semaine comme semaine type"),
        help_text=gettext_lazy(
            "Le planning dira ce qui s'en écarte, et vous pourrez l'appliquer aux jours ouverts plus tard."
        ),
        required=False,
    )
    multiple = ("children", "days")
    gesture = "typical_week"
    fields_page = "week.html"
    field_order = ("children", "days", "when", "first", "last", "in_holidays", "mode", "keep")

    def __init__(
        self, data: Any = None, *, ground: Ground, typed: QueryDict | None = None, holding: bool = False
    ):
        super().__init__(data, ground=ground, typed=typed)
        self.offer_periods()
        modes = [mode for mode in MODES if holding or mode is not Mode.SWAP]
        self.fields["mode"].choices = [(mode.value, MODES[mode]) for mode in modes]  # type: ignore[attr-defined]
        self.initial.setdefault("mode", Mode.ADD.value)
        if not any(line.runs_all_year for line in ground.lines):
            del self.fields["in_holidays"]

    @property
    def grid(self) -> list[GridRow]:
        """The rows of the grid as they are ticked now."""
        ticked = set(map(str, self["days"].value() or ()))
        return [
            GridRow(line, tuple(_box(line, weekday, ticked) for weekday in self.ground.weekdays))
            for line in self.ground.lines
        ]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        self.check_period(values)
        runs = {line.service.pk: line.weekdays for line in self.ground.lines}
        week = values.get("days") or {}
        if any(not days <= runs.get(service, frozenset()) for service, days in week.items()):
            self.add_error("days", GARBLED)
        elif not week and values.get("mode") == Mode.ADD:
            self.add_error("days", _("Cochez au moins un jour de la semaine."))
        return values

    @property
    def week(self) -> Week:
        """Every service of the grid, those without any day too."""
        ticked: Week = self.cleaned_data["days"]
        return {line.service.pk: ticked.get(line.service.pk, frozenset()) for line in self.ground.lines}

    def _wishes(self) -> list[Wish]:
        found = self.slots(*self.cleaned_data["span"])
        mode = Mode(self.cleaned_data["mode"])
        return gestures.wishes(found, self._pattern(mode), mode=mode)

    def _pattern(self, mode: Mode) -> Pattern:
        new = gestures.of_week(self.week, in_holidays=self.cleaned_data.get("in_holidays", False))
        if mode is not Mode.SWAP:
            return new
        kept = weeks(self.ground.household, self.cleaned_data["children"], *self.cleaned_data["span"])
        return gestures.instead_of(pattern_of(kept), new)

    @property
    def declared(self) -> Declared | None:
        """The week to keep; None when it is only to be applied."""
        if not self.cleaned_data["keep"]:
            return None
        first, last = self.cleaned_data["span"]
        return Declared(
            children=frozenset(self.cleaned_data["children"]),
            lines=tuple(self.ground.lines),
            week=self.cleaned_data["days"],
            first=first,
            last=last,
            in_holidays=self.cleaned_data.get("in_holidays", False),
        )


def _box(line: Line, weekday: int, ticked: set[str]) -> Box | None:
    if weekday not in line.weekdays:
        return None
    value = f"{line.service.pk}-{weekday}"
    return Box(value, f"{line.service.short_name}, {weekday_name(weekday)}", value in ticked)


def weekday_name(weekday: int) -> str:
    """« lundi », in the language of the moment."""
    return date_format(date(2024, 1, 1) + timedelta(days=weekday), "l")


class ClearForm(PeriodMixin, GestureForm):
    """What is booked in a period, given back: of some children, in some services."""

    services = IdsField(error_messages={"required": gettext_lazy("Cochez au moins une prestation.")})
    multiple = ("children", "services")
    gesture = "clear_period"
    fields_page = "clear.html"
    field_order = ("children", "services", "when", "first", "last")

    def __init__(self, data: Any = None, *, ground: Ground, typed: QueryDict | None = None):
        super().__init__(data, ground=ground, typed=typed)
        self.offer_periods()
        self.initial.setdefault("services", [line.service.pk for line in ground.lines])

    @property
    def ticked(self) -> set[str]:
        return set(map(str, self["services"].value() or ()))

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        self.check_period(values)
        known = {line.service.pk for line in self.ground.lines}
        if not (values.get("services") or frozenset()) <= known:
            self.add_error("services", GARBLED)
        return values

    def _wishes(self) -> list[Wish]:
        pattern = gestures.nothing(self.cleaned_data["services"])
        return gestures.wishes(self.slots(*self.cleaned_data["span"]), pattern, mode=Mode.REPLACE)


COPY_MODES = {
    Mode.ADD: gettext_lazy("Ajouter seulement : ce qui est déjà réservé reste"),
    Mode.REPLACE: gettext_lazy("Rendre pareil : ce qui est réservé en plus est annulé"),
}


class CopyForm(GestureForm):
    """A week, or a month (`by_month`), onto another, and onto those that follow until `until`."""

    fields_page = "copy.html"

    source = forms.TypedChoiceField(label=gettext_lazy("Copier"), coerce=date.fromisoformat)
    target = forms.TypedChoiceField(label=gettext_lazy("Sur"), coerce=date.fromisoformat)
    until = forms.TypedChoiceField(
        label=gettext_lazy("Et sur les suivantes, jusqu'à"),
        coerce=date.fromisoformat,
        empty_value=None,
        required=False,
    )
    mode = forms.ChoiceField(
        label=gettext_lazy("Et ce qui est déjà réservé ?"),
        widget=forms.RadioSelect,
        choices=[(mode.value, told) for mode, told in COPY_MODES.items()],
        initial=Mode.ADD.value,
    )

    def __init__(self, data: Any = None, *, ground: Ground, by_month: bool, typed: QueryDict | None = None):
        super().__init__(data, ground=ground, typed=typed)
        self.by_month = by_month
        self.gesture = "copy_month" if by_month else "copy_week"
        all_of_them = ground.months if by_month else ground.weeks
        coming = [first for first in all_of_them if self._last(first) >= ground.today]
        self._offer("source", all_of_them)
        self._offer("target", coming)
        self._offer("until", coming, none=_("une seule fois"))
        if by_month:
            self.fields["until"].label = _("Et sur les suivants, jusqu'à")
        self.initial.setdefault("source", _nearest(all_of_them, ground.today))
        if coming:
            self.initial.setdefault("target", coming[min(1, len(coming) - 1)].isoformat())

    def _offer(self, name: str, firsts: list[date], none: str = "") -> None:
        choices = [("", none)] if none else []
        told = [(first.isoformat(), self._told(first)) for first in firsts]
        self.fields[name].choices = choices + told  # type: ignore[attr-defined]

    def _told(self, first: date) -> str:
        if self.by_month:
            return date_format(first, "F Y")
        return _("semaine du %(day)s") % {"day": date_format(first, "j F Y")}

    def _last(self, first: date) -> date:
        return last_of_month(first) if self.by_month else first + timedelta(days=6)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        source, target = values.get("source"), values.get("target")
        if source and target and source == target:
            self.add_error("target", _("C'est la même période : choisissez-en une autre."))
        if target and values.get("until") and values["until"] < target:
            self.add_error("until", _("Choisissez une fin qui vient après, ou une seule fois."))
        return values

    def _wishes(self) -> list[Wish]:
        values = self.cleaned_data
        source, target = values["source"], values["target"]
        last = self._last(values["until"] or target)
        model = self.slots(source, self._last(source))
        copied = gestures.copy_of_month(model) if self.by_month else gestures.copy_of_week(model)
        onto = [
            slot for slot in self.slots(max(target, self.ground.today), last) if not self._is_source(slot)
        ]
        return gestures.wishes(onto, copied, mode=Mode(values["mode"]))

    def _is_source(self, slot: Slot) -> bool:
        source: date = self.cleaned_data["source"]
        return source <= slot.day <= self._last(source)


def _nearest(firsts: list[date], today: date) -> str:
    before = [first for first in firsts if first <= today]
    return (before[-1] if before else firsts[0]).isoformat() if firsts else ""


def last_of_month(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)


class ApplyForm(GestureForm):
    """The typical weeks that are kept, applied to the days of which nothing was ever decided."""

    def _wishes(self) -> list[Wish]:
        first, last = self.ground.today, self.ground.end
        kept = weeks(self.ground.household, self.cleaned_data["children"], first, last)
        return gestures.wishes(self.slots(first, last), gestures.applying(pattern_of(kept)), mode=Mode.ADD)
