"""The family's first page: what needs the parent now, and the week of the children."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from portail.families.models import Request
from portail.messaging.models import News
from tests import factories as make

MONDAY = make.NOW.date() - timedelta(days=make.NOW.date().weekday())
NEXT_MONDAY = MONDAY + timedelta(days=7)


@pytest.fixture
def alice(client, cast):
    with time_machine.travel(make.NOW, tick=False):
        client.force_login(cast.alice.user)
        yield client


def text(response) -> str:
    return response.content.decode().replace("&#x27;", "'").replace("\xa0", " ")


def session(cast, day, **values):
    return make.SessionFactory(service=cast.canteen, place=cast.offer.place, date=day, **values)


def book(cast, child, day, household=None):
    return make.BookingFactory(
        child=child, session=session(cast, day), household=household or cast.alice.household
    )


def test_the_week_tells_each_childs_days(alice, cast):
    book(cast, cast.lea, MONDAY + timedelta(days=3))
    book(cast, cast.noe, NEXT_MONDAY)
    page = text(alice.get(reverse("front:dashboard")))
    assert "<strong>Léa</strong> · Cantine" in page
    assert "<strong>Noé</strong>" not in page


def test_the_other_households_days_are_not_told(alice, cast):
    book(cast, cast.lea, MONDAY + timedelta(days=3), household=cast.bob.household)
    assert "Aucune réservation cette semaine." in text(alice.get(reverse("front:dashboard")))


def test_an_empty_next_week_is_told_while_the_deadline_allows(alice, cast):
    session(cast, NEXT_MONDAY + timedelta(days=1))
    book(cast, cast.noe, NEXT_MONDAY)
    page = text(alice.get(reverse("front:dashboard")))
    assert "Rien n'est réservé pour Léa la semaine du 30 novembre" in page
    assert "dimanche 29 novembre à 21 h" in page
    assert reverse("front:month", args=[cast.lea.pk, NEXT_MONDAY.replace(day=1)]) in page
    assert "pour Noé" not in page


def test_past_the_deadline_nothing_is_asked_any_more(client, cast):
    session(cast, NEXT_MONDAY)
    make.QuotientFactory(household=cast.alice.household, kind="CAF")
    with time_machine.travel("2026-11-29T20:00:01Z", tick=False):
        client.force_login(cast.alice.user)
        page = text(client.get(reverse("front:dashboard")))
    assert "Rien ne vous attend" in page


def test_an_answer_of_the_service_is_told_for_two_weeks(alice, cast):
    item = Request.objects.create(
        kind="message",
        household=cast.alice.household,
        state="answered",
        created_at=make.NOW,
        decided_at=make.NOW - timedelta(days=13),
    )
    url = reverse("front:request", args=[item.pk])
    assert url in text(alice.get(reverse("front:dashboard")))
    Request.objects.update(decided_at=make.NOW - timedelta(days=15))
    assert url not in text(alice.get(reverse("front:dashboard")))


def test_a_family_that_cannot_be_called_is_asked_for_a_number(alice, cast):
    cast.alice.adult.mobile_phone = ""
    cast.alice.adult.save()
    assert reverse("front:own_reach") in text(alice.get(reverse("front:dashboard")))


def test_a_bill_to_pay_is_told_with_what_is_left(alice, cast):
    invoice = make.InvoiceFactory(account__household=cast.alice.household)
    url = reverse("front:invoice", args=[invoice.number])
    page = text(alice.get(reverse("front:dashboard")))
    assert "Facture d'octobre · 48,30 €</span>avant le 15 décembre" in page
    assert f'data-tone="info" href="{url}"' in page
    paid = make.MovementFactory(account=invoice.account, amount=-20)
    make.AllocationFactory(debit=invoice.movement, credit=paid, amount=20)
    assert "Facture d'octobre · 28,30 €" in text(alice.get(reverse("front:dashboard")))
    make.CreditNoteFactory(invoice=invoice)
    assert "Facture d'octobre" not in text(alice.get(reverse("front:dashboard")))


def test_a_late_bill_comes_first_and_many_are_one_line(alice, cast):
    account = make.AccountFactory(household=cast.alice.household)
    session(cast, NEXT_MONDAY + timedelta(days=1))
    make.InvoiceFactory(account=account, due_on=MONDAY - timedelta(days=1))
    page = text(alice.get(reverse("front:dashboard")))
    assert page.index("en retard depuis le 22 novembre") < page.index("Rien n'est réservé pour Léa")
    for _ in range(2):
        make.InvoiceFactory(account=account)
    assert "3 factures à payer · 144,90 €" in text(alice.get(reverse("front:dashboard")))


def test_the_bill_of_the_other_parent_is_not_told(alice, cast):
    make.InvoiceFactory(account__household=cast.bob.household)
    assert "Facture d" not in text(alice.get(reverse("front:dashboard")))


def test_news_are_those_of_families_today(alice):
    for title, audience, until in [
        ("Pour tous", "public", None),
        ("Pour les familles", "families", None),
        ("Pour les agents", "agents", None),
        ("Passée", "public", MONDAY - timedelta(days=1)),
    ]:
        News.objects.create(
            title=title, body="Texte.", audience=audience, since=MONDAY - timedelta(days=9), until=until
        )
    page = text(alice.get(reverse("front:dashboard")))
    assert "Pour tous" in page
    assert "Pour les familles" in page
    assert "Pour les agents" not in page
    assert "Passée" not in page


@pytest.mark.parametrize("extra", [0, 4])
def test_the_page_costs_the_same_whatever_the_number_of_children(
    alice, cast, extra, django_assert_num_queries
):
    for _ in range(extra):
        child = make.ChildFactory()
        make.HouseholdChildFactory(household=cast.alice.household, child=child)
        make.EnrolmentFactory(child=child, activity=cast.canteen.activity, place=cast.offer.place)
    for shift in range(1 + extra):
        session(cast, NEXT_MONDAY + timedelta(days=shift % 5))
    with django_assert_num_queries(20):
        alice.get(reverse("front:dashboard"))
