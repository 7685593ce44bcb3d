"""A shared child: each home books its own days, what falls on the other's is for an agent, a court forbids at once."""

from contextlib import suppress
from datetime import date, time, timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portail.activities.actions.closings import Selection
from portail.activities.models import CalendarEntry
from portail.activities.queries import calendar
from portail.bookings.actions import BookingsNotChanged, ReasonNeeded, RecapChanged, check, conflicts
from portail.bookings.actions.closings import Said, close, reopen, touched_by
from portail.bookings.actions.custody import accept, decide_calendar, lift, stop
from portail.bookings.models import Booking, CustodyConflict, Receipt, ReceiptLine
from portail.bookings.queries import law, month
from portail.bookings.queries.feeds import calendar_of
from portail.bookings.queries.lists import session_lists
from portail.bookings.queries.touched import fingerprint
from portail.bookings.standing import State, said
from portail.core.models import OutboxMail
from portail.families import custody
from portail.families.actions.custody import homes_of, propose_calendar
from portail.rules.custody import Calendar, Weekdays, shared_holidays
from tests import factories as make
from tests.bookings.sayings import IN_TIME, MONDAY, add, booked, change, remove, session, week
from tests.custody import alternate, ban, home_of, share

pytestmark = pytest.mark.django_db
NEXT = MONDAY + timedelta(days=7)
OTHER_HOME = "Pris par l'autre foyer (semaine 50, paire)"


def month_of(cast, who, **more):
    link = who.household.child_links.select_related("child", "household").get(child=cast.lea)
    return month([link], date(2026, 12, 1), law(IN_TIME, **more))


def standings(cast, who):
    return {cell.date: cell.standing for cell in month_of(cast, who).cells}


# --- own days and the other's
def test_each_home_books_its_own_week(cast):
    share(cast, cast.alice)
    own, other = session(cast), session(cast, NEXT)
    change(cast.alice, add(cast.lea, own))
    change(cast.bob, add(cast.lea, other))
    assert booked(cast.lea) == sorted([own.pk, other.pk])
    for who, taken in ((cast.alice, other), (cast.bob, own)):
        with pytest.raises(RecapChanged) as refused:
            change(who, add(cast.lea, taken))
        (refusal,) = refused.value.recap.refused
        assert refusal.standing.state is State.OTHER_HOME
        assert said(refusal.standing.why).startswith("Pris par l'autre foyer (semaine 5")
        assert "proposez un échange" in said(refusal.standing.why)


def test_the_others_days_look_alike_booked_or_not(cast):
    share(cast, cast.alice)
    monday, *_ = week(cast)
    before = standings(cast, cast.bob)
    change(cast.alice, add(cast.lea, monday))
    after = standings(cast, cast.bob)
    assert before == after
    assert {standing.state for standing in after.values()} == {State.OTHER_HOME}


def test_the_others_days_are_one_row_without_service_nor_price(cast):
    share(cast, cast.alice)
    week(cast)
    session(cast, NEXT)
    rows = [day for week_ in month_of(cast, cast.bob).weeks for day in week_.days]
    away, own = (next(d for d in rows if d.first == first) for first in (MONDAY, NEXT))
    assert (away.first, away.last, away.is_away, away.cells) == (MONDAY, MONDAY + timedelta(4), True, ())
    assert said(away.closed).startswith(OTHER_HOME)
    assert own.cells[0].standing.can_change


def test_the_hour_of_the_hand_over_parts_the_day(cast):
    """Friday at 16:30 of the even week 50: lunch is of who leaves the child, the evening of who receives it."""
    share(cast, cast.alice, weekday=4, at=time(16, 30))
    friday = MONDAY + timedelta(days=4)
    evening_of = make.ServiceFactory(code="soir", name="Soir", starts_at=time(16, 30), ends_at=time(18, 30))
    lunch = session(cast, friday)
    evening = make.SessionFactory(service=evening_of, place=cast.offer.place, date=friday)
    for who, own, other in ((cast.bob, lunch, evening), (cast.alice, evening, lunch)):
        found = check(who.household, add(cast.lea, own, other), actor=who.user, now=IN_TIME)
        assert [c.session for c in found.added] == [own]
        assert [c.session for c in found.refused] == [other]


