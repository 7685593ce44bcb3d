"""The billing cycle: every row of docs/rules/facturation.md, and what holds whatever the cycle."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portail.rules import BillingCycle, PaymentMode, parse
from portail.rules.billing import Every, Timing

from . import pages

ROWS = pages.rows(
    "facturation.md", "Jour de service", "Période facturée", "Facturée le", "Échéance", "Le portail dit"
)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_month_is_invoiced_and_due_as_the_page_says(row):
    cycle, words = pages.regulation(row.toml).billing, row.cells["Période facturée"].split()
    served = pages.day(row.cells["Jour de service"])
    assert cycle.period(served) == (pages.day(" ".join(words[:2])), pages.day(" ".join(words[2:])))
    assert cycle.run_on(served) == pages.day(row.cells["Facturée le"])
    due = cycle.due(cycle.run_on(served))
    assert (due.day, due.reason.fr()) == (pages.day(row.cells["Échéance"]), row.cells["Le portail dit"])


def test_a_file_without_billing_has_the_usual_cycle():
    assert parse(pages.HEAD).billing == BillingCycle()
    assert parse(pages.HEAD + "[billing]\n").billing == BillingCycle()


def test_every_setting_of_the_file_reaches_the_cycle():
    toml = next(row.toml for row in ROWS if "debit" in row.toml)
    cycle = pages.regulation(toml).billing
    assert (cycle.minimum, cycle.reminders, cycle.series, cycle.credit_series) == (15, (15, 30), "F", "A")
    assert [mode.words.fr() for mode in cycle.payment_modes] == [
        "chèque",
        "prélèvement automatique",
        "CESU",
        "paiement en ligne",
    ]
    assert cycle.invoice_note.startswith("Une question ?")


def test_every_way_to_pay_has_its_words():
    assert len({mode.words.fr() for mode in PaymentMode}) == len(PaymentMode)


cycles = st.builds(
    BillingCycle,
    every=st.sampled_from(Every),
    timing=st.sampled_from(Timing),
    issued_on=st.integers(1, 28),
    due_days=st.integers(0, 365),
    due_month_day=st.one_of(st.none(), st.integers(1, 31)),
)
days = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@given(cycles, days)
@settings(deadline=None, max_examples=200)
def test_periods_follow_each_other_without_gap(cycle, day):
    start, end = cycle.period(day)
    assert start <= day <= end
    assert cycle.period(start) == cycle.period(end) == (start, end)
    assert cycle.period(end + timedelta(days=1))[0] == end + timedelta(days=1)


@given(cycles, days)
@settings(deadline=None, max_examples=200)
def test_a_period_is_invoiced_on_its_side_and_due_afterwards(cycle, day):
    start, end = cycle.period(day)
    run = cycle.run_on(day)
    assert run > end if cycle.timing is Timing.AFTER else run < start
    assert cycle.due(run).day >= run + timedelta(days=cycle.due_month_day is not None)
