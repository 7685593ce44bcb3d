"""What a planning posts: ticks, then the changes of a recap. Ids only; the server finds out what they mean."""

from collections.abc import Iterable
from datetime import date, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portail.bookings import spans
from portail.bookings.actions import How, Wish
from portail.core.forms import Form
from portail.rules.peaks import Hours

MOST = 1_000
MOST_CHANGES = 4_000
"""Of one recap: a school year of four children in five services."""
LARGEST_ID = 2**63 - 1
GARBLED = _("Cette page n'est plus à jour : cochez de nouveau vos jours, puis vérifiez.")


class IdsField(forms.Field):
    """Row numbers: one value each, or "12.15.18" in one. Gives a frozenset of integers."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> frozenset[int]:
        parts = [part for text in value or () for part in str(text).split(".") if part]
        return frozenset(whole_number(part) for part in _few(parts))


class TicksField(forms.Field):
    """Boxes: one value each, or with dots between. Gives a frozenset of (child, or 0 when it is not said; session)."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> frozenset[tuple[int, int]]:
        parts = [part for text in value or () for part in str(text).split(".") if part]
        return frozenset(_pair(part) if "-" in part else (0, whole_number(part)) for part in _few(parts))


class PairsField(forms.Field):
    """Children and sessions, "7-12.15.8-12": the sessions 12 and 15 of child 7, 12 of child 8. Gives a frozenset of
    pairs."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> frozenset[tuple[int, int]]:
        found, child = set(), ""
        for text in _few([part for part in str(value or "").split(".") if part], MOST_CHANGES):
            named, dash, session = text.partition("-")
            child = named if dash else child
            found.add((whole_number(child), whole_number(session if dash else named)))
        return frozenset(found)


class HoursField(forms.Field):
    """Chosen hours, "7-12-0830-1000.8-12-0900-1100": of child 7 in session 12… Gives a dict by (child, session)."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> dict[tuple[int, int], Hours]:
        found = {}
        for text in _few([part for part in str(value or "").split(".") if part], MOST_CHANGES):
            child, session, start, end = (*text.split("-"), "", "", "", "")[:4]
            found[whole_number(child), whole_number(session)] = _clock(start), _clock(end)
        return found


def _clock(text: str) -> time:
    """Of "0830" or "08:30"."""
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise ValidationError(GARBLED, code="garbled") from None


def packed_pairs(pairs: Iterable[tuple[int, int]]) -> str:
    """Children and sessions as PairsField reads them, each child named once."""
    parts, last = [], 0
    for child, session in sorted(pairs):
        parts.append(str(session) if child == last else f"{child}-{session}")
        last = child
    return ".".join(parts)


def _few(parts: list[str], most: int = MOST) -> list[str]:
    if len(parts) > most:
        raise ValidationError(GARBLED, code="garbled")
    return parts


def _pair(text: str) -> tuple[int, int]:
    child, _dash, session = text.partition("-")
    return whole_number(child), whole_number(session)


def whole_number(text: str) -> int:
    """The number of a row, as a page sent it. Raises ValidationError."""
    if not (text.isascii() and text.isdigit() and 0 < int(text[:20]) <= LARGEST_ID):
        raise ValidationError(GARBLED, code="garbled")
    return int(text)


class TicksForm(forms.Form):
    """A planning as it was ticked, a month or a week, of one child or of all.

    What a page posts, and keeps posting: `s`, the boxes that are ticked, one value each; `shown`, those that were
    ticked when the page was shown, in one value with dots between. A box is a session ("12") on the page of one child,
    a child and a session ("7-12") on the page of all. `w`: the full ones to wait for, in the same way.

    What counts is the difference: a day booked meanwhile elsewhere is not taken for a day unticked here.
    """

    s = TicksField(required=False)
    shown = TicksField(required=False)
    w = TicksField(required=False)

    def wishes(self, child_id: int | None) -> list[Wish]:
        """`child_id`: whose page it was. None, the page of all: a box without a child says nothing."""
        ticked, shown, waited = (_of(self.cleaned_data[name], child_id) for name in ("s", "shown", "w"))
        wanted = [Wish(*pair, True) for pair in sorted(ticked - shown)]
        wanted += [Wish(*pair, True, how=How.WAIT) for pair in sorted(waited - ticked - shown)]
        return wanted + [Wish(*pair, False) for pair in sorted(shown - ticked)]

    def wished(self, child_id: int | None) -> dict[tuple[int, int], bool]:
        """Each box that was ticked, or that was shown ticked and is no more."""
        ticked, shown, waited = (_of(self.cleaned_data[name], child_id) for name in ("s", "shown", "w"))
        return {pair: pair in ticked | waited for pair in ticked | shown | waited}


def _of(ticks: Iterable[tuple[int, int]], child_id: int | None) -> set[tuple[int, int]]:
    told = {(child or child_id or 0, session) for child, session in ticks}
    return {(child, session) for child, session in told if child}


class JumpForm(Form):
    """`jour`: the day that somebody wants to see on a planning."""

    jour = forms.DateField(label=_("Aller à une date"), input_formats=["%Y-%m-%d", "%d/%m/%Y"])


