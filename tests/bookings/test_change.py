"""Changing bookings: exactly as shown or not at all, once, with its receipt, its journal line and its mails."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from portail.bookings.actions import (
    ChildNotInHousehold,
    NothingToChange,
    ReasonNeeded,
    RecapChanged,
    Wish,
)
from portail.bookings.models import Booking, Receipt, ReceiptLine
from portail.bookings.queries.receipts import RECEIPT_MAIL
from portail.bookings.standing import State
from portail.core.models import JournalEntry, OutboxMail
from tests import factories as make
from tests.bookings.sayings import (
    IN_TIME,
    MONDAY,
    PARIS,
    TOO_LATE,
    add,
    booked,
    change,
    remove,
    session,
    week,
)

pytestmark = pytest.mark.django_db


def nothing_written():
    return not (Receipt.objects.exists() or JournalEntry.objects.exists() or OutboxMail.objects.exists())


def test_books_and_cancels_in_one_receipt(cast):
    kept, dropped, *new = week(cast)
    for lunch in (kept, dropped):
        make.BookingFactory(child=cast.lea, session=lunch, household=cast.alice.household)
    receipt = change(cast.alice, add(cast.lea, *new) + remove(cast.lea, dropped))
    assert booked(cast.lea) == sorted(s.pk for s in (kept, *new))
    cancelled = Booking.objects.get(session=dropped)
    assert (cancelled.state, cancelled.cancelled_at) == (Booking.State.CANCELLED, IN_TIME)
    lines = [(line.booking.session, line.change, line.conditions) for line in receipt.lines.all()]
    until = "jusqu'au dimanche 6 décembre à 21 h"
    assert lines == [
        (new[0], "added", f"Annulable {until}"),
        (new[1], "added", f"Annulable {until}"),
        (dropped, "removed", f"Réservable {until}"),
    ]
    assert (receipt.household, receipt.author, receipt.author_label) == (
        cast.alice.household,
        cast.alice.user,
        "Alice Martin",
    )
    assert (receipt.by_service, receipt.reason, receipt.created_at) == (False, "", IN_TIME)
    assert receipt.number == f"R-2026-{receipt.pk:05d}"


def test_writes_the_journal_of_the_household(cast):
    lunch, other, *_ = week(cast)
    make.BookingFactory(child=cast.lea, session=other, household=cast.alice.household)
    receipt = change(cast.alice, add(cast.lea, lunch) + remove(cast.lea, other))
    line = JournalEntry.objects.get()
    assert (line.verb, line.subject, line.actor, line.at) == (
        "bookings.changed",
        cast.alice.household.journal_subject,
        cast.alice.user,
        IN_TIME,
    )
    assert line.summary == f"Réservations modifiées : reçu {receipt.number} (1 ajout, 1 retrait)"
    assert line.before == {"removed": ["Léa · mardi 8 décembre 2026 · Cantine"]}
    assert line.after == {"receipt": receipt.number, "added": ["Léa · lundi 7 décembre 2026 · Cantine"]}


def test_writes_to_every_adult_of_the_household_once(cast):
    make.AdultFactory(household=cast.alice.household, first_name="Karim", email="karim@exemple.fr")
    make.AdultFactory(household=cast.alice.household, first_name="Sans", email="")
    make.AdultFactory(household=cast.alice.household, first_name="Meme", email="KARIM@exemple.fr")
    receipt = change(cast.alice, add(cast.lea, session(cast)))
    mails = OutboxMail.objects.filter(kind=RECEIPT_MAIL).order_by("pk")
    assert [mail.to for mail in mails] == ["alice@exemple.fr", "karim@exemple.fr"]
    for mail in mails:
        assert mail.subject_line == f"Réservations modifiées : reçu {receipt.number}"
        assert mail.about == cast.alice.household.journal_subject
        for text in (mail.text, mail.html):
            assert "Léa · lundi 7 décembre · Cantine" in text
            assert f"/planning/recus/{receipt.number}/" in text
    assert "Annulable jusqu'au dimanche 6 décembre à 21 h" in mails[0].text


def test_the_account_that_cannot_sign_in_is_written_to_at_the_contact_address(cast):
    cast.alice.user.is_active = False
    cast.alice.user.save()
    cast.alice.adult.email = "maison@exemple.fr"
    cast.alice.adult.save()
    change(cast.alice, add(cast.lea, session(cast)))
    assert OutboxMail.objects.filter(kind=RECEIPT_MAIL).get().to == "maison@exemple.fr"


def test_the_mail_speaks_the_language_of_its_reader(cast):
    cast.alice.user.language = "en"
    cast.alice.user.save()
    change(cast.alice, add(cast.lea, session(cast)))
    assert "Monday 7 December" in OutboxMail.objects.filter(kind=RECEIPT_MAIL).get().text


def test_twice_the_same_token_is_once(cast):
    wishes, token = add(cast.lea, session(cast)), uuid4()
    first = change(cast.alice, wishes, token=token)
    again = change(cast.alice, wishes, token=token, now=TOO_LATE)
    assert again == first
    assert (
        Receipt.objects.count()
        == ReceiptLine.objects.count()
        == OutboxMail.objects.filter(kind=RECEIPT_MAIL).count()
        == 1
    )


def test_a_token_of_another_household_gives_nothing_away(cast):
    token = uuid4()
    change(cast.alice, add(cast.lea, session(cast)), token=token)
    other = session(cast, MONDAY + timedelta(days=1))
    with pytest.raises(RecapChanged):
        change(cast.bob, add(cast.lea, other), token=token)
    assert Receipt.objects.count() == 1


def test_two_tabs_with_the_same_ticks(cast):
    wishes = add(cast.lea, session(cast))
    change(cast.alice, wishes)
    with pytest.raises(NothingToChange):
        change(cast.alice, wishes)
    assert Receipt.objects.count() == 1


def test_two_tabs_that_overlap(cast):
    """The second recap is no more what it said: it comes back with what is left to do."""
    lunch, other, *_ = week(cast)
    change(cast.alice, add(cast.lea, lunch))
    with pytest.raises(RecapChanged) as refused:
        change(cast.alice, add(cast.lea, lunch, other))
    assert [c.session for c in refused.value.recap.added] == [other]
    assert booked(cast.lea) == [lunch.pk]


@pytest.mark.parametrize("wishes", [[], "same"])
def test_nothing_to_change_leaves_no_receipt(cast, wishes):
    lunch = session(cast)
    make.BookingFactory(child=cast.lea, session=lunch, household=cast.alice.household)
    with pytest.raises(NothingToChange):
        change(cast.alice, add(cast.lea, lunch) if wishes else [])
    assert nothing_written()


def test_all_or_nothing(cast):
    """One day is full: the other is not booked alone."""
    free, full = session(cast), session(cast, MONDAY + timedelta(days=1), capacity=0)
    with pytest.raises(RecapChanged) as refused:
        change(cast.alice, add(cast.lea, free, full))
    assert [c.session for c in refused.value.recap.added] == [free]
    assert [(c.session, c.standing.state) for c in refused.value.recap.refused] == [(full, State.FULL)]
    assert booked(cast.lea) == []
    assert nothing_written()


def test_two_parents_one_day(cast):
    lunch = session(cast)
    change(cast.alice, add(cast.lea, lunch))
    with pytest.raises(RecapChanged) as refused:
        change(cast.bob, add(cast.lea, lunch))
    assert [c.standing.state for c in refused.value.recap.refused] == [State.OTHER_PARENT]
    assert Booking.objects.get().household == cast.alice.household


def test_a_parent_does_not_cancel_the_others_booking(cast):
    lunch = session(cast)
    change(cast.alice, add(cast.lea, lunch))
    with pytest.raises(NothingToChange):
        change(cast.bob, remove(cast.lea, lunch))
    assert booked(cast.lea) == [lunch.pk]


def test_cancel_and_book_again(cast):
    lunch = session(cast)
    for wishes in (add(cast.lea, lunch), remove(cast.lea, lunch), add(cast.lea, lunch)):
        change(cast.alice, wishes)
    assert [b.state for b in Booking.objects.order_by("pk")] == ["cancelled", "booked"]
    assert Receipt.objects.count() == 3


@pytest.mark.parametrize("wish", ["strangers child", "no such session", "other place"])
def test_foreign_ids_write_nothing(cast, wish):
    lunch = session(cast)
    elsewhere = make.SessionFactory(
        service=cast.canteen, place=make.PlaceFactory(name="Restaurant Curie"), date=MONDAY
    )
    wishes, expected = {
        "strangers child": (add(cast.zoe, lunch), ChildNotInHousehold),
        "no such session": ([Wish(cast.lea.pk, 999_999, True)], RecapChanged),
        "other place": (add(cast.lea, elsewhere), RecapChanged),
    }[wish]
    with pytest.raises(expected):
        change(cast.alice, wishes)
    assert not Booking.objects.exists()
    assert nothing_written()


def test_the_service_needs_a_reason_after_the_deadline(cast):
    lunch = session(cast)
    for reason in ("", "   "):
        with pytest.raises(ReasonNeeded):
            change(
                family_of(cast.agnes, cast.alice),
                add(cast.lea, lunch),
                now=TOO_LATE,
                as_service=True,
                reason=reason,
            )
    assert nothing_written()


def test_the_service_books_after_the_deadline_and_the_family_is_told(cast):
    lunch = session(cast)
    receipt = change(
        family_of(cast.agnes, cast.alice),
        add(cast.lea, lunch),
        now=TOO_LATE,
        as_service=True,
        reason="Certificat médical",
    )
    assert booked(cast.lea) == [lunch.pk]
    assert (receipt.by_service, receipt.reason, receipt.author_label) == (
        True,
        "Certificat médical",
        "Agnès Mairie",
    )
    mail = OutboxMail.objects.filter(kind=RECEIPT_MAIL).get()
    assert mail.to == "alice@exemple.fr"
    for text in (mail.text, mail.html):
        assert "Le service a modifié les réservations de votre dossier." in text
        assert "Motif : Certificat médical" in text
        assert "Agnès" not in text
    summary = JournalEntry.objects.get().summary
    assert summary.endswith("(1 ajout) par le service : Certificat médical")


def test_the_service_cancels_after_the_deadline(cast):
    lunch = session(cast)
    make.BookingFactory(child=cast.lea, session=lunch, household=cast.alice.household)
    change(
        family_of(cast.agnes, cast.alice),
        remove(cast.lea, lunch),
        now=TOO_LATE,
        as_service=True,
        reason="Enfant malade",
    )
    assert booked(cast.lea) == []


def test_in_time_the_service_needs_no_reason(cast):
    receipt = change(family_of(cast.agnes, cast.alice), add(cast.lea, session(cast)), as_service=True)
    assert (receipt.by_service, receipt.reason) == (True, "")


def family_of(agent, family):
    """An agent who acts for this family."""
    return type(family)(household=family.household, user=agent)


def test_a_whole_month_costs_as_many_queries_as_a_day(cast, django_assert_num_queries):
    sessions = [session(cast, MONDAY + timedelta(days=n)) for n in range(5)]
    for wishes in (add(cast.lea, sessions[0]), add(cast.lea, *sessions[1:])):
        with django_assert_num_queries(24):
            change(cast.alice, wishes)


def test_the_constraint_stands_behind_the_lock(cast):
    lunch = session(cast)
    make.BookingFactory(child=cast.lea, session=lunch, household=cast.alice.household)
    with pytest.raises(IntegrityError), transaction.atomic():
        make.BookingFactory(child=cast.lea, session=lunch, household=cast.bob.household)


# --- the deadline to the second, in winter, and on the two Sundays when the clock changes
@pytest.mark.parametrize(
    ("monday", "hour_in_utc"),
    [
        (datetime(2026, 12, 7, tzinfo=UTC), 20),  # Sunday 6 December, winter: 21:00 is 20:00 UTC
        (datetime(2026, 10, 26, tzinfo=UTC), 20),  # Sunday 25 October: summer time ended that morning
        (datetime(2027, 3, 29, tzinfo=UTC), 19),  # Sunday 28 March: summer time began that morning
        (datetime(2027, 6, 7, tzinfo=UTC), 19),  # Sunday 6 June, summer
    ],
)
@pytest.mark.parametrize(("seconds", "in_time"), [(-1, True), (0, True), (1, False)])
def test_sunday_nine_in_the_evening(cast, monday, hour_in_utc, seconds, in_time):
    lunch = session(cast, monday.date())
    sunday = monday - timedelta(days=1)
    now = sunday.replace(hour=hour_in_utc) + timedelta(seconds=seconds)
    assert now.astimezone(PARIS).hour == (21 if seconds >= 0 else 20)
    if in_time:
        change(cast.alice, add(cast.lea, lunch), now=now)
        change(cast.alice, remove(cast.lea, lunch), now=now)
        return
    make.BookingFactory(child=cast.noe, session=lunch, household=cast.alice.household)
    with pytest.raises(RecapChanged) as refused:
        change(cast.alice, add(cast.lea, lunch) + remove(cast.noe, lunch), now=now)
    assert [c.standing.state for c in refused.value.recap.refused] == [State.TOO_LATE, State.BOOKED]
