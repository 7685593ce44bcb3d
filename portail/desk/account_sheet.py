"""The account of a family as the desk shows it: a block of its page, and the pages of the account."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet
from django.urls import NoReverseMatch, reverse

from portail.billing.models import Account, Charge
from portail.billing.queries import accounts, balance
from portail.billing.queries.accounts import Bill, Year
from portail.billing.queries.estimates import Estimate, estimate
from portail.core.money import ZERO
from portail.families.models import Household
from portail.payments.models import Payment

SHOWN = 3


@dataclass(frozen=True)
class AccountBlock:
    """What the household's page shows of its account. `estimate`: what is not invoiced yet. Euros."""

    account: Account | None
    balance: Decimal
    bills: list[Bill]
    payments: list[Payment]
    estimate: Estimate


def account_block(household: Household, *, today: date, shown: int = SHOWN) -> AccountBlock:
    """In a constant number of queries."""
    account = accounts.account_of(household.pk)
    latest = accounts.published(account).select_related("document")[:shown]
    return AccountBlock(
        account=account,
        balance=balance(account) if account else ZERO,
        bills=accounts.bills(latest, today=today),
        payments=list(payments(account)[:shown]),
        estimate=estimate(household.pk, today=today),
    )


def payments(account: Account | None) -> QuerySet[Payment]:
    """The payments of an account, the latest first, with what undid them."""
    found = Payment.objects.filter(account=account) if account else Payment.objects.none()
    return found.select_related("movement__reversed_by", "document")


def charges(account: Account | None, year: Year) -> QuerySet[Charge]:
    """What was written as due in a year, the latest first, with its invoice."""
    found = Charge.objects.filter(account=account) if account else Charge.objects.none()
    return (
        found.filter(day__range=(year.first, year.last))
        .select_related("child", "line__invoice", "adjusts")
        .order_by("-day", "-pk")
    )


def tabs(household: Household, here: str) -> list[tuple[str, str, bool]]:
    """The pages of an account: name, address, whether it is this one."""
    named = [
        ("Compte", "account"),
        ("Mouvements", "account_movements"),
        ("Charges", "account_charges"),
        ("Relevé", "account_statement"),
    ]
    return [(label, reverse(f"desk:{name}", args=[household.pk]), name == here) for label, name in named]


def year_of(key: str, known: Iterable[Year]) -> Year:
    """The year that was asked for; the one under way when it is none of the account's."""
    found = list(known)
    return next((year for year in found if year.key == key), found[0])


def link(name: str, *args: object) -> str:
    """The address of a screen; empty when this portal does not have it."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
