"""The planning in a telephone's calendar: the right days, at the right hour, for whoever holds the secret."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.urls import reverse
from icalendar import Calendar

from portail.bookings.actions.absences import tell_absences
from portail.bookings.models import Booking, CalendarFeed
from portail.core.models import JournalEntry
from tests import factories as make
from tests.factories import NOW


@pytest.fixture(autouse=True)
def today(db):
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def alice(client, cast):
    client.force_login(cast.alice.user)
    return client


@pytest.fixture
def booked(cast):
    return [
        make.BookingFactory(
            child=cast.lea,
            household=cast.alice.household,
            session=make.SessionFactory(service=cast.canteen, place=cast.offer.place, date=day),
        )
        for day in (date(2026, 10, 26), date(2026, 11, 26), date(2027, 3, 29))
    ]


def secret(client):
    client.post(reverse("front:calendar"))
    return CalendarFeed.objects.get().secret


def events(response):
    return list(Calendar.from_ical(response.content).walk("VEVENT"))


def read(client, value):
    return client.get(reverse("front:calendar_feed", args=[value]))


def test_the_telephone_reads_the_days_at_their_local_hour(alice, booked, client):
    address = secret(alice)
    client.logout()
    response = read(client, address)
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    found = events(response)
    assert [str(e["summary"]) for e in found] == ["Léa · Cantine"] * 3
    assert [e.decoded("dtstart") for e in found] == [
        datetime(2026, 10, 26, 11, tzinfo=UTC),
        datetime(2026, 11, 26, 11, tzinfo=UTC),
        datetime(2027, 3, 29, 10, tzinfo=UTC),
    ]
    assert len({str(e["uid"]) for e in found}) == 3


def test_a_day_cancelled_or_told_absent_leaves_and_another_parents_is_not_there(alice, booked, cast):
    Booking.objects.filter(pk=booked[1].pk).update(state=Booking.State.CANCELLED)
    tell_absences(cast.alice.household, [booked[2].pk], reason="", actor=cast.alice.user, now=NOW)
    session = make.SessionFactory(service=cast.canteen, place=cast.offer.place, date=date(2026, 12, 1))
    make.BookingFactory(child=cast.lea, household=cast.bob.household, session=session)
    assert len(events(read(alice, secret(alice)))) == 1


def test_another_address_closes_the_first_and_closing_closes_it(alice, booked):
    first = secret(alice)
    second = secret(alice)
    assert first != second
    assert [read(alice, address).status_code for address in (first, second)] == [404, 200]
    for _ in range(2):
        alice.post(reverse("front:calendar"), {"close": ""})
    assert read(alice, second).status_code == 404
    verbs = JournalEntry.objects.filter(verb__startswith="calendar.").order_by("pk")
    assert [entry.verb for entry in verbs] == ["calendar.opened", "calendar.changed", "calendar.closed"]
    assert not any(second in f"{entry.summary}{entry.after}" for entry in verbs)


def test_a_closed_account_or_dossier_closes_its_calendar(alice, booked, cast):
    address = secret(alice)
    cast.alice.user.is_active = False
    cast.alice.user.save()
    assert read(alice, address).status_code == 404


def test_the_file_is_the_familys_own(alice, booked, client, cast):
    assert len(events(alice.get(reverse("front:calendar_file")))) == 3
    client.force_login(cast.charlie.user)
    assert events(client.get(reverse("front:calendar_file"))) == []


@pytest.mark.parametrize("days", [1, 5])
def test_as_many_queries_for_one_day_as_for_five(alice, cast, days, django_assert_num_queries):
    for n in range(days):
        session = make.SessionFactory(
            service=cast.canteen, place=cast.offer.place, date=date(2026, 12, 1 + n)
        )
        make.BookingFactory(child=cast.lea, household=cast.alice.household, session=session)
    address = secret(alice)
    alice.logout()
    with django_assert_num_queries(3):
        assert len(events(read(alice, address))) == days
