"""Money taken at the desk: entered once, used on what is due, and nothing that is not there."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from portail.billing import queries as billing
from portail.billing.actions import ledger
from portail.billing.models import Allocation, Movement
from portail.core.models import JournalEntry, OutboxMail
from portail.payments.actions import deposits, till
from portail.payments.actions.taking import Handed, bring_in, take
from portail.payments.models import Payment
from portail.payments.queries.dues import standing
from portail.payments.refusals import AccountMoved, Refused
from tests.factories import NOW
from tests.payments.desk import TODAY, left, owes

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(cast):
    return cast.alice.household


def handed(amount="50.00", mode="cash", day=TODAY, **more) -> Handed:
    if mode == "cheque":
        more = {"bank": "La Banque Postale", "reference": "0001234", **more}
    if mode == "transfer":
        more = {"reference": "VIR 42", **more}
    return Handed(mode, Decimal(amount), day, **more)


def pay(home, cast, amount="50.00", mode="cash", *, day=TODAY, token=None, first=None, seen=None, **more):
    return take(
        home,
        handed(amount, mode, day, **more),
        token=token or uuid4(),
        actor=cast.renee,
        now=NOW,
        first=first,
        seen=seen,
    )


def test_a_payment_is_a_movement_that_pays_the_oldest(home, cast):
    newer, older = owes(home, "20.00", date(2026, 10, 1)), owes(home, "30.00", date(2026, 9, 1))
    payment = pay(home, cast, "35.00")
    assert (payment.movement.kind, payment.movement.amount) == (Movement.Kind.PAYMENT, Decimal("-35.00"))
    assert payment.movement.day == payment.received_on == TODAY
    assert payment.movement.label == "Paiement en espèces"
    assert left(older, newer) == ["0.00", "15.00"]


def test_what_is_chosen_is_paid_first_and_the_rest_goes_to_the_oldest(home, cast):
    older, newer = owes(home, "30.00", date(2026, 9, 1)), owes(home, "20.00", date(2026, 10, 1))
    pay(home, cast, "22.00", first={newer.pk: Decimal("20.00")})
    assert left(older, newer) == ["28.00", "0.00"]


def test_an_overpayment_is_an_advance_that_pays_the_next_debt_by_itself(home, cast):
    owes(home, "30.00")
    pay(home, cast, "50.00", "cesu")
    assert standing(home.account).advance == Decimal("20.00")
    following = owes(home, "45.00")
    ledger.settle(home.account, now=NOW)
    assert left(following) == ["25.00"]
    assert standing(home.account).advance == Decimal("0.00")


def test_posting_twice_pays_once(home, cast):
    owes(home, "50.00")
    token = uuid4()
    assert pay(home, cast, token=token, seen=Decimal("50.00")) == pay(
        home, cast, token=token, seen=Decimal("50.00")
    )
    assert (Payment.objects.count(), OutboxMail.objects.count()) == (1, 1)
    assert JournalEntry.objects.filter(verb="payment.taken").count() == 1
    assert billing.balance(home.account) == 0


def test_a_form_of_another_dossier_is_refused(home, cast):
    token = uuid4()
    pay(home, cast, token=token)
    with pytest.raises(Refused, match="un autre dossier"):
        pay(cast.bob.household, cast, token=token)


def test_an_account_that_moved_is_shown_again_before_anything_is_written(home, cast):
    owes(home, "50.00")
    pay(home, cast, "50.00", seen=Decimal("50.00"))
    with pytest.raises(AccountMoved) as refused:
        pay(home, cast, "50.00", seen=Decimal("50.00"))
    assert refused.value.balance == 0
    assert Payment.objects.count() == 1


def test_the_family_is_told_without_its_name_in_the_subject(home, cast):
    owes(home, "30.00")
    payment = pay(home, cast, "50.00")
    mail = OutboxMail.objects.get()
    assert mail.subject_line == f"Paiement reçu : reçu {payment.number}"
    assert (mail.to, mail.about) == ("alice@exemple.fr", home.journal_subject)
    assert "50,00\xa0€" in mail.text
    assert "20,00\xa0€ d'avance" in mail.text
    assert "somme due auparavant : 30,00\xa0€" in mail.text


def test_change_is_given_back_in_cash_alone(home, cast):
    payment = pay(home, cast, "48.30", given=Decimal("50.00"))
    assert (payment.amount, payment.change) == (Decimal("48.30"), Decimal("1.70"))
    assert pay(home, cast, "48.30", "card", given=Decimal("50.00")).change == 0


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"amount": "0"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": "100000.00"}, "amount"),
        ({"day": TODAY + timedelta(days=1)}, "received_on"),
        ({"day": TODAY - timedelta(days=367)}, "received_on"),
        ({"given": Decimal("49.99")}, "given"),
        ({"mode": "cheque", "bank": ""}, "bank"),
        ({"mode": "cheque", "reference": ""}, "reference"),
        ({"mode": "transfer", "reference": ""}, "reference"),
    ],
)
def test_what_is_badly_typed_is_refused_and_nothing_is_written(home, cast, wrong, field):
    with pytest.raises(Refused) as refused:
        pay(home, cast, **wrong)
    assert list(refused.value.message_dict) == [field]
    assert not Movement.objects.exists()
    assert not OutboxMail.objects.exists()


@pytest.mark.parametrize("amount", ["0.01", "99999.99"])
def test_the_smallest_and_the_largest_are_taken(home, cast, amount):
    assert pay(home, cast, amount).amount == Decimal(amount)


@pytest.mark.parametrize("chosen", ["0.00", "30.01", "-1.00"])
def test_no_debt_receives_more_than_it_owes(home, cast, chosen):
    debt = owes(home, "30.00")
    with pytest.raises(Refused, match="Il ne reste que 30,00"):
        pay(home, cast, "40.00", first={debt.pk: Decimal(chosen)})
    assert not Allocation.objects.exists()


def test_what_is_chosen_cannot_be_more_than_what_is_paid(home, cast):
    debt = owes(home, "30.00")
    with pytest.raises(Refused, match="plus que les 20,00"):
        pay(home, cast, "20.00", first={debt.pk: Decimal("30.00")})


def test_a_debt_of_somebody_else_cannot_be_chosen(home, cast):
    debt = owes(cast.bob.household, "30.00")
    with pytest.raises(Refused, match="n'est plus à payer"):
        pay(home, cast, "30.00", first={debt.pk: Decimal("30.00")})


def test_nothing_goes_in_before_a_deposit_or_a_count(home, cast):
    early = pay(home, cast, mode="cheque", day=TODAY - timedelta(days=2))
    when = {"token": uuid4(), "actor": cast.renee, "now": NOW}
    deposits.hand_over("cheque", [early.pk], day=TODAY - timedelta(days=1), **when)
    with pytest.raises(Refused, match="lundi 23 novembre 2026"):
        pay(home, cast, mode="cheque", day=TODAY - timedelta(days=2))
    pay(home, cast, mode="cheque", day=TODAY - timedelta(days=1))
    till.count(TODAY, {}, float_amount=Decimal(0), **{**when, "token": uuid4()})
    with pytest.raises(Refused, match="mardi 24 novembre 2026"):
        pay(home, cast, day=TODAY - timedelta(days=1))
    pay(home, cast, mode="card", day=TODAY - timedelta(days=1))


def test_what_was_received_long_ago_is_entered_without_paper_nor_mail(home, cast):
    debt, token = owes(home, "30.00", date(2026, 9, 1)), uuid4()
    by = {"token": token, "actor": cast.renee, "now": NOW}
    payment = bring_in(home, handed("30.00", day=date(2026, 9, 10)), **by)
    assert bring_in(home, handed("30.00", day=date(2026, 9, 10)), **by) == payment
    assert (payment.document, left(debt)) == (None, ["0.00"])
    assert not OutboxMail.objects.exists()
    assert JournalEntry.objects.get(verb="payment.taken").after["mode"] == "espèces"
