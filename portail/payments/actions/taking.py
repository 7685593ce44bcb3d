"""Money that a family brings to the desk: entered once, used on what is due, told by mail."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from portail.accounts.models import User
from portail.billing.actions import ledger
from portail.billing.models import Account, Movement
from portail.core import journal
from portail.core.money import ZERO
from portail.core.templatetags.ui import in_words, money
from portail.families.models import Household
from portail.payments import letters, papers
from portail.payments.models import CashCount, Deposit, Mode, Payment
from portail.payments.queries.dues import standing
from portail.payments.refusals import AccountMoved, Refused, check_amount, check_recent

BY = {
    Mode.CASH: "en espèces",
    Mode.CHEQUE: "par chèque",
    Mode.CARD: "par carte bancaire",
    Mode.TRANSFER: "par virement",
    Mode.CESU: "en CESU",
    Mode.HOLIDAY_VOUCHERS: "en chèques-vacances",
}


@dataclass(frozen=True)
class Handed:
    """What somebody brings. Amounts in euros; `given` is the cash handed over, when change is given back."""

    mode: str
    amount: Decimal
    received_on: date
    payer: str = ""
    bank: str = ""
    reference: str = ""
    given: Decimal | None = None


def take(
    household: Household,
    handed: Handed,
    *,
    token: UUID,
    actor: User | None,
    now: datetime,
    first: Mapping[int, Decimal] | None = None,
    seen: Decimal | None = None,
) -> Payment:
    """Enter a payment with its receipt, and use it on what is due.

    First on the debts of `first` (ids of movements, most for each), then on the oldest. What is left stays as an
    advance. `seen` is the balance that was shown: when it moved meanwhile, nothing is written. The same `token` gives
    the same payment back. Raises Refused, AccountMoved.
    """
    with ExitStack() as files, transaction.atomic():
        account = ledger.locked(ledger.account_of(household, now=now))
        if done := already(account, token):
            return done.payment
        payment = _enter(account, handed, token, actor, now, first or {}, seen)
        payment.document = papers.issue_receipt(household, payment, files=files, actor=actor, now=now)
        payment.save(update_fields=["document"])
        letters.paid(household, payment, now=now)
    return payment


def bring_in(
    household: Household,
    handed: Handed,
    *,
    token: UUID,
    actor: User | None,
    now: datetime,
    first: Mapping[int, Decimal] | None = None,
) -> Payment:
    """The same for what was received long ago: without receipt, and nobody is told."""
    with transaction.atomic():
        account = ledger.locked(ledger.account_of(household, now=now))
        if done := already(account, token):
            return done.payment
        return _enter(account, handed, token, actor, now, first or {}, None)


def _enter(
    account: Account,
    handed: Handed,
    token: UUID,
    actor: User | None,
    now: datetime,
    first: Mapping[int, Decimal],
    seen: Decimal | None,
) -> Payment:
    _check(handed, today=timezone.localdate(now))
    _check_unmoved(account, seen)
    _check_chosen(account, first, handed.amount)
    payment = _write(account, handed, token=token, actor=actor, now=now)
    ledger.settle(account, now=now, first=first)
    journal.record(
        "payment.taken",
        account.household.journal_subject,
        summary=f"{payment.movement.label} de {money(payment.amount)} : {payment.number}",
        actor=actor,
        now=now,
        after={
            "number": payment.number,
            "amount": str(payment.amount),
            "mode": papers.MODES[Mode(payment.mode)],
        },
    )
    return payment


def already(account: Account, token: UUID) -> Movement | None:
    """What this form wrote when it was first posted. Raises Refused when it was for another account."""
    done = Movement.objects.filter(token=token).first()
    if done is not None and done.account_id != account.pk:
        raise Refused("Cette page a déjà servi pour un autre dossier : rouvrez-la, puis recommencez.")
    return done


def closed_until(mode: str) -> date | None:
    """The day of the last deposit of this mode, or of the last count of the till: nothing goes in before it."""
    days = [Deposit.objects.filter(mode=mode, cancelled_at=None).aggregate(last=Max("day"))["last"]]
    if mode == Mode.CASH:
        days.append(CashCount.objects.aggregate(last=Max("day"))["last"])
    return max((day for day in days if day), default=None)


def _check(handed: Handed, *, today: date) -> None:
    check_amount(handed.amount)
    check_recent(handed.received_on, today, "received_on")
    closed = closed_until(handed.mode)
    if closed and handed.received_on < closed:
        day = in_words(closed, "year")
        raise Refused(
            {
                "received_on": f"Une remise ou un comptage du {day} est déjà fait avec ce mode : "
                f"datez ce paiement du {day} ou d'un jour suivant."
            }
        )
    if handed.given is not None and handed.given < handed.amount:
        raise Refused(
            {
                "given": f"La somme tendue ne couvre pas {money(handed.amount)} : "
                "corrigez-la, ou encaissez seulement ce qui est donné."
            }
        )
    if handed.mode == Mode.CHEQUE and not (handed.bank and handed.reference):
        missing = "reference" if handed.bank else "bank"
        raise Refused({missing: "Recopiez la banque et le numéro écrits sur le chèque."})
    if handed.mode == Mode.TRANSFER and not handed.reference:
        raise Refused({"reference": "Recopiez la référence du virement, écrite sur le relevé."})


def _check_unmoved(account: Account, seen: Decimal | None) -> None:
    if seen is not None and (balance := standing(account).balance) != seen:
        raise AccountMoved(balance)


def _check_chosen(account: Account, first: Mapping[int, Decimal], amount: Decimal) -> None:
    """Each chosen debt is of this account and still owes that much; together they need no more than is paid."""
    left = {debt.movement.pk: debt.left for debt in standing(account).debts} if first else {}
    for pk, wanted in first.items():
        if pk not in left:
            raise Refused("Une des factures cochées n'est plus à payer : relisez la liste.")
        if not ZERO < wanted <= left[pk]:
            raise Refused(f"Il ne reste que {money(left[pk])} à payer sur une facture cochée : corrigez.")
    if (total := sum(first.values(), ZERO)) > amount:
        raise Refused(
            f"Les factures cochées font {money(total)}, plus que les {money(amount)} reçus : "
            "décochez-en, ou diminuez ce que chacune reçoit."
        )


def _write(account: Account, handed: Handed, *, token: UUID, actor: User | None, now: datetime) -> Payment:
    movement = ledger.enter(
        account,
        Movement.Kind.PAYMENT,
        -handed.amount,
        f"Paiement {BY[Mode(handed.mode)]}",
        day=handed.received_on,
        now=now,
        actor=actor,
        token=token,
    )
    return Payment.objects.create(
        movement=movement,
        account=account,
        mode=handed.mode,
        amount=handed.amount,
        received_on=handed.received_on,
        payer=handed.payer,
        bank=handed.bank,
        reference=handed.reference,
        given=handed.given if handed.mode == Mode.CASH else None,
        created_at=now,
    )
