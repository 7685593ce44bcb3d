"""The month that a parent looks at: rows, states, and what is said above each week."""

from datetime import date, datetime, time, timedelta

import pytest

from portail.activities.models import CalendarEntry, Closing, Regulation
from portail.bookings import queries
from portail.bookings.standing import State, said
from portail.families.models import HouseholdChild
from tests import factories as make
from tests.bookings.sayings import IN_TIME, MONDAY, PARIS, TOO_LATE, session, week

pytestmark = pytest.mark.django_db
DECEMBER = date(2026, 12, 1)


def links(household, *children):
    found = HouseholdChild.objects.filter(household=household, child__in=children).select_related("child")
    return sorted(found, key=lambda link: children.index(link.child))


def december(who, *children, now=IN_TIME, **more):
    law = queries.law(now, as_service=more.pop("as_service", False))
    return queries.month(links(who.household, *children), DECEMBER, law, **more)


def shape(month):
    """Each day (or span of closed days) with the states of its cells, or why nothing opens."""
    return [
        (day.first.day, day.last.day, said(day.closed) or [c and c.standing.state.value for c in day.cells])
        for line in month.weeks
        for day in line.days
    ]


def limits(month):
    return [
        [(said(x.told), [said(reason) for reason in x.because], x.services, x.is_past) for x in line.limits]
        for line in month.weeks
    ]


def rule(*blocks):
    text = 'format = 1\n[commune]\nname = "Valmont"\n' + "".join(f"[[deadlines]]\n{b}\n" for b in blocks)
    Regulation.objects.create(version=1, text=text, applied_at=make.NOW)


def evening(cast, days):
    """Another service of the same activity and place."""
    care = make.ServiceFactory(
        activity=cast.canteen.activity,
        code="soir",
        name="Garderie du soir",
        short_name="Soir",
        position=1,
        starts_at=time(16, 30),
        ends_at=time(18, 30),
    )
    return [make.SessionFactory(service=care, place=cast.offer.place, date=day) for day in days]


def test_every_state(cast):
    own, full, other, closed = week(cast)
    free = session(cast, MONDAY + timedelta(days=7))
    make.BookingFactory(child=cast.lea, session=own, household=cast.alice.household)
    make.BookingFactory(child=cast.lea, session=other, household=cast.bob.household)
    full.capacity = 0
    full.save()
    closed.closing = Closing.objects.create(reason="Grève", start=MONDAY, end=MONDAY, created_at=make.NOW)
    closed.save()
    evening(cast, [closed.date])  # so that the day is not shut as a whole
    past = session(cast, date(2026, 11, 30))
    late = session(cast, date(2026, 12, 3))
    month = december(cast.alice, cast.lea)
    assert past.pk not in [cell.session_id for cell in month.cells]  # November's
    assert {
        cell.session_id: cell.standing.state for cell in month.cells if cell.column.code == "cantine"
    } == {
        late.pk: State.TOO_LATE,
        own.pk: State.BOOKED,
        full.pk: State.FULL,
        other.pk: State.OTHER_PARENT,
        closed.pk: State.CLOSED,
        free.pk: State.FREE,
    }
    assert month.shown == (str(own.pk),)
    assert [c.session_id for c in month.cells if c.standing.can_change and c.column.code == "cantine"] == [
        own.pk,
        free.pk,
    ]


def test_columns_are_the_services_that_have_a_session(cast):
    monday, *_ = week(cast)
    month = december(cast.alice, cast.lea)
    assert [c.label for c in month.columns] == ["Cantine"]
    evening(cast, [monday.date, MONDAY + timedelta(days=2)])
    month = december(cast.alice, cast.lea)
    assert [c.label for c in month.columns] == ["Cantine", "Soir"]
    assert shape(month)[:3] == [
        (7, 7, ["free", "free"]),
        (8, 8, ["free", None]),
        (9, 9, [None, "free"]),
    ]


def test_two_children_side_by_side(cast):
    monday, *_ = week(cast)
    make.BookingFactory(child=cast.noe, session=monday, household=cast.alice.household)
    month = december(cast.alice, cast.lea, cast.noe)
    assert [c.label for c in month.columns] == ["Léa · Cantine", "Noé · Cantine"]
    assert shape(month)[0] == (7, 7, ["free", "booked"])


