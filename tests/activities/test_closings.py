from datetime import date

import pytest

from portail.activities.actions import closings
from portail.activities.models import Closing, Session
from portail.core.models import JournalEntry
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db
DAY = date(2026, 12, 3)


@pytest.fixture
def week() -> list[Session]:
    place = make.PlaceFactory(name="Restaurant Jules-Verne", school=make.SchoolFactory())
    elsewhere = make.PlaceFactory(name="Centre")
    return [
        make.SessionFactory(place=place, date=DAY),
        make.SessionFactory(place=place, date=date(2026, 12, 4)),
        make.SessionFactory(place=place, date=DAY, service__code="soir"),
        make.SessionFactory(place=elsewhere, date=DAY, service__code="soir"),
    ]


def close(start=DAY, end=DAY, reason="Panne de chauffage", **narrowed) -> Closing:
    return closings.close_sessions(closings.Selection(start, end, **narrowed), reason, actor=None, now=NOW)


def closed(closing: Closing) -> set[int]:
    return set(closing.sessions.values_list("pk", flat=True))


def test_a_selection_narrows_to_a_school_a_place_a_service(week):
    first, second, third, fourth = week
    assert set(closings.Selection(DAY, DAY).sessions()) == {first, third, fourth}
    assert set(closings.Selection(DAY, DAY, school=first.place.school).sessions()) == {first, third}
    assert set(closings.Selection(DAY, DAY, service=third.service).sessions()) == {third, fourth}
    assert set(closings.Selection(DAY, second.date, place=first.place).sessions()) == {first, second, third}


def test_closing_twice_is_closing_once(week):
    closing = close()
    assert close() == closing
    assert closed(closing) == {week[0].pk, week[2].pk, week[3].pk}
    assert Closing.objects.count() == 1
    assert JournalEntry.objects.get().summary == "3 séances fermées le 03/12/2026 : Panne de chauffage"


def test_what_another_closing_closed_is_left_to_it(week):
    first = close(service=week[0].service)
    second = close(reason="Neige")
    assert closed(first) == {week[0].pk}
    assert closed(second) == {week[2].pk, week[3].pk}


def test_there_must_be_something_to_close(week):
    with pytest.raises(closings.NothingToClose):
        close(date(2026, 12, 24), date(2026, 12, 25))
    close()
    with pytest.raises(closings.NothingToClose):
        close(reason="Autre motif")


def test_reopening_twice_is_reopening_once(week):
    closing = close()
    opened = closings.reopen_sessions(closing, actor=None, now=NOW)
    assert {session.pk for session in opened} == {week[0].pk, week[2].pk, week[3].pk}
    assert closings.reopen_sessions(closing, actor=None, now=NOW) == []
    assert not Session.objects.exclude(closing=None).exists()
    assert Closing.objects.get().reopened_at == NOW
    assert JournalEntry.objects.filter(verb="closing.reopened").count() == 1
