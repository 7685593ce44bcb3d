"""Closing over bookings: whoever is touched was shown, is told, keeps a receipt; reopening gives back what can be."""

import threading
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection

from portail.activities.actions import closings as activities
from portail.activities.actions.closings import NothingToClose, Selection
from portail.activities.models import Closing, Session
from portail.bookings.actions import BookingsNotChanged, Wish, change_bookings, closings
from portail.bookings.models import Booking, Receipt
from portail.bookings.queries.touched import by_family, fingerprint
from portail.core.models import JournalEntry, OutboxMail
from portail.families.models import HouseholdChild
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db
DAY, NEXT = date(2026, 12, 3), date(2026, 12, 4)


@pytest.fixture
def scene(cast):
    """Thursday and Friday at the canteen: Léa both days, Noé and Zoé on Thursday."""
    make.EnrolmentFactory(child=cast.zoe, activity=cast.canteen.activity, place=cast.offer.place)
    cast.thursday, cast.friday = (
        make.SessionFactory(service=cast.canteen, place=cast.offer.place, date=day, capacity=3)
        for day in (DAY, NEXT)
    )
    for minute, (child, family, session) in enumerate(
        [
            (cast.lea, cast.alice, cast.thursday),
            (cast.lea, cast.alice, cast.friday),
            (cast.noe, cast.alice, cast.thursday),
            (cast.zoe, cast.charlie, cast.thursday),
        ]
    ):
        make.BookingFactory(
            child=child,
            session=session,
            household=family.household,
            created_at=NOW + timedelta(minutes=minute),
        )
    return cast


def shown(bookings) -> str:
    return fingerprint(bookings)


def close(selection: Selection, reason="Panne de chauffage", seen=None, now=NOW) -> Closing:
    seen = shown(closings.touched_by(selection)) if seen is None else seen
    return closings.close(selection, closings.Said(reason), seen=seen, actor=None, now=now)


def active() -> list[tuple[str, date]]:
    rows = Booking.objects.active().order_by("session__date", "child__first_name")
    return [
        (booking.child.first_name, booking.session.date)
        for booking in rows.select_related("child", "session")
    ]


def mails() -> list[tuple[str, str]]:
    return list(OutboxMail.objects.order_by("pk").values_list("kind", "to"))


BOTH = Selection(DAY, NEXT)
RECEIPT = "bookings/mail/receipt"


def test_families_touched_are_listed_with_their_days(scene):
    families = by_family(closings.touched_by(BOTH))
    assert [(f.household, len(f.bookings), f.children) for f in families] == [
        (scene.alice.household, 3, [scene.lea, scene.noe]),
        (scene.charlie.household, 1, [scene.zoe]),
    ]


def test_closing_cancels_writes_receipts_and_tells_everybody_at_once(scene):
    closing = close(Selection(DAY, DAY))
    assert active() == [("Léa", NEXT)]
    assert Session.objects.get(pk=scene.thursday.pk).closing == closing
    receipts = list(Receipt.objects.order_by("household__number"))
    assert [(r.household, r.by_service, r.reason, r.closing, r.lines.count()) for r in receipts] == [
        (scene.alice.household, True, "Panne de chauffage", closing, 2),
        (scene.charlie.household, True, "Panne de chauffage", closing, 1),
    ]
    assert mails() == [(RECEIPT, "alice@exemple.fr"), (RECEIPT, "charlie@exemple.fr")]
    text = OutboxMail.objects.first().text
    assert "Panne de chauffage" in text
    assert "jeudi 3 décembre" in text
    lines = JournalEntry.objects.filter(verb="bookings.changed").order_by("subject")
    assert [line.subject for line in lines] == sorted(
        [scene.alice.household.journal_subject, scene.charlie.household.journal_subject]
    )


def test_closing_twice_cancels_and_tells_once(scene):
    seen = shown(closings.touched_by(BOTH))
    first = close(BOTH, seen=seen)
    assert close(BOTH, seen=seen) == first
    assert (Receipt.objects.count(), len(mails()), Closing.objects.count()) == (2, 2, 1)


