"""What cancelling bookings gives back: nothing is charged for what was not invoiced; the rest is credited by itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, Sum

from portail.billing.models import Charge
from portail.core.money import ZERO, to_cents

AT_ONCE = 500


@dataclass(frozen=True)
class Credit:
    """`invoiced`: how many of the bookings are on a published invoice; `amount`: what the next invoicing will take off
    for them, in euros, packages left out."""

    invoiced: int = 0
    amount: Decimal = ZERO


def credit_of(bookings: Iterable[int]) -> Credit:
    """What the adjustments of `corrections` will come to when the service cancels these bookings (ids).

    One query for every five hundred of them. A package stays due as long as one of its days is booked: it is not
    counted. What a late cancellation cost is never given back.
    """
    ids, invoiced, amount = sorted(bookings), 0, ZERO
    charges = Charge.objects.filter(line__invoice__number__isnull=False, line__credited_by=None)
    kept = Q(key__startswith="package:") | Q(inputs__trigger="late-cancel")
    for start in range(0, len(ids), AT_ONCE):
        found = charges.filter(booking__in=ids[start : start + AT_ONCE]).aggregate(
            count=Count("booking", filter=Q(kind=Charge.Kind.BOOKING), distinct=True),
            total=Sum("amount"),
            kept=Sum("amount", filter=kept),
        )
        invoiced += found["count"]
        amount += to_cents(found["total"]) - to_cents(found["kept"])
    return Credit(invoiced, amount)