def test_a_past_day_of_the_other_proposes_no_exchange(cast):
    share(cast, cast.alice)
    session(cast, date(2026, 12, 14))
    past = session(cast, date(2026, 12, 7))
    link = cast.bob.household.child_links.select_related("child", "household").get(child=cast.lea)
    later = IN_TIME + timedelta(days=9)
    (cell,) = [c for c in month([link], date(2026, 12, 1), law(later)).cells if c.session_id == past.pk]
    assert said(cell.standing.why) == OTHER_HOME


def test_the_service_books_the_others_day_with_a_reason_alone(cast):
    share(cast, cast.alice)
    monday = session(cast)
    wish = add(cast.lea, monday)
    agent = {"as_service": True}
    with pytest.raises(ReasonNeeded) as needed:
        change(cast.bob, wish, **agent)
    assert said(needed.value.recap.added[0].standing.why) == OTHER_HOME
    change(cast.bob, wish, reason="Accord des parents", **agent)
    (known,) = CustodyConflict.objects.all()
    assert (known.outcome, known.reason) == ("left", "Accord des parents")
    assert conflicts.find([cast.lea.pk], now=IN_TIME) == 0


def test_what_one_books_is_not_told_to_the_other_on_its_own_day(cast):
    monday, later = session(cast), session(cast, NEXT)
    share(cast, cast.alice)
    OutboxMail.objects.all().delete()
    change(cast.alice, add(cast.lea, monday))
    assert {m.to for m in OutboxMail.objects.all()} == {"alice@exemple.fr"}
    change(cast.alice, add(cast.lea, later), as_service=True, reason="Accord")
    assert OutboxMail.objects.filter(kind="bookings/mail/other_home", to="bob@exemple.fr").count() == 1


def test_reopening_does_not_book_again_what_became_the_others(cast):
    monday = session(cast)
    change(cast.alice, add(cast.lea, monday))
    selection = Selection(MONDAY, MONDAY)
    closing = close(
        selection, Said("Grève"), seen=fingerprint(touched_by(selection)), actor=cast.agnes, now=IN_TIME
    )
    share(cast, cast.bob, now=IN_TIME)
    done = reopen(closing, give_back=True, actor=cast.agnes, now=IN_TIME)
    assert (done.given_back, done.not_given_back) == (0, 1)


# --- what a change of custody does to what is booked
def test_an_accepted_calendar_lists_what_falls_on_the_others_days(cast):
    own, other = session(cast), session(cast, NEXT)
    change(cast.alice, add(cast.lea, own, other))
    term = propose_calendar(
        cast.lea,
        cast.bob.household,
        alternate(cast, cast.alice, since=date(2026, 12, 1)),
        token=uuid4(),
        author=cast.bob.user,
        now=make.NOW,
    )
    assert not CustodyConflict.objects.exists()
    accept(term, cast.alice.household, actor=cast.alice.user, now=make.NOW)
    conflict = CustodyConflict.objects.get()
    assert (conflict.booking.session, conflict.why) == (other, "Pris par l'autre foyer (semaine 51, impaire)")
    assert booked(cast.lea) == sorted([own.pk, other.pk])  # nothing has moved
    change(cast.alice, remove(cast.lea, other))  # the family may still cancel its own
    assert not CustodyConflict.objects.waiting(MONDAY).exists()


def conflict_of(cast):
    """Alice booked Monday, which the service then gives to Bob."""
    monday = session(cast, capacity=1)
    change(cast.alice, add(cast.lea, monday))
    share(cast, cast.bob)
    OutboxMail.objects.all().delete()
    return monday, CustodyConflict.objects.get()


def test_a_transfer_gives_each_home_its_receipt(cast):
    monday, conflict = conflict_of(cast)
    done = conflicts.transfer([conflict.pk], reason="Nouveau calendrier", actor=cast.agnes, now=make.NOW)
    assert done == 1
    active = Booking.objects.active().get()
    assert (active.household, active.session) == (cast.bob.household, monday)
    lines = ReceiptLine.objects.order_by("pk").values_list("receipt__household", "change", "receipt__reason")
    assert list(lines)[1:] == [
        (cast.alice.household.pk, "removed", "Nouveau calendrier"),
        (cast.bob.household.pk, "added", "Nouveau calendrier"),
    ]
    assert sorted(m.to for m in OutboxMail.objects.all()) == ["alice@exemple.fr", "bob@exemple.fr"]
    assert CustodyConflict.objects.get().outcome == "transferred"
    assert conflicts.transfer([conflict.pk], reason="Encore", actor=cast.agnes, now=make.NOW) == 0


