"""Many days at once: what each gesture means, what the preview says, and that it is what is then written."""

from datetime import date, timedelta
from itertools import product
from uuid import uuid4

import pytest
from django.db import transaction
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portail.bookings import gestures, summary
from portail.bookings.actions import NothingToChange, Wish, change_bookings, check
from portail.bookings.gesture_forms import ClearForm, CopyForm, TooMany, TypicalWeekForm
from portail.bookings.gestures import Mode
from portail.bookings.models import Booking, Receipt
from portail.bookings.queries.ground import ground
from portail.bookings.queries.slots import Slot, slots
from portail.rules import Calendar, Entry, EntryKind
from tests import factories as make
from tests.bookings.sayings import IN_TIME, MONDAY, booked, remove, session, week

CANTEEN, CARE = 1, 2
TODAY = IN_TIME.date()


def slot(day: date, *, child=7, service=CANTEEN, **more) -> Slot:
    return Slot(child, day.toordinal() * 10 + service, service, 5, day, **more)


def days_of(found, *, wanted=True):
    return [date.fromordinal(wish.session_id // 10) for wish in found if wish.wanted is wanted]


def december(*numbers):
    return [date(2026, 12, number) for number in numbers]


# --- the patterns, without a database
def test_a_typical_week_adds_its_days():
    open_days = [slot(MONDAY + timedelta(days=n)) for n in range(5)]
    found = gestures.wishes(open_days, gestures.of_week({CANTEEN: frozenset({0, 3})}), mode=Mode.ADD)
    assert days_of(found) == december(7, 10)


def test_what_is_booked_outside_the_week_stays_or_goes():
    open_days = [slot(MONDAY), slot(MONDAY + timedelta(days=1), is_booked=True)]
    pattern = gestures.of_week({CANTEEN: frozenset({0})})
    assert days_of(gestures.wishes(open_days, pattern, mode=Mode.ADD), wanted=False) == []
    assert days_of(gestures.wishes(open_days, pattern, mode=Mode.REPLACE), wanted=False) == december(8)


def test_a_service_that_the_week_does_not_name_is_left_alone():
    care = slot(MONDAY, service=CARE, is_booked=True)
    assert gestures.wishes([care], gestures.of_week({CANTEEN: frozenset({0})}), mode=Mode.REPLACE) == []


@pytest.mark.parametrize(("in_holidays", "expected"), [(False, []), (True, december(21))])
def test_holidays_only_when_asked(in_holidays, expected):
    monday = slot(date(2026, 12, 21), is_holiday=True)
    pattern = gestures.of_week({CANTEEN: frozenset({0})}, in_holidays=in_holidays)
    assert days_of(gestures.wishes([monday], pattern, mode=Mode.ADD)) == expected


# The week before wanted Mondays and Tuesdays, the new one wants Tuesdays and Thursdays.
@pytest.mark.parametrize(
    ("number", "state", "expected"),
    [
        (7, {"is_booked": True}, False),  # a Monday of the week before: it goes
        (8, {"is_booked": True}, None),  # Tuesdays are in both
        (8, {"is_given_back": True}, None),  # an exception: it stays free
        (10, {}, True),  # a Thursday, new
        (10, {"is_given_back": True}, True),  # given back before it was wanted: no exception
        (11, {"is_booked": True}, None),  # a Friday booked apart: an exception, it stays
    ],
)
def test_a_week_instead_of_another_keeps_the_exceptions(number, state, expected):
    before = gestures.of_week({CANTEEN: frozenset({0, 1})})
    new = gestures.of_week({CANTEEN: frozenset({1, 3})})
    asked = slot(date(2026, 12, number), **state)
    found = gestures.wishes([asked], gestures.instead_of(before, new), mode=Mode.SWAP)
    assert [wish.wanted for wish in found] == ([] if expected is None else [expected])


def test_a_week_is_copied_weekday_by_weekday():
    source = [slot(MONDAY, is_booked=True), slot(MONDAY + timedelta(days=1))]
    onto = [slot(MONDAY + timedelta(days=7 + n), is_booked=n == 1) for n in range(3)]
    found = gestures.wishes(onto, gestures.copy_of_week(source), mode=Mode.REPLACE)
    assert days_of(found) == december(14)
    assert days_of(found, wanted=False) == december(15)  # Wednesday was not open in the source: not spoken of


@pytest.mark.parametrize(
    ("booked_then", "day", "expected"),
    [
        ([8], date(2027, 1, 12), True),  # the second Tuesday as the second Tuesday
        ([8], date(2027, 1, 5), False),
        ([15], date(2027, 1, 26), True),  # 22 was holidays: the fourth follows the third
        ([1], date(2027, 3, 30), False),  # a fifth one follows the third
    ],
)
def test_a_month_is_copied_by_the_rank_of_its_days(booked_then, day, expected):
    source = [slot(date(2026, 12, n), is_booked=n in booked_then) for n in (1, 8, 15)]
    assert gestures.copy_of_month(source)(slot(day)) is expected


def test_the_first_days_of_a_month_follow_the_first_that_was_open():
    source = [slot(date(2027, 1, 11), is_booked=True)]  # the first Monday was holidays
    assert gestures.copy_of_month(source)(slot(date(2027, 2, 1))) is True


def test_the_last_day_before_the_holidays():
    bridge = Entry(EntryKind.SCHOOL_HOLIDAY, date(2026, 12, 10), date(2026, 12, 11), "Pont")
    noel = Entry(EntryKind.SCHOOL_HOLIDAY, date(2026, 12, 19), date(2027, 1, 3), "Noël")
    calendar = Calendar((bridge, noel), date(2027, 7, 3))
    assert calendar.school_period_end(TODAY) == date(2026, 12, 18)


# --- with the database
pytest_db = pytest.mark.django_db


def ground_of(cast, who="alice"):
    household = getattr(cast, who).household
    links = list(household.child_links.select_related("child", "household"))
    return ground(household, links, IN_TIME)


def typed(**values):
    data = QueryDict(mutable=True)
    for name, value in values.items():
        data.setlist(name, [str(v) for v in value] if isinstance(value, list) else [str(value)])
    return data


def week_form(cast, days, *, children=None, **more):
    data = typed(
        children=[child.pk for child in children or [cast.lea]],
        days=[f"{cast.canteen.pk}-{day}" for day in days],
        **({"when": "dates", "first": "2026-12-07", "last": "2026-12-13", "mode": "add"} | more),
    )
    return TypicalWeekForm(data, ground=ground_of(cast), holding=True)


def wishes_of(form):
    assert form.is_valid(), form.errors
    return form.wishes()


@pytest_db
def test_the_typical_week_of_two_children(cast):
    monday, _tuesday, thursday, _friday = week(cast)
    found = wishes_of(week_form(cast, [0, 3], children=[cast.lea, cast.noe]))
    assert set(found) == {Wish(c.pk, s.pk, True) for c in (cast.lea, cast.noe) for s in (monday, thursday)}


@pytest_db
def test_a_session_elsewhere_or_archived_is_not_spoken_of(cast):
    make.SessionFactory(service=cast.canteen, place=make.PlaceFactory(name="Curie"), date=MONDAY)
    assert wishes_of(week_form(cast, [0])) == []


@pytest_db
def test_a_child_who_moved_keeps_the_day_booked_in_the_old_place(cast):
    elsewhere = make.SessionFactory(
        service=cast.canteen, place=make.PlaceFactory(name="Restaurant Curie"), date=MONDAY
    )
    make.BookingFactory(child=cast.lea, session=elsewhere, household=cast.alice.household)
    session(cast)
    assert wishes_of(week_form(cast, [0])) == []


@pytest_db
def test_copying_a_month_and_the_following_ones(cast):
    make.BookingFactory(child=cast.lea, session=session(cast), household=cast.alice.household)
    january = [session(cast, date(2027, 1, n)) for n in (4, 11)]
    february = session(cast, date(2027, 2, 8))
    data = typed(
        children=[cast.lea.pk], source="2026-12-01", target="2027-01-01", until="2027-02-01", mode="add"
    )
    found = wishes_of(CopyForm(data, ground=ground_of(cast), by_month=True))
    # Only the first Monday was open in December: every Monday follows it.
    assert {wish.session_id for wish in found} == {lunch.pk for lunch in (*january, february)}


@pytest_db
def test_clearing_a_period_gives_back_what_is_booked_there(cast):
    monday, tuesday, *_ = week(cast)
    later = session(cast, MONDAY + timedelta(days=7))
    for lunch in (monday, tuesday, later):
        make.BookingFactory(child=cast.lea, session=lunch, household=cast.alice.household)
    data = typed(
        children=[cast.lea.pk],
        services=[cast.canteen.pk],
        when="dates",
        first="2026-12-07",
        last="2026-12-13",
    )
    found = wishes_of(ClearForm(data, ground=ground_of(cast)))
    assert set(found) == {Wish(cast.lea.pk, lunch.pk, False) for lunch in (monday, tuesday)}


@pytest_db
def test_a_day_cancelled_by_a_closing_was_not_given_back(cast):
    closed, given_back = session(cast), session(cast, MONDAY + timedelta(days=1))
    for lunch, closing in ((closed, make.ClosingFactory()), (given_back, None)):
        booking = make.BookingFactory(
            child=cast.lea, session=lunch, household=cast.alice.household, state=Booking.State.CANCELLED
        )
        receipt = Receipt.objects.create(
            household=cast.alice.household, token=uuid4(), created_at=IN_TIME, closing=closing
        )
        receipt.lines.create(booking=booking, change="removed")
    links = list(cast.alice.household.child_links.filter(child=cast.lea).select_related("child"))
    found = slots(links, MONDAY, MONDAY + timedelta(days=6), ground_of(cast).calendar)
    assert [(one.session_id, one.is_given_back) for one in found] == [
        (closed.pk, False),
        (given_back.pk, True),
    ]


@pytest_db
@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"children": []}, "children"),
        ({"children": ["999999"]}, "children"),
        ({"days": []}, "days"),
        ({"days": ["x"]}, "days"),
        ({"days": ["1-9"]}, "days"),
        ({"days": ["999999-0"]}, "days"),
        ({"when": "never"}, "when"),
        ({"first": "", "last": ""}, "first"),
        ({"first": "demain"}, "first"),
        ({"first": "2026-12-13", "last": "2026-12-07"}, "last"),
        ({"first": "2026-09-01", "last": "2026-09-30"}, "last"),
        ({"first": "2031-01-01", "last": "2031-01-02"}, "first"),
        ({"mode": "sideways"}, "mode"),
    ],
)
def test_what_cannot_be_read_is_said_beside_its_field(cast, values, field):
    form = week_form(cast, [0])
    for name, value in values.items():
        form.data.setlist(name, value if isinstance(value, list) else [value])
    assert not form.is_valid()
    assert field in form.errors


