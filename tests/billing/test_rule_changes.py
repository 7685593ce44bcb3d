"""What another file would change of what is owed for the bookings to come."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from portail import rules
from portail.activities.actions.regulation import apply_regulation, default_text
from portail.billing.queries.rule_changes import Prices, Repriced, repriced
from portail.bookings.models import Booking
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db
FIRST = date(2026, 12, 3)
MEAL = '\n[[tariffs]]\nname = "Repas"\nservices = ["cantine"]\npart = "meal"\nprice = 3.00\n'
START = default_text("Valmont-sur-Orne", "B")


@pytest.fixture(autouse=True)
def booked(cast):
    """Two Thursdays to come for Noé, one for Zoé, and one gone by."""
    for child, family, weeks in ((cast.noe, cast.alice, (-2, 0, 1)), (cast.zoe, cast.charlie, (0,))):
        for week in weeks:
            session = _session(cast, FIRST + timedelta(weeks=week))
            make.BookingFactory(child=child, household=family.household, session=session)
    apply_regulation(START + MEAL, "", actor=None, now=NOW)


def _session(cast, day):
    found = cast.canteen.sessions.filter(date=day).first()
    return found or make.SessionFactory(service=cast.canteen, place=cast.offer.place, date=day)


def change(text: str) -> Prices:
    return repriced(rules.parse(text), now=NOW)


def test_a_price_that_rises_is_told_with_its_total_and_an_example():
    found = change(START + MEAL.replace("3.00", "3.20"))
    [one] = found.repriced
    assert (one.label, one.count, one.households) == ("Cantine", 3, 2)
    assert (one.before, one.after, found.unpriced) == (Decimal("9.00"), Decimal("9.60"), 0)
    assert found.fr() == [
        "Cantine : 3 prix changent pour 2 dossiers, de 9,00 € à 9,60 € en tout. "
        "Par exemple jeudi 3 décembre 2026 : 3,00 € devient 3,20 €."
    ]


def test_a_price_changes_from_its_date_on():
    """A change of rule takes effect at its validity date: earlier days keep their price."""
    later = FIRST + timedelta(days=1)
    text = START + MEAL.replace("[[tariffs]]", f"[[tariffs]]\nuntil = {FIRST}")
    text += MEAL.replace("3.00", "3.20").replace("[[tariffs]]", f"[[tariffs]]\nfrom = {later}")
    [one] = change(text).repriced
    assert (one.count, one.before, one.after) == (1, Decimal("3.00"), Decimal("3.20"))
    assert one.example.day == FIRST + timedelta(weeks=1)


def test_bookings_that_nothing_would_price_are_counted_and_not_told_as_free():
    found = change(START)
    assert found == Prices((), 3)
    assert found.fr() == [
        "Sans prix : 3 réservations à venir, qui en ont un aujourd'hui, n'en auraient plus."
    ]


def test_a_file_that_prices_alike_asks_nothing_of_the_bookings(django_assert_num_queries):
    with django_assert_num_queries(4):
        assert change(START.replace("21:00", "20:00") + MEAL) == Prices()


def test_nothing_booked_nothing_told():
    Booking.objects.update(state=Booking.State.CANCELLED)
    assert change(START + MEAL.replace("3.00", "9.00")) == Prices()


def test_one_thing_alone_is_told_in_the_singular():
    one = Repriced("Cantine", 1, 1, Decimal(0), Decimal("2.50"), None, Decimal(0))
    assert one.fr() == "Cantine : 1 prix change pour 1 dossier, de 0,00 € à 2,50 € en tout."
