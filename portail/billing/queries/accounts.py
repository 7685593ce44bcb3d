"""An account as people read it: where each invoice stands, the movements of a stretch of days, the years it has."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.db.models import Min, QuerySet, Sum

from portail.billing.models import Account, CreditNote, Invoice, Movement
from portail.billing.queries import balance
from portail.core.money import ZERO, to_cents


class Standing(StrEnum):
    """What is to be done about a published invoice."""

    TO_PAY = "to_pay"
    LATE = "late"
    PAID = "paid"
    CREDITED = "credited"
    """Taken back as a whole by credit notes."""
    NOTHING = "nothing"
    """It asks for nothing, or gives back."""


@dataclass(frozen=True)
class Bill:
    """A published invoice and where it stands. `left`: euros still to pay; `paid`: what was allocated to it."""

    invoice: Invoice
    standing: Standing
    left: Decimal
    paid: Decimal
    credited: Decimal
    credit_notes: tuple[CreditNote, ...]

    @property
    def is_due(self) -> bool:
        return self.standing in (Standing.TO_PAY, Standing.LATE)

    @property
    def is_part_paid(self) -> bool:
        return self.is_due and self.paid > 0


def account_of(household_id: int) -> Account | None:
    """The account of a household; None when it was never asked for anything."""
    return Account.objects.filter(household=household_id).first()


def published(account: Account | None) -> QuerySet[Invoice]:
    """The numbered invoices of an account, the latest first."""
    return (
        Invoice.objects.filter(account=account, number__isnull=False) if account else Invoice.objects.none()
    )


def bills(invoices: Iterable[Invoice], *, today: date) -> list[Bill]:
    """These published invoices with where each stands. Three queries, and none when there is no invoice."""
    found = list(invoices)
    if not found:
        return []
    paid = _allocated(found)
    notes: dict[int, list[CreditNote]] = {}
    for note in CreditNote.objects.filter(invoice__in=found).order_by("number"):
        notes.setdefault(note.invoice_id, []).append(note)
    return [_bill(invoice, paid.get(invoice.pk), notes.get(invoice.pk, []), today) for invoice in found]


def _allocated(invoices: list[Invoice]) -> dict[int, Decimal]:
    rows = (
        Movement.objects.filter(invoice__in=invoices, amount__gt=0)
        .order_by()
        .values_list("invoice")
        .annotate(total=Sum("paid_by__amount"))
    )
    return {pk: to_cents(total) for pk, total in rows}


def _bill(invoice: Invoice, paid: Decimal | None, notes: list[CreditNote], today: date) -> Bill:
    allocated = paid if paid is not None else ZERO
    credited = sum((note.amount for note in notes), ZERO)
    left = max(invoice.amount - allocated, ZERO)
    if invoice.amount > 0 and credited >= invoice.amount:
        standing, left = Standing.CREDITED, ZERO
    elif invoice.amount <= 0:
        standing, left = Standing.NOTHING, ZERO
    elif left == 0:
        standing = Standing.PAID
    else:
        standing = Standing.LATE if invoice.due_on < today else Standing.TO_PAY
    return Bill(invoice, standing, left, allocated, credited, tuple(notes))


@dataclass(frozen=True)
class Row:
    """A movement and the balance that it leaves, in euros (positive: owed)."""

    movement: Movement
    balance: Decimal


@dataclass(frozen=True)
class Statement:
    """The movements of `first` to `last`, both included, the oldest first. `before` + asked − received = `after`."""

    first: date
    last: date
    before: Decimal
    rows: tuple[Row, ...]

    @property
    def after(self) -> Decimal:
        return self.rows[-1].balance if self.rows else self.before

    @property
    def asked(self) -> Decimal:
        return sum((row.movement.amount for row in self.rows if row.movement.amount > 0), ZERO)

    @property
    def received(self) -> Decimal:
        return -sum((row.movement.amount for row in self.rows if row.movement.amount < 0), ZERO)

    @property
    def billed(self) -> Decimal:
        """The invoices, and what was owed before the portal: a payment that was cancelled bills nothing."""
        kinds = (Movement.Kind.INVOICE, Movement.Kind.OPENING)
        return sum((row.movement.amount for row in self.rows if row.movement.kind in kinds), ZERO)

    @property
    def settled(self) -> Decimal:
        """Payments, credit notes and debts let go, less what was given back or cancelled of them."""
        return self.before + self.billed - self.after


def statement(account: Account | None, first: date, last: date, *, also: Iterable[str] = ()) -> Statement:
    """What moved the account on these days. Two queries. `also`: what of each movement is read with it."""
    if account is None:
        return Statement(first, last, ZERO, ())
    moved = account.movements.filter(day__range=(first, last)).order_by("day", "pk")
    running = before = balance(account, until=_eve(first))
    rows = []
    for movement in moved.select_related("invoice", "credit_note", *also):
        running += movement.amount
        rows.append(Row(movement, running))
    return Statement(first, last, before, tuple(rows))


def _eve(day: date) -> date:
    return date.fromordinal(max(day.toordinal() - 1, 1))


@dataclass(frozen=True)
class Year:
    """A year of an account, civil ("2026") or of school ("2026-2027": September to August)."""

    key: str
    first: date
    last: date

    @property
    def is_school(self) -> bool:
        return "-" in self.key


def civil_year(year: int) -> Year:
    return Year(str(year), date(year, 1, 1), date(year, 12, 31))


def school_year(start: int) -> Year:
    return Year(f"{start}-{start + 1}", date(start, 9, 1), date(start + 1, 8, 31))


def years(account: Account | None, *, today: date) -> list[Year]:
    """From its first movement to today: the school years, the latest first, then the civil years. One query."""
    first = account.movements.order_by().aggregate(first=Min("day"))["first"] if account else None
    begin = min(first or today, today)
    return [school_year(year) for year in _down(_school(today), _school(begin))] + [
        civil_year(year) for year in _down(today.year, begin.year)
    ]


def _school(day: date) -> int:
    return day.year if day.month >= 9 else day.year - 1


def _down(last: int, first: int) -> range:
    return range(last, first - 1, -1)
