"""« Annuler ce changement »: what a receipt did, the other way round, for a parent or an agent."""

from datetime import date

from portail.bookings.actions import How, Wish
from portail.bookings.models import Booking, Receipt, ReceiptLine


def month_of(receipt: Receipt) -> tuple[int, date]:
    """The child and the month of its first line: where "back to the planning" leads."""
    booking = receipt.lines.all()[0].booking
    return booking.child_id, booking.session.date.replace(day=1)


def undoing(receipt: Receipt) -> list[Wish]:
    """The opposite of each line; what waited and was booked since is another receipt's to undo."""
    kinds = ReceiptLine.Change
    return [
        Wish(
            line.booking.child_id,
            line.booking.session_id,
            line.change in (kinds.REMOVED, kinds.LEFT),
            how=How.WAIT if line.change == kinds.LEFT else How.BOOK,
        )
        for line in receipt.lines.all()
        if line.change != kinds.WAITING or line.booking.state in Booking.LISTED
    ]
