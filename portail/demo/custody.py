"""The children of separated parents: one week in two, agreed by them or set by the service, and lately an exchange.

All through the actions that the screens call.
"""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.db.models import F
from django.utils import timezone

from portail.accounts.models import User
from portail.activities import queries as activities
from portail.bookings.actions import custody as bookings
from portail.bookings.models import Booking
from portail.core.models import OutboxMail
from portail.demo import accounts
from portail.demo.families import EVEN_WEEKS, Family
from portail.demo.timeline import Timeline, at
from portail.families import custody
from portail.families.actions import custody as actions
from portail.families.models import Child, Household
from portail.rules.custody import Calendar, Exchange, Home, Stretch, Weeks, shared_holidays

TOKENS = UUID("9c1d4d7c-6c1f-4b53-8f5e-1f8a9f4d2b11")
BEFORE = timedelta(days=12)
"""How long before the school year the parents agreed."""


def agree(plans: list[Family], agent: User, when: Timeline) -> None:
    """The calendars, since the first school year of the portail: accepted where both parents sign in, else set at the
    desk."""
    first, asked = when.previous.start, at(when.previous.start - BEFORE, 21, 15)
    shared: dict[Child, list[Family]] = {}
    for family in plans:
        for plan in family.children:
            if plan.child is not None:
                shared.setdefault(plan.child, []).append(family)
    for child, two in shared.items():
        if len(two) != 2:
            continue
        homes = actions.homes_of(child, timezone.localdate(asked))
        rows = [family.household for family in two if family.household]
        even = next(family.household for family in two if family.number in EVEN_WEEKS)
        calendar = Calendar(Weeks(Home.A if even and even.pk == homes[0] else Home.B), first)
        known: dict[str, Any] = {"token": uuid5(TOKENS, f"calendar {child.pk}"), "now": asked}
        if two[0].user and two[1].user:
            term = actions.propose_calendar(child, rows[0], calendar, author=two[0].user, **known)
            bookings.accept(term, rows[1], actor=two[1].user, now=asked + timedelta(hours=16))
        else:
            message = "À la demande des deux parents, au guichet."
            bookings.decide_calendar(child, homes, calendar, actor=agent, message=message, **known)
    OutboxMail.objects.filter(created_at__lt=when.now - timedelta(days=1), sent_at=None).update(
        state=OutboxMail.State.SENT, sent_at=F("created_at"), attempts=1
    )


def exchange(when: Timeline) -> None:
    """Camille gave Amadou a day for which it had booked: the service will say what becomes of it. Amadou asks for
    another day, and waits for an answer."""
    camille, amadou = (User.objects.get(username=who.username) for who in (accounts.CAMILLE, accounts.AMADOU))
    mother, father = (Household.objects.get(adults__user=user) for user in (camille, amadou))
    eldest, *younger = mother.children.order_by("birth_date")
    yesterday = when.today - timedelta(days=1)
    holidays = shared_holidays(activities.calendar().entries)
    known: dict[str, Any] = {"holidays": holidays, "message": ""}
    booked = Booking.objects.active().filter(child=eldest, household=mother)
    day = booked.filter(session__date__gt=when.today + timedelta(days=10)).order_by("session__date")
    if given := day.values_list("session__date", flat=True).first():
        term = actions.propose_exchange(
            eldest,
            mother,
            _one_day(eldest, father, given, when.today),
            token=uuid5(TOKENS, "given"),
            author=camille,
            now=at(yesterday, 18, 20),
            **known,
        )
        bookings.accept(term, father, actor=amadou, now=at(yesterday, 20, 5))
    for child in younger[:1]:
        own = custody.of_children([child.pk])[child.pk]
        coming = (when.today + timedelta(days=20 + n) for n in range(30))
        theirs = [d for d in coming if d.weekday() == 2 and own.holder(d, holidays) == mother.pk]
        actions.propose_exchange(
            child,
            father,
            _one_day(child, father, theirs[0], when.today),
            token=uuid5(TOKENS, "asked"),
            author=amadou,
            now=at(yesterday, 21, 40),
            **(known | {"message": "C'est l'anniversaire de sa grand-mère."}),
        )


def _one_day(child: Child, to: Household, day: date, today: date) -> Exchange:
    home = Home.A if actions.homes_of(child, today)[0] == to.pk else Home.B
    return Exchange((Stretch(home, day, day),))
