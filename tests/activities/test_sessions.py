"""Sessions come from the calendar: the right days, once, and none is lost with its bookings."""

from datetime import date

import pytest

from portail.activities.actions import calendar, sessions
from portail.activities.models import CalendarEntry, Service, Session
from portail.bookings.models import Booking
from portail.core.models import JournalEntry
from portail.rules import CalendarUnknown
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db
Kind = CalendarEntry.Kind


@pytest.fixture(autouse=True)
def filled_calendar(db):
    make.CommuneFactory()
    make.SchoolYearFactory()
    calendar.import_calendar("B", None, [2026, 2027], actor=None, now=NOW)


def generate(offer, start: date, end: date):
    return sessions.generate_sessions([offer], start, end, actor=None, now=NOW)


def days(offer) -> list[str]:
    return [
        f"{day:%d/%m}"
        for day in Session.objects.filter(service=offer.service, place=offer.place).values_list(
            "date", flat=True
        )
    ]


def mark(kind: str, start: date, end: date | None = None, label: str = "Décision du conseil"):
    return CalendarEntry.objects.create(kind=kind, start=start, end=end or start, label=label)


def test_school_weeks_public_holidays_and_school_holidays():
    offer = make.ServicePlaceFactory()
    done = generate(offer, date(2026, 12, 14), date(2027, 1, 8))
    assert days(offer) == ["14/12", "15/12", "17/12", "18/12", "04/01", "05/01", "07/01", "08/01"]
    assert (len(done.created), done.kept, done.removed, done.booked) == (8, 0, [], [])
    assert set(Session.objects.values_list("capacity", flat=True)) == {40}


def test_generating_twice_is_generating_once_and_a_changed_session_stays_as_it_is():
    offer = make.ServicePlaceFactory()
    generate(offer, date(2026, 12, 1), date(2026, 12, 31))
    Session.objects.filter(date=date(2026, 12, 3)).update(capacity=12)
    again = generate(offer, date(2026, 12, 1), date(2026, 12, 31))
    assert (again.created, again.kept) == ([], 11)
    assert Session.objects.get(date=date(2026, 12, 3)).capacity == 12
    assert JournalEntry.objects.filter(verb="sessions.generated").count() == 1


def test_the_holidays_of_a_leisure_centre():
    offer = make.ServicePlaceFactory(service__code="vacances", service__weekdays="12345")
    Service.objects.filter(code="vacances").update(period=Service.Period.HOLIDAYS)
    generate(offer, date(2026, 12, 14), date(2027, 1, 8))
    assert days(offer) == ["21/12", "22/12", "23/12", "24/12", "28/12", "29/12", "30/12", "31/12"]


def test_all_year_is_closed_on_public_holidays_only():
    offer = make.ServicePlaceFactory(service__code="creche", service__weekdays="12345")
    Service.objects.filter(code="creche").update(period=Service.Period.ALL)
    generate(offer, date(2026, 12, 21), date(2027, 1, 3))
    assert days(offer) == ["21/12", "22/12", "23/12", "24/12", "28/12", "29/12", "30/12", "31/12"]


def test_a_closure_shuts_and_a_day_worked_anyway_opens():
    mark(Kind.CLOSURE, date(2026, 12, 3), date(2026, 12, 4))
    mark(Kind.WORKED, date(2026, 12, 5))
    canteen = make.ServicePlaceFactory()
    wednesday = make.ServicePlaceFactory(service__code="mercredi", service__weekdays="3")
    for offer in (canteen, wednesday):
        generate(offer, date(2026, 11, 30), date(2026, 12, 6))
    assert days(canteen) == ["30/11", "01/12", "05/12"]  # Saturday of class: the canteen opens
    assert days(wednesday) == ["02/12"]


