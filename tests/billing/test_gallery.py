"""The figures that real communes publish (rules/), through the prices of the charges, then through a whole booking."""

from decimal import Decimal
from functools import cache

import pytest

from portail.activities.actions.regulation import apply_regulation
from portail.billing.queries.charges import computed
from portail.billing.queries.prices import Pricer
from portail.rules import Regulation, parse_bytes
from portail.rules.regulation import Example
from tests import factories as make
from tests.factories import NOW
from tests.rules.test_gallery import FILES

FOUND_IN_TABLES = {"quotient", "residence"}
A_FILE = 3
"""Examples of each file that go through a whole booking: the others ask nothing new of the database."""


@cache
def regulation(path) -> Regulation:
    return parse_bytes(path.read_bytes())


def priced(path) -> list[Example]:
    return [e for e in regulation(path).examples if e.price is not None and e.trigger is None]


PRICED = [path for path in FILES if priced(path)]
BOOKED = [
    (path, example)
    for path in PRICED
    for example in [
        e
        for e in priced(path)
        if {name for name, _ in e.known} <= FOUND_IN_TABLES
        and dict(e.known).get("quotient", Decimal(0)) == round(dict(e.known).get("quotient", Decimal(0)), 2)
        and not isinstance(dict(e.known).get("residence", ""), frozenset)
    ][:A_FILE]
]


def test_there_is_something_to_prove():
    assert sum(len(priced(path)) for path in PRICED) > 300
    assert len(BOOKED) > 60


@pytest.mark.parametrize("path", PRICED, ids=lambda path: path.stem)
def test_what_is_charged_is_what_is_published(path):
    pricer = Pricer(regulation(path))
    for example in priced(path):
        answer = pricer.of(example.service, example.day, example.known)
        parts = [*([answer.item] if answer.item else []), *(found for _, found in answer.packages)]
        assert sum(part.price.amount for part in parts) == example.price, example


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "example"), BOOKED, ids=lambda value: getattr(value, "stem", ""))
def test_a_booking_is_charged_what_is_published(path, example):
    make.CommuneFactory()
    apply_regulation(path.read_text(encoding="utf-8"), "", actor=None, now=NOW)
    known = dict(example.known)
    household = make.HouseholdFactory(residence=known.get("residence", ""))
    child = make.ChildFactory()
    make.HouseholdChildFactory(household=household, child=child)
    if "quotient" in known:
        make.QuotientFactory(
            household=household, value=known["quotient"], proved_on=example.day, received_on=example.day
        )
    service = make.ServiceFactory(code=example.service)
    session = make.SessionFactory(service=service, date=example.day)
    make.BookingFactory(household=household, child=child, session=session)
    found = computed([household.pk], example.day, example.day)
    assert (found.amount, found.gaps) == (example.price, [])
    assert all(due.amount == sum(part.amount for part in due.parts) for due in found.due)
