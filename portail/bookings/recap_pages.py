"""What the recap pages of families and of agents have in common: where the wishes come from, what moved meanwhile."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portail.bookings.actions.weeks import Declared
from portail.bookings.forms import ChangesForm, packed_hours
from portail.bookings.gesture_forms import TypicalWeekForm
from portail.bookings.queries import Planning
from portail.bookings.queries.ground import Ground
from portail.bookings.recap import Change, Recap, Wish
from portail.bookings.standing import said
from portail.bookings.summary import Refused, refusals

WEEK, COPY_WEEK, COPY_MONTH, CLEAR = "semaine-type", "copier-semaine", "copier-mois", "effacer"
GESTURES = {
    WEEK: "typical_week",
    COPY_WEEK: "copy_week",
    COPY_MONTH: "copy_month",
    CLEAR: "clear_period",
}
"""Each gesture, and the name of its page, at the families' and at the desk."""
MOST_TOLD = 8


@dataclass(frozen=True)
class Origin:
    """Where the wishes of a recap come from, to go back there: a child's planning (`child` None: of all), or the form
    of a gesture as it was typed."""

    child: int | None = None
    month: Any = None
    gesture: str = ""
    typed: str = ""

    @property
    def page(self) -> str:
        """The name of the page of the gesture; empty for a planning."""
        return GESTURES.get(self.gesture, "")

    @property
    def query(self) -> str:
        """What the form of the gesture held, as the end of an address."""
        clean = QueryDict(self.typed).urlencode()
        return f"?{clean}" if clean else ""


def origin_of(form: ChangesForm) -> Origin:
    values = form.cleaned_data
    return Origin(values["child"], values["month"], values["gesture"], values["typed"])


@dataclass(frozen=True)
class Moved:
    """What a recap that comes back has to say. `taken`: what was possible when it was shown and is no more; `is_price`:
    only the price changed."""

    taken: tuple[Change, ...]
    is_price: bool


def moved(form: ChangesForm, recap: Recap) -> Moved:
    posted = set(form.wishes())
    taken = tuple(change for change in recap.refused if change.wish in posted)
    same = {change.wish for change in recap.changes} >= posted
    return Moved(taken, not taken and same and form.cleaned_data["price"] != recap.price)


def hidden(recap: Recap, origin: Origin) -> dict[str, str]:
    """What the recap posts: its changes, what it refuses, its price, where it comes from, and a new token."""
    return {
        **ChangesForm.packed(
            (change.wish for change in recap.changes if not change.replaced), origin.child, origin.month
        ),
        "hours": packed_hours(change.wish for change in (*recap.changes, *recap.refused, *recap.kept)),
        **ChangesForm.packed_left_out(change.wish for change in recap.refused),
        "token": str(uuid4()),
        "price": recap.price,
        "gesture": origin.gesture,
        "typed": origin.typed,
    }


def left_out_told(refused: Iterable[Change]) -> str:
    """What could not be done, in a sentence for the page that follows; empty when all was."""
    groups = refusals(list(refused))
    if not groups:
        return ""
    told = [_refusal(group) for group in groups[:MOST_TOLD]]
    if more := sum(group.count for group in groups[MOST_TOLD:]):
        told.append(ngettext("et %(n)s autre jour", "et %(n)s autres jours", more) % {"n": more})
    return _("Ce qui n'a pas pu être changé : %(list)s.") % {"list": " ; ".join(told)}


def _refusal(group: Refused) -> str:
    days = ", ".join(_days(month.days) for month in group.months)
    return f"{group.child} · {group.service} · {days} ({said(group.standing.why)})"


def _days(days: Iterable[date]) -> str:
    """« 7, 8 décembre »."""
    found = list(days)
    return f"{', '.join(str(day.day) for day in found)} {date_format(found[0], 'F')}"


def wishes_again(form: ChangesForm) -> list[Wish]:
    """All that the recap showed, possible or not: what is judged again when it comes back."""
    return form.wishes() + form.left_out() + form.kept()


def at_their_hours(planning: Planning) -> list[Wish]:
    """The booked days of a planning whose hours may be chosen otherwise, wished as they are."""
    return [
        Wish(cell.column.child_id, cell.session_id, True, cell.hours)
        for cell in planning.cells
        if cell.hours and cell.wanted and cell.is_booked and cell.standing.can_change
    ]


def declared_by(origin: Origin, found: Callable[[], Ground]) -> Declared | None:
    """The typical week that validating keeps too, read again from what was typed; `found`: what the household may
    change, asked for only when a week is to be kept."""
    typed = QueryDict(origin.typed)
    if origin.gesture != WEEK or "keep" not in typed:
        return None
    form = TypicalWeekForm(typed, ground=found(), holding=True)
    return form.declared if form.is_valid() else None