def test_each_parent_sees_its_own_bookings(cast):
    lunch = session(cast)
    make.BookingFactory(child=cast.lea, session=lunch, household=cast.bob.household)
    assert shape(december(cast.alice, cast.lea)) == [(7, 7, ["other_parent"])]
    assert shape(december(cast.bob, cast.lea)) == [(7, 7, ["booked"])]


def test_closed_days_of_a_week_are_one_row(cast):
    session(cast, date(2026, 12, 18))
    CalendarEntry.objects.create(
        kind="school_holiday", start=date(2026, 12, 19), end=date(2027, 1, 3), label="Vacances de Noël"
    )
    CalendarEntry.objects.create(
        kind="public_holiday", start=date(2026, 12, 25), end=date(2026, 12, 25), label="Noël"
    )
    assert shape(december(cast.alice, cast.lea)) == [
        (18, 18, ["free"]),
        (21, 24, "Vacances de Noël"),
        (25, 25, "Noël"),
        (28, 31, "Vacances de Noël"),
    ]


def test_a_day_that_an_agent_closed_whole_is_one_row(cast):
    trip = Closing.objects.create(reason="Sortie", start=MONDAY, end=MONDAY, created_at=make.NOW)
    session(cast, closing=trip)
    session(cast, MONDAY + timedelta(days=1))
    assert shape(december(cast.alice, cast.lea)) == [(7, 7, "Fermé : Sortie"), (8, 8, ["free"])]


def test_a_booking_on_a_closed_day_is_still_shown(cast):
    lunch = session(cast)
    make.BookingFactory(child=cast.lea, session=lunch, household=cast.alice.household)
    CalendarEntry.objects.create(kind="closure", start=MONDAY, end=MONDAY, label="Pont")
    assert shape(december(cast.alice, cast.lea)) == [(7, 7, ["booked"])]


def test_a_child_who_changed_place_keeps_the_days_booked_in_the_old_one(cast):
    old_place = make.PlaceFactory(name="Restaurant Curie")
    old = make.SessionFactory(service=cast.canteen, place=old_place, date=MONDAY)
    session(cast)
    make.SessionFactory(service=cast.canteen, place=old_place, date=MONDAY + timedelta(days=1))
    make.BookingFactory(child=cast.lea, session=old, household=cast.alice.household)
    month = december(cast.alice, cast.lea)
    assert [(c.session_id, c.standing.state) for c in month.cells] == [(old.pk, State.BOOKED)]


def test_two_school_years_meet_in_a_month(cast):
    """In August the month has the end of one year and the start of the next, each with its own opening."""
    year = make.SchoolYearFactory(
        label="2027-2028", start=date(2027, 7, 5), end=date(2028, 7, 3), bookable_from=None
    )
    make.EnrolmentFactory(
        child=cast.lea, activity=cast.canteen.activity, place=cast.offer.place, school_year=year
    )
    session(cast, date(2027, 7, 2))
    session(cast, date(2027, 7, 5))
    month = queries.month(links(cast.alice.household, cast.lea), date(2027, 7, 1), queries.law(IN_TIME))
    assert shape(month) == [(2, 2, ["free"]), (5, 5, ["not_open"])]
    assert month.opens == ""


def test_ticks_are_kept(cast):
    booked, free, *_ = week(cast)
    make.BookingFactory(child=cast.lea, session=booked, household=cast.alice.household)
    month = december(
        cast.alice, cast.lea, wished={(cast.lea.pk, booked.pk): False, (cast.lea.pk, free.pk): True}
    )
    assert [cell.wanted for cell in month.cells] == [False, True, False, False]


def test_the_service_may_tick_what_is_too_late(cast):
    late = session(cast, date(2026, 12, 3))
    assert not december(cast.alice, cast.lea).can_change
    month = december(cast.alice, cast.lea, as_service=True)
    assert [(c.session_id, c.standing.state, c.standing.needs_reason) for c in month.cells] == [
        (late.pk, State.TOO_LATE, True)
    ]
    assert month.can_change


# --- above the weeks
SUNDAY = 'anchor = "week"\nweekday = "dimanche"\nat = "21:00"'


