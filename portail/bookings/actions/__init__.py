"""Changes of bookings: by the families (`changes`), by the service that closes and reopens (`closings`)."""

from portail.bookings.actions.changes import (
    BookingsNotChanged,
    NothingToChange,
    ReasonNeeded,
    RecapChanged,
    change_bookings,
    check,
)
from portail.bookings.recap import Change, ChildNotInHousehold, How, Recap, Wish

__all__ = [
    "BookingsNotChanged",
    "Change",
    "ChildNotInHousehold",
    "How",
    "NothingToChange",
    "ReasonNeeded",
    "Recap",
    "RecapChanged",
    "Wish",
    "change_bookings",
    "check",
]
