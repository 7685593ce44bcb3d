"""What leaders saw, charged by the surcharges of the regulation: worked figures, waivers, corrections."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from portail.attendance.models import Mark, Settlement
from portail.billing.queries.charges import computed, law, to_invoice
from portail.bookings.models import Absence
from tests import factories as make

from .town import PRICES, absent, book, family, published, regulate, sessions

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
RULES = (
    PRICES
    + """
[[surcharges]]
name = "Absence non prévenue"
services = ["cantine"]
trigger = "no-show"
amount = 1.50

[[surcharges]]
name = "Troisième absence non prévenue"
services = ["cantine"]
trigger = "no-show"
from_count = 3
amount = 4.00

[[surcharges]]
name = "Repas non réservé"
services = ["cantine"]
trigger = "unbooked"
fixed = 10.00

[[surcharges]]
name = "Repris après l'heure"
services = ["cantine"]
trigger = "late-pick-up"
amount = 5.00
once = "slice"
slice_minutes = 15
grace = 5
at_most = 20.00
"""
)


@pytest.fixture(autouse=True)
def rules(db):
    regulate(RULES)


def mark(session, child, kind: str, *, hour: time | None = None, received=None) -> Mark:
    at = datetime(session.date.year, session.date.month, session.date.day, 11, 30, tzinfo=UTC)
    at += timedelta(seconds=Mark.objects.count())
    return Mark.objects.create(
        token=uuid4(),
        session=session,
        child=child,
        kind=kind,
        at=at,
        hour=hour,
        received_at=received or at,
        author_label="Lou",
    )


def settle(session, child, kind, decision, **more):
    return Settlement.objects.create(
        kind=kind,
        session=session,
        child=child,
        decision=decision,
        reason="Malentendu",
        token=uuid4(),
        at=more.pop("at", datetime(2026, 11, 20, tzinfo=UTC)),
        **more,
    )


def due(household, first=FIRST, last=LAST):
    return [d for d in computed([household.pk], first, last).due if d.kind == "surcharge"]


def figures(dues):
    return [(d.day.day, d.amount, [(str(p.part), p.amount) for p in d.parts]) for d in dues]


def test_not_come_without_a_word_costs_more_from_the_third_time():
    household, child = family()
    days = sessions(date(2026, 11, 2), 4)
    book(household, child, days)
    for session in days[:3]:
        mark(session, child, "absent")
    mark(days[3], child, "present")
    found = due(household)
    assert figures(found) == [
        (2, Decimal("1.50"), [("penalty", Decimal("1.50"))]),
        (3, Decimal("1.50"), [("penalty", Decimal("1.50"))]),
        (5, Decimal("4.00"), [("penalty", Decimal("4.00"))]),
    ]
    assert found[2].label == "Cantine : Troisième absence non prévenue"
    assert found[2].explanation["sentence"] == (
        "4,00 € : absent sans avoir prévenu ; Troisième absence non prévenue : 4,00 €"
    )


def test_a_child_of_whom_nothing_was_said_costs_nothing_more():
    household, child = family()
    book(household, child, sessions(date(2026, 11, 2), 1))
    assert due(household) == []


def tell(booking, at, by=None, proved=None):
    return Absence.objects.create(booking=booking, told_at=at, told_by=by, proved_at=proved)


NOON_THAT_DAY = datetime(2026, 11, 2, 11, 0, tzinfo=UTC)  # the session begins at 12:00 in Paris


@pytest.mark.parametrize(
    ("told", "by", "proved", "charged"),
    [
        (NOON_THAT_DAY - timedelta(minutes=1), "family", False, False),
        (NOON_THAT_DAY, "family", False, True),
        (NOON_THAT_DAY, "agent", False, False),
        (NOON_THAT_DAY, "family", True, False),
    ],
)
def test_an_absence_told_in_time_by_the_service_or_proved_is_no_surprise(told, by, proved, charged):
    household, child = family()
    [session] = sessions(date(2026, 11, 2), 1)
    [booking] = book(household, child, [session])
    mark(session, child, "absent")
    tell(booking, told, make.UserFactory(role=by), told if proved else None)
    assert bool(due(household)) is charged


def test_come_without_a_booking_owes_the_whole_and_booked_afterwards_the_rest():
    household, child = family()
    [session] = sessions(date(2026, 11, 2), 1)
    mark(session, child, "unexpected")
    [found] = due(household)
    assert figures([found]) == [
        (2, Decimal("10.00"), [("meal", Decimal("3.50")), ("penalty", Decimal("6.50"))])
    ]
    assert found.explanation["sentence"].startswith("10,00 € : présent sans réservation ; ")
    [booking] = book(household, child, [session])
    settle(session, child, "unbooked", "charged", booking=booking)
    assert [d.amount for d in computed([household.pk], FIRST, LAST).due] == [Decimal("3.50"), Decimal("6.50")]


def test_who_answers_for_an_unbooked_child_of_two_homes_is_not_guessed():
    household, child = family()
    other = make.HouseholdFactory(name="AUTRE")
    make.HouseholdChildFactory(household=other, child=child)
    [session] = sessions(date(2026, 11, 2), 1)
    mark(session, child, "unexpected")
    assert due(household) + due(other) == []
    settle(session, child, "unbooked", "charged", household=other)
    assert [d.amount for d in due(other)] == [Decimal("10.00")]
    assert due(household) == []


@pytest.mark.parametrize(
    ("hour", "amount"),
    [
        (time(13, 30), None),
        (time(13, 35), None),  # within the grace
        (time(13, 36), "5.00"),
        (time(13, 46), "10.00"),
        (time(14, 45), "20.00"),  # five slices, at most 20 €
    ],
)
def test_fetched_late_by_started_slices(hour, amount):
    household, child = family()
    [session] = sessions(date(2026, 11, 2), 1)
    book(household, child, [session])
    mark(session, child, "left", hour=hour)
    assert [d.amount for d in due(household)] == ([Decimal(amount)] if amount else [])


def test_fetched_late_says_when_and_by_how_much():
    household, child = family()
    [session] = sessions(date(2026, 11, 2), 1)
    book(household, child, [session])
    mark(session, child, "left", hour=time(13, 52))
    [found] = due(household)
    assert found.explanation["sentence"] == (
        "10,00 € : repris à 13 h 52, 22 min après l'heure ; Repris après l'heure : 10,00 € ; "
        "2 × 15 min commencées, pour 22 min de retard"
    )
    assert (found.inputs["minutes"], found.inputs["session"]) == (22, session.pk)


def test_what_was_waived_is_not_charged_nor_counted():
    household, child = family()
    days = sessions(date(2026, 11, 2), 3)
    book(household, child, days)
    for session in days:
        mark(session, child, "absent")
    settle(days[0], child, "no-show", "waived")
    assert [d.amount for d in due(household)] == [Decimal("1.50"), Decimal("1.50")]


def test_a_closed_session_charges_nothing():
    household, child = family()
    [session] = sessions(date(2026, 11, 2), 1)
    mark(session, child, "unexpected")
    session.closing = make.ClosingFactory()
    session.save()
    assert due(household) == []


def adjusted(household):
    found = to_invoice([household.pk], date(2026, 12, 1), date(2026, 12, 31)).due
    return [(d.kind, d.amount, d.reason) for d in found]


def test_what_is_corrected_after_the_invoice_is_given_back():
    household, child = family()
    [session] = sessions(date(2026, 11, 2), 1)
    book(household, child, [session])
    mark(session, child, "left", hour=time(13, 52))
    run = published(FIRST, LAST)
    assert adjusted(household) == []
    mark(session, child, "left", hour=time(13, 40))
    assert [(kind, amount) for kind, amount, _ in adjusted(household)] == [("adjustment", Decimal("-5.00"))]
    settle(session, child, "late-pick-up", "waived", at=run.published_at)
    [(kind, amount, reason)] = adjusted(household)
    assert (kind, amount) == ("adjustment", Decimal("-10.00"))
    assert reason.startswith("Décision du service : Malentendu ; corrige la facture")


def test_what_is_typed_after_the_invoice_is_caught_up_and_what_was_seen_before_is_not():
    household, child = family()
    days = sessions(date(2026, 11, 2), 2)
    book(household, child, days)
    regulate(PRICES)
    mark(days[0], child, "absent")
    run = published(FIRST, LAST)
    regulate(RULES)
    assert adjusted(household) == []
    mark(days[1], child, "absent", received=run.drafted_at + timedelta(hours=1))
    assert [(kind, amount) for kind, amount, _ in adjusted(household)] == [("surcharge", Decimal("1.50"))]


def test_a_booking_written_by_an_agent_afterwards_is_not_asked_late():
    regulate(
        RULES + '\n[[surcharges]]\nname = "Tardif"\ntrigger = "late-booking"\namount = 2.00\n' + DEADLINE
    )
    household, child = family()
    days = sessions(date(2026, 11, 2), 2)
    late, settled = book(household, child, days)
    mark(days[1], child, "present")
    settle(days[1], child, "unbooked", "waived", booking=settled)
    assert [(d.booking_id, d.amount) for d in due(household)] == [(late.pk, Decimal("2.00"))]


DEADLINE = """
[[deadlines]]
action = "book"
before = 1
at = "12:00"
"""


def test_nothing_is_read_of_attendance_without_such_a_surcharge(django_assert_num_queries):
    household, child = family()
    days = sessions(date(2026, 11, 2), 2)
    book(household, child, days)
    mark(days[0], child, "absent")
    regulate(PRICES)
    by = law()
    with django_assert_num_queries(4):
        computed([household.pk], FIRST, LAST, by=by)


def test_queries_do_not_grow(django_assert_num_queries):
    by = law()
    for size in (1, 5):
        homes = [family(name=f"N{size}{n}") for n in range(size)]
        days = sessions(date(2026, 11, 2), 2, place=make.PlaceFactory(name=f"P{size}"))
        for household, child in homes:
            book(household, child, days[:1])
            mark(days[0], child, "absent")
            mark(days[1], child, "unexpected")
        with django_assert_num_queries(12):
            computed([h.pk for h, _ in homes], FIRST, LAST, by=by)


def test_a_told_absence_without_marks_is_as_before():
    household, child = family()
    [booking] = book(household, child, sessions(date(2026, 11, 2), 1))
    absent(booking)
    assert due(household) == []