@pytest_db
def test_too_many_changes_at_once_are_refused_before_they_are_judged(cast, monkeypatch):
    week(cast)
    monkeypatch.setattr("portail.bookings.gesture_forms.MOST_CHANGES", 3)
    with pytest.raises(TooMany) as refused:
        wishes_of(week_form(cast, [0, 1, 3, 4]))
    assert refused.value.count == 4
    assert "moins d'enfants" in refused.value.told


# --- properties
gesture = st.fixed_dictionaries(
    {
        "children": st.sets(st.sampled_from(["lea", "noe"]), min_size=1).map(sorted),
        "days": st.sets(st.sampled_from([0, 1, 3, 4]), min_size=1).map(sorted),
        "mode": st.sampled_from(["add", "replace"]),
    }
)


@pytest.mark.django_db
@given(history=st.lists(gesture, min_size=1, max_size=4))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=8)
def test_what_is_previewed_is_what_is_written_and_can_be_undone(cast, history):
    with transaction.atomic():
        for w, n in product(range(2), (0, 1, 3, 4)):
            session(cast, MONDAY + timedelta(days=7 * w + n), capacity=(None, 1, 0)[(w + n) % 3])
        for move in history:
            play(cast, move)
        transaction.set_rollback(True)


def play(cast, move):
    before = state()
    form = week_form(
        cast,
        move["days"],
        children=[getattr(cast, name) for name in move["children"]],
        last="2026-12-20",
        mode=move["mode"],
    )
    household, actor = cast.alice.household, cast.alice.user
    preview = check(household, wishes_of(form), actor=actor, now=IN_TIME)
    receipts = Receipt.objects.count()
    possible = [one.wish for one in preview.changes]
    try:
        receipt = change_bookings(
            household, possible, token=uuid4(), actor=actor, now=IN_TIME, price=preview.price
        )
    except NothingToChange:
        assert (possible, state(), Receipt.objects.count()) == ([], before, receipts)
        return
    added, removed = ({one.pair for one in part} for part in (preview.added, preview.removed))
    assert state() == (before | added) - removed
    assert Receipt.objects.count() == receipts + 1
    after = state()
    undone = [
        Wish(line.booking.child_id, line.booking.session_id, line.change == "removed")
        for line in receipt.lines.select_related("booking")
    ]
    change_bookings(household, undone, token=uuid4(), actor=actor, now=IN_TIME)
    assert state() == before
    change_bookings(household, possible, token=uuid4(), actor=actor, now=IN_TIME)
    assert state() == after


