"""The cash officer's day: what is handed over, what is in the till, and totals that are those of the accounts."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portail.billing.models import Allocation, Movement
from portail.core.models import JournalEntry
from portail.core.money import ZERO
from portail.payments.actions import corrections, deposits, till
from portail.payments.models import CashCount, Deposit, Mode, Payment, Refund
from portail.payments.queries.dues import standing
from portail.payments.queries.takings import by_mode, net
from portail.payments.queries.till import cash_expected, uncounted_day
from portail.payments.refusals import Refused
from tests.factories import NOW
from tests.payments.desk import TODAY, owes, paid

pytestmark = pytest.mark.django_db
YESTERDAY, BEFORE = TODAY - timedelta(days=1), TODAY - timedelta(days=2)
NOTHING: dict[Decimal, int] = {}


@pytest.fixture
def home(cast):
    return cast.alice.household


@pytest.fixture
def by(cast):
    return {"actor": cast.renee, "now": NOW}


def hand_over(by, mode, *payments, day=TODAY, token=None):
    return deposits.hand_over(mode, [p.pk for p in payments], day=day, token=token or uuid4(), **by)


def count(by, pieces=NOTHING, day=TODAY, note="", fund="0", token=None):
    return till.count(day, pieces, float_amount=Decimal(fund), note=note, token=token or uuid4(), **by)


# --- deposits


def test_a_deposit_holds_the_chosen_payments(home, by):
    one, two, other = (paid(home, amount, "cheque") for amount in ("10.00", "22.50", "7.00"))
    slip = hand_over(by, "cheque", one, two)
    assert (slip.total, set(slip.payments.all())) == (Decimal("32.50"), {one, two})
    assert slip.number == f"B-2026-{slip.pk:05d}"
    assert Payment.objects.get(pk=other.pk).deposit is None
    assert JournalEntry.objects.get(verb="deposit.made").after["total"] == "32.50"


def test_a_deposit_posted_twice_is_made_once(home, by):
    payment, token = paid(home, "10.00", "cheque"), uuid4()
    assert hand_over(by, "cheque", payment, token=token) == hand_over(by, "cheque", payment, token=token)


def test_a_payment_is_in_one_deposit_at_most(home, by):
    payment = paid(home, "10.00", "cheque")
    slip = hand_over(by, "cheque", payment)
    with pytest.raises(Refused, match=f"déjà dans la remise {slip}"):
        hand_over(by, "cheque", payment)


def test_a_cancelled_payment_is_not_handed_over(home, by):
    payment = paid(home, "10.00", "cheque")
    corrections.cancel(payment.movement, "Repris par la famille", **by)
    with pytest.raises(Refused, match="vient d'être annulé"):
        hand_over(by, "cheque", payment)


def test_a_deposit_is_of_one_mode_and_never_of_transfers(home, by):
    cheque, transfer = paid(home, "10.00", "cheque"), paid(home, "10.00", "transfer")
    with pytest.raises(Refused, match="n'est pas de ce mode"):
        hand_over(by, "cash", cheque)
    with pytest.raises(Refused, match="rien à remettre"):
        hand_over(by, "transfer", transfer)
    with pytest.raises(Refused, match="au moins un paiement"):
        hand_over(by, "cheque")
    assert not Deposit.objects.exists()


def test_deposits_follow_each_other_and_precede_none_of_their_payments(home, by):
    early, late = paid(home, "10.00", "cheque", YESTERDAY), paid(home, "5.00", "cheque")
    for payment, day in ((late, YESTERDAY), (early, TODAY + timedelta(days=1))):
        with pytest.raises(Refused) as refused:
            hand_over(by, "cheque", payment, day=day)
        assert list(refused.value.message_dict) == ["day"]
    hand_over(by, "cheque", late)
    with pytest.raises(Refused, match="choisissez ce jour ou un suivant"):
        hand_over(by, "cheque", early, day=YESTERDAY)


def test_a_deposit_made_by_mistake_gives_its_payments_back(home, by):
    payment = paid(home, "50.00")
    given = corrections.refund(home, "cash", Decimal(20), "Trop versé", token=uuid4(), **by)
    slip = hand_over(by, "cash", payment)
    deposits.cancel_deposit(slip, "Mauvaise date", **by)
    assert deposits.cancel_deposit(slip, "Encore", **by).cancelled_because == "Mauvaise date"
    assert not Refund.objects.exclude(deposit=None).exists()
    assert cash_expected(TODAY) == Decimal("30.00")
    assert hand_over(by, "cash", payment).total == Decimal("30.00")
    assert Refund.objects.get(pk=given.pk).deposit is not None


def test_only_the_last_deposit_of_a_mode_is_taken_back(home, by):
    first = hand_over(by, "cheque", paid(home, "10.00", "cheque"))
    second = hand_over(by, "cheque", paid(home, "10.00", "cheque"))
    with pytest.raises(Refused, match=f"remise {second}"):
        deposits.cancel_deposit(first, "Non", **by)


def test_more_cash_was_given_back_than_is_handed_over(home, by):
    small = paid(home, "10.00")
    paid(home, "40.00")
    corrections.refund(home, "cash", Decimal(10), "Trop versé", token=uuid4(), **by)
    with pytest.raises(Refused, match="10,00"):
        hand_over(by, "cash", small)


# --- the till


def test_what_the_till_should_hold_day_by_day(home, by):
    one, two = paid(home, "30.00", day=BEFORE), paid(home, "12.50", day=YESTERDAY)
    paid(home, "99.00", "cheque", day=YESTERDAY)
    corrections.cancel(two.movement, "Rendu", **by)
    assert [cash_expected(day) for day in (BEFORE, YESTERDAY, TODAY)] == [
        Decimal("30.00"),
        Decimal("42.50"),
        Decimal("30.00"),
    ]
    hand_over(by, "cash", one)
    assert cash_expected(TODAY) == ZERO
    corrections.cancel(one.movement, "Faux billet", **by)
    assert cash_expected(TODAY) == ZERO


def test_a_till_that_is_right_needs_no_word(home, by):
    paid(home, "35.50")
    found = count(by, {Decimal("20.00"): 4, Decimal("5.00"): 1, Decimal("0.50"): 1}, fund="50.00")
    assert (found.counted, found.expected) == (Decimal("85.50"), Decimal("85.50"))
    assert found.pieces == {"20.00": 4, "5.00": 1, "0.50": 1}


def test_a_difference_is_explained(home, by):
    paid(home, "35.00")
    with pytest.raises(Refused, match="de moins que prévu"):
        count(by, {Decimal("20.00"): 1})
    with pytest.raises(Refused, match="de trop"):
        count(by, {Decimal("20.00"): 2})
    assert count(by, {Decimal("20.00"): 1}, note="Un billet de vingt manque").counted == Decimal("20.00")


def test_a_day_is_counted_again_but_never_before_the_last_one(by):
    token = uuid4()
    assert count(by, token=token) == count(by, token=token)
    count(by)
    assert CashCount.objects.count() == 2
    for day in (YESTERDAY, TODAY + timedelta(days=1)):
        with pytest.raises(Refused) as refused:
            count(by, day=day)
        assert list(refused.value.message_dict) == ["day"]


def test_the_day_that_was_not_counted(home, by):
    assert uncounted_day(TODAY) is None
    paid(home, "10.00", "card", day=YESTERDAY)
    paid(home, "10.00")
    assert uncounted_day(TODAY) is None
    paid(home, "10.00", day=BEFORE)
    assert uncounted_day(TODAY) == BEFORE
    count(by, {Decimal("10.00"): 1}, day=YESTERDAY)
    assert uncounted_day(TODAY) is None


# --- totals


def test_the_totals_say_what_was_taken_cancelled_and_given_back(home, by):
    paid(home, "10.00")
    wrong = paid(home, "5.00", "card", YESTERDAY)
    paid(home, "7.00", "card")
    corrections.cancel(wrong.movement, "Saisi deux fois", **by)
    corrections.refund(home, "transfer", Decimal(3), "Trop versé", token=uuid4(), **by)
    found = {total.mode: total for total in by_mode(TODAY, TODAY)}
    assert {mode: total.net for mode, total in found.items()} == {
        "cash": Decimal("10.00"),
        "card": Decimal("2.00"),
        "transfer": Decimal("-3.00"),
    }
    card = found["card"]
    assert (card.count, card.taken, card.cancelled_count, card.cancelled) == (1, Decimal(7), 1, Decimal(5))


STEP = st.tuples(
    st.sampled_from(["pay", "pay", "pay", "cancel", "refund", "owe", "hand over", "undo"]),
    st.sampled_from(Mode.values),
    st.integers(1, 9999),
    st.integers(0, 3),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEP, max_size=14))
def test_whatever_happens_what_is_received_by_mode_is_what_entered_the_accounts(home, by, steps):
    _forget_all()
    for step in steps:
        try:
            _do(home, by, *step)
        except Refused:
            continue
    money = Movement.objects.filter(kind__in=["payment", "refund"]) | Movement.objects.filter(
        kind="reversal", reverses__kind__in=["payment", "refund"]
    )
    for first, last in ((BEFORE - timedelta(days=1), TODAY), (TODAY, TODAY), (BEFORE, YESTERDAY)):
        entered = sum((m.amount for m in money.filter(day__range=(first, last))), ZERO)
        assert net(by_mode(first, last)) == -entered
    stands = standing(getattr(home, "account", None))
    assert stands.advance >= 0
    assert all(0 < debt.left <= debt.movement.amount for debt in stands.debts)
    assert stands.balance == sum((m.amount for m in Movement.objects.all()), ZERO)
    for slip in Deposit.objects.filter(cancelled_at=None):
        held = sum((p.amount for p in slip.payments.all()), ZERO)
        assert slip.total == held - sum((r.amount for r in slip.refunds.all()), ZERO)


def _forget_all() -> None:
    Payment.objects.all().delete()
    Refund.objects.all().delete()
    Deposit.objects.all().delete()
    Allocation.objects.all().delete()
    Movement.objects.exclude(reverses=None).delete()
    Movement.objects.all().delete()


def _do(home, by, what, mode, cents, ago) -> None:
    amount, day = Decimal(cents) / 100, TODAY - timedelta(days=ago)
    entries = Movement.objects.filter(kind__in=["payment", "refund"], reversed_by=None).order_by("pk")
    if what == "pay":
        paid(home, str(amount), mode, day)
    elif what == "owe":
        owes(home, str(amount), day)
    elif what == "refund":
        corrections.refund(home, mode, amount, "Trop versé", token=uuid4(), **by)
    elif what == "cancel" and entries:
        corrections.cancel(entries[cents % len(entries)], "Saisi par mégarde", **by)
    elif what == "hand over":
        hand_over(by, mode, *Payment.objects.filter(mode=mode, deposit=None))
    elif what == "undo" and (slip := Deposit.objects.filter(mode=mode).order_by("-pk").first()):
        deposits.cancel_deposit(slip, "Mauvaise date", **by)
