"""What families were told when they booked is what they owe."""

from datetime import date, timedelta

import pytest

from portail.billing.queries.charges import computed
from tests import factories as make
from tests.bookings.sayings import MONDAY, add, change, remove, session, week
from tests.bookings.test_prices import AFTER, HALF_MORE, LATE, MEAL, PACKAGE, SIBLINGS, WEEKLY, law_of

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 12, 1), date(2026, 12, 31)
CAPPED = """
[[tariffs]]
name = "Repas"
services = ["cantine"]
price = 4.00
cap = { amount = 9.00, per = "week" }
"""


@pytest.fixture
def town(cast):
    for who, residence in ((cast.alice, "commune"), (cast.bob, "extérieur")):
        who.household.residence = residence
        who.household.save()
    make.QuotientFactory(household=cast.alice.household)
    cast.noe.birth_date = date(2020, 1, 1)
    cast.noe.save()
    return cast


def owed(*who):
    return computed([one.household.pk for one in who], FIRST, LAST).amount


@pytest.mark.parametrize(
    "tariffs", [MEAL, SIBLINGS, PACKAGE, CAPPED], ids=["grid", "siblings", "package", "cap"]
)
def test_the_differences_of_the_receipts_add_up_to_what_is_owed(town, tariffs):
    law_of(WEEKLY, tariffs)
    monday, tuesday, thursday, friday = week(town)
    later = session(town, MONDAY + timedelta(days=7))
    receipts = [
        change(town.alice, add(town.lea, monday, tuesday, thursday)),
        change(town.alice, add(town.noe, monday, later)),
        change(town.bob, add(town.lea, friday)),
        change(town.alice, remove(town.lea, monday)),
        change(town.alice, add(town.noe, tuesday, friday)),
    ]
    assert sum(receipt.difference for receipt in receipts) == owed(town.alice, town.bob) > 0


def test_a_late_booking_too(town):
    law_of(LATE, HALF_MORE, MEAL)
    tuesday = week(town)[1]
    receipt = change(town.alice, add(town.lea, tuesday), now=AFTER)
    assert receipt.difference == owed(town.alice)