def test_a_day_of_class_in_holidays_shuts_the_leisure_centre_and_a_public_holiday_worked_opens_it():
    offer = make.ServicePlaceFactory(service__code="vacances", service__weekdays="12345")
    Service.objects.filter(code="vacances").update(period=Service.Period.HOLIDAYS)
    mark(Kind.WORKED, date(2026, 12, 23))
    mark(Kind.WORKED, date(2026, 12, 25))
    generate(offer, date(2026, 12, 21), date(2026, 12, 25))
    assert days(offer) == ["21/12", "22/12", "24/12", "25/12"]


@pytest.mark.parametrize(
    ("start", "end"), [(date(2026, 10, 24), date(2026, 10, 27)), (date(2027, 3, 27), date(2027, 3, 30))]
)
def test_the_days_when_the_clock_changes_are_days_like_others(start, end):
    offer = make.ServicePlaceFactory(service__code="creche", service__weekdays="1234567")
    Service.objects.filter(code="creche").update(period=Service.Period.ALL)
    generate(offer, start, end)
    assert len(days(offer)) == (4 if start.year == 2026 else 3)  # 29 March 2027 is Easter Monday


def test_a_day_served_no_more_goes_unless_a_booking_tells_of_it():
    offer = make.ServicePlaceFactory()
    generate(offer, date(2026, 12, 1), date(2026, 12, 6))
    booked = make.BookingFactory(session=Session.objects.get(date=date(2026, 12, 3)))
    gone = make.BookingFactory(
        session=Session.objects.get(date=date(2026, 12, 1)), state=Booking.State.CANCELLED
    )
    Service.objects.update(weekdays="5")
    done = generate(offer, date(2026, 12, 1), date(2026, 12, 6))
    assert days(offer) == ["01/12", "03/12", "04/12"]
    assert done.removed == []
    assert {session.pk for session in done.booked} == {booked.session_id, gone.session_id}
    Service.objects.update(weekdays="")
    assert [f"{s.date:%d/%m}" for s in generate(offer, date(2026, 12, 1), date(2026, 12, 6)).removed] == [
        "04/12"
    ]


def test_sessions_of_other_places_and_services_are_left_alone():
    canteen = make.ServicePlaceFactory()
    care = make.ServicePlaceFactory(service__code="soir", service__weekdays="3")
    elsewhere = make.SessionFactory(service=care.service, place__name="Ailleurs", date=date(2026, 12, 3))
    other = make.SessionFactory(service=canteen.service, place__name="Ailleurs", date=date(2026, 12, 2))
    sessions.generate_sessions([canteen, care], date(2026, 12, 1), date(2026, 12, 6), actor=None, now=NOW)
    assert Session.objects.filter(pk__in=[elsewhere.pk, other.pk]).count() == 2


def test_past_the_last_school_holidays_known_it_says_so_and_does_nothing():
    offer = make.ServicePlaceFactory()
    with pytest.raises(CalendarUnknown, match="complétez le calendrier de la commune"):
        generate(offer, date(2027, 12, 1), date(2028, 2, 1))
    assert not Session.objects.exists()


def test_without_any_calendar_nothing_is_made_by_chance():
    CalendarEntry.objects.all().delete()
    with pytest.raises(CalendarUnknown):
        generate(make.ServicePlaceFactory(), date(2026, 12, 1), date(2026, 12, 6))


def test_a_year_of_two_services_is_made_in_few_queries(django_assert_max_num_queries):
    offers = [
        make.ServicePlaceFactory(service__code=code, place__name=place)
        for code in ("cantine", "soir")
        for place in ("Nord", "Sud")
    ]
    with django_assert_max_num_queries(14):
        sessions.generate_sessions(offers, date(2026, 9, 1), date(2027, 7, 3), actor=None, now=NOW)
    assert Session.objects.count() == 4 * 139


def test_a_capacity_is_kept_once_and_told():
    session = make.SessionFactory(capacity=40)
    sessions.set_capacity(session, None, actor=None, now=NOW)
    sessions.set_capacity(session, None, actor=None, now=NOW)
    line = JournalEntry.objects.get(verb="session.capacity_changed")
    assert line.subject == f"session:{session.pk}"
    assert line.summary.endswith("40 → sans limite")
