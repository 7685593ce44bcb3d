"""What is due is computed from the bookings and the regulation, with its parts and its reason."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from portail.billing.queries.charges import computed, law
from portail.bookings.models import Booking
from portail.bookings.queries.known import Booked, knowledge, whole_periods
from portail.bookings.queries.prices import Prices
from tests import factories as make

from .town import PRICES, absent, book, cancel, family, regulate, sessions

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)


def due(household):
    return computed([household.pk], FIRST, LAST)


def test_a_booking_costs_what_the_regulation_says_and_says_why():
    regulate()
    household, child = family()
    [booking] = book(household, child, sessions(date(2026, 11, 3), 1))
    [found] = due(household).due
    assert (found.amount, found.key, found.booking_id) == (
        Decimal("3.50"),
        f"booking:{booking.pk}",
        booking.pk,
    )
    assert [(p.part, p.label, p.amount) for p in found.parts] == [("meal", "Repas", Decimal("3.50"))]
    assert found.explanation["sentence"] == "3,50 € : quotient 742, tranche de 600 à moins de 1 000 : 3,50 €"
    assert found.inputs["known"]["quotient"] == "742.00"
    assert "quotient 742 (caf)" in found.inputs["quotient"]["text"]


def test_only_what_is_booked_in_these_days_is_due():
    regulate()
    household, child = family()
    kept, cancelled, waiting = book(household, child, sessions(date(2026, 11, 3), 3))
    book(household, child, sessions(date(2026, 12, 1), 1))
    cancel(cancelled)
    waiting.state = "waiting"
    waiting.save()
    assert [d.booking_id for d in due(household).due] == [kept.pk]


def test_without_quotient_the_highest_price_is_due():
    regulate()
    household, child = family(quotient=None)
    book(household, child, sessions(date(2026, 11, 3), 1))
    [found] = due(household).due
    assert found.amount == Decimal("5.00")
    assert "price.highest" in [step["code"] for step in found.explanation["steps"]]


def test_what_no_rule_prices_is_a_gap_never_a_zero():
    regulate("")
    household, child = family()
    [booking] = book(household, child, sessions(date(2026, 11, 3), 1))
    found = due(household)
    assert found.due == []
    assert [(gap.booking_id, gap.child_id, gap.day) for gap in found.gaps] == [
        (booking.pk, child.pk, date(2026, 11, 3))
    ]
    assert "cantine" in found.gaps[0].why


def test_an_absence_is_priced_as_the_regulation_says():
    regulate()
    household, child = family()
    for booking in book(household, child, sessions(date(2026, 11, 2), 4))[1:3]:
        absent(booking)
    assert [d.amount for d in due(household).due] == [
        Decimal("3.50"),
        Decimal("3.50"),
        Decimal("0.00"),
        Decimal("3.50"),
    ]
    assert due(household).due[2].inputs["absence"]["text"] == "Non facturé : Maladie"


def test_an_absence_of_two_reasons_is_two_absences():
    regulate()
    household, child = family()
    bookings = book(household, child, sessions(date(2026, 11, 2), 4))
    for booking, reason in zip(bookings, ("maladie", "maladie", "grève", "maladie"), strict=True):
        absent(booking, reason)
    assert [str(d.amount) for d in due(household).due] == ["3.50", "0.00", "3.50", "3.50"]


MONTHLY = """
[[tariffs]]
name = "Forfait du mois"
services = ["cantine"]
unit = "month"
price = 40.00

[[tariffs]]
name = "Adhésion"
services = ["*"]
part = "membership"
adds = true
unit = "family-year"
price = 12.00
"""


def test_a_package_is_charged_once_a_month_and_a_membership_once_a_family():
    regulate(MONTHLY)
    household, child = family()
    other = make.ChildFactory(first_name="Noé")
    days = sessions(date(2026, 11, 2), 3)
    book(household, child, days)
    book(household, other, days)
    found = due(household).due
    assert [(d.label, d.child_id, d.amount) for d in found] == [
        ("Forfait du mois", child.pk, Decimal("40.00")),
        ("Adhésion", None, Decimal("12.00")),
        ("Forfait du mois", other.pk, Decimal("40.00")),
    ]
    assert {d.kind for d in found} == {"package"}


CAPPED = """
[[tariffs]]
name = "Repas"
services = ["cantine"]
price = 3.00
cap = { amount = 7.00, per = "month" }
"""


def test_a_cap_is_counted_over_its_period():
    regulate(CAPPED)
    household, child = family()
    book(household, child, sessions(date(2026, 11, 2), 4))
    assert [str(d.amount) for d in due(household).due] == ["3.00", "3.00", "1.00", "0.00"]


def test_what_came_before_these_days_counts_in_the_cap():
    regulate(CAPPED)
    household, child = family()
    book(household, child, sessions(date(2026, 11, 2), 4))
    found = computed([household.pk], date(2026, 11, 5), LAST).due
    assert [str(d.amount) for d in found] == ["1.00", "0.00"]


LATE = """
[[deadlines]]
services = ["*"]
action = "both"
anchor = "day"
before = 1
at = "10:00"

[[tariffs]]
name = "Repas"
services = ["cantine"]
price = 4.00

[[surcharges]]
name = "Réservation tardive"
trigger = "late-booking"
percent = 50

