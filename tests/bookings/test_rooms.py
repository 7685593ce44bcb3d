"""The waiting room: one ticket each, one order, so many inside, and nobody books before its turn."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portail.activities.queries import regulation
from portail.bookings.actions import RecapChanged, check, rooms
from portail.bookings.models import Booking, Ticket, WaitingRoom
from portail.bookings.queries.rooms import counts, open_rooms, opening_of, place_of
from portail.bookings.standing import IN_TURN, State
from portail.core.models import JournalEntry
from tests import factories as make
from tests.bookings.rushes import LATER, MINUTE, OPENS, SECOND, call, household, room_at, rush, take
from tests.bookings.sayings import add, change, remove, session

pytestmark = pytest.mark.django_db
T = Ticket.State


@pytest.fixture
def town(cast):
    rush()
    for who in (cast.alice, cast.bob):
        who.household.residence = "commune"
        who.household.save()
    return cast


# --- tickets
def test_a_household_has_one_ticket_whatever_it_asks(town):
    first = take(town.alice.household, OPENS - MINUTE)
    again = take(town.alice.household, OPENS + MINUTE)
    assert (again.pk, again.rank) == (first.pk, first.rank)
    assert Ticket.objects.count() == 1


@settings(max_examples=200)
@given(st.lists(st.integers(-900_000, 900_000), min_size=2, max_size=30, unique=True), st.booleans())
def test_who_comes_later_never_passes_who_came_after_the_opening(moments, draws):
    """Whatever the moments (ms around the opening): the early before the late, the late as they came; without lots the
    early too; and another opening's tickets never in between."""
    tickets = [(ms, rooms.rank_of(OPENS, now=OPENS + ms * SECOND / 1000, draws=draws)) for ms in moments]
    early = [(ms, rank) for ms, rank in sorted(tickets) if ms < 0]
    late = [(ms, rank) for ms, rank in sorted(tickets) if ms >= 0]
    assert [rank for _, rank in late] == sorted(rank for _, rank in late)
    assert max([r for _, r in early], default=0) < min([r for _, r in late], default=2**63)
    if not draws:
        assert [rank for _, rank in early] == sorted(rank for _, rank in early)
    other = rooms.rank_of(LATER, now=OPENS, draws=draws)
    assert all(rank < other < 2**63 for _, rank in tickets)


def test_lots_do_not_follow_the_order_of_coming():
    drawn = [rooms.rank_of(OPENS, now=OPENS - (100 - n) * SECOND, draws=True) for n in range(60)]
    assert drawn != sorted(drawn)
    assert drawn != sorted(drawn, reverse=True)


def test_once_the_rush_has_begun_an_earlier_class_passes_nobody(town):
    other = household(1, "extérieur")
    waiting = take(other, LATER + MINUTE, LATER)
    late = take(town.alice.household, LATER + 2 * MINUTE, OPENS)
    assert (late.opens_at, late.rank > waiting.rank) == (LATER, True)


def test_before_the_rush_a_class_that_is_open_goes_in_at_once(town):
    now = LATER - 5 * MINUTE
    take(household(1, "extérieur"), now, LATER)
    take(town.alice.household, now, OPENS)
    assert call(now) == [town.alice.household.pk]


# --- letting in
def test_nobody_enters_before_the_opening_to_the_second(town):
    take(town.alice.household, OPENS - MINUTE)
    assert call(OPENS - SECOND) == []
    assert call(OPENS) == [town.alice.household.pk]


def test_so_many_at_once_in_the_order_of_tickets(town):
    families = [household(n) for n in range(5)]
    for n, family in enumerate(families):
        take(family, OPENS + n * SECOND)
    keys = [family.pk for family in families]
    now = OPENS + MINUTE
    assert call(now) == keys[:2]
    ticket = Ticket.objects.get(household=families[0])
    rooms.serve((ticket.pk,), now=now)
    assert call(now + SECOND) == keys[:3]  # the served one still books for another child, but holds no place
    assert Ticket.objects.filter(state=T.INSIDE).count() == 2
    assert place_of(Ticket.objects.get(household=families[4]).pk, now).ahead == 1


def test_who_does_not_come_gives_its_place_and_comes_back_as_the_next(town):
    asleep, second, third, fourth = [household(n) for n in range(4)]
    for n, family in enumerate((asleep, second, third, fourth)):
        take(family, OPENS + n * SECOND)
    now = OPENS + 10 * SECOND
    assert call(now) == [asleep.pk, second.pk]
    rooms.come_in((Ticket.objects.get(household=second).pk,), now=now + MINUTE)
    now += 3 * MINUTE
    assert call(now) == [second.pk, third.pk]
    back = take(asleep, now)
    assert (back.state, place_of(back.pk, now).ahead) == (T.WAITING, 0)
    assert call(now + 5 * MINUTE) == [asleep.pk, fourth.pk]


