"""The invoices that wait for money: of one family, or of all, by age."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import DecimalField, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from portail.billing.models import Allocation, CreditNote, Invoice
from portail.core.money import ZERO, to_cents

HALF_A_CENT = Decimal("0.005")  # SQLite computes in floats: what is under it is nothing
AMOUNT = DecimalField(max_digits=12, decimal_places=2)


@dataclass(frozen=True)
class Age:
    """How long ago an invoice was due: `least` to `most` days (None: and more)."""

    key: str
    label: str
    least: int
    most: int | None


AGES = (
    Age("0-30", "0 à 30 jours", 1, 30),
    Age("31-60", "31 à 60 jours", 31, 60),
    Age("61-90", "61 à 90 jours", 61, 90),
    Age("91", "Plus de 90 jours", 91, None),
)


def unpaid() -> QuerySet[Invoice]:
    """The published invoices of which something is left to pay, under `left` (euros: give it to `to_cents`).

    What credit notes took back as a whole is no more asked for.
    """
    return (
        Invoice.objects.filter(number__isnull=False, amount__gt=0)
        .annotate(
            left=F("amount")
            - _sum(Allocation.objects.filter(debit__invoice=OuterRef("pk")), "debit__invoice"),
            kept=F("amount") - _sum(CreditNote.objects.filter(invoice=OuterRef("pk")), "invoice"),
        )
        .filter(left__gt=HALF_A_CENT, kept__gt=HALF_A_CENT)
    )


def late(*, today: date, age: Age | None = None) -> QuerySet[Invoice]:
    """Those whose last day to pay is past, the oldest first; of one age only when it is given."""
    found = unpaid().filter(due_on__lt=today)
    if age is not None:
        found = found.filter(due_on__lte=today - timedelta(days=age.least))
        if age.most is not None:
            found = found.filter(due_on__gte=today - timedelta(days=age.most))
    return found.order_by("due_on", "pk")


def age_of(due_on: date, *, today: date) -> Age:
    """The age of an invoice that is late."""
    days = (today - due_on).days
    return next(age for age in AGES if age.most is None or days <= age.most)


@dataclass(frozen=True)
class AgeTotal:
    age: Age
    count: int
    left: Decimal


def totals(invoices: QuerySet[Invoice], *, today: date) -> list[AgeTotal]:
    """What is late, by age. One query."""
    found: dict[Age, list[Invoice]] = {age: [] for age in AGES}
    for invoice in invoices.select_related(None).only("due_on"):
        found[age_of(invoice.due_on, today=today)].append(invoice)
    return [AgeTotal(age, len(each), left_of_all(each)) for age, each in found.items()]


def left_of_all(invoices: Iterable[Invoice]) -> Decimal:
    """What is left to pay of these invoices of `unpaid`, in euros."""
    return sum((to_cents(invoice.left) for invoice in invoices), ZERO)  # type: ignore[attr-defined]


def _sum(rows: QuerySet, by: str) -> Coalesce:
    total = rows.order_by().values(by).annotate(total=Sum("amount")).values("total")
    return Coalesce(Subquery(total, output_field=AMOUNT), ZERO, output_field=AMOUNT)
