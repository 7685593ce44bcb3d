"""What the month under way would cost if nothing changed: computed when it is read, never kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby

from portail.billing.models import Charge
from portail.billing.queries.charges import to_invoice
from portail.billing.queries.dues import Due
from portail.core.money import ZERO
from portail.families.models import Child


@dataclass(frozen=True)
class EstimateLine:
    """What is due for a child and a service; `child` is empty for what belongs to nobody."""

    child: str
    label: str
    count: int
    amount: Decimal


@dataclass(frozen=True)
class Estimate:
    """The month of `first`: its lines in euros. `before`: what is left to invoice or to correct of the past.

    `unknown`: how many bookings no rule can price yet; they are counted for nothing.
    """

    first: date
    lines: tuple[EstimateLine, ...]
    before: Decimal
    unknown: int

    @property
    def amount(self) -> Decimal:
        return sum((line.amount for line in self.lines), ZERO)

    @property
    def total(self) -> Decimal:
        return self.amount + self.before

    def __bool__(self) -> bool:
        return bool(self.lines or self.before or self.unknown)


def estimate(household_id: int, *, today: date) -> Estimate:
    """The month that holds `today`, all its days, as the bookings stand. A constant number of queries."""
    first = today.replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    found = to_invoice([household_id], first, last)
    now = [due for due in found.due if due.day >= first and due.kind != Charge.Kind.ADJUSTMENT]
    before = [due.amount for due in found.due if due not in now]
    return Estimate(first, tuple(_lines(now)), sum(before, ZERO), len(found.gaps))


def _lines(dues: Iterable[Due]) -> list[EstimateLine]:
    dues = list(dues)
    ids = {due.child_id for due in dues if due.child_id}
    children = {child.pk: (rank, child.first_name) for rank, child in enumerate(_eldest_first(ids))}
    named = sorted(
        (*children.get(due.child_id or 0, (len(children), "")), due.label, due.amount) for due in dues
    )
    return [
        EstimateLine(child, label, len(amounts), sum(amounts, ZERO))
        for (_, child, label), group in groupby(named, key=lambda each: each[:3])
        for amounts in [[each[3] for each in group]]
    ]


def _eldest_first(ids: set[int]) -> list[Child]:
    return list(Child.objects.filter(pk__in=ids).order_by("birth_date", "pk"))
