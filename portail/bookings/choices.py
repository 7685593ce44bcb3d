"""The hours of a recap, where families choose them: wished, booked or usual; and whether they fit."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import time

from portail import rules
from portail.activities.models import Service, Session
from portail.bookings.models import Booking
from portail.bookings.queries.occupancy import hours_taken
from portail.bookings.standing import Facts, Standing, State
from portail.families.models import HouseholdChild
from portail.rules.peaks import Hours, peak

Pair = tuple[int, int]


class Choices:
    """For the children and sessions of a recap; no query where no service lets families choose."""

    def __init__(
        self,
        pairs: Sequence[Pair],
        links: Mapping[int, HouseholdChild],
        sessions: Mapping[int, Session],
        own: Mapping[Pair, Booking],
        wished: Mapping[Pair, Hours],
    ) -> None:
        self.services = {
            pair: sessions[pair[1]].service for pair in pairs if sessions[pair[1]].service.hours_step
        }
        self.own, self.wished = own, wished
        self.usual = _usual(self.services) if self.services else {}
        self.taken = hours_taken(
            {session: self.services[child, session].hours for child, session in self.services}
        )

    def of(self, pair: Pair) -> Hours | None:
        """Those wished; else those booked, or the last that the child had in this service, or the whole session."""
        service = self.services.get(pair)
        if service is None:
            return None
        return (
            self.wished.get(pair)
            or self.booked(pair)
            or self.usual.get((pair[0], service.pk))
            or service.hours
        )

    def booked(self, pair: Pair) -> Hours | None:
        if pair not in self.services or pair not in self.own:
            return None
        return self.own[pair].hours or self.services[pair].hours

    def moving(self, wanted: set[Pair]) -> set[Pair]:
        """What is booked, and wished at other hours."""
        return {
            pair
            for pair in self.services
            if pair in wanted and pair in self.own and self.of(pair) != self.booked(pair)
        }

    def kept(self, wanted: set[Pair]) -> set[Pair]:
        """What is booked at the very hours that are wished."""
        return {pair for pair in self.wished if pair in wanted and pair in self.own} - self.moving(wanted)

    def refused(self, pair: Pair) -> Standing | None:
        """Why these hours cannot be, when they cannot whatever the places."""
        hours, service = self.of(pair), self.services.get(pair)
        if hours is None or service is None or hours == service.hours or fits(hours, service):
            return None
        start, end = (rules.say("clock", minutes=hour.hour * 60 + hour.minute) for hour in service.hours)
        told = rules.say("refused.hours", start=start, end=end, step=service.hours_step)
        return Standing(State.UNMET, False, told)

    def told_to(self, facts: dict[Pair, Facts]) -> dict[Pair, Facts]:
        """With the hours wished, and how many of the others are there then."""
        return facts | {pair: self._told(pair, facts[pair]) for pair in self.services}

    def _told(self, pair: Pair, facts: Facts) -> Facts:
        hours, others = self.of(pair), list(self.taken.get(pair[1], ()))
        booking = self.own.get(pair)
        if booking and booking.state in Booking.TAKING:
            others.remove(booking.hours or self.services[pair].hours)
        assert hours is not None
        return replace(facts, hours=hours, others=tuple(others), taken=peak(others, hours))


def fits(hours: Hours, service: Service) -> bool:
    """Inside the session, one after the other, each on a step of it (or on its end)."""
    return service.starts_at <= hours[0] < hours[1] <= service.ends_at and all(
        hour in steps(service) for hour in hours
    )


def steps(service: Service) -> list[time]:
    """The hours that may be chosen, both ends included."""
    first, last = (hour.hour * 60 + hour.minute for hour in service.hours)
    minutes = [*range(first, last, service.hours_step or last), last]
    return [time(*divmod(minute, 60)) for minute in minutes]


def _usual(services: Mapping[Pair, Service]) -> dict[tuple[int, int], Hours]:
    """The hours of the last booking that each child made in each service."""
    rows = (
        Booking.objects.active()
        .filter(
            child__in={child for child, _session in services},
            session__service__in={service.pk for service in services.values()},
            starts_at__isnull=False,
        )
        .order_by("created_at", "pk")
        .values_list("child_id", "session__service_id", "starts_at", "ends_at")
    )
    return {(child, service): (starts, ends) for child, service, starts, ends in rows}