def test_a_page_keeps_the_place_and_idleness_gives_it_back(town):
    ticket = take(town.alice.household, OPENS)
    call(OPENS)
    rooms.come_in((ticket.pk,), now=OPENS + 2 * MINUTE)
    rooms.come_in((ticket.pk,), now=OPENS + 6 * MINUTE)
    assert call(OPENS + 10 * MINUTE) == [town.alice.household.pk]
    assert call(OPENS + 11 * MINUTE) == []


def test_who_has_booked_or_left_takes_a_new_turn_behind_everybody(town):
    ticket = take(town.alice.household, OPENS)
    other = take(household(1), OPENS + SECOND)
    call(OPENS + SECOND)
    rooms.leave(ticket, now=OPENS + SECOND)
    again = take(town.alice.household, OPENS + MINUTE)
    assert (again.pk, again.state, again.rank > other.rank) == (ticket.pk, T.WAITING, True)


def test_the_room_ends_when_nobody_waits_and_not_before(town):
    take(town.alice.household, OPENS)
    take(household(1), OPENS)
    take(household(2), OPENS)
    for now, is_open in [(OPENS, True), (OPENS + 9 * MINUTE, True), (OPENS + 20 * MINUTE, False)]:
        call(now)
        assert room_at(now).is_open is is_open
    call(LATER - 15 * MINUTE)
    assert room_at(LATER - 15 * MINUTE).is_open


def test_an_idle_room_is_ended_by_the_clockwork_and_old_tickets_are_forgotten(town):
    take(town.alice.household, OPENS)
    rooms.tidy(now=OPENS + 20 * MINUTE)
    rooms.tidy(now=OPENS + 30 * MINUTE)
    assert not WaitingRoom.objects.get().is_open
    rooms.tidy(now=OPENS + timedelta(days=31))
    assert Ticket.objects.count() == 0


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["come", "call", "serve", "sleep", "back"]), min_size=5, max_size=40))
def test_any_story_keeps_the_order_and_never_too_many(town, story):
    """Among those who wait, nobody is called before somebody of a smaller rank; never more than two places are held."""
    Ticket.objects.all().delete()
    WaitingRoom.objects.all().delete()
    now, coming = OPENS, iter(make.HouseholdFactory.create_batch(len(story)))
    called: list[int] = []
    for step in story:
        now += 7 * SECOND
        tickets = Ticket.objects.order_by("rank", "pk")
        if step == "come":
            take(next(coming), now)
        elif step == "call":
            before = set(tickets.filter(state=T.INSIDE).values_list("pk", flat=True))
            waiting = list(tickets.filter(state=T.WAITING).values_list("pk", flat=True))
            call(now)
            fresh = [pk for pk in waiting if Ticket.objects.get(pk=pk).state == T.INSIDE and pk not in before]
            assert fresh == waiting[: len(fresh)]
            called += fresh
        elif step == "sleep":
            tickets.filter(state=T.INSIDE).update(inside_until=now)
        elif (ticket := tickets.filter(state={"serve": T.INSIDE, "back": T.AWAY}[step]).first()) is not None:
            rooms.serve((ticket.pk,), now=now) if step == "serve" else take(ticket.household, now)
        assert Ticket.objects.filter(state=T.INSIDE).count() <= 2
    assert sum(counts(WaitingRoom.objects.first()).values()) == Ticket.objects.count()


# --- booking by turns
def test_nobody_books_before_its_turn_and_the_agents_do(town):
    lunch = session(town)
    now = OPENS + SECOND
    found = check(town.alice.household, add(town.lea, lunch), actor=town.alice.user, now=now)
    assert [(c.standing.state, c.standing.why) for c in found.refused] == [(State.NOT_OPEN, IN_TURN)]
    with pytest.raises(RecapChanged):
        change(town.alice, add(town.lea, lunch), now=now)
    assert Booking.objects.count() == 0
    change(town.alice, add(town.noe, lunch), now=now, as_service=True)
    assert Booking.objects.count() == 1


