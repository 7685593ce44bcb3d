"""The bookings that make charges, read for many households at once."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from portail.billing.models import Charge
from portail.billing.queries.dues import ROW, Row
from portail.bookings.models import Booking, ReceiptLine

Households = Iterable[int]


def between(
    households: Households, first: date, last: date, services: Iterable[str] = ()
) -> QuerySet[Booking]:
    """The bookings of these households on these days, for these services (codes; none: all)."""
    found = Booking.objects.filter(
        household__in=list(households), session__date__gte=first, session__date__lte=last
    )
    codes = list(services)
    return found.filter(session__service__code__in=codes) if codes else found


def rows(bookings: QuerySet[Booking]) -> list[Row]:
    """In the order of the days, whatever the database."""
    found = bookings.order_by("session__date", "session__service__position", "pk").values_list(*ROW)
    return [Row._make(values) for values in found]


def booked(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    return bookings.filter(state=Booking.State.BOOKED)


def not_invoiced(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    """Those without a charge of their own on an invoice that is published."""
    invoiced = Charge.objects.filter(
        booking=OuterRef("pk"), kind=Charge.Kind.BOOKING, line__invoice__number__isnull=False
    )
    return bookings.exclude(Exists(invoiced))


def not_by_a_closing(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    """Those that no closing, nor any change of a whole group by the service, took away: what it gave back is as if it
    had never been taken."""
    by_service = Q(receipt__closing__isnull=False) | Q(receipt__group_change__isnull=False)
    taken = ReceiptLine.objects.filter(by_service, booking=OuterRef("pk"), change=ReceiptLine.Change.REMOVED)
    return bookings.exclude(Exists(taken), state=Booking.State.CANCELLED)