def test_a_booking_made_since_the_preview_stops_everything(scene):
    seen = shown(closings.touched_by(BOTH))
    make.BookingFactory(child=scene.noe, session=scene.friday, household=scene.alice.household)
    with pytest.raises(closings.OthersTouched):
        close(BOTH, seen=seen)
    assert len(active()) == 5
    assert not Closing.objects.exists()
    assert not OutboxMail.objects.exists()
    assert not JournalEntry.objects.exists()


def test_days_that_everybody_left_since_are_closed_without_more(scene):
    seen = shown(closings.touched_by(BOTH))
    Booking.objects.update(state=Booking.State.CANCELLED)
    assert close(BOTH, seen=seen).sessions.count() == 2
    assert mails() == []


def test_nothing_to_close_is_said(scene):
    with pytest.raises(NothingToClose):
        close(Selection(date(2027, 1, 1), date(2027, 1, 1)))


def test_reopening_gives_back_with_a_receipt(scene):
    closing = close(BOTH)
    done = closings.reopen(closing, give_back=True, actor=None, now=NOW)
    assert (done.sessions, done.given_back, done.not_given_back) == (2, 4, 0)
    assert active() == [("Léa", DAY), ("Noé", DAY), ("Zoé", DAY), ("Léa", NEXT)]
    assert [r.reason for r in Receipt.objects.filter(closing=None)] == [
        "Réouverture : Panne de chauffage"
    ] * 2
    assert [kind for kind, _ in mails()] == [RECEIPT] * 4


def test_reopening_without_giving_back_tells_to_book_again(scene):
    closing = close(BOTH)
    done = closings.reopen(closing, give_back=False, actor=None, now=NOW)
    assert (done.given_back, done.not_given_back, active()) == (0, 4, [])
    assert mails()[2:] == [
        (closings.REOPENED_MAIL, "alice@exemple.fr"),
        (closings.REOPENED_MAIL, "charlie@exemple.fr"),
    ]
    told = OutboxMail.objects.get(kind=closings.REOPENED_MAIL, to="alice@exemple.fr")
    assert "Léa · vendredi 4 décembre · Cantine" in told.text


def test_reopening_twice_is_reopening_once(scene):
    closing = close(BOTH)
    closings.reopen(closing, give_back=True, actor=None, now=NOW)
    again = closings.reopen(closing, give_back=True, actor=None, now=NOW)
    assert (again.sessions, again.given_back, len(mails())) == (0, 0, 4)


def test_what_can_no_longer_be_is_not_given_back(scene):
    closing = close(BOTH)
    HouseholdChild.objects.filter(child=scene.zoe).delete()  # left the household
    Session.objects.filter(pk=scene.thursday.pk).update(capacity=1)
    friday_morning = datetime(2026, 12, 4, 7, 0, tzinfo=UTC)
    done = closings.reopen(closing, give_back=True, actor=None, now=friday_morning)
    assert (done.given_back, active()) == (1, [("Léa", NEXT)])  # Thursday has gone by
    assert [kind for kind, _ in mails()[2:]] == [RECEIPT]


def test_places_cut_since_are_not_sold_twice(scene):
    closing = close(BOTH)
    Session.objects.filter(pk=scene.thursday.pk).update(capacity=2)
    done = closings.reopen(closing, give_back=True, actor=None, now=NOW)
    assert done.not_given_back == 1
    assert Booking.objects.active().filter(session=scene.thursday).count() == 2


def test_a_session_closed_on_its_own_is_left_to_its_closing(scene):
    first = close(Selection(DAY, DAY), "Neige")
    second = close(BOTH, "Panne")
    closings.reopen(second, give_back=True, actor=None, now=NOW)
    assert Session.objects.get(pk=scene.thursday.pk).closing == first
    assert active() == [("Léa", NEXT)]


def places(session, capacity, **options):
    return closings.change_places(session, capacity, actor=None, now=NOW, **options)


def test_cutting_below_what_is_taken_is_refused_and_names_the_last_booked(scene):
    with pytest.raises(closings.PlacesTaken) as refused:
        places(scene.thursday, 1)
    assert [booking.child for booking in refused.value.last] == [scene.zoe, scene.noe]
    assert Session.objects.get(pk=scene.thursday.pk).capacity == 3