def test_a_transfer_that_is_not_possible_writes_nothing(cast):
    _, conflict = conflict_of(cast)
    cast.bob.household.child_links.update(can_book=False)
    before = Receipt.objects.count()
    with pytest.raises(conflicts.CannotTransfer) as refused:
        conflicts.transfer([conflict.pk], reason="", actor=cast.agnes, now=make.NOW)
    assert [row.pk for row, _ in refused.value.why] == [conflict.pk]
    assert (Receipt.objects.count(), booked(cast.lea)) == (before, [conflict.booking.session_id])
    assert Booking.objects.active().get().household == cast.alice.household


@pytest.mark.parametrize(("act", "outcome", "left"), [("cancel", "cancelled", 0), ("leave", "left", 1)])
def test_a_conflict_is_cancelled_or_left(cast, act, outcome, left):
    _, conflict = conflict_of(cast)
    settle = getattr(conflicts, act)
    assert settle([conflict.pk], reason="Décidé avec les parents", actor=cast.agnes, now=make.NOW) == 1
    assert Booking.objects.active().count() == left
    assert CustodyConflict.objects.get().outcome == outcome
    assert conflicts.find([cast.lea.pk], now=make.NOW) == 0
    assert settle([conflict.pk], reason="Encore", actor=cast.agnes, now=make.NOW) == 0


def test_holidays_that_are_corrected_show_new_conflicts(cast):
    monday = session(cast)
    link = home_of(cast, cast.alice)
    term = Calendar(Weekdays((link,) * 7, (link,) * 7), date(2026, 9, 1), holidays=link.other)
    homes = homes_of(cast.lea, make.NOW.date())
    decide_calendar(cast.lea, homes, term, token=uuid4(), actor=cast.agnes, now=IN_TIME)
    change(cast.alice, add(cast.lea, monday))
    conflicts.look_again(now=IN_TIME)
    assert not CustodyConflict.objects.exists()
    kind = CalendarEntry.Kind.SCHOOL_HOLIDAY
    CalendarEntry.objects.create(kind=kind, start=MONDAY, end=MONDAY + timedelta(days=13), label="Vacances")
    for _ in range(2):
        conflicts.look_again(now=IN_TIME)
    told = "Pris par l'autre foyer (première moitié, année paire : Vacances)"
    assert [row.why for row in CustodyConflict.objects.all()] == [told]


def test_a_calendar_taken_back_leaves_no_conflict(cast):
    _, conflict = conflict_of(cast)
    term = cast.lea.custody_terms.get()
    assert stop(term, why="Saisi par erreur", actor=cast.agnes, now=make.NOW) == 0
    conflict.refresh_from_db()
    assert conflict.outcome == "gone"
    assert stop(term, why="Encore", actor=cast.agnes, now=make.NOW) == 0


# --- a court
def test_a_court_takes_booking_the_feed_and_the_mails_away_at_once(cast):
    monday, later = session(cast), session(cast, NEXT)
    change(cast.bob, add(cast.lea, monday))
    decision = ban(cast, cast.bob, now=IN_TIME)
    OutboxMail.objects.all().delete()
    with pytest.raises(RecapChanged):
        change(cast.bob, add(cast.lea, later))
    with pytest.raises(RecapChanged):
        change(cast.bob, add(cast.lea, later), as_service=True, reason="Non")
    feed = calendar_of(cast.bob.household, "x", today=IN_TIME.date(), now=IN_TIME, host="portail")
    assert b"VEVENT" not in feed
    change(cast.alice, add(cast.lea, later))
    assert not OutboxMail.objects.filter(to="bob@exemple.fr").exists()
    conflict = CustodyConflict.objects.get()
    assert (conflict.booking.session, conflict.why) == (monday, conflicts.FORBIDDEN)
    conflicts.transfer([conflict.pk], reason="Jugement", actor=cast.agnes, now=IN_TIME)
    assert set(Booking.objects.active().values_list("household", flat=True)) == {cast.alice.household.pk}
    lift(decision, why="Appel", actor=cast.agnes, now=IN_TIME)
    assert b"VEVENT" not in calendar_of(
        cast.bob.household, "x", today=IN_TIME.date(), now=IN_TIME, host="portail"
    )
    third = session(cast, NEXT + timedelta(days=1))
    change(cast.bob, add(cast.lea, third))


