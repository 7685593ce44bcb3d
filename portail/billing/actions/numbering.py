"""The moment of publication: numbers, movements and settled credits, in one transaction."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Sum
from django.utils import timezone

from portail.accounts.models import User
from portail.billing.actions import ledger, series
from portail.billing.models import Account, Invoice, InvoiceRun, Movement
from portail.core import journal
from portail.core.money import ZERO, to_cents
from portail.core.templatetags.ui import money

ROWS = 400


def number(run: InvoiceRun, *, now: datetime) -> None:
    """Number the drafts of a run in the order of the households' names, enter them in the accounts, use the credits.

    Inside the caller's transaction, which has locked the run: all of it happens, or none.
    """
    day = timezone.localdate(now)
    invoices = list(
        run.invoices.filter(number=None)
        .select_related("account__household")
        .order_by("account__household__name_key", "account__household__number", "pk")
    )
    numbers = series.take(series.INVOICE, day, len(invoices))
    accounts = _locked(invoices)
    balances = _balances(accounts)
    for invoice, given in zip(invoices, numbers, strict=True):
        invoice.number, invoice.issued_on, invoice.due_on = given, day, run.due_on
        invoice.previous = balances.get(invoice.account_id, ZERO)
    fields = ["number", "issued_on", "due_on", "previous"]
    Invoice.objects.bulk_update(invoices, fields, batch_size=ROWS)
    _enter(invoices, run.published_by, day, now)
    _settle(accounts, now)
    run.state, run.is_open, run.published_at = InvoiceRun.State.PUBLISHED, None, now
    run.save(update_fields=["state", "is_open", "published_at"])
    _tell(run, invoices, now)


def _locked(invoices: list[Invoice]) -> list[Account]:
    """All their accounts, locked at once and in order: no ring of waiting with whoever takes payments."""
    ids = [invoice.account_id for invoice in invoices]
    return list(Account.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"))


def _balances(accounts: Iterable[Account]) -> dict[int, Decimal]:
    rows = (
        Movement.objects.filter(account__in=list(accounts))
        .order_by()
        .values_list("account")
        .annotate(total=Sum("amount"))
    )
    return {pk: to_cents(total) for pk, total in rows}


def _enter(invoices: list[Invoice], actor: User | None, day: date, now: datetime) -> None:
    Movement.objects.bulk_create(
        [
            Movement(
                account_id=invoice.account_id,
                kind=Movement.Kind.INVOICE,
                day=day,
                amount=invoice.amount,
                label=f"Facture {invoice.number}",
                invoice=invoice,
                created_at=now,
                created_by=actor,
            )
            for invoice in invoices
        ],
        batch_size=ROWS,
    )


def _settle(accounts: list[Account], now: datetime) -> None:
    """Use the credits of those who have some left."""
    credits = Movement.objects.filter(account__in=accounts, amount__lt=0).select_related("account")
    left = ledger.left_of(credits)
    for account in {m.account_id: m.account for m in credits if left[m.pk] > 0}.values():
        ledger.settle(account, now=now)


def _tell(run: InvoiceRun, invoices: list[Invoice], now: datetime) -> None:
    total = sum((invoice.amount for invoice in invoices), ZERO)
    journal.record(
        "run.published",
        f"invoicerun:{run.pk}",
        summary=f"Facturation publiée : {run.title}, {len(invoices)} factures, {money(total)}",
        actor=run.published_by,
        now=now,
        after={"from": invoices[0].number, "to": invoices[-1].number, "total": str(total)},
    )
    journal.record_many(
        "invoice.published",
        (
            (
                invoice.account.household.journal_subject,
                f"Facture {invoice.number} : {money(invoice.amount)}",
                {"number": invoice.number, "amount": str(invoice.amount)},
            )
            for invoice in invoices
        ),
        actor=run.published_by,
        now=now,
    )