class SpanField(forms.Field):
    """A month or a week by its name ("2026-12", "2026-S50"). Gives a Span, None when empty."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> spans.Span | None:
        if not value:
            return None
        try:
            return spans.read(str(value))
        except ValueError:
            raise ValidationError(GARBLED, code="garbled") from None


class ChangesForm(forms.Form):
    """The changes that a recap showed, its token, where to go back to, and the price that was told for them.

    `child`: whose planning; empty for all children. `month`: its month or its week, by its name; empty when the wishes
    come from another page: the planning is then shown from its start.
    `not_added`, `not_removed`: what it showed as impossible. `gesture`, `typed`: which gesture the wishes come from,
    and its form as a query string, to come back to it. `wait`: whom to put on waiting lists; `over`: whom to book
    beyond the places, which the service alone may do.
    """

    add = PairsField(required=False)
    remove = PairsField(required=False)
    hours = HoursField(required=False)
    wait = PairsField(required=False)
    over = PairsField(required=False)
    token = forms.UUIDField(
        widget=forms.HiddenInput, error_messages={"invalid": GARBLED, "required": GARBLED}
    )
    child = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=LARGEST_ID, required=False)
    month = SpanField(required=False)
    price = forms.CharField(widget=forms.HiddenInput, max_length=20, required=False)
    not_added = PairsField(required=False)
    not_removed = PairsField(required=False)
    gesture = forms.CharField(widget=forms.HiddenInput, max_length=20, required=False)
    typed = forms.CharField(widget=forms.HiddenInput, max_length=4_000, required=False)

    def clean(self) -> None:
        super().clean()
        self.chosen = {
            pair: hours for pair in self.cleaned_data.get("hours", {}) if (hours := self._chosen(pair))
        }

    def _chosen(self, pair: tuple[int, int]) -> Hours | None:
        """The hours of the two lists beside a line; None when the page had none."""
        start, end = (self.data.get(f"{name}-{pair[0]}-{pair[1]}") for name in ("from", "to"))
        return (_clock(start), _clock(end)) if start and end else None

    @property
    def has_other_hours(self) -> bool:
        """Whether hours were chosen since the recap was shown: it must be shown again before anything is written."""
        return any(self.cleaned_data["hours"][pair] != hours for pair, hours in self.chosen.items())

    def wishes(self) -> list[Wish]:
        hours = {**self.cleaned_data["hours"], **self.chosen}
        asked = dict.fromkeys(self.cleaned_data["over"], How.EXCEED)
        asked |= dict.fromkeys(self.cleaned_data["wait"], How.WAIT)
        asked |= dict.fromkeys(self.cleaned_data["add"], How.BOOK)
        wanted = [
            Wish(child, session, True, hours.get((child, session)), how)
            for (child, session), how in sorted(asked.items())
        ]
        return wanted + self._wishes((), self.cleaned_data["remove"])

    def left_out(self) -> list[Wish]:
        """What the recap showed as impossible."""
        return self._wishes(self.cleaned_data["not_added"], self.cleaned_data["not_removed"])

    def kept(self) -> list[Wish]:
        """What it showed as booked already, at hours that may be chosen otherwise."""
        values = self.cleaned_data
        others = (
            values["hours"].keys() - values["add"] - values["not_added"] - values["wait"] - values["over"]
        )
        return self._wishes(others, ())

    def _wishes(self, add: Iterable[tuple[int, int]], remove: Iterable[tuple[int, int]]) -> list[Wish]:
        hours = {**self.cleaned_data["hours"], **self.chosen}
        wanted = [Wish(*pair, True, hours.get(pair)) for pair in sorted(add)]
        return wanted + [Wish(*pair, False) for pair in sorted(remove)]

    @staticmethod
    def packed(wishes: Iterable[Wish], child: int | None, month: spans.Span | date | None) -> dict[str, str]:
        """The same as hidden fields, without the token."""
        wishes = list(wishes)
        return {
            "add": _packed((w for w in wishes if w.how is How.BOOK), wanted=True),
            "remove": _packed(wishes, wanted=False),
            "wait": _packed((w for w in wishes if w.how is How.WAIT), wanted=True),
            "over": _packed((w for w in wishes if w.how is How.EXCEED), wanted=True),
            "hours": packed_hours(wishes),
            "child": str(child or ""),
            "month": spans.name_of(month) if month else "",
        }

    @staticmethod
    def packed_left_out(wishes: Iterable[Wish]) -> dict[str, str]:
        """What is impossible, as hidden fields."""
        wishes = list(wishes)
        return {
            "not_added": _packed(wishes, wanted=True),
            "not_removed": _packed(wishes, wanted=False),
        }


def packed_hours(wishes: Iterable[Wish]) -> str:
    """Chosen hours as HoursField reads them."""
    return ".".join(
        f"{w.child_id}-{w.session_id}-{w.hours[0]:%H%M}-{w.hours[1]:%H%M}"
        for w in wishes
        if w.wanted and w.hours
    )


def _packed(wishes: Iterable[Wish], *, wanted: bool) -> str:
    return packed_pairs((w.child_id, w.session_id) for w in wishes if w.wanted is wanted)