def test_nobody_takes_a_rank_on_the_list_of_a_full_day_before_its_turn(town):
    full = session(town, capacity=0)
    found = check(town.alice.household, add(town.lea, full), actor=town.alice.user, now=OPENS)
    assert [c.standing.why for c in found.refused] == [IN_TURN]


def test_inside_it_books_and_its_place_goes_to_the_next(town):
    lunch = session(town)
    ticket = take(town.alice.household, OPENS)
    call(OPENS)
    change(town.alice, add(town.lea, lunch), now=OPENS + MINUTE)
    ticket.refresh_from_db()
    assert (ticket.state, ticket.done_at) == (T.DONE, OPENS + MINUTE)
    change(town.alice, add(town.noe, lunch), now=OPENS + 2 * MINUTE)
    with pytest.raises(RecapChanged):
        change(
            town.alice, add(town.noe, session(town, lunch.date + timedelta(days=1))), now=OPENS + 8 * MINUTE
        )


def test_a_place_that_is_over_books_nothing_to_the_second(town):
    lunch = session(town)
    take(town.alice.household, OPENS)
    call(OPENS)
    with pytest.raises(RecapChanged):
        change(town.alice, add(town.lea, lunch), now=OPENS + 3 * MINUTE)
    change(town.alice, add(town.lea, lunch), now=OPENS + 3 * MINUTE - SECOND)


def test_cancelling_takes_no_turn_and_other_days_neither(town):
    lunch, other = session(town), session(town, LATER.date())
    booking = make.BookingFactory(child=town.lea, session=lunch, household=town.alice.household)
    found = check(town.alice.household, add(town.lea, other), actor=town.alice.user, now=OPENS)
    assert found.waits == ()
    change(town.alice, remove(town.lea, lunch), now=OPENS)
    booking.refresh_from_db()
    assert booking.state == Booking.State.CANCELLED


def test_outside_any_rush_nothing_is_asked_and_nothing_read_more(town, django_assert_num_queries):
    period = rush(**{"room = { families = 2, before = 15, after = 10, call = 3, idle = 5 }": ""})
    law = regulation()
    calendar = law.calendar_with((), period.end)
    with django_assert_num_queries(0):
        assert open_rooms(law, calendar, OPENS, LATER.date(), LATER.date()) == []


# --- whose class
def test_the_class_is_that_of_the_residence_without_reading_the_children(town, django_assert_num_queries):
    law, other = regulation(), household(1, "extérieur")
    period = law.period("noel")
    with django_assert_num_queries(0):
        found = [opening_of(h, period, law).name for h in (town.alice.household, other)]
    assert found == ["Habitants de la commune", "Toutes les familles"]


def test_the_class_of_a_profile_is_that_of_the_child_who_opens_first(town, django_assert_num_queries):
    period = rush(**{'residences = ["commune"]': 'profiles = ["personnel"]'})
    town.noe.enrolments.update(profile="personnel")
    law = regulation()
    with django_assert_num_queries(2):
        found = [opening_of(h, period, law).name for h in (town.alice.household, town.bob.household)]
    assert found == ["Habitants de la commune", "Toutes les familles"]


# --- the desk's hand
def decide(town, now, **more):
    told = {"mode": "auto", "is_paused": False, "families": None, "reason": "Panne", **more}
    return rooms.change_room(room_at(now), actor=town.agnes, now=now, **told)


def test_suspended_nobody_enters_and_the_journal_says_why(town):
    take(town.alice.household, OPENS)
    assert decide(town, OPENS, is_paused=True)
    assert call(OPENS + MINUTE) == []
    assert decide(town, OPENS + MINUTE, reason="Réparé")
    assert call(OPENS + MINUTE + SECOND) == [town.alice.household.pk]
    assert not decide(town, OPENS + MINUTE)
    first, last = JournalEntry.objects.order_by("pk").values_list("summary", "after")
    assert first[0] == "Salle d'attente de « Repas de Noël » : entrées suspendues. Panne"
    assert (last[1]["reason"], last[1]["is_paused"]) == ("Réparé", False)


def test_opened_by_hand_it_stays_until_closed_by_hand(town):
    now = OPENS + timedelta(days=5)
    assert not room_at(OPENS - MINUTE * 60).is_open
    decide(town, now, mode="open", families=1)
    take(town.alice.household, now + SECOND)
    take(household(1), now + 2 * SECOND)
    assert call(now + MINUTE) == [town.alice.household.pk]
    call(now + timedelta(days=1))
    assert room_at(now).is_open
    decide(town, now, mode="closed")
    lunch = session(town)
    change(town.alice, add(town.lea, lunch), now=now)
