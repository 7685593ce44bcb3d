"""Accounts, invoices, payments."""

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from portail.accounts.rights import Right
from portail.billing.actions import reminders
from portail.billing.models import Account, Anomaly, Charge, Invoice, InvoiceRun, Movement
from portail.billing.queries.accounts import account_of
from portail.core.models import Job
from portail.desk.access.base import found, require
from portail.desk.access.families import get_household
from portail.families.models import (
    Household,
)
from portail.payments.models import Deposit, Payment


def get_account(
    request: HttpRequest, household_id: int, right: Right = Right.READ_BILLING
) -> tuple[Household, Account | None]:
    """A household and its account; None when nothing was ever asked of it nor paid."""
    household = get_household(request, household_id, right)
    return household, account_of(household.pk)


def get_household_invoice(request: HttpRequest, household_id: int, number: int) -> tuple[Household, Invoice]:
    """A published invoice of this household."""
    household = get_household(request, household_id, Right.READ_BILLING)
    invoices = Invoice.objects.select_related("account", "document", "movement")
    return household, found(invoices, number=number, account__household=household.pk)


def get_reminders(request: HttpRequest, job_id: int) -> Job:
    """The work that writes reminders."""
    require(request, Right.READ_BILLING)
    return found(Job.objects.filter(kind=reminders.KIND).select_related("created_by"), pk=job_id)


def get_run(request: HttpRequest, run_id: int, right: Right = Right.READ_BILLING) -> InvoiceRun:
    require(request, right)
    return found(InvoiceRun.objects.select_related("created_by", "published_by"), pk=run_id)


def get_anomalies(request: HttpRequest, run_id: int) -> QuerySet[Anomaly]:
    """What deserves a look in this run, for whoever decides on it."""
    return get_run(request, run_id, Right.BILL).anomalies.all()


def get_invoice(request: HttpRequest, invoice_id: int, right: Right = Right.READ_BILLING) -> Invoice:
    """An invoice, published or drafted, its payer with it."""
    require(request, right)
    return found(Invoice.objects.select_related("account__household", "run", "document"), pk=invoice_id)


def get_household_to_bill(request: HttpRequest, household_id: int) -> Household:
    require(request, Right.BILL)
    return found(Household.objects.all(), pk=household_id)


def get_pending_charge(request: HttpRequest, household_id: int, charge_id: int) -> Charge:
    """Something written by hand for this household; not what is computed."""
    require(request, Right.BILL)
    charges = Charge.objects.filter(key="").select_related("account__household", "line")
    return get_object_or_404(charges, pk=charge_id, account__household=household_id)


def get_payment(request: HttpRequest, payment_id: int, right: Right = Right.READ_BILLING) -> Payment:
    """A payment of any household, with what undid it and its slip."""
    require(request, right)
    payments = Payment.objects.select_related(
        "account__household",
        "movement__created_by",
        "movement__reversed_by__created_by",
        "deposit",
        "document",
    )
    return found(payments, pk=payment_id)


def get_debt(request: HttpRequest, household_id: int, movement_id: int) -> Movement:
    """Something that this household's account owes, for whoever may give it up."""
    require(request, Right.WRITE_OFF)
    debts = Movement.objects.filter(amount__gt=0, account__household=household_id)
    return found(debts.select_related("account__household", "invoice"), pk=movement_id)


UNDOING = {
    Movement.Kind.PAYMENT: Right.TAKE_PAYMENTS,
    Movement.Kind.REFUND: Right.REFUND,
    Movement.Kind.WRITE_OFF: Right.WRITE_OFF,
    Movement.Kind.OPENING: Right.BILL,
}


def get_entry_to_undo(request: HttpRequest, household_id: int, movement_id: int) -> Movement:
    """An entry of this household's account that is undone by its opposite, for whoever may make such entries."""
    require(request, Right.READ_BILLING)
    entries = Movement.objects.filter(kind__in=UNDOING, account__household=household_id)
    entry = found(entries.select_related("account__household", "payment"), pk=movement_id)
    require(request, UNDOING[Movement.Kind(entry.kind)])
    return entry


def get_deposit(request: HttpRequest, deposit_id: int, right: Right = Right.READ_BILLING) -> Deposit:
    require(request, right)
    return found(Deposit.objects.select_related("created_by"), pk=deposit_id)
