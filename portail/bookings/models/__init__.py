"""Bookings: who is enrolled in what, which days are taken, and the receipt of every change."""

from portail.bookings.models.absences import Absence
from portail.bookings.models.bookings import Booking, BookingQuerySet
from portail.bookings.models.closings import ChildClosing
from portail.bookings.models.conflicts import CustodyConflict
from portail.bookings.models.enrolments import Enrolment
from portail.bookings.models.feeds import CalendarFeed
from portail.bookings.models.group_changes import GroupChange, GroupChangeLine
from portail.bookings.models.receipts import Receipt, ReceiptLine, receipt_number
from portail.bookings.models.rooms import Ticket, WaitingRoom
from portail.bookings.models.weeks import TypicalDay, TypicalWeek

__all__ = [
    "Absence",
    "Booking",
    "BookingQuerySet",
    "CalendarFeed",
    "ChildClosing",
    "CustodyConflict",
    "Enrolment",
    "GroupChange",
    "GroupChangeLine",
    "Receipt",
    "ReceiptLine",
    "Ticket",
    "TypicalDay",
    "TypicalWeek",
    "WaitingRoom",
    "receipt_number",
]
