"""Renée's evening: the day's page, the till, the slips."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse

from portail.payments.actions import corrections, till
from portail.payments.models import CashCount, Deposit
from tests import pdfs
from tests.desk.screens import errors, post
from tests.factories import NOW
from tests.payments.desk import TODAY, paid

pytestmark = pytest.mark.django_db
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def cash(client, cast, today):
    client.force_login(cast.renee)
    return client


@pytest.fixture
def home(cast):
    return cast.alice.household


def day(client, asked=TODAY):
    return client.get(f"{reverse('desk:cash_day')}?date={asked}")


# --- the day


def test_the_day_says_what_came_in_and_what_was_undone(cash, home, cast):
    paid(home, "10.00")
    wrong = paid(home, "20.00", "card")
    corrections.cancel(wrong.movement, "Saisi deux fois", actor=cast.renee, now=NOW)
    corrections.refund(home, "cash", Decimal(1), "Trop versé", token=uuid4(), actor=cast.renee, now=NOW)
    page = day(cash)
    assert page.context["net"] == Decimal("9.00")
    html = page.content.decode()
    for words in (
        "Mardi 24 novembre",
        "Saisi deux fois",
        "Trop versé",
        "La caisse n'est pas comptée",
        wrong.number,
    ):
        assert words in html
    assert [(row.mode, row.count) for row in page.context["waiting"]] == [("cash", 1)]
    assert "Rien ce jour-là" in day(cash, YESTERDAY).content.decode()


@pytest.mark.parametrize("asked", ["hier", "2026-02-30", "2099-01-01", ""])
def test_a_day_badly_asked_is_today(cash, asked):
    assert day(cash, asked).context["day"] == TODAY


def test_the_day_asks_as_much_for_five_payments_as_for_one(cash, home, django_assert_num_queries):
    for count in (1, 4):
        for _ in range(count):
            paid(home, "10.00", "cheque")
        with django_assert_num_queries(14):
            day(cash)


# --- the till


def counting(client, **typed):
    sent = {"token": uuid4(), "day": TODAY, "float_amount": "50", **typed}
    return post(client, "cash_count", **sent)


def test_a_till_that_is_right_is_kept(cash, home):
    paid(home, "35.50")
    done = counting(cash, n2000="4", n500="1", n50="1")
    assert done.url == f"{reverse('desk:cash_day')}?date=2026-11-24"
    assert CashCount.objects.get().counted == Decimal("85.50")
    html = cash.get(done.url).content.decode()
    assert "Juste" in html
    assert "85,50\xa0€ pour 85,50\xa0€ attendus" in html


def test_a_gap_is_told_with_what_was_counted_and_kept_once_explained(cash, home):
    paid(home, "35.50")
    refused = counting(cash, n2000="4")
    assert "5,50" in errors(refused)["note"][0]
    assert "Compté : 80,00\xa0€" in refused.content.decode()
    assert 'value="4"' in refused.content.decode()
    counting(cash, n2000="4", note="Rendu en trop ce matin")
    assert "Rendu en trop ce matin" in day(cash).content.decode()
    assert cash.get(reverse("desk:cash_count")).context["form"]["float_amount"].value() == Decimal("50.00")


def test_cash_that_came_after_the_count_asks_to_count_again(cash, home):
    counting(cash, n5000="1")
    assert not day(cash).context["has_moved"]
    paid(home, "10.00")
    assert "recomptez" in day(cash).content.decode()


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"n2000": "-1"}, "n2000"),
        ({"n2000": "trois"}, "n2000"),
        ({"n2000": "10001"}, "n2000"),
        ({"float_amount": ""}, "float_amount"),
        ({"day": "2026-11-25"}, "day"),
        ({"day": "0001-01-01"}, "day"),
        ({"token": ""}, "token"),
    ],
)
def test_a_count_badly_typed_is_told_beside_its_field(cash, typed, field):
    assert list(errors(counting(cash, **{"n5000": "1", **typed}))) == [field]
    assert not CashCount.objects.exists()


# --- deposits


def handing(client, mode, *payments, **typed):
    sent = {"token": uuid4(), "day": TODAY, "payments": [payment.pk for payment in payments], **typed}
    return post(client, "deposit_new", mode, **sent)


def test_cheques_leave_with_their_slip(cash, home):
    one, two, kept = (paid(home, amount, "cheque") for amount in ("10.00", "22.50", "7.00"))
    page = cash.get(reverse("desk:deposit_new", args=["cheque"]))
    assert page.context["total"] == Decimal("39.50")
    done = handing(cash, "cheque", one, two, note="Sacoche du mardi")
    slip = Deposit.objects.get()
    assert done.url == reverse("desk:deposit", args=[slip.pk])
    html = cash.get(done.url).content.decode()
    assert one.number in html
    assert kept.number not in html
    made = cash.get(reverse("desk:deposit_slip", args=[slip.pk]))
    words = pdfs.text(made.content)
    for part in (
        "Bordereau de remise : chèque", slip.number, "24 novembre 2026", "7001 MARTIN", "La Banque Postale · 0001234",
        one.number, "10,00 €", "22,50 €", "32,50 €", "Sacoche du mardi", "Renée Mairie",
    ):  # fmt: skip
        assert part in words
    assert {"Table", "TH", "H1"} <= pdfs.tags(made.content)


def test_sending_twice_makes_one_slip(cash, home):
    payment, token = paid(home, "10.00", "cheque"), uuid4()
    first = handing(cash, "cheque", payment, token=token)
    assert handing(cash, "cheque", payment, token=token).url == first.url


def test_a_payment_handed_over_meanwhile_is_told(cash, home):
    payment = paid(home, "10.00", "cheque")
    paid(home, "5.00", "cheque")
    handing(cash, "cheque", payment)
    assert "vient d'être annulé ou remis" in errors(handing(cash, "cheque", payment))["payments"][0]
    assert "au moins un paiement" in errors(handing(cash, "cheque"))["__all__"][0]


def test_cash_given_back_is_taken_off(cash, home, cast):
    payment = paid(home, "50.00")
    corrections.refund(home, "cash", Decimal(20), "Trop versé", token=uuid4(), actor=cast.renee, now=NOW)
    assert "Rendu en espèces" in cash.get(reverse("desk:deposit_new", args=["cash"])).content.decode()
    done = handing(cash, "cash", payment)
    assert Deposit.objects.get().total == Decimal("30.00")
    assert "déduites du total" in cash.get(done.url).content.decode()


@pytest.mark.parametrize("mode", ["transfer", "bitcoin"])
def test_what_is_not_handed_over_has_no_page(cash, mode):
    assert cash.get(reverse("desk:deposit_new", args=[mode])).status_code == 404


def test_a_slip_made_by_mistake_is_taken_back(cash, home):
    payment = paid(home, "10.00", "cheque")
    slip_page = handing(cash, "cheque", payment).url
    slip = Deposit.objects.get()
    assert list(errors(post(cash, "deposit_cancel", slip.pk, reason=""))) == ["reason"]
    assert post(cash, "deposit_cancel", slip.pk, reason="Mauvais jour").url == slip_page
    assert "Mauvais jour" in cash.get(slip_page).content.decode()
    listed = cash.get(reverse("desk:deposits"))
    assert "Annulé" in listed.content.decode()
    assert [row.count for row in listed.context["waiting"]] == [1]


def test_the_list_of_slips_is_narrowed_by_mode_at_a_constant_cost(cash, home, django_assert_num_queries):
    for count in (1, 4):
        for _ in range(count):
            handing(cash, "cheque", paid(home, "10.00", "cheque"))
        with django_assert_num_queries(6):
            assert cash.get(reverse("desk:deposits")).status_code == 200
    assert len(cash.get(f"{reverse('desk:deposits')}?mode=cheque").context["page"]) == 5
    assert len(cash.get(f"{reverse('desk:deposits')}?mode=cash").context["page"]) == 0


def test_a_slip_asks_as_much_for_five_cheques_as_for_one(cash, home, django_assert_num_queries):
    for count in (1, 5):
        cheques = [paid(home, "10.00", "cheque") for _ in range(count)]
        with django_assert_num_queries(5):
            cash.get(reverse("desk:deposit_new", args=["cheque"]))
        done = handing(cash, "cheque", *cheques)
        with django_assert_num_queries(6):
            cash.get(done.url)


def test_a_count_already_made_is_the_float_of_the_next(cash, cast):
    till.count(
        YESTERDAY, {Decimal("20.00"): 2}, float_amount=Decimal(40), token=uuid4(), actor=cast.renee, now=NOW
    )
    page = cash.get(reverse("desk:cash_count"))
    assert page.context["form"]["float_amount"].value() == Decimal("40.00")
