"""The receipt of many changes: told by month, undone as far as the deadlines allow, and written to both parents."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from portail.activities.models import Session
from portail.bookings.actions.receipt_papers import issue_receipt
from portail.bookings.models import Receipt
from portail.bookings.queries import receipt as read_receipt
from portail.bookings.queries.receipts import RECEIPT_MAIL
from portail.core.models import OutboxMail
from tests import factories as make
from tests.bookings.sayings import IN_TIME, MONDAY, PARIS, add, booked, change, remove, session
from tests.front.test_gestures import validate
from tests.front.test_planning import text_of
from tests.pdfs import text as pdf_text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(IN_TIME, tick=False) as traveller:
        yield traveller


@pytest.fixture
def alice(client, cast):
    client.force_login(cast.alice.user)
    return client


@pytest.fixture
def weeks(cast):
    """Four weeks of the canteen, from 7 December."""
    days = [MONDAY + timedelta(days=7 * week + n) for week in range(4) for n in (0, 1, 3, 4)]
    return [session(cast, day) for day in days]


def url(receipt):
    return reverse("front:receipt", args=[receipt.number])


def test_a_part_that_is_too_late_is_named_and_the_rest_undone(alice, cast, weeks, clock):
    receipt = change(cast.alice, add(cast.lea, *weeks))
    clock.move_to(datetime(2026, 12, 7, 12, 0, tzinfo=PARIS))
    words = text_of(alice.get(url(receipt)))
    assert "Ce qui ne peut plus être annulé" in words
    assert "Léa · Cantine · 7, 8, 10, 11 décembre" in words
    assert "La date limite était dimanche 6 décembre à 21 h" in words
    assert "Annuler ce qui peut encore l'être" in words
    recap = alice.post(url(receipt) + "annuler/")
    words = text_of(recap)
    assert "Retiré (12)" in words
    assert "Impossible (4)" in words
    validate(alice, recap)
    assert booked(cast.lea) == [lunch.pk for lunch in weeks[:4]]
    assert Receipt.objects.count() == 2


def test_a_whole_gesture_is_undone_to_what_was(alice, cast, weeks):
    for lunch in weeks[:3]:
        make.BookingFactory(child=cast.noe, session=lunch, household=cast.alice.household)
    before = (booked(cast.lea), booked(cast.noe))
    receipt = change(cast.alice, add(cast.lea, *weeks) + remove(cast.noe, *weeks[:3]))
    assert "Annuler ce changement" in text_of(alice.get(url(receipt)))
    validate(alice, alice.post(url(receipt) + "annuler/"))
    assert (booked(cast.lea), booked(cast.noe)) == before


@pytest.fixture
def long_receipt(cast):
    days = [MONDAY + timedelta(days=n) for n in range(60)]
    Session.objects.bulk_create(
        Session(service=cast.canteen, place=cast.offer.place, date=day) for day in days
    )
    return change(cast.alice, add(cast.lea, *Session.objects.order_by("date")))


def test_a_long_receipt_is_told_by_month_then_day_by_day(alice, cast, long_receipt):
    page = text_of(alice.get(url(long_receipt)))
    assert "60 changements" in page
    assert "Décembre 2026 · 25 ajouts" in page
    assert "Avant : libre. Maintenant : réservé." in page
    assert "mardi 15 décembre · Cantine" in page
    assert "jeudi 4 février" not in page
    assert "jeudi 4 février" in text_of(alice.get(url(long_receipt) + "?page=2"))
    assert alice.get(url(long_receipt) + "?page=x").status_code == 200


def test_the_desk_tells_it_by_month_too(client, cast, long_receipt):
    client.force_login(cast.agnes)
    desk = reverse("desk:receipt", args=[cast.alice.household.pk, long_receipt.number])
    page = text_of(client.get(desk))
    assert "Décembre 2026 · 25 ajouts" in page
    assert "libre avant, réservé maintenant" in page
    assert "jeudi 4 février" in text_of(client.get(desk + "?page=2"))


def test_the_paper_says_before_and_after(cast, weeks):
    make.BookingFactory(child=cast.lea, session=weeks[0], household=cast.alice.household)
    receipt = change(cast.alice, add(cast.lea, weeks[1]) + remove(cast.lea, weeks[0]))
    found = read_receipt(cast.alice.household, receipt.number)
    made = issue_receipt(found, actor=cast.alice.user, now=IN_TIME)
    with made.file.open() as paper:
        words = " ".join(pdf_text(paper.read()).split())
    assert "Ajouté : libre avant, réservé maintenant" in words
    assert "Retiré : réservé avant, libre maintenant" in words
    assert "Alice Martin" in words


def test_both_parents_of_a_home_and_the_other_home_are_told_in_their_language(cast, long_receipt):
    """Of the first change the mails are there already; the second is read by a second adult, in English."""
    sam = make.UserFactory(username="sam", language="en")
    make.AdultFactory(household=cast.alice.household, user=sam, first_name="Sam", email="autre@exemple.fr")
    OutboxMail.objects.all().delete()
    change(cast.alice, remove(cast.lea, *Session.objects.order_by("date")))
    mails = {mail.to: mail for mail in OutboxMail.objects.all()}
    assert set(mails) == {"alice@exemple.fr", "sam@exemple.fr", "bob@exemple.fr"}
    assert [mails[to].kind for to in ("alice@exemple.fr", "sam@exemple.fr")] == [RECEIPT_MAIL] * 2
    assert "décembre 2026" in mails["alice@exemple.fr"].text
    assert "December 2026" in mails["sam@exemple.fr"].text
    assert "décembre 2026" in mails["bob@exemple.fr"].text
    for mail in mails.values():
        assert len(mail.html) < 12_000
    assert "€" not in mails["bob@exemple.fr"].text