def state():
    return set(Booking.objects.active().values_list("child_id", "session_id"))


# --- told shortly
@pytest_db
def test_a_long_recap_is_told_by_child_and_month(cast):
    lunches = [session(cast, MONDAY + timedelta(days=n)) for n in (0, 1, 28)]
    make.BookingFactory(child=cast.noe, session=lunches[0], household=cast.alice.household)
    wishes = [Wish(cast.lea.pk, lunch.pk, True) for lunch in lunches] + remove(cast.noe, lunches[0])
    found = check(cast.alice.household, wishes, actor=cast.alice.user, now=IN_TIME)
    lea, noe = summary.by_child(found.changes)
    assert [(m.first, m.added, m.removed) for m in lea.months] == [
        (date(2026, 12, 1), 2, 0),
        (date(2027, 1, 1), 1, 0),
    ]
    assert lea.months[0].services[0].days == december(7, 8)
    assert [(m.added, m.removed) for m in noe.months] == [(0, 1)]


@pytest_db
def test_refusals_go_together_by_their_reason(cast):
    full = [session(cast, MONDAY + timedelta(days=n), capacity=0) for n in (0, 1)]
    closed = session(cast, MONDAY + timedelta(days=3), closing=make.ClosingFactory())
    wishes = [Wish(cast.lea.pk, lunch.pk, True) for lunch in (*full, closed)]
    refused = check(cast.alice.household, wishes, actor=cast.alice.user, now=IN_TIME).refused
    assert [(group.count, group.months[0].days) for group in summary.refusals(refused)] == [
        (2, (MONDAY, MONDAY + timedelta(days=1))),
        (1, (MONDAY + timedelta(days=3),)),
    ]
    assert sum(group.count for group in summary.refusals(refused, most=1)) == 3


@pytest_db
def test_a_closed_household_previews_refusals_alone(cast):
    week(cast)
    cast.alice.household.closed_at = IN_TIME
    cast.alice.household.save()
    found = check(cast.alice.household, wishes_of(week_form(cast, [0])), actor=cast.alice.user, now=IN_TIME)
    assert (len(found.changes), len(found.refused)) == (0, 1)
    assert booked(cast.lea) == []