def test_the_list_of_the_day_calls_the_parent_who_may_come(cast):
    monday = session(cast)
    change(cast.bob, add(cast.lea, monday))
    decision = ban(cast, cast.bob, now=IN_TIME)

    def called():
        (found,) = session_lists([monday])
        return [phone.name for phone in found.lines[0].parents]

    assert called() == ["Alice Martin"]
    lift(decision, why="Appel", actor=cast.agnes, now=IN_TIME)
    assert called() == ["Bob Durand"]


@pytest.mark.parametrize(
    ("dates", "can"),
    [
        ({"since": MONDAY}, False),
        ({"since": MONDAY + timedelta(days=1)}, True),
        ({"since": date(2026, 11, 1), "until": MONDAY - timedelta(days=1)}, True),
        ({"since": date(2026, 11, 1), "until": MONDAY}, False),
    ],
)
def test_a_court_forbids_between_its_dates(cast, dates, can):
    ban(cast, cast.bob, now=IN_TIME, forbids_seeing=False, forbids_telling=False, **dates)
    found = check(cast.bob.household, add(cast.lea, session(cast)), actor=cast.bob.user, now=IN_TIME)
    assert bool(found.added) is can


# --- whatever is decided and asked, in any order
MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("calendar"), st.sampled_from(["alice", "bob"]), st.integers(0, 4)),
        st.tuples(st.just("stop"), st.just(""), st.just(0)),
        st.tuples(st.sampled_from(["book", "serve"]), st.sampled_from(["alice", "bob"]), st.integers(0, 7)),
        st.tuples(st.sampled_from(["transfer", "cancel"]), st.just(""), st.just(0)),
    ),
    max_size=9,
)


@given(moves=MOVES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
def test_no_booking_on_the_others_day_but_by_an_agent_with_a_reason(cast, moves):
    with transaction.atomic():
        sessions = [session(cast, MONDAY + timedelta(days=7 * n + m)) for n in range(4) for m in (0, 3)]
        for kind, name, number in moves:
            play(cast, sessions, kind, getattr(cast, name, None), number)
            promise_holds(cast)
        transaction.set_rollback(True)


def play(cast, sessions, kind, who, number):
    cast.lea.refresh_from_db()
    waiting = list(CustodyConflict.objects.waiting(IN_TIME.date()).values_list("pk", flat=True))
    if kind == "calendar":
        term = alternate(cast, who, since=MONDAY - timedelta(days=7 - 7 * number))
        homes = homes_of(cast.lea, make.NOW.date())
        decide_calendar(cast.lea, homes, term, token=uuid4(), actor=cast.agnes, now=IN_TIME)
    elif kind == "stop":
        for term in cast.lea.custody_terms.in_force()[:1]:
            stop(term, why="", actor=cast.agnes, now=IN_TIME)
    elif kind in ("book", "serve"):
        more = {"as_service": True, "reason": "Accord"} if kind == "serve" else {}
        with suppress(BookingsNotChanged):
            change(who, add(cast.lea, sessions[number]), **more)
    else:
        getattr(conflicts, kind)(waiting, reason="Décidé", actor=cast.agnes, now=IN_TIME)


def promise_holds(cast):
    """Every active booking is on a day of its household, or an agent knows: it waits, or was allowed with a reason."""
    known = custody.of_children([cast.lea.pk]).get(cast.lea.pk, custody.UNSHARED)
    holidays = shared_holidays(calendar().entries)
    for booking in Booking.objects.active().select_related("session__service"):
        day, at = booking.session.date, booking.session.service.starts_at
        if known.away(booking.household_id, day, holidays, at=at):
            told = booking.custody_conflicts.filter(outcome__in=["", "left"]).get()
            assert not told.outcome or told.reason
    assert home_of(cast, cast.alice) != home_of(cast, cast.bob)
