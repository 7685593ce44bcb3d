"""Who comes on a day: the children of each session, whom to call, who may pick them up."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from portail.activities.models import Session
from portail.bookings.models import Absence, Booking
from portail.core import phones
from portail.core.text import plain
from portail.families.models import Adult, Child, ChildContact, HouseholdChild, Schooling
from portail.families.models.custody import forbidden
from portail.rules.peaks import Hours


@dataclass(frozen=True)
class Phone:
    """A person and the numbers they answer, as the country writes them."""

    name: str
    numbers: tuple[str, ...]


@dataclass(frozen=True)
class Contact:
    name: str
    relation: str
    number: str
    is_emergency: bool


@dataclass(frozen=True)
class Line:
    """A child expected. `parents`: the adults of the household that books this day; `pick_up`: who else may come.

    `is_absent`: it was said that it will not come (why is not for the list). `hours`: those chosen by the family.
    """

    child: Child
    school_class: str
    school: str
    parents: tuple[Phone, ...]
    pick_up: tuple[Contact, ...]
    emergency: tuple[Contact, ...]
    is_absent: bool = False
    hours: Hours | None = None


@dataclass(frozen=True)
class SessionList:
    session: Session
    lines: tuple[Line, ...]

    @property
    def expected(self) -> int:
        return sum(not line.is_absent for line in self.lines)


def sessions_of(
    day: date, *, place_id: int | None = None, service_id: int | None = None
) -> QuerySet[Session]:
    """The sessions of a day, `taken`: children booked, `absent`: those who will not come; by place, then by service."""
    found = Session.objects.filter(date=day)
    if place_id is not None:
        found = found.filter(place=place_id)
    if service_id is not None:
        found = found.filter(service=service_id)
    return (
        found.select_related("service", "place", "closing")
        .annotate(
            taken=Count("bookings", filter=Q(bookings__state=Booking.State.BOOKED), distinct=True),
            absent=Count(
                "bookings",
                filter=Q(
                    bookings__state=Booking.State.BOOKED,
                    bookings__absences__isnull=False,
                    bookings__absences__withdrawn_at=None,
                ),
                distinct=True,
            ),
        )
        .order_by("place__name", "service__position", "service__name", "pk")
    )


def session_lists(sessions: Iterable[Session]) -> list[SessionList]:
    """The children booked in these sessions, in the order of their names. Five queries, whatever their number."""
    sessions = list(sessions)
    rows = Booking.objects.filter(session__in=sessions, state=Booking.State.BOOKED).select_related("child")
    bookings = sorted(rows, key=_directory)
    makers = _Maker(bookings, sessions[0].date if sessions else date.min)
    by_session: dict[int, list[Line]] = {}
    for booking in bookings:
        by_session.setdefault(booking.session_id, []).append(makers.line(booking))
    return [SessionList(session, tuple(by_session.get(session.pk, ()))) for session in sessions]


def homes_to_call(bookings: Iterable[Booking], day: date) -> dict[int, int]:
    """By booking, the household whose adults are called and may come: the one that booked, or the other when a court
    hides the child from it that day (0 when nobody is left). One query when a child is shared, else none."""
    rows = list(bookings)
    shared = {row.child_id for row in rows if row.child.has_custody}
    links: dict[int, dict[int, bool]] = {}
    if shared:
        found = HouseholdChild.objects.filter(child__in=shared, since__lte=day).exclude(until__lt=day)
        hidden = found.annotate(hidden=forbidden("seeing", day)).order_by("pk")
        for child_id, household_id, is_hidden in hidden.values_list("child_id", "household_id", "hidden"):
            links.setdefault(child_id, {})[household_id] = is_hidden
    return {row.pk: _home_to_call(row, links.get(row.child_id, {})) for row in rows}


def _home_to_call(booking: Booking, hidden: dict[int, bool]) -> int:
    if not hidden.get(booking.household_id):
        return booking.household_id
    return next((pk for pk, is_hidden in hidden.items() if not is_hidden), 0)


class _Maker:
    """What is known of the children and households of these bookings, read at once."""

    def __init__(self, bookings: list[Booking], day: date) -> None:
        children = {booking.child_id for booking in bookings}
        self.homes = homes_to_call(bookings, day)
        households = set(self.homes.values())
        self.schools = {
            schooling.child_id: schooling
            for schooling in Schooling.objects.filter(
                child__in=children, school_year__start__lte=day, school_year__end__gte=day
            ).select_related("school", "school_class")
        }
        told = Absence.objects.filter(booking__in=bookings, withdrawn_at=None)
        self.absent = set(told.values_list("booking", flat=True))
        self.adults: dict[int, list[Adult]] = {}
        for adult in Adult.objects.filter(household__in=households).order_by("position", "pk"):
            self.adults.setdefault(adult.household_id, []).append(adult)
        self.contacts: dict[tuple[int, int], list[ChildContact]] = {}
        for contact in ChildContact.objects.filter(child__in=children, household__in=households).order_by(
            "pk"
        ):
            self.contacts.setdefault((contact.household_id, contact.child_id), []).append(contact)

    def line(self, booking: Booking) -> Line:
        schooling = self.schools.get(booking.child_id)
        home = self.homes[booking.pk]
        contacts = self.contacts.get((home, booking.child_id), [])
        return Line(
            child=booking.child,
            school_class=_class(schooling),
            school=schooling.school.name if schooling else "",
            parents=tuple(_phone(adult) for adult in self.adults.get(home, ())),
            pick_up=tuple(_contact(c) for c in contacts if c.may_pick_up),
            is_absent=booking.pk in self.absent,
            hours=booking.hours,
            emergency=tuple(_contact(c) for c in contacts if c.is_emergency and not c.may_pick_up),
        )


def _directory(booking: Booking) -> tuple[str, str, int]:
    """The order of a directory, whatever the database makes of accents."""
    return plain(booking.child.last_name), plain(booking.child.first_name), booking.pk


def _class(schooling: Schooling | None) -> str:
    if schooling is None:
        return ""
    return schooling.school_class.name if schooling.school_class else schooling.level


def _phone(adult: Adult) -> Phone:
    numbers = (adult.mobile_phone, adult.home_phone, adult.work_phone)
    return Phone(str(adult), tuple(dict.fromkeys(phones.shown(n) for n in numbers if n)))


def _contact(contact: ChildContact) -> Contact:
    return Contact(contact.name, contact.relation, phones.shown(contact.phone), contact.is_emergency)