def test_cutting_cancels_the_last_booked_once_they_were_shown(scene):
    seen = shown(closings.beyond(scene.thursday, 2))
    for _ in range(2):
        places(scene.thursday, 2, reason="Une animatrice absente", seen=seen)
    assert active() == [("Léa", DAY), ("Noé", DAY), ("Léa", NEXT)]
    assert Session.objects.get(pk=scene.thursday.pk).capacity == 2
    assert mails() == [(RECEIPT, "charlie@exemple.fr")]
    assert Receipt.objects.get().reason == "Une animatrice absente"


def test_cutting_refuses_to_cancel_somebody_else_than_shown(scene):
    seen = shown(closings.beyond(scene.thursday, 2))
    Booking.objects.filter(child=scene.zoe).update(state=Booking.State.CANCELLED)
    make.BookingFactory(
        child=make.ChildFactory(),
        session=scene.thursday,
        household=scene.bob.household,
        created_at=NOW + timedelta(hours=1),
    )
    with pytest.raises(closings.OthersTouched):
        places(scene.thursday, 2, seen=seen)


@pytest.mark.parametrize("capacity", [None, 3, 100_000])
def test_enough_places_touch_nobody(scene, capacity):
    assert places(scene.thursday, capacity) == []
    assert Session.objects.get(pk=scene.thursday.pk).capacity == capacity


def test_no_place_at_all(scene):
    places(scene.thursday, 0, reason="Travaux", seen=shown(closings.beyond(scene.thursday, 0)))
    assert active() == [("Léa", NEXT)]


def test_the_sessions_of_a_closing_are_closed_even_without_the_bookings_room(scene):
    """The lower room closes without looking at bookings: what it cannot do is what this room is for."""
    activities.close_sessions(BOTH, "Neige", actor=None, now=NOW)
    assert len(active()) == 4


def test_places_of_the_sessions_to_come_leave_out_those_where_more_are_taken(scene):
    past = make.SessionFactory(service=scene.canteen, place=scene.offer.place, date=date(2026, 11, 23))
    elsewhere = make.SessionFactory(service=scene.canteen, place__name="Ailleurs", date=DAY)
    for _ in range(2):
        changed, full = closings.change_places_to_come(scene.offer, 2, actor=None, now=NOW)
    assert (changed, full) == (0, [scene.thursday])
    capacities = dict(Session.objects.values_list("pk", "capacity"))
    assert capacities == {scene.thursday.pk: 3, scene.friday.pk: 2, past.pk: 40, elsewhere.pk: 40}
    assert JournalEntry.objects.get().before == {"capacities": {str(scene.friday.pk): 3}}
    assert closings.change_places_to_come(scene.offer, None, actor=None, now=NOW) == (2, [])


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_agents_close_the_same_day_at_once(scene):
    """One closing, one receipt and one mail for each family, whoever was first."""
    seen = shown(closings.touched_by(BOTH))
    start, done, failed = threading.Barrier(2), [], []

    def agent() -> None:
        start.wait()
        try:
            done.append(close(BOTH, seen=seen).pk)
        except NothingToClose as refused:
            failed.append(refused)
        finally:
            connection.close()

    threads = [threading.Thread(target=agent) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(set(done)), failed) == (1, [])
    assert (Closing.objects.count(), Receipt.objects.count(), OutboxMail.objects.count()) == (1, 2, 2)


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_nobody_books_in_a_session_while_it_closes(scene):
    """A parent books while an agent closes: whoever comes second sees what the first did; never a booking on a
    closed session."""
    seen = shown(closings.touched_by(BOTH))
    start = threading.Barrier(2)

    def run(act) -> None:
        start.wait()
        with suppress(closings.OthersTouched, BookingsNotChanged):
            act()
        connection.close()

    def book() -> None:
        wish = Wish(scene.noe.pk, scene.friday.pk, True)
        change_bookings(scene.alice.household, [wish], token=uuid4(), actor=scene.alice.user, now=NOW)

    threads = [threading.Thread(target=run, args=[act]) for act in (book, lambda: close(BOTH, seen=seen))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not Booking.objects.active().exclude(session__closing=None).exists()
