"""What is read of the bookings: a month or a week on the planning, and the receipts."""

from portail.bookings.queries.known import Asked, Basket, Booked, Knowledge, knowledge
from portail.bookings.queries.laws import law
from portail.bookings.queries.limits import Limit
from portail.bookings.queries.plannings import (
    Day,
    Planning,
    Week,
    bounds,
    is_enrolled,
    month,
    nearest,
    paper,
    planning,
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
    "Planning",
    "Prices",
    "Week",
    "bounds",
    "is_enrolled",
    "knowledge",
    "law",
    "masked_recipients",
    "month",
    "nearest",
    "paper",
    "planning",
    "receipt",
    "receipts",
]