def test_one_limit_for_the_services_that_share_it(cast):
    evening(cast, [lunch.date for lunch in week(cast)])
    assert limits(december(cast.alice, cast.lea)) == [
        [
            (
                "Modifiable jusqu'au dimanche 6 décembre à 21 h",
                [
                    "les réservations de la semaine du 7 décembre se modifient jusqu'au dimanche qui précède, à 21 h"
                ],
                (),
                False,
            )
        ]
    ]


def test_a_limit_by_service_when_they_differ(cast):
    rule(SUNDAY, f'services = ["soir"]\n{SUNDAY}\nbefore = 1\nunit = "weeks"'.replace("dimanche", "lundi"))
    evening(cast, [lunch.date for lunch in week(cast)])
    (found,) = limits(december(cast.alice, cast.lea, now=datetime(2026, 11, 24, 12, 0, tzinfo=PARIS)))
    assert [(told, services) for told, _, services, _ in found] == [
        ("Modifiable jusqu'au dimanche 6 décembre à 21 h", ("Cantine",)),
        ("Modifiable jusqu'au lundi 30 novembre à 21 h", ("Soir",)),
    ]


def test_a_limit_to_book_and_another_to_cancel(cast):
    rule(f'action = "book"\n{SUNDAY}', f'action = "cancel"\n{SUNDAY}'.replace("21:00", "12:00"))
    week(cast)
    ((limit,),) = limits(december(cast.alice, cast.lea))
    assert limit[0] == (
        "Réservable jusqu'au dimanche 6 décembre à 21 h, annulable jusqu'au dimanche 6 décembre à 12 h"
    )
    assert len(limit[1]) == 2


def test_a_limit_counted_from_each_day_tells_its_rule(cast):
    rule('before = 1\nat = "10:00"')
    week(cast)
    ((limit,),) = limits(december(cast.alice, cast.lea))
    assert limit == ("les réservations d'un jour se modifient jusqu'à la veille, à 10 h", [], (), False)


def test_without_any_rule(cast):
    Regulation.objects.create(
        version=1, text='format = 1\n[commune]\nname = "Valmont"\n', applied_at=make.NOW
    )
    week(cast)
    ((limit,),) = limits(december(cast.alice, cast.lea))
    assert limit[0] == "Modifiable sans date limite"


def test_after_the_limit_the_moment_and_the_reason(cast):
    week(cast)
    ((limit,),) = limits(december(cast.alice, cast.lea, now=datetime(2026, 12, 7, 8, 0, tzinfo=PARIS)))
    assert limit == (
        "La date limite était dimanche 6 décembre à 21 h",
        ["les réservations de la semaine du 7 décembre se modifient jusqu'au dimanche qui précède, à 21 h"],
        (),
        True,
    )


def test_a_week_gone_by_says_nothing(cast):
    week(cast)
    month = december(cast.alice, cast.lea, now=datetime(2026, 12, 14, 8, 0, tzinfo=PARIS))
    assert limits(month) == [[]]
    assert [line.is_past for line in month.weeks] == [True]


def test_the_months_that_exist(cast):
    assert queries.bounds([]) is None
    bounds = queries.bounds([make.SchoolYearFactory()])
    assert bounds == (date(2026, 9, 1), date(2027, 7, 31))
    assert queries.nearest(date(2026, 8, 20), bounds) == date(2026, 9, 1)
    assert queries.nearest(date(2026, 12, 20), bounds) == date(2026, 12, 20)
    assert queries.nearest(date(2027, 9, 1), bounds) == date(2027, 7, 31)


def test_days_that_only_the_other_parent_holds_are_under_no_limit(cast):
    lunches = week(cast)
    (care,) = evening(cast, [lunches[0].date])
    make.BookingFactory(child=cast.lea, session=care, household=cast.bob.household)
    ((limit,),) = limits(december(cast.alice, cast.lea, now=TOO_LATE))
    assert limit[2:] == ((), True)  # too late for the canteen, and nothing promised for the evening
    for lunch in lunches:
        make.BookingFactory(child=cast.lea, session=lunch, household=cast.bob.household)
    assert limits(december(cast.alice, cast.lea)) == [[]]
