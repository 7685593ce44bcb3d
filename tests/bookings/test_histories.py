"""Whatever families and agents do, in any order: never too many in a session, never a child twice, and receipts that
tell the whole story."""

from collections import Counter
from datetime import datetime, timedelta
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from portail.bookings.actions import BookingsNotChanged, ChildNotInHousehold, Wish, change_bookings
from portail.bookings.models import Booking, Receipt, ReceiptLine
from portail.bookings.queries.receipts import RECEIPT_MAIL
from portail.core.models import JournalEntry, OutboxMail
from tests import factories as make
from tests.bookings.sayings import MONDAY, PARIS, session

CAPACITIES = (0, 1, 2, None)
# Before the first deadline, between the two, after both, and after the first day has passed.
MOMENTS = [datetime(2026, 12, day, 12, 0, tzinfo=PARIS) for day in (1, 7, 14, 15)]

step = st.fixed_dictionaries(
    {
        "who": st.sampled_from(["alice", "bob", "charlie"]),
        "as_service": st.booleans(),
        "wishes": st.sets(
            st.tuples(
                st.integers(0, 2),
                st.integers(0, len(CAPACITIES) * 2 - 1),
                st.sampled_from([True, True, False]),
            ),
            max_size=4,
        ),
        "token": st.integers(0, 5),
        "moment": st.integers(0, len(MOMENTS) - 1),
    }
)


@pytest.mark.django_db
@given(history=st.lists(step, min_size=1, max_size=12))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_history(cast, history):
    with transaction.atomic():
        make.EnrolmentFactory(child=cast.zoe, activity=cast.offer.service.activity, place=cast.offer.place)
        sessions = [
            session(cast, MONDAY + timedelta(days=7 * week + n), capacity=capacity)
            for week in (0, 1)
            for n, capacity in enumerate(CAPACITIES)
        ]
        state = SimpleNamespace(cast=cast, sessions=sessions, receipts={}, written=0)
        for move in sorted(history, key=lambda move: move["moment"]):
            play(state, move)
            promises_hold(state)
        transaction.set_rollback(True)


def play(state, move):
    """One move: what it should do is worked out apart, from the receipts alone."""
    household = getattr(state.cast, move["who"]).household
    children = [state.cast.lea, state.cast.noe, state.cast.zoe]
    wishes = [Wish(children[c].pk, state.sessions[s].pk, wanted) for c, s, wanted in move["wishes"]]
    token = UUID(int=move["token"] + 1)
    before = told(state)
    try:
        receipt = change_bookings(
            household,
            wishes,
            token=token,
            actor=state.cast.agnes if move["as_service"] else getattr(state.cast, move["who"]).user,
            now=MOMENTS[move["moment"]],
            as_service=move["as_service"],
            reason="Accord du service",
        )
    except (BookingsNotChanged, ChildNotInHousehold) as refused:
        event(type(refused).__name__)
        assert told(state) == before
        return
    if token in state.receipts:
        event("the same receipt")
        assert (receipt.pk, told(state)) == (state.receipts[token], before)
        return
    event("changed")
    state.receipts[token] = receipt.pk
    lines = {(x.booking.child_id, x.booking.session_id, x.change == "added") for x in receipt.lines.all()}
    kept = {(w.child_id, w.session_id) for w in wishes if w.wanted}
    assert lines == {
        (w.child_id, w.session_id, w.wanted)
        for w in wishes
        if w.wanted or (w.child_id, w.session_id) not in kept
    }
    state.written += len(lines)


def told(state):
    return Receipt.objects.count(), ReceiptLine.objects.count(), taken(), JournalEntry.objects.count()


def taken():
    return sorted(Booking.objects.active().values_list("child_id", "session_id", "household_id"))


def promises_hold(state):
    places = Counter(session_id for _, session_id, _ in taken())
    for lesson in state.sessions:
        assert lesson.capacity is None or places[lesson.pk] <= lesson.capacity
    assert len({(child, lesson) for child, lesson, _ in taken()}) == len(taken())
    # Replaying the receipts gives the bookings: nothing was changed without one, none was made for nothing.
    replayed = set()
    for line in ReceiptLine.objects.select_related("booking").order_by("pk"):
        place = (line.booking.child_id, line.booking.session_id, line.booking.household_id)
        if line.change == ReceiptLine.Change.ADDED:
            assert place not in replayed
            replayed.add(place)
        else:
            replayed.remove(place)
    assert sorted(replayed) == taken()
    assert ReceiptLine.objects.count() == state.written
    assert Receipt.objects.count() == len(state.receipts) == JournalEntry.objects.count()
    assert OutboxMail.objects.filter(kind=RECEIPT_MAIL).count() == Receipt.objects.count()
