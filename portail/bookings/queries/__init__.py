"""What is read of the bookings: a month on the planning, and the receipts."""

from portail.bookings.queries.law import law
from portail.bookings.queries.month import (
    Cell,
    Column,
    Day,
    Limit,
    Month,
    Week,
    is_enrolled,
    month,
    month_after,
    month_bounds,
    nearest_month,
)
from portail.bookings.queries.receipts import masked_recipients, receipt, receipts

__all__ = [
    "Cell",
    "Column",
    "Day",
    "Limit",
    "Month",
    "Week",
    "is_enrolled",
    "law",
    "masked_recipients",
    "month",
    "month_after",
    "month_bounds",
    "nearest_month",
    "receipt",
    "receipts",
]
