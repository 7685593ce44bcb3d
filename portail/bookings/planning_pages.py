"""What the planning screens of families and of agents have in common: what is asked, and where the page leads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portail.accounts.models import User
from portail.activities.models import SchoolYear
from portail.bookings.forms import JumpForm
from portail.bookings.queries.laws import law
from portail.bookings.queries.plannings import bounds, nearest, paper, planning
from portail.bookings.spans import Span, month_of, week_of
from portail.core.templatetags.ui import of_name
from portail.families.models import Child, Household, HouseholdChild

Address = Callable[[int | None, Span], str]
"""The address of a child's planning, or of all the children's (None), for a span."""
Bounds = tuple[date, date]
ALL = gettext_lazy("Planning de tous les enfants")


@dataclass(frozen=True)
class Asked:
    """Whose planning (None: all), of when (None: the month nearest to today), and the children: those that the tabs
    name, those that are shown."""

    child_id: int | None
    span: Span | None
    children: Sequence[HouseholdChild]
    shown: Sequence[HouseholdChild]

    @property
    def household(self) -> Household:
        return self.shown[0].household

    @property
    def child(self) -> Child | None:
        """The one whose planning it is; None when it is that of all."""
        return self.shown[0].child if self.child_id else None

    @property
    def left_out(self) -> list[str]:
        """The first names of those that the page of all does not show: the household sees them without booking."""
        shown = {link.pk for link in self.shown}
        return (
            [x.child.first_name for x in self.children if x.pk not in shown] if self.child_id is None else []
        )


class Tab(NamedTuple):
    label: str
    url: str
    is_current: bool


class Way(NamedTuple):
    url: str
    span: Span


@dataclass(frozen=True)
class Ways:
    """Where a planning leads: itself, its paper, the spans beside it, today, the other view of its days, the other
    children."""

    here: str
    paper: str
    previous: Way | None
    next: Way | None
    today: str
    month: str
    week: str
    children: tuple[Tab, ...]
    is_today: bool


def children_shown(links: Sequence[HouseholdChild], child_id: int | None) -> list[HouseholdChild]:
    """The child asked for; without one, all those that the household books for, or else all. Empty: nobody."""
    if child_id is not None:
        return [link for link in links if link.child_id == child_id]
    return [link for link in links if link.can_book] or list(links)


def ways(asked: Asked, span: Span, *, within: Bounds, today: date, address: Address) -> Ways:
    """`within`: the days that the school years hold (`queries.bounds`); no arrow leads out of them."""
    links, child_id = asked.children, asked.child_id
    open_day = nearest(today, within)
    here = week_of(open_day) if span.is_week else month_of(open_day)
    tabs = [Tab(x.child.first_name, address(x.child_id, span), x.child_id == child_id) for x in links]
    if len(children_shown(links, None)) > 1:
        tabs.append(Tab(_("Tous"), address(None, span), child_id is None))
    before, after = _beside(span, -1, within), _beside(span, 1, within)
    return Ways(
        here=address(child_id, span),
        paper=f"{address(child_id, span)}imprimer/",
        previous=Way(address(child_id, before), before) if before else None,
        next=Way(address(child_id, after), after) if after else None,
        today=address(child_id, here),
        month=address(child_id, span.month),
        week=address(child_id, span if span.is_week else span.week_of(today)),
        children=tuple(tabs),
        is_today=span == here,
    )


def _beside(span: Span, count: int, within: Bounds) -> Span | None:
    try:
        found = span.after(count)
    except (ValueError, OverflowError):
        return None
    return found if _holds(found, within) else None


def _holds(span: Span, within: Bounds) -> bool:
    return span.first <= within[1] and span.last >= within[0]


def jump(query: QueryDict) -> JumpForm | None:
    """The date that somebody wants to see; None when nobody asked."""
    return JumpForm(query) if "jour" in query else None


class Moved(NamedTuple):
    """Another span than that of the address is to be shown; `is_out`: because no school year holds what was asked."""

    span: Span
    is_out: bool


def led_to(span: Span, asked: JumpForm | None, within: Bounds) -> Moved | None:
    """Where to lead who asked for a date, or for a span outside the school years; None: this span is to be shown."""
    day = asked.cleaned_data["jour"] if asked is not None and asked.is_valid() else None
    is_out = not (within[0] <= day <= within[1]) if day else not _holds(span, within)
    if day is None and not is_out:
        return None
    near = nearest(day or span.first, within)
    return Moved(week_of(near) if span.is_week else month_of(near), is_out)


def sheet(
    asked: Asked, span: Span, *, author: User, now: datetime, as_service: bool = False
) -> dict[str, Any] | None:
    """What `bookings/planning_paper.html` shows; None when no school year holds the span."""
    years = list(SchoolYear.objects.all())
    within = bounds(years)
    if within is None or not _holds(span, within):
        return None
    found = planning(asked.shown, span, law(now, years=years, as_service=as_service))
    child = asked.child
    title = _("Planning %(of_child)s") % {"of_child": of_name(child.first_name)} if child else ALL
    return {
        "paper": paper(found),
        "whose": title,
        "dossier": asked.household,
        "author": str(author),
        "printed_at": now,
    }


def out_of_bounds(within: Bounds) -> str:
    """What is said to who asked for a month that does not exist."""
    return _("Le planning va de %(first)s à %(last)s : voici ce qu'il a de plus proche.") % {
        "first": date_format(within[0], "F Y"),
        "last": date_format(within[1], "F Y"),
    }