[[surcharges]]
name = "Annulation tardive"
trigger = "late-cancel"
from_count = 2
amount = 1.00
"""


def test_what_was_booked_too_late_costs_more():
    regulate(LATE)
    household, child = family()
    [booking] = book(household, child, sessions(date(2026, 11, 3), 1))
    booking.created_at = datetime(2026, 11, 2, 9, 0, 1, tzinfo=UTC)
    booking.save()
    usual, more = due(household).due
    assert (usual.amount, more.amount, more.kind) == (Decimal("4.00"), Decimal("2.00"), "surcharge")
    assert [(p.part, p.amount) for p in more.parts] == [("penalty", Decimal("2.00"))]
    booking.created_at = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
    booking.save()
    assert len(due(household).due) == 1


def test_the_second_late_cancellation_is_due_with_its_penalty():
    regulate(LATE)
    household, child = family()
    for booking in book(household, child, sessions(date(2026, 11, 3), 2)):
        booking.created_at = datetime(2026, 10, 1, tzinfo=UTC)
        cancel(booking)
    [found] = due(household).due
    assert (found.day, found.amount) == (date(2026, 11, 5), Decimal("5.00"))
    assert found.amount == sum(p.amount for p in found.parts)


@pytest.mark.parametrize("count", [1, 5])
def test_any_number_of_households_takes_the_same_queries(count, django_assert_num_queries):
    regulate()
    days = sessions(date(2026, 11, 3), 3)
    households = []
    for _ in range(count):
        household, child = family()
        book(household, child, days)
        households.append(household.pk)
    with django_assert_num_queries(8):
        computed(households, FIRST, LAST)


TIERED = (
    PRICES
    + """
[[deadlines]]
services = ["cantine"]
action = "book"
before = 7
then = [
  { effect = "surcharge", label = "un euro", before = 1, at = "12:00" },
  { effect = "surcharge", label = "trois euros", at = "09:00" },
]

[[surcharges]]
name = "Tard"
services = ["cantine"]
trigger = "late-booking"
tiers = ["un euro"]
amount = 1.00

[[surcharges]]
name = "Très tard"
services = ["cantine"]
trigger = "late-booking"
tiers = ["trois euros"]
amount = 3.00
"""
)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (datetime(2026, 11, 9, 12, tzinfo=UTC), []),
        (datetime(2026, 11, 12, 12, tzinfo=UTC), [("Cantine : Tard", Decimal("1.00"))]),
        (datetime(2026, 11, 17, 7, tzinfo=UTC), [("Cantine : Très tard", Decimal("3.00"))]),
    ],
)
def test_a_penalty_may_depend_on_how_late_it_was(asked, expected):
    regulate(TIERED)
    household, child = family()
    make.SchoolYearFactory()
    service = make.ServiceFactory(name="Cantine", code="cantine")
    [booking] = book(household, child, sessions(date(2026, 11, 17), 1, service=service))
    booking.created_at = asked
    booking.save()
    found = due(household).due
    assert [(d.label, d.amount) for d in found if d.kind == "surcharge"] == expected


@pytest.mark.parametrize(("per", "expected"), [("month", "12.00"), ("family-month", "7.00")])
def test_a_cap_is_for_each_child_or_for_the_family(per, expected):
    regulate(CAPPED.replace('"month"', f'"{per}"'))
    household, child = family()
    days = sessions(date(2026, 11, 2), 2)
    book(household, child, days)
    book(household, make.ChildFactory(first_name="Noé"), days)
    assert due(household).amount == Decimal(expected)


BY_RESIDENCE = (
    TIERED.replace('tiers = ["un euro"]\n', "").replace('tiers = ["trois euros"]\n', "")
    + """
[[deadlines]]
services = ["cantine"]
action = "book"
residences = ["commune"]
before = 1
"""
)


@pytest.mark.parametrize(("residence", "count"), [("commune", 0), ("extérieur", 1)])
def test_who_asks_is_judged_by_their_own_deadline(residence, count):
    regulate(BY_RESIDENCE)
    household, child = family()
    household.residence = residence
    household.save()
    make.SchoolYearFactory()
    service = make.ServiceFactory(name="Cantine", code="cantine")
    [booking] = book(household, child, sessions(date(2026, 11, 17), 1, service=service))
    booking.created_at = datetime(2026, 11, 12, 12, tzinfo=UTC)
    booking.save()
    assert [d.kind for d in due(household).due].count("surcharge") == count


@pytest.mark.parametrize("text", [PRICES, MONTHLY, CAPPED], ids=["bands", "packages", "cap"])
def test_what_is_due_is_what_the_planning_showed(text):
    regulate(text)
    household, child = family()
    other = make.ChildFactory(first_name="Noé")
    make.HouseholdChildFactory(household=household, child=other)
    days = sessions(date(2026, 11, 2), 5)
    book(household, child, days)
    book(household, other, days[:3])
    by = law()
    first, last = whole_periods(FIRST, LAST, by.regulation)
    known = knowledge([household], first, last, regulation=by.regulation)
    shown = Prices(by.regulation, by.calendar, known).basket(
        household.pk, _all(household), complete=(first, last)
    )
    assert shown.bill.is_whole
    assert shown.bill.total == due(household).amount > 0


def _all(household):
    """What the family has, for rules that do not look at it."""
    rows = Booking.objects.filter(household=household).select_related("session__service")
    return [
        Booked(b.child_id, b.session.service.activity_id, b.session.service.code, b.session.date)
        for b in rows
    ]
