"""What is read of the bookings: a month on the planning, and the receipts."""

from portail.bookings.queries.known import Asked, Basket, Booked, Knowledge, knowledge
from portail.bookings.queries.laws import law
from portail.bookings.queries.limits import Limit
from portail.bookings.queries.months import (
    Day,
    Month,
    Week,
    is_enrolled,
    month,
    month_after,
    month_bounds,
    nearest_month,
)
from portail.bookings.queries.prices import Prices
from portail.bookings.queries.receipts import masked_recipients, receipt, receipts
from portail.bookings.queries.sessions import Cell, Column

__all__ = [
    "Asked",
    "Basket",
    "Booked",
    "Cell",
    "Column",
    "Day",
    "Knowledge",
    "Limit",
    "Month",
    "Prices",
    "Week",
    "is_enrolled",
    "knowledge",
    "law",
    "masked_recipients",
    "month",
    "month_after",
    "month_bounds",
    "nearest_month",
    "receipt",
    "receipts",
]
