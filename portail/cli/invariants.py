"""What must always hold in the data, whatever happened. Each gives the rows that break it, in a few words each."""

from collections.abc import Callable

from django.db.models import Count, F, OuterRef, Q, Subquery

from portail.accounts.models import Role
from portail.activities.models import Session
from portail.bookings.models import Booking, Receipt, ReceiptLine
from portail.bookings.queries.occupancy import places_taken
from portail.cli import money_invariants as money
from portail.families.models import Adult, Child, HouseholdChild

MOST = 50
"""How many broken rows are told."""


def sessions_over_capacity() -> list[str]:
    """No session has more children at once than places, but for those that the service gave beyond them."""
    taking = Count("bookings", filter=Q(bookings__state__in=Booking.TAKING))
    beyond = Count("bookings", filter=Q(bookings__state__in=Booking.TAKING, bookings__is_over=True))
    rows = Session.objects.annotate(booked=taking, beyond=beyond)
    many = list(rows.filter(booked__gt=F("capacity") + F("beyond")).select_related("service").order_by("pk"))
    taken = places_taken(many)  # many may come in turn, where families choose their hours
    broken = [r for r in many if r.capacity is not None and taken[r.pk] > r.capacity + r.beyond]
    return [f"séance {row.pk} ({taken[row.pk]}/{row.capacity})" for row in broken[:MOST]]


def double_bookings() -> list[str]:
    """A child has one active booking at most in a session."""
    rows = Booking.objects.active().values("child", "session").annotate(count=Count("pk")).filter(count__gt=1)
    return [
        f"enfant {row['child']}, séance {row['session']}" for row in rows.order_by("child", "session")[:MOST]
    ]


def bookings_without_proof() -> list[str]:
    """The last receipt line of a booking tells its state: added while it is booked, removed once it is cancelled, on
    the waiting list while it waits or a place is offered, off it once it has left."""
    last = ReceiptLine.objects.filter(booking=OuterRef("pk")).order_by("-receipt__created_at", "-pk")
    rows = Booking.objects.annotate(last=Subquery(last.values("change")[:1]))
    wrong = rows.filter(
        Q(last=None)
        | Q(state=Booking.State.BOOKED) & ~Q(last=ReceiptLine.Change.ADDED)
        | Q(state__in=Booking.LISTED) & ~Q(last=ReceiptLine.Change.WAITING)
        | Q(state=Booking.State.CANCELLED) & ~Q(last=ReceiptLine.Change.REMOVED)
        | Q(state=Booking.State.LEFT) & ~Q(last=ReceiptLine.Change.LEFT)
    )
    return [f"réservation {pk}" for pk in wrong.order_by("pk").values_list("pk", flat=True)[:MOST]]


def receipts_without_change() -> list[str]:
    """A receipt tells of a change, and only of bookings of its own household."""
    empty = Receipt.objects.filter(lines=None).order_by("pk").values_list("pk", flat=True)[:MOST]
    strange = (
        ReceiptLine.objects.exclude(booking__household=F("receipt__household"))
        .order_by("receipt")
        .values_list("receipt", flat=True)
        .distinct()[:MOST]
    )
    return [f"reçu {pk}" for pk in sorted({*empty, *strange})]


def cancelled_without_date() -> list[str]:
    """A cancelled booking says when, an active one does not."""
    wrong = Booking.objects.filter(
        Q(state=Booking.State.CANCELLED, cancelled_at=None)
        | Q(state__in=Booking.ACTIVE, cancelled_at__isnull=False)
    )
    return [f"réservation {pk}" for pk in wrong.order_by("pk").values_list("pk", flat=True)[:MOST]]


def children_alone_or_shared_too_much() -> list[str]:
    """A child is in one household at least, and in two at most at a time."""
    rows = Child.objects.annotate(
        homes=Count("household_links"), open=Count("household_links", filter=Q(household_links__until=None))
    ).filter(Q(homes=0) | Q(open__gt=2))
    return [f"enfant {pk}" for pk in rows.order_by("pk").values_list("pk", flat=True)[:MOST]]


def bookings_of_strangers() -> list[str]:
    """A household books for children that it looks after, or did."""
    links = HouseholdChild.objects.filter(household=OuterRef("household"), child=OuterRef("child"))
    rows = Booking.objects.annotate(link=Subquery(links.values("pk")[:1])).filter(link=None)
    return [f"réservation {pk}" for pk in rows.order_by("pk").values_list("pk", flat=True)[:MOST]]


def accounts_astray() -> list[str]:
    """An adult's account is a family's: an agent who is also a parent has two."""
    staff = Adult.objects.exclude(user=None).exclude(user__role=Role.FAMILY).order_by("pk")
    return [f"adulte {pk}" for pk in staff.values_list("pk", flat=True)[:MOST]]


ALL: dict[str, Callable[[], list[str]]] = {
    "Places": sessions_over_capacity,
    "Réservations": lambda: double_bookings() + cancelled_without_date() + bookings_of_strangers(),
    "Reçus": lambda: bookings_without_proof() + receipts_without_change(),
    "Dossiers et comptes": lambda: children_alone_or_shared_too_much() + accounts_astray(),
    "Comptes des familles": money.used_twice,
    "Encaissements": lambda: money.payments_unlike_their_movement() + money.deposits_that_do_not_add_up(),
}
