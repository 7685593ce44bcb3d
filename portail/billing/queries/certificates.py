"""What each payer paid in a year for the care of young children: the facts that the tax certificate is made of."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from django.db.models import QuerySet, Sum

from portail.billing.models import Account, Allocation, ChargeComponent, Movement
from portail.core.money import ZERO, to_cents
from portail.families.models import Child
from portail.rules import PaidInvoice, care_paid, is_young

Kind = Movement.Kind
Part = ChargeComponent.Part


@dataclass(frozen=True)
class ChildCare:
    """A child under six on 1 January, and what was paid for its care in the year, in euros."""

    child: Child
    amount: Decimal


@dataclass(frozen=True)
class Certificate:
    """What the certificate of a payer says. `paid`: all that was received in the year, whatever it was for."""

    account: Account
    year: int
    rows: tuple[ChildCare, ...]
    paid: Decimal

    @property
    def total(self) -> Decimal:
        return sum((row.amount for row in self.rows), ZERO)

    @property
    def why_nothing(self) -> str:
        """The reason for there being nothing to certify, for the family; empty when there is something."""
        if self.rows:
            return ""
        if not self.paid:
            return f"Aucun paiement n'a été reçu en {self.year} sur votre compte."
        return (
            f"Vos paiements de {self.year} ne concernent pas l'accueil d'un enfant de moins de six ans au "
            f"1er janvier {self.year} : les repas, suppléments et pénalités n'ouvrent pas droit au crédit d'impôt."
        )


def with_payments(year: int) -> QuerySet[Account]:
    """The accounts that paid something in the year."""
    paid = Movement.objects.filter(kind=Kind.PAYMENT, day__year=year).values("account")
    return Account.objects.filter(pk__in=paid).order_by("pk")


def certificates(accounts: Iterable[Account], year: int) -> dict[int, Certificate]:
    """The certificate of each of these accounts, by key. Four queries, however many accounts."""
    found = {account.pk: account for account in accounts}
    paid = _paid(found, year)
    invoices = _invoices(found, year)
    amounts = {pk: care_paid(rows) for pk, rows in invoices.items()}
    children = Child.objects.in_bulk({child for shares in amounts.values() for child in shares})
    return {
        pk: Certificate(account, year, _rows(amounts.get(pk, {}), children, year), paid.get(pk, ZERO))
        for pk, account in found.items()
    }


def certificate(account: Account, year: int) -> Certificate:
    return certificates([account], year)[account.pk]


def _rows(amounts: dict[int, Decimal], children: dict[int, Child], year: int) -> tuple[ChildCare, ...]:
    young = [ChildCare(children[pk], amount) for pk, amount in amounts.items()]
    kept = [row for row in young if is_young(row.child.birth_date, year)]
    return tuple(sorted(kept, key=lambda row: (row.child.birth_date, row.child.pk)))


def _paid(accounts: Iterable[int], year: int) -> dict[int, Decimal]:
    """What was received in the year, in euros; a payment that was cancelled is not counted."""
    sums = (
        Movement.objects.filter(account__in=list(accounts), kind=Kind.PAYMENT, day__year=year)
        .filter(reversed_by=None)
        .order_by()
        .values_list("account")
        .annotate(Sum("amount"))
    )
    return {pk: -to_cents(total) for pk, total in sums}


def _invoices(accounts: Iterable[int], year: int) -> dict[int, list[PaidInvoice]]:
    """By account, the invoices that payments of the year or of earlier ones paid, as the rule wants them."""
    used = (
        Allocation.objects.filter(credit__account__in=list(accounts), credit__kind=Kind.PAYMENT)
        .filter(credit__day__lte=date(year, 12, 31), debit__kind=Kind.INVOICE)
        .order_by()
        .values_list("debit__invoice", "debit__account", "credit__day__year")
        .annotate(Sum("amount"))
    )
    paid: dict[int, dict[bool, Decimal]] = {}
    owners: dict[int, int] = {}
    for invoice, account, paid_in, total in used:
        owners[invoice] = account
        years = paid.setdefault(invoice, {True: ZERO, False: ZERO})
        years[paid_in == year] += to_cents(total)
    wanted = [invoice for invoice, years in paid.items() if years[True]]
    parts = _parts(wanted)
    rows: dict[int, list[PaidInvoice]] = {}
    for invoice in wanted:
        asked, care = parts.get(invoice, (ZERO, {}))
        made = PaidInvoice(asked, care, before=paid[invoice][False], during=paid[invoice][True])
        rows.setdefault(owners[invoice], []).append(made)
    return rows


def _parts(invoices: list[int]) -> dict[int, tuple[Decimal, dict[int, Decimal]]]:
    """By invoice, what it still asks, and of that the care of each child, aids deducted."""
    rows = (
        ChargeComponent.objects.filter(charge__line__invoice__in=invoices, charge__line__credited_by=None)
        .order_by("charge__line__invoice", "charge")
        .values_list("charge__line__invoice", "charge", "charge__child", "part", "amount")
    )
    found: dict[int, tuple[Decimal, dict[int, Decimal]]] = {}
    for (invoice, _, child), parts in groupby(rows, key=lambda row: row[:3]):
        asked, care = found.get(invoice, (ZERO, {}))
        sums: dict[str, Decimal] = {}
        for *_, part, amount in parts:
            sums[part] = sums.get(part, ZERO) + amount
        if child is not None:
            care[child] = care.get(child, ZERO) + _care(sums)
        found[invoice] = (asked + sum(sums.values(), ZERO), care)
    return found


def _care(parts: dict[str, Decimal]) -> Decimal:
    """The care of one charge: an aid takes from it, never below zero; one that only helps a meal takes nothing."""
    care, aid = parts.get(Part.CARE, ZERO), parts.get(Part.AID, ZERO)
    if care < 0:  # an adjustment gives back
        return min(ZERO, care + aid)
    return max(ZERO, care + aid) if care else ZERO
