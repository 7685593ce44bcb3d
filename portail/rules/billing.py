"""The billing cycle: which months are invoiced together, when, and until when they are paid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from .days import last_day
from .sentences import Sentence, say


class Every(StrEnum):
    """How many months go on one invoice, counted from January."""

    MONTH = "month"
    TWO_MONTHS = "two-months"
    QUARTER = "quarter"
    HALF_YEAR = "half-year"
    YEAR = "year"

    @property
    def months(self) -> int:
        return {"month": 1, "two-months": 2, "quarter": 3, "half-year": 6, "year": 12}[self.value]


class Timing(StrEnum):
    """Whether a period is invoiced once it is over, or before it begins."""

    AFTER = "after"
    BEFORE = "before"


class PaymentMode(StrEnum):
    """A way to pay that the commune accepts."""

    CASH = "cash"
    CHEQUE = "cheque"
    CARD = "card"
    TRANSFER = "transfer"
    DEBIT = "debit"
    CESU = "cesu"
    VOUCHERS = "vouchers"
    ONLINE = "online"

    @property
    def words(self) -> Sentence:
        """« chèque », « prélèvement automatique »."""
        return say(f"billing.mode.{self.value}")


DESK_MODES = (PaymentMode.CASH, PaymentMode.CHEQUE, PaymentMode.CARD, PaymentMode.TRANSFER)


@dataclass(frozen=True)
class Due:
    """The last day to pay an invoice, and why that day."""

    day: date
    reason: Sentence


@dataclass(frozen=True)
class BillingCycle:
    """What an invoicing run needs of the regulation. Every default is what a file without [billing] means.

    `issued_on`: the day of the month of the run. An invoice is due `due_days` after it is issued or, when
    `due_month_day` is given, on the next such day of a month. Under `minimum` euros nothing is invoiced: the amount
    waits for the next run. `reminders`: days after the due day. `invoice_note` and `balance_note` are printed as
    they are, at the foot of the invoice and beside the previous balance; empty: nothing.
    """

    every: Every = Every.MONTH
    timing: Timing = Timing.AFTER
    issued_on: int = 5
    due_days: int = 30
    due_month_day: int | None = None
    minimum: Decimal = Decimal(0)
    payment_modes: tuple[PaymentMode, ...] = DESK_MODES
    series: str = "F"
    credit_series: str = "A"
    reminders: tuple[int, ...] = ()
    invoice_note: str = ""
    balance_note: str = ""

    def period(self, day: date) -> tuple[date, date]:
        """The period, both days included, that is invoiced together and holds this day."""
        first = (day.month - 1) // self.every.months * self.every.months + 1
        last = first + self.every.months - 1
        return date(day.year, first, 1), date(day.year, last, last_day(day.year, last))

    def run_on(self, day: date) -> date:
        """The usual day of the run that invoices the period of this day.

        In the month after the period, or in the month before it when periods are invoiced in advance.
        """
        start, end = self.period(day)
        month = end + timedelta(days=1) if self.timing is Timing.AFTER else start - timedelta(days=1)
        return month.replace(day=self.issued_on)

    def due(self, issued: date) -> Due:
        """Until when an invoice issued on this day is paid."""
        if self.due_month_day is None:
            day = issued + timedelta(days=self.due_days)
            return Due(day, say("billing.due.days", day=day, days=self.due_days))
        day = _next(self.due_month_day, issued)
        return Due(day, say("billing.due.month_day", day=day, number=self.due_month_day))


def _next(number: int, after: date) -> date:
    """The first day of this number after a day; the last of the month where the month is shorter."""
    this_month = after.replace(day=min(number, last_day(after.year, after.month)))
    if this_month > after:
        return this_month
    year, month = (after.year + 1, 1) if after.month == 12 else (after.year, after.month + 1)
    return date(year, month, min(number, last_day(year, month)))
