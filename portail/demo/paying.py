"""How the invented families pay: most in time and by every mode, some late, one too much, one with a bad cheque.

All through the actions of the cash desk, day after day: the cash officer counts her till on the evenings when cash
came, and hands over on Fridays, except lately, so that something is left to do.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import F

from portail.accounts.models import User
from portail.billing.models import Invoice
from portail.core.models import OutboxMail
from portail.demo.accounts import CASH_OFFICER
from portail.demo.timeline import at
from portail.payments.actions import corrections, deposits, till
from portail.payments.actions.taking import Handed, bring_in, take
from portail.payments.models import CashCount, Deposit, Mode, Payment
from portail.payments.queries.dues import care_due, standing
from portail.payments.queries.takings import to_hand_over
from portail.payments.queries.till import cash_expected

MODES = (
    (Mode.CARD, 34),
    (Mode.CHEQUE, 26),
    (Mode.TRANSFER, 16),
    (Mode.CASH, 14),
    (Mode.CESU, 6),
    (Mode.HOLIDAY_VOUCHERS, 4),
)
BANKS = ("La Banque Postale", "Crédit Agricole", "Crédit Mutuel", "Caisse d'Épargne", "BNP Paribas")
FUND = Decimal("50.00")
NEVER = 10_000
KEPT = timedelta(days=9)
"""What came in during these last days has its receipt, and is still in the drawer."""
FRIDAY = 4


@dataclass(frozen=True)
class Coming:
    """An invoice that a family will come to pay. `round_up`: it pays a little too much."""

    invoice: Invoice
    day: date
    mode: str
    round_up: bool


def pay(first: date, last: date, *, today: date) -> None:
    """All that is paid, counted and handed over from `first` to `last`, as it is seen `today`."""
    officer = User.objects.get(username=CASH_OFFICER.username)
    by_day: dict[date, list[Coming]] = defaultdict(list)
    for coming in _coming(first, last):
        by_day[coming.day].append(coming)
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        enter = take if day >= today - KEPT else bring_in
        taken = [_take(coming, minute, officer, enter) for minute, coming in enumerate(by_day[day])]
        if any(payment and payment.mode == Mode.CASH for payment in taken):
            _count(day, officer)
        if day.weekday() == FRIDAY and day < today - KEPT:
            _hand_over(day, officer)
    if last == today - timedelta(days=1):
        _bounce(last, officer)
        _send()


def _coming(first: date, last: date) -> Iterator[Coming]:
    """Who comes on these days, by invoices that are published and not wholly paid."""
    invoices = Invoice.objects.filter(number__isnull=False, amount__gt=0, issued_on__lte=last)
    for invoice in invoices.select_related("account__household").order_by("number"):
        assert invoice.issued_on is not None
        chance = random.Random(f"{invoice.account.household.number} {invoice.issued_on}")
        assert invoice.issued_on is not None
        day = _workday(invoice.issued_on + timedelta(days=_patience(chance)))
        (mode,) = chance.choices([m for m, _ in MODES], [weight for _, weight in MODES])
        if first <= day <= last:
            yield Coming(invoice, day, mode, round_up=chance.random() < 0.03)


def _patience(chance: random.Random) -> int:
    """After how many days a family pays: one in twelve late, one in thirty never."""
    found = chance.random()
    if found < 0.03:
        return NEVER
    return chance.randint(34, 55) if found < 0.11 else chance.randint(2, 24)


def _workday(day: date) -> date:
    return day + timedelta(days=max(0, 7 - day.weekday())) if day.weekday() > FRIDAY else day


def _take(coming: Coming, minute: int, officer: User, enter: Callable[..., Payment]) -> Payment | None:
    household = coming.invoice.account.household
    stands = standing(coming.invoice.account)
    debts = tuple(debt for debt in stands.debts if debt.movement.invoice_id == coming.invoice.pk)
    if not debts:
        return None
    amount = debts[0].left
    if coming.mode == Mode.CESU:
        amount = min(amount, care_due(debts))
    if coming.round_up:
        amount = (amount / 10).to_integral_value("ROUND_CEILING") * 10
    if amount <= 0:
        return None
    chance = random.Random(f"{coming.invoice.number} {coming.day}")
    return enter(
        household,
        _handed(coming, amount, chance),
        token=_token(chance),
        actor=officer,
        now=at(coming.day, 9 + minute // 20, minute % 20 * 3),
        first={debts[0].movement.pk: min(amount, debts[0].left)},
    )


def _handed(coming: Coming, amount: Decimal, chance: random.Random) -> Handed:
    bank = chance.choice(BANKS) if coming.mode == Mode.CHEQUE else ""
    reference = {
        Mode.CHEQUE: f"{chance.randint(1_000_000, 9_999_999)}",
        Mode.TRANSFER: f"VIR {chance.randint(10_000, 99_999)}",
    }.get(Mode(coming.mode), "")
    return Handed(coming.mode, amount, coming.day, bank=bank, reference=reference)


def _count(day: date, officer: User) -> None:
    """The till as it is; on the first evening a coin is missing."""
    chance = random.Random(f"till {day}")
    there = FUND + cash_expected(day)
    short = not CashCount.objects.exists()
    till.count(
        day,
        _pieces(there - Decimal("0.50") if short else there),
        float_amount=FUND,
        note="Cinquante centimes rendus en trop." if short else "",
        token=_token(chance),
        actor=officer,
        now=at(day, 17, 15),
    )


def _pieces(amount: Decimal) -> dict[Decimal, int]:
    found = {}
    for face in till.FACES[3:]:
        found[face] = int(amount // face)
        amount -= found[face] * face
    return found


def _hand_over(day: date, officer: User) -> None:
    for mode in Deposit.MODES:
        waiting = list(to_hand_over(mode, until=day).values_list("pk", flat=True))
        if waiting:
            token = _token(random.Random(f"{mode} {day}"))
            deposits.hand_over(mode, waiting, day=day, token=token, actor=officer, now=at(day, 17, 30))


def _bounce(last: date, officer: User) -> None:
    """The first cheque ever handed over comes back unpaid, once."""
    cheque = Payment.objects.filter(mode=Mode.CHEQUE, deposit__isnull=False).order_by("pk").first()
    if cheque and cheque.received_on < last - KEPT:
        reason = "Chèque revenu impayé de la banque."
        corrections.cancel(cheque.movement, reason, actor=officer, now=at(last, 11))


def _send() -> None:
    """The mails of the past have left long ago."""
    old = OutboxMail.objects.filter(kind__startswith="payments/", state=OutboxMail.State.PENDING)
    old.update(state=OutboxMail.State.SENT, sent_at=F("created_at"), attempts=1)


def _token(chance: random.Random) -> UUID:
    return UUID(int=chance.getrandbits(128), version=4)
