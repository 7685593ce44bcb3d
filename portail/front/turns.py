"""Whose turn it is: the openings that concern a family, and the door of the waiting rooms before the booking pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from portail import rules
from portail.activities import queries as activities
from portail.bookings.actions.rooms import come_in
from portail.bookings.queries import rooms
from portail.bookings.standing import Law
from portail.families.models import Household

TOLD = timedelta(days=60)
"""How long before its first opening the home page tells of a period."""
COOKIE = "portail_tour"
FREE = 0
"""In the place of a ticket: this family has none to take, it goes the ordinary way."""
FRESH = timedelta(seconds=2)
"""How long a process remembers which rooms it saw open: only to lead there sooner, never to let anybody in."""
_seen: dict[str, tuple[datetime, tuple[rules.BookingPeriod, ...]]] = {}


@dataclass(frozen=True)
class Opening:
    """A period as it opens to a family. `rule`: the class it is of; None when the period opens to none of its children.
    `in_turn`: its waiting room is open."""

    period: rules.BookingPeriod
    rule: rules.OpeningRule | None
    moment: datetime | None
    closes: datetime
    in_turn: bool
    now: datetime

    @property
    def is_coming(self) -> bool:
        return self.moment is not None and self.now < self.moment

    @property
    def is_closed(self) -> bool:
        return self.now >= self.closes

    @property
    def takes_tickets(self) -> bool:
        """Whether its room takes this family: open, and its own opening near or past."""
        if self.moment is None or not self.in_turn or self.is_closed:
            return False
        before = (self.period.room or rules.Room()).before
        return self.now >= self.moment - timedelta(minutes=before)


def plain_calendar(regulation: rules.Regulation) -> rules.Calendar:
    """Enough of a calendar for openings, which are dates: no query."""
    return regulation.calendar_with((), date.max)


def opening(
    period: rules.BookingPeriod,
    household: Household,
    regulation: rules.Regulation,
    *,
    in_turn: bool,
    now: datetime,
) -> Opening:
    """How a period opens to a household. One query when its classes look at the children."""
    calendar = plain_calendar(regulation)
    rule = rooms.opening_of(household, period, regulation)
    moment = rule.moment(period.start, calendar) if rule else None
    return Opening(period, rule, moment, period.closes(calendar), in_turn, now)


def coming(household: Household, now: datetime) -> list[Opening]:
    """What opens soon to this family, or opens now by turns: for the home page. One query when nothing does."""
    regulation = activities.regulation()
    calendar = plain_calendar(regulation)
    near = [p for p in regulation.periods if _is_near(p, calendar, now)]
    found = rooms.concerned(household.pk, near)
    if not found:
        return []
    first, last = min(p.start for p in found), max(p.end for p in found)
    by_turns = {p.code for p in rooms.open_rooms(regulation, calendar, now, first, last)}
    told = [opening(p, household, regulation, in_turn=p.code in by_turns, now=now) for p in found]
    return [one for one in told if one.is_coming or one.takes_tickets]


def _is_near(period: rules.BookingPeriod, calendar: rules.Calendar, now: datetime) -> bool:
    moments = rooms.instants(period, calendar)
    return bool(moments) and min(moments) - TOLD <= now < period.closes(calendar).astimezone(UTC)


def door(law: Law, household: Household, first: date, last: date) -> tuple[Law, HttpResponse | None]:
    """The law as it holds for this household, and where it is led when some day between these two is booked by turns
    and its turn has not come. Who is inside keeps its place by coming. No query when no period meets these days."""
    law = rooms.behind_rooms(law, household.pk, first, last)
    if law.waits:
        note_open(law.waits, law.now)
    if law.tickets:
        come_in(law.tickets, now=law.now)
    if law.waits and (mine := rooms.concerned(household.pk, law.waits)):
        return law, redirect("front:room", mine[0].code)
    return law, None


def note_open(periods: Iterable[rules.BookingPeriod], now: datetime) -> None:
    """This process has just seen these rooms open."""
    _seen[connection.settings_dict["NAME"]] = (now, tuple(periods))


def seen_open(first: date, last: date, now: datetime) -> rules.BookingPeriod | None:
    """A period with days between these two whose room this process has just seen open. No query."""
    at, periods = _seen.get(connection.settings_dict["NAME"], (now, ()))
    if abs(now - at) > FRESH:
        return None
    return next((period for period in periods if period.meets(first, last)), None)


def remember(request: HttpRequest, response: HttpResponse, ticket_id: int) -> HttpResponse:
    """Let the page that asks for its place again be answered without opening the session."""
    value = _signer(request).sign(str(ticket_id))
    response.set_cookie(
        COOKIE,
        value,
        max_age=timedelta(hours=12),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def remembered(request: HttpRequest) -> int | None:
    """The ticket of this session, or FREE, as the portal signed it; None when the session is another one, or none."""
    try:
        return int(_signer(request).unsign(request.COOKIES.get(COOKIE, "")))
    except (BadSignature, ValueError):
        return None


def _signer(request: HttpRequest) -> Signer:
    """Of this very session: after signing out, or in again, the cookie is worth nothing."""
    return Signer(salt=f"turn:{request.COOKIES.get(settings.SESSION_COOKIE_NAME, '')}")
