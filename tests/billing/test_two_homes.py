"""A child shared by two homes: each pays for the days that it booked, at its own quotient, also after a transfer."""

from datetime import timedelta
from decimal import Decimal

import pytest

from portail.billing.queries.charges import computed
from portail.bookings.actions import conflicts
from portail.bookings.models import CustodyConflict
from tests import factories as make
from tests.bookings.sayings import IN_TIME, MONDAY, add, change, session
from tests.custody import share

from .town import regulate

pytestmark = pytest.mark.django_db


def due(who):
    found = computed([who.household.pk], MONDAY, MONDAY + timedelta(days=13)).due
    return [charge.amount for charge in found]


def test_each_home_pays_for_what_it_booked(cast):
    regulate()
    for who, value in ((cast.alice, "742"), (cast.bob, "1214")):
        make.QuotientFactory(household=who.household, value=Decimal(value))
    share(cast, cast.alice)
    change(cast.alice, add(cast.lea, session(cast)))
    change(cast.bob, add(cast.lea, session(cast, MONDAY + timedelta(days=7))))
    assert (due(cast.alice), due(cast.bob)) == ([Decimal("3.50")], [Decimal("5.00")])
    share(
        cast, cast.bob, now=IN_TIME
    )  # the weeks turn: both days are in conflict, and still paid by who booked them
    assert (due(cast.alice), due(cast.bob)) == ([Decimal("3.50")], [Decimal("5.00")])
    first = CustodyConflict.objects.order_by("booking__session__date")[:1]
    conflicts.transfer([row.pk for row in first], reason="Calendrier", actor=cast.agnes, now=IN_TIME)
    assert (due(cast.alice), due(cast.bob)) == ([], [Decimal("5.00"), Decimal("5.00")])
