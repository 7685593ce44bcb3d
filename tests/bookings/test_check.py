"""What wishes would change, and why some cannot: each refusal once, and what is no refusal."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from portail.activities.models import CalendarEntry, Closing, Regulation, SchoolYear
from portail.bookings.actions import ChildNotInHousehold, Wish, check
from portail.bookings.models import Booking, Enrolment
from portail.bookings.standing import State, said
from portail.families.models import HouseholdChild
from tests import factories as make
from tests.bookings.sayings import IN_TIME, MONDAY, PARIS, TOO_LATE, add, remove, session, week

pytestmark = pytest.mark.django_db


def ask(who, wishes, *, now=IN_TIME, **more):
    return check(who.household, wishes, actor=who.user, now=now, **more)


def the_refusal(recap):
    assert recap.changes == ()
    (change,) = recap.refused
    return change.standing.state, said(change.standing.why)


def test_a_free_day_is_added_with_its_conditions(cast):
    lunch = session(cast)
    recap = ask(cast.alice, add(cast.lea, lunch))
    (change,) = recap.added
    assert (change.child, change.session, change.wanted) == (cast.lea, lunch, True)
    assert said(change.conditions) == "Annulable jusqu'au dimanche 6 décembre à 21 h"
    assert recap.is_as_wished
    assert not recap.needs_reason


def test_a_booked_day_is_removed(cast):
    lunch = session(cast)
    make.BookingFactory(child=cast.lea, session=lunch, household=cast.alice.household)
    (change,) = ask(cast.alice, remove(cast.lea, lunch)).removed
    assert said(change.conditions) == "Réservable jusqu'au dimanche 6 décembre à 21 h"


def test_what_is_already_so_is_no_change(cast):
    taken, free = session(cast), session(cast, MONDAY + timedelta(days=1))
    make.BookingFactory(child=cast.lea, session=taken, household=cast.alice.household)
    recap = ask(cast.alice, add(cast.lea, taken) + remove(cast.lea, free))
    assert recap.is_empty
    assert recap.refused == ()
    assert not recap.is_as_wished


def test_check_writes_nothing(cast, django_assert_num_queries):
    lunch = session(cast)
    with django_assert_num_queries(8):
        ask(cast.alice, add(cast.lea, lunch))
    assert not Booking.objects.exists()


def test_full(cast):
    lunch = session(cast, capacity=1)
    make.BookingFactory(child=cast.noe, session=lunch, household=cast.alice.household)
    assert the_refusal(ask(cast.alice, add(cast.lea, lunch))) == (
        State.FULL,
        "Complet : 1 place prise sur 1",
    )


def test_a_cancelled_booking_takes_no_place(cast):
    lunch = session(cast, capacity=1)
    make.BookingFactory(
        child=cast.noe, session=lunch, household=cast.alice.household, state=Booking.State.CANCELLED
    )
    assert ask(cast.alice, add(cast.lea, lunch)).is_as_wished


def test_without_a_capacity_there_is_always_a_place(cast):
    lunch = session(cast, capacity=None)
    make.BookingFactory(child=cast.noe, session=lunch, household=cast.alice.household)
    assert ask(cast.alice, add(cast.lea, lunch)).is_as_wished


def test_closed_by_the_service(cast):
    trip = Closing.objects.create(
        reason="Sortie scolaire au zoo", start=MONDAY, end=MONDAY, created_at=make.NOW
    )
    lunch = session(cast, closing=trip)
    assert the_refusal(ask(cast.alice, add(cast.lea, lunch))) == (
        State.CLOSED,
        "Fermé : Sortie scolaire au zoo",
    )


@pytest.mark.parametrize(
    ("kind", "label"),
    [(CalendarEntry.Kind.CLOSURE, "Pont"), (CalendarEntry.Kind.PUBLIC_HOLIDAY, "Fête locale")],
)
def test_closed_by_the_calendar(cast, kind, label):
    lunch = session(cast)
    CalendarEntry.objects.create(kind=kind, start=MONDAY, end=MONDAY, label=label)
    assert the_refusal(ask(cast.alice, add(cast.lea, lunch))) == (State.CLOSED, f"Fermé : {label}")


def test_closed_by_the_settings_file(cast):
    text = (
        'format = 1\n[commune]\nname = "Valmont"\n[[calendar]]\nkind = "closure"\nlabel = "Travaux"\n'
        'start = 2026-12-07\nservices = ["cantine"]\n'
    )
    Regulation.objects.create(version=1, text=text, applied_at=make.NOW)
    assert the_refusal(ask(cast.alice, add(cast.lea, session(cast)))) == (State.CLOSED, "Fermé : Travaux")


def test_too_late_to_book_and_to_cancel(cast):
    taken, free = session(cast), session(cast, MONDAY + timedelta(days=1))
    make.BookingFactory(child=cast.lea, session=taken, household=cast.alice.household)
    recap = ask(cast.alice, add(cast.lea, free) + remove(cast.lea, taken), now=TOO_LATE)
    assert recap.is_empty
    assert [(c.session, c.wanted, said(c.standing.why)) for c in recap.refused] == [
        (taken, False, "La date limite était dimanche 6 décembre à 21 h"),
        (free, True, "La date limite était dimanche 6 décembre à 21 h"),
    ]
    assert said(recap.refused[0].standing.reason) == (
        "les réservations de la semaine du 7 décembre se modifient jusqu'au dimanche qui précède, à 21 h"
    )


def test_past(cast):
    lunch = session(cast)
    now = datetime(2026, 12, 8, 0, 1, tzinfo=PARIS)
    assert the_refusal(ask(cast.alice, add(cast.lea, lunch), now=now)) == (
        State.PAST,
        "Cette journée est passée",
    )


def test_the_day_is_the_communes_day(cast):
    """At 23:30 in London on the 7th it is the 8th here: the 7th is past."""
    now = datetime(2026, 12, 7, 23, 30, tzinfo=ZoneInfo("Europe/London"))
    assert the_refusal(ask(cast.alice, add(cast.lea, session(cast)), now=now))[0] == State.PAST


@pytest.mark.parametrize(
    ("opens", "told"),
    [
        (None, "En attente de l'ouverture de l'année scolaire"),
        (datetime(2026, 12, 2, 8, 0, tzinfo=PARIS), "Les réservations ouvrent le mercredi 2 décembre à 8 h"),
    ],
)
def test_waiting_for_the_school_year(cast, opens, told):
    SchoolYear.objects.update(bookable_from=opens)
    assert the_refusal(ask(cast.alice, add(cast.lea, session(cast)))) == (State.NOT_OPEN, told)


def test_open_at_the_very_moment(cast):
    SchoolYear.objects.update(bookable_from=IN_TIME)
    assert ask(cast.alice, add(cast.lea, session(cast))).is_as_wished


def test_booked_by_the_other_parent(cast):
    lunch = session(cast)
    make.BookingFactory(child=cast.lea, session=lunch, household=cast.bob.household)
    assert the_refusal(ask(cast.alice, add(cast.lea, lunch))) == (
        State.OTHER_PARENT,
        "Déjà réservé par l'autre parent",
    )


def test_the_other_parents_booking_is_not_removed(cast):
    lunch = session(cast)
    make.BookingFactory(child=cast.lea, session=lunch, household=cast.bob.household)
    recap = ask(cast.alice, remove(cast.lea, lunch))
    assert recap.is_empty
    assert recap.refused == ()


NOT_OFFERED = (State.NOT_OFFERED, "Cette prestation n'est pas proposée à votre enfant ce jour-là")


def test_a_session_of_another_place(cast):
    other = make.SessionFactory(
        service=cast.canteen, place=make.PlaceFactory(name="Restaurant Curie"), date=MONDAY
    )
    assert the_refusal(ask(cast.alice, add(cast.lea, other))) == NOT_OFFERED


def test_a_session_of_another_activity(cast):
    care = make.ServiceFactory(code="soir", activity=make.ActivityFactory(code="accueil"))
    other = make.SessionFactory(service=care, place=cast.offer.place, date=MONDAY)
    assert the_refusal(ask(cast.alice, add(cast.lea, other))) == NOT_OFFERED


def test_a_session_of_another_school_year(cast):
    make.SchoolYearFactory(label="2027-2028", start=date(2027, 9, 1), end=date(2028, 7, 1))
    assert the_refusal(ask(cast.alice, add(cast.lea, session(cast, date(2027, 9, 6))))) == NOT_OFFERED


def test_a_session_that_no_calendar_knows(cast):
    assert the_refusal(ask(cast.alice, add(cast.lea, session(cast, date(2031, 9, 1))))) == NOT_OFFERED


@pytest.mark.parametrize(
    "dates", [{"since": MONDAY + timedelta(days=1)}, {"until": MONDAY - timedelta(days=1)}]
)
def test_outside_the_dates_of_the_enrolment(cast, dates):
    Enrolment.objects.filter(child=cast.lea).update(**dates)
    assert the_refusal(ask(cast.alice, add(cast.lea, session(cast)))) == NOT_OFFERED


def test_a_service_that_is_offered_no_more(cast):
    lunch = session(cast)
    cast.canteen.is_active = False
    cast.canteen.save()
    assert the_refusal(ask(cast.alice, add(cast.lea, lunch))) == NOT_OFFERED


def test_a_child_without_enrolment(cast):
    assert the_refusal(ask(cast.charlie, add(cast.zoe, session(cast)))) == NOT_OFFERED


def test_a_booking_outlives_its_enrolment_and_can_be_removed(cast):
    lunch = session(cast)
    make.BookingFactory(child=cast.lea, session=lunch, household=cast.alice.household)
    Enrolment.objects.all().delete()
    assert ask(cast.alice, remove(cast.lea, lunch)).is_as_wished


@pytest.mark.parametrize(
    "right",
    [{"can_book": False}, {"until": MONDAY - timedelta(days=1)}, {"since": MONDAY + timedelta(days=1)}],
)
def test_a_household_that_only_sees_the_child(cast, right):
    HouseholdChild.objects.filter(household=cast.bob.household).update(**right)
    state, why = the_refusal(ask(cast.bob, add(cast.lea, session(cast))))
    assert (state, why) == (
        State.FREE,
        "Votre dossier voit ce planning sans pouvoir le modifier : adressez-vous au service",
    )


def test_a_closed_dossier_changes_nothing(cast):
    cast.alice.household.closed_at = IN_TIME
    assert the_refusal(ask(cast.alice, add(cast.lea, session(cast))))[0] == State.FREE


def test_a_strangers_child(cast):
    with pytest.raises(ChildNotInHousehold) as refused:
        ask(cast.alice, add(cast.zoe, session(cast)) + add(cast.lea, session(cast, date(2026, 12, 8))))
    assert refused.value.children == {cast.zoe.pk}


def test_a_session_that_does_not_exist(cast):
    recap = ask(cast.alice, [Wish(cast.lea.pk, 999_999, True)])
    assert (recap.is_empty, recap.gone, recap.is_as_wished) == (True, 1, False)


def test_siblings_and_the_last_place(cast):
    lunch = session(cast, capacity=1)
    recap = ask(cast.alice, add(cast.lea, lunch) + add(cast.noe, lunch))
    assert [c.child for c in recap.added] == [cast.lea]
    assert [(c.child, c.standing.state) for c in recap.refused] == [(cast.noe, State.FULL)]


def test_a_sibling_gives_its_place(cast):
    lunch = session(cast, capacity=1)
    make.BookingFactory(child=cast.noe, session=lunch, household=cast.alice.household)
    assert ask(cast.alice, remove(cast.noe, lunch) + add(cast.lea, lunch)).is_as_wished


def test_the_service_passes_a_deadline_and_says_so(cast):
    recap = ask(cast.alice, add(cast.lea, session(cast)), now=TOO_LATE, as_service=True)
    assert recap.is_as_wished
    assert recap.needs_reason


def test_the_service_books_before_the_opening(cast):
    SchoolYear.objects.update(bookable_from=None)
    recap = ask(cast.alice, add(cast.lea, session(cast)), as_service=True)
    assert (recap.is_as_wished, recap.needs_reason) == (True, True)


def test_the_service_does_not_pass_a_capacity(cast):
    lunch = session(cast, capacity=1)
    make.BookingFactory(child=cast.noe, session=lunch, household=cast.alice.household)
    recap = ask(cast.alice, add(cast.lea, lunch), now=TOO_LATE, as_service=True)
    assert the_refusal(recap) == (State.FULL, "Complet : 1 place prise sur 1")


@pytest.mark.parametrize("now", [datetime(2026, 12, 8, 8, 0, tzinfo=PARIS)])
def test_the_service_does_not_rewrite_a_day_gone_by(cast, now):
    assert the_refusal(ask(cast.alice, add(cast.lea, session(cast)), now=now, as_service=True))[0] == (
        State.PAST
    )


def test_queries_do_not_grow_with_the_wishes(cast, django_assert_num_queries):
    wishes = add(cast.lea, *week(cast)) + add(cast.noe, *week_later(cast))
    with django_assert_num_queries(8):
        assert len(ask(cast.alice, wishes).added) == 8


def week_later(cast):
    return [session(cast, MONDAY + timedelta(days=n)) for n in (7, 8, 10, 11)]


def test_a_closed_dossier_books_nothing_and_keeps_what_it_has(cast):
    booked, free = session(cast, MONDAY), session(cast, MONDAY + timedelta(days=1))
    make.BookingFactory(child=cast.noe, household=cast.alice.household, session=booked)
    cast.alice.household.closed_at = IN_TIME
    cast.alice.household.save()
    wishes = add(cast.noe, free) + remove(cast.noe, booked)
    for as_service in (False, True):
        recap = check(cast.alice.household, wishes, actor=cast.alice.user, now=IN_TIME, as_service=as_service)
        assert recap.is_empty
        assert len(recap.refused) == 2
