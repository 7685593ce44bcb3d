"""A Wednesday that is full, its waiting list, and a place that has just been offered: through the very actions."""

import random
from uuid import UUID

from portail.accounts.models import User
from portail.activities.actions.sessions import set_capacity
from portail.activities.models import Session
from portail.bookings.actions import How, Wish, change_bookings, check
from portail.bookings.models import Booking
from portail.demo import accounts
from portail.demo.timeline import Timeline
from portail.families.models import Child, Household

MOST_WAITING = 3


def wait(agent: User, when: Timeline, chance: random.Random) -> None:
    """The first family of the trial accounts that can, then others: it is offered the place that another gives back."""
    parents = User.objects.filter(
        username__in=[accounts.CAMILLE.username, accounts.SIOBHAN.username, accounts.AMADOU.username]
    ).order_by("pk")
    for session in _wednesdays(when):
        waiting = [pair for parent in parents if (pair := _one_who_may(_home(parent), session, when))]
        leaving = session.bookings.filter(state=Booking.State.BOOKED).exclude(
            household__adults__user__in=parents
        )
        gives_back = leaving.select_related("household").order_by("pk").first()
        if waiting and gives_back:
            _fill(session, waiting, gives_back, agent, when, chance)
            return


def _wednesdays(when: Timeline) -> list[Session]:
    """The Wednesdays to come that many have booked, beyond the deadlines that are near."""
    coming = Session.objects.filter(service__code="mercredi", date__gt=when.today, closing=None)
    return [s for s in coming.order_by("date", "pk")[2:10] if s.bookings.taking_a_place().count() >= 4]


def _home(parent: User) -> Household:
    return Household.objects.get(adults__user=parent)


def _one_who_may(household: Household, session: Session, when: Timeline) -> tuple[Household, Child] | None:
    """A child of this household that could have come."""
    for child in household.children.order_by("birth_date"):
        taken = session.bookings.filter(child=child, state__in=Booking.ACTIVE).exists()
        enrolled = child.enrolments.filter(place=session.place, activity=session.service.activity_id).exists()
        if enrolled and not taken:
            return household, child
    return None


def _fill(
    session: Session,
    waiting: list[tuple[Household, Child]],
    gives_back: Booking,
    agent: User,
    when: Timeline,
    chance: random.Random,
) -> None:
    set_capacity(session, session.bookings.taking_a_place().count(), actor=agent, now=when.now)
    names = {household.pk for household, _ in waiting}
    others = Household.objects.filter(
        children__enrolments__place=session.place, children__enrolments__activity=session.service.activity_id
    ).exclude(pk__in=names)
    for household in others.distinct().order_by("pk")[:40]:
        if len(waiting) < MOST_WAITING and (pair := _one_who_may(household, session, when)):
            waiting.append(pair)
    for household, child in waiting:
        _ask(household, [Wish(child.pk, session.pk, True, how=How.WAIT)], agent, when, chance)
    back = [Wish(gives_back.child_id, session.pk, False)]
    _ask(gives_back.household, back, agent, when, chance)


def _ask(
    household: Household, wishes: list[Wish], agent: User, when: Timeline, chance: random.Random
) -> None:
    """Through the family's own account; through the town hall where it has none."""
    parent = User.objects.filter(adult__household=household).order_by("pk").first()
    token, actor, now = UUID(int=chance.getrandbits(128), version=4), parent or agent, when.now
    if check(household, wishes, actor=actor, now=now).is_as_wished:
        change_bookings(household, wishes, token=token, actor=actor, now=now)
