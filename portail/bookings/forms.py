"""What a planning posts: ticks, then the changes of a recap. Ids only; the server finds out what they mean."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portail.bookings.actions import Wish

MOST = 1_000
LARGEST_ID = 2**63 - 1
GARBLED = _("Cette page n'est plus à jour : cochez de nouveau vos jours, puis vérifiez.")


class IdsField(forms.Field):
    """Row numbers: one value each, or "12.15.18" in one. Gives a frozenset of integers."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> frozenset[int]:
        parts = [part for text in value or () for part in str(text).split(".") if part]
        return frozenset(_number(part) for part in _few(parts))


class PairsField(forms.Field):
    """Children and sessions, "7-12.7-15" for the sessions 12 and 15 of child 7. Gives a frozenset of pairs."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> frozenset[tuple[int, int]]:
        found = set()
        for text in _few([part for part in str(value or "").split(".") if part]):
            child, dash, session = text.partition("-")
            if not dash:
                raise ValidationError(GARBLED, code="garbled")
            found.add((_number(child), _number(session)))
        return frozenset(found)


def _few(parts: list[str]) -> list[str]:
    if len(parts) > MOST:
        raise ValidationError(GARBLED, code="garbled")
    return parts


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text[:20]) <= LARGEST_ID):
        raise ValidationError(GARBLED, code="garbled")
    return int(text)


class TicksForm(forms.Form):
    """A month as it was ticked. `s`: the boxes ticked; `shown`: those that were ticked when the page was shown.

    What counts is the difference: a day booked meanwhile elsewhere is not taken for a day unticked here.
    """

    s = IdsField(required=False)
    shown = IdsField(required=False)

    def wishes(self, child_id: int) -> list[Wish]:
        ticked, shown = self.cleaned_data["s"], self.cleaned_data["shown"]
        wanted = [Wish(child_id, session, True) for session in sorted(ticked - shown)]
        return wanted + [Wish(child_id, session, False) for session in sorted(shown - ticked)]


class ChangesForm(forms.Form):
    """The changes that a recap showed, its token, the month to go back to, and the price that was told for them."""

    add = PairsField(required=False)
    remove = PairsField(required=False)
    token = forms.UUIDField(
        widget=forms.HiddenInput, error_messages={"invalid": GARBLED, "required": GARBLED}
    )
    child = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=LARGEST_ID, required=False)
    month = forms.DateField(widget=forms.HiddenInput, input_formats=["%Y-%m"], required=False)
    price = forms.CharField(widget=forms.HiddenInput, max_length=20, required=False)

    def wishes(self) -> list[Wish]:
        add, remove = self.cleaned_data["add"], self.cleaned_data["remove"]
        wanted = [Wish(child, session, True) for child, session in sorted(add)]
        return wanted + [Wish(child, session, False) for child, session in sorted(remove)]

    @staticmethod
    def packed(wishes: Iterable[Wish], child: int | None, month: date | None) -> dict[str, str]:
        """The same as hidden fields, without the token."""
        wishes = list(wishes)
        return {
            "add": ".".join(f"{w.child_id}-{w.session_id}" for w in wishes if w.wanted),
            "remove": ".".join(f"{w.child_id}-{w.session_id}" for w in wishes if not w.wanted),
            "child": str(child or ""),
            "month": f"{month:%Y-%m}" if month else "",
        }
