"""Enrolments: offered places only, once a year, and never from under a booking."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from portail.bookings.actions import enrolments
from portail.bookings.models import Enrolment
from portail.core.changes import EditedMeanwhile, shown
from portail.core.models import JournalEntry
from tests import factories as make
from tests.factories import NOW

FIELDS = ["place", "since", "until"]


@pytest.fixture
def year(cast):
    return make.SchoolYearFactory()


def enrol(cast, year, child, place=None, **days):
    return enrolments.enrol(
        child, cast.canteen.activity, year, place or cast.offer.place, actor=cast.agnes, now=NOW, **days
    )


def verbs(household):
    entries = JournalEntry.objects.filter(subject=household.journal_subject)
    return list(entries.values_list("verb", flat=True))


def test_enrolling_twice_is_enrolling_once(cast, year):
    for _ in range(2):
        enrolment = enrol(cast, year, cast.zoe)
    assert (enrolment.child, enrolment.place) == (cast.zoe, cast.offer.place)
    assert cast.zoe.enrolments.count() == 1
    assert verbs(cast.charlie.household) == ["enrolment.added"]


def test_a_place_that_does_not_offer_it_is_refused(cast, year):
    elsewhere = make.PlaceFactory(name="Gymnase")
    with pytest.raises(ValidationError, match="pas proposée"):
        enrol(cast, year, cast.zoe, elsewhere)
    closed = make.ServicePlaceFactory(service=cast.canteen, place=elsewhere, is_active=False)
    with pytest.raises(ValidationError, match="pas proposée"):
        enrol(cast, year, cast.zoe, closed.place)


def test_one_place_an_activity_a_year(cast, year):
    other = make.ServicePlaceFactory(service=cast.canteen, place=make.PlaceFactory(name="Autre restaurant"))
    with pytest.raises(ValidationError, match="déjà inscrit"):
        enrol(cast, year, cast.lea, other.place)


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        (date(2025, 9, 1), None, "Choisissez un jour de l'année 2026-2027"),
        (None, date(2027, 8, 1), "Choisissez un jour de l'année 2026-2027"),
        (date(2027, 1, 4), date(2026, 12, 1), "doit suivre"),
    ],
)
def test_days_are_of_the_year_and_in_order(cast, year, since, until, words):
    with pytest.raises(ValidationError, match=words):
        enrol(cast, year, cast.zoe, since=since, until=until)


def test_changing_the_place_is_told_to_both_dossiers(cast):
    other = make.ServicePlaceFactory(service=cast.canteen, place=make.PlaceFactory(name="Autre restaurant"))
    enrolment = cast.lea.enrolments.get()
    values = {"place": other.place, "since": None, "until": None}
    seen = shown(enrolment, FIELDS)
    enrolments.edit_enrolment(enrolment, values, seen=seen, actor=cast.agnes, now=NOW)
    assert cast.lea.enrolments.get().place == other.place
    assert verbs(cast.alice.household) == verbs(cast.bob.household) == ["enrolment.edited"]
    third = make.ServicePlaceFactory(service=cast.canteen, place=make.PlaceFactory(name="Tiers"))
    values = {**values, "place": third.place}
    with pytest.raises(EditedMeanwhile):
        enrolments.edit_enrolment(enrolment, values, seen=seen, actor=cast.alix, now=NOW)


def test_bookings_to_come_hold_the_place_and_the_days(cast):
    enrolment = cast.noe.enrolments.get()
    session = make.SessionFactory(service=cast.canteen, place=cast.offer.place, date=date(2026, 12, 3))
    make.BookingFactory(child=cast.noe, household=cast.alice.household, session=session)
    seen = shown(enrolment, FIELDS)
    short = {"place": cast.offer.place, "since": None, "until": date(2026, 12, 2)}
    with pytest.raises(enrolments.StillBooked) as told:
        enrolments.edit_enrolment(enrolment, short, seen=seen, actor=cast.agnes, now=NOW)
    assert told.value.coming == 1
    enough = {**short, "until": date(2026, 12, 3)}
    enrolments.edit_enrolment(enrolment, enough, seen=seen, actor=cast.agnes, now=NOW)
    with pytest.raises(enrolments.StillBooked):
        enrolments.remove_enrolment(enrolment, actor=cast.agnes, now=NOW)


def test_an_enrolment_that_served_is_not_removed(cast):
    session = make.SessionFactory(service=cast.canteen, place=cast.offer.place, date=date(2026, 11, 3))
    make.BookingFactory(child=cast.noe, household=cast.alice.household, session=session)
    with pytest.raises(enrolments.StillBooked) as told:
        enrolments.remove_enrolment(cast.noe.enrolments.get(), actor=cast.agnes, now=NOW)
    assert (told.value.coming, told.value.past) == (0, 1)


def test_one_that_never_served_is_removed_once(cast):
    enrolment = cast.noe.enrolments.get()
    session = make.SessionFactory(service=cast.canteen, place=cast.offer.place, date=date(2026, 11, 3))
    make.BookingFactory(
        child=cast.noe, household=cast.alice.household, session=session, state="cancelled", cancelled_at=NOW
    )
    for _ in range(2):
        enrolments.remove_enrolment(enrolment, actor=cast.agnes, now=NOW)
    assert not Enrolment.objects.filter(pk=enrolment.pk).exists()
    assert verbs(cast.alice.household) == ["enrolment.removed"]
