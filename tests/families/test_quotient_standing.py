"""Which quotient counts, and what a household still has to bring: the guide's renewal of February, day by day."""

from datetime import date
from decimal import Decimal

import pytest

from portail.families.models import Request
from portail.families.quotients import State, proved, standing_of, standings
from portail.rules.quotients import Effect, QuotientRule
from tests import factories as make

FEBRUARY = QuotientRule(
    kinds=("CAF", "avis d'imposition"), renewal=(3, 1), effect=Effect.NEXT_MONTH, reminders=(30, 10)
)
FORGOTTEN = [("742", date(2026, 2, 10))]
RENEWED = [*FORGOTTEN, ("810", date(2027, 2, 19))]
LATE = [*FORGOTTEN, ("810", date(2027, 3, 4))]


@pytest.mark.parametrize(
    ("received", "day", "counts", "state", "asks"),
    [
        ([], date(2027, 1, 15), None, State.MISSING, True),
        (FORGOTTEN, date(2027, 1, 29), "742", State.GOOD, False),
        (FORGOTTEN, date(2027, 1, 30), "742", State.ENDING, True),
        (FORGOTTEN, date(2027, 2, 28), "742", State.ENDING, True),
        (FORGOTTEN, date(2027, 3, 1), None, State.MISSING, True),
        (RENEWED, date(2027, 2, 20), "742", State.GOOD, False),
        (RENEWED, date(2027, 3, 1), "810", State.GOOD, False),
        (LATE, date(2027, 3, 31), None, State.MISSING, False),
        (LATE, date(2027, 4, 1), "810", State.GOOD, False),
    ],
)
def test_around_the_renewal(db, received, day, counts, state, asks):
    home = make.HouseholdFactory()
    for value, on in received:
        make.QuotientFactory(household=home, value=value, kind="CAF", proved_on=on, received_on=on)
    found = standing_of(home, FEBRUARY, on=day)
    assert found.found.value == (counts and Decimal(counts))
    assert (found.state, found.asks) == (state, asks)


def test_a_late_proof_says_from_when_it_counts(db):
    home = make.HouseholdFactory()
    day = date(2027, 3, 4)
    make.QuotientFactory(household=home, kind="CAF", proved_on=day, received_on=day)
    found = standing_of(home, FEBRUARY, on=day)
    assert (found.found.value, found.coming.start) == (None, date(2027, 4, 1))
    assert found.coming.end == date(2028, 2, 29)


def test_a_proof_of_a_kind_that_is_not_accepted_never_counts(db):
    home = make.HouseholdFactory()
    make.QuotientFactory(household=home, kind="employeur")
    found = standing_of(home, FEBRUARY, on=date(2026, 11, 24))
    assert (found.state, found.coming) == (State.MISSING, None)


def test_what_was_replaced_or_withdrawn_counts_no_more(db):
    home = make.HouseholdFactory()
    wrong = make.QuotientFactory(household=home, value="74", kind="CAF")
    right = make.QuotientFactory(household=home, value="742", kind="CAF", replaces=wrong)
    assert [value.key for value in proved([home])[home.pk]] == [right.pk]
    make.QuotientFactory(household=home, value="742", kind="CAF", replaces=right, is_void=True)
    assert proved([home]) == {home.pk: ()}


def test_a_proof_that_waits_at_the_service_asks_nothing_more(db):
    home = make.HouseholdFactory()
    sent = make.RequestFactory(household=home, kind=Request.Kind.QUOTIENT)
    found = standing_of(home, FEBRUARY, on=date(2027, 3, 2))
    assert (found.state, found.waiting, found.asks) == (State.MISSING, sent, False)


def test_many_are_read_in_two_queries(db, django_assert_num_queries):
    homes = [make.QuotientFactory(kind="CAF").household for _ in range(5)]
    for some in (homes[:1], homes):
        with django_assert_num_queries(2):
            found = standings(some, FEBRUARY, on=date(2026, 11, 24))
        assert [one.found.value for one in found.values()] == [Decimal("742.00")] * len(some)
