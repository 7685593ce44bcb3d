"""The typical week that a household keeps: declared, exchanged, stopped, and what departs from it."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from portail.bookings.actions import ChildNotInHousehold, NothingToChange, RecapChanged, Wish
from portail.bookings.actions.weeks import Declared, change_and_keep, keep_week, stop_week
from portail.bookings.models import Receipt, TypicalWeek
from portail.bookings.queries.slots import Line
from portail.bookings.queries.weeks import kept_weeks
from portail.core.models import JournalEntry
from tests import factories as make
from tests.bookings.sayings import IN_TIME, MONDAY, add, booked, change, remove, session, week
from tests.bookings.test_gestures import ground_of, week_form, wishes_of

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 12, 1), date(2027, 7, 3)


def declared(cast, days, *, children=None, first=FIRST, last=LAST) -> Declared:
    children = frozenset(child.pk for child in children or [cast.lea])
    line = Line(cast.canteen, frozenset({0, 1, 3, 4}), children)
    return Declared(children, (line,), {cast.canteen.pk: frozenset(days)} if days else {}, first, last)


def keep(cast, days, **more) -> bool:
    return keep_week(cast.alice.household, declared(cast, days, **more), actor=cast.alice.user, now=IN_TIME)


def kept(child):
    return [
        (week.since, week.until, [day.weekday for day in week.days.all()])
        for week in TypicalWeek.objects.filter(child=child).order_by("since")
    ]


def test_a_week_is_kept_and_told_in_the_journal(cast):
    assert keep(cast, {0, 3}, children=[cast.lea, cast.noe])
    assert kept(cast.lea) == kept(cast.noe) == [(FIRST, LAST, [0, 3])]
    line = JournalEntry.objects.get()
    assert (line.verb, line.subject, line.actor) == (
        "bookings.week_kept",
        cast.alice.household.journal_subject,
        cast.alice.user,
    )
    assert line.summary == "Semaine type de Léa, Noé, du mardi 1er décembre 2026 au samedi 3 juillet 2027"
    assert line.after == {"week": ["Cantine : lun. jeu."]}


def test_kept_twice_is_kept_once(cast):
    assert keep(cast, {0})
    assert not keep(cast, {0})
    assert not keep(cast, {0}, first=date(2027, 1, 4))  # it holds already
    assert (len(kept(cast.lea)), JournalEntry.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ((2027, 1, 4), LAST, [(FIRST, date(2027, 1, 3), [0]), (date(2027, 1, 4), LAST, [1])]),
        ((2026, 11, 1), LAST, [(date(2026, 11, 1), LAST, [1])]),
        (
            (2027, 1, 4),
            date(2027, 2, 5),
            [
                (FIRST, date(2027, 1, 3), [0]),
                (date(2027, 1, 4), date(2027, 2, 5), [1]),
                (date(2027, 2, 6), LAST, [0]),
            ],
        ),
        (
            (2026, 11, 1),
            date(2026, 12, 4),
            [
                (date(2026, 11, 1), date(2026, 12, 4), [1]),
                (date(2026, 12, 5), LAST, [0]),
            ],
        ),
    ],
)
def test_another_week_takes_its_days_from_the_one_before(cast, first, last, expected):
    keep(cast, {0})
    keep(cast, {1}, first=date(*first), last=last)
    assert kept(cast.lea) == expected


def test_a_week_without_any_day_is_kept_no_more(cast):
    keep(cast, {0})
    assert keep(cast, set(), first=date(2027, 1, 4))
    assert kept(cast.lea) == [(FIRST, date(2027, 1, 3), [0])]
    assert not keep(cast, set(), first=date(2027, 1, 4))


def test_only_for_a_child_that_the_household_books_for(cast):
    with pytest.raises(ChildNotInHousehold):
        keep(cast, {0}, children=[cast.zoe])
    cast.bob.household.child_links.update(can_book=False)
    with pytest.raises(ChildNotInHousehold):
        keep_week(cast.bob.household, declared(cast, {0}), actor=cast.bob.user, now=IN_TIME)
    assert not TypicalWeek.objects.exists()


def change_and(cast, wishes, days, **more):
    return change_and_keep(
        cast.alice.household,
        wishes,
        declared(cast, days),
        token=more.pop("token", None) or uuid4(),
        actor=cast.alice.user,
        now=IN_TIME,
        **more,
    )


def test_the_bookings_and_the_week_are_one_receipt_or_nothing(cast):
    monday, tuesday, *_ = week(cast)
    receipt = change_and(cast, add(cast.lea, monday), {0})
    assert (receipt.lines.count(), booked(cast.lea), len(kept(cast.lea))) == (1, [monday.pk], 1)
    tuesday.capacity = 0
    tuesday.save()
    with pytest.raises(RecapChanged):
        change_and(cast, add(cast.lea, tuesday), {1})
    assert kept(cast.lea) == [(FIRST, LAST, [0])]
    assert Receipt.objects.count() == 1


def test_a_double_click_keeps_one_week_and_one_receipt(cast):
    monday, token = session(cast), uuid4()
    first = change_and(cast, add(cast.lea, monday), {0}, token=token)
    assert change_and(cast, add(cast.lea, monday), {0}, token=token) == first
    assert (len(kept(cast.lea)), Receipt.objects.count()) == (1, 1)


def test_a_week_alone_has_no_receipt(cast):
    assert change_and(cast, [], {0}) is None
    assert (len(kept(cast.lea)), Receipt.objects.count()) == (1, 0)
    with pytest.raises(NothingToChange):
        change_and(cast, [], {0})


def test_what_departs_from_the_week(cast):
    monday, tuesday, thursday, friday = week(cast)
    change(cast.alice, add(cast.lea, monday, tuesday))
    keep(cast, {0, 3, 4})
    change(cast.alice, remove(cast.lea, monday))
    change(cast.alice, add(cast.lea, friday))
    (child,) = kept_weeks(ground_of(cast))
    assert [d for one in child.extra for month in one.months for d in month.days] == [tuesday.date]
    assert [d for one in child.missing for month in one.months for d in month.days] == [monday.date]
    assert child.to_book == 1  # Thursday: never decided
    assert thursday.pk not in booked(cast.lea)


def test_exchanging_the_week_from_a_day_keeps_the_exceptions(cast):
    monday, tuesday, thursday, friday = week(cast)
    change_and(cast, add(cast.lea, monday, tuesday), {0, 1})
    change(cast.alice, remove(cast.lea, tuesday) + add(cast.lea, friday))
    found = wishes_of(week_form(cast, [1, 3], mode="swap"))
    assert set(found) == {Wish(cast.lea.pk, monday.pk, False), Wish(cast.lea.pk, thursday.pk, True)}


def test_a_week_is_stopped_and_what_is_booked_stays(cast):
    monday = session(cast)
    change_and(cast, add(cast.lea, monday), {0})
    held = TypicalWeek.objects.get()
    for _ in range(2):
        stop_week(held, actor=cast.alice.user, now=IN_TIME, today=MONDAY)
    assert kept(cast.lea) == [(FIRST, MONDAY - timedelta(days=1), [0])]
    assert booked(cast.lea) == [monday.pk]
    assert JournalEntry.objects.filter(verb="bookings.week_stopped").count() == 1


def test_a_week_not_begun_is_forgotten(cast):
    keep(cast, {0}, first=date(2027, 1, 4))
    stop_week(TypicalWeek.objects.get(), actor=cast.alice.user, now=IN_TIME, today=IN_TIME.date())
    assert kept(cast.lea) == []


def test_two_homes_keep_their_own_weeks(cast):
    keep(cast, {0})
    keep_week(cast.bob.household, declared(cast, {1}), actor=cast.bob.user, now=IN_TIME)
    make.SessionFactory(service=cast.canteen, place=cast.offer.place, date=MONDAY)
    assert {w.household_id: [d.weekday for d in w.days.all()] for w in TypicalWeek.objects.all()} == {
        cast.alice.household.pk: [0],
        cast.bob.household.pk: [1],
    }
