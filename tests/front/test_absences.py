"""« Signaler une absence »: what it would cost is told before, what is told is seen, and nothing is told twice."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portail.activities.models import Regulation
from portail.bookings.models import Absence, Booking
from portail.bookings.queries.lists import session_lists, sessions_of
from portail.core.models import JournalEntry, OutboxMail
from tests import factories as make
from tests.factories import NOW
from tests.front.helpers import text_of

RULES = """
format = 1
[commune]
name = "Valmont"
zone = "B"

[[tariffs]]
name = "Repas"
services = ["cantine"]
part = "meal"
price = 3.50

[[absences]]
name = "Maladie"
services = ["cantine"]
reasons = ["maladie"]
proof = "certificat médical"
billed_days = [1]
outcome = "deducted"
"""
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
TUESDAY = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def today(db):
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def booked(cast):
    """Léa eats today and on Thursday, Noé on Thursday; Bob booked Friday for Léa."""
    Regulation.objects.create(version=1, text=RULES, applied_at=NOW)
    days = {}
    for name, child, home, day in [
        ("today", cast.lea, cast.alice, TUESDAY),
        ("lea", cast.lea, cast.alice, date(2026, 11, 26)),
        ("noe", cast.noe, cast.alice, date(2026, 11, 26)),
        ("bob", cast.lea, cast.bob, date(2026, 11, 27)),
    ]:
        session = make.SessionFactory._meta.model.objects.filter(date=day).first() or make.SessionFactory(
            service=cast.canteen, place=cast.offer.place, date=day
        )
        days[name] = make.BookingFactory(child=child, session=session, household=home.household)
    return days


@pytest.fixture
def alice(client, cast):
    client.force_login(cast.alice.user)
    return client


def proof(content=PDF, name="certificat.pdf"):
    return SimpleUploadedFile(name, content)


def tell(client, *bookings, **values):
    posted = {"bookings": [b.pk for b in bookings], "reason": "", **values}
    return client.post(reverse("front:absence"), posted)


def test_the_page_proposes_today_and_tells_what_each_reason_costs(alice, booked):
    page = text_of(alice.get(reverse("front:absence")))
    assert "Léa · mardi 24 novembre · Cantine" in page
    assert "Facturé : il manque la pièce « certificat médical »" in page
    assert "Avec le justificatif : Facturé : le 1" in page or "Avec le justificatif :" in page
    assert "Facturé : le règlement ne prévoit rien pour cette absence" in page


def test_a_period_shows_the_days_of_each_child(alice, booked):
    page = text_of(alice.get(reverse("front:absence"), {"first": "2026-11-24", "last": "2026-11-30"}))
    for said in ("Léa · mardi 24", "Léa · jeudi 26", "Noé · jeudi 26"):
        assert said in page
    assert "vendredi 27" not in page  # the other parent's day


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2026-11-30", "2026-11-24", "La fin vient avant le début"),
        ("2026-01-01", "2026-12-31", "Trois mois au plus"),
        ("2026-02-30", "", "Écrivez la date"),
        ("0001-01-01", "0001-01-02", "Rien n'est réservé"),
    ],
)
def test_a_strange_period_is_answered(alice, booked, first, last, said):
    assert said in text_of(alice.get(reverse("front:absence"), {"first": first, "last": last}))


def test_what_is_told_is_seen_at_once_and_written_to_the_family(alice, booked, cast):
    response = tell(alice, booked["today"], reason="maladie", comment="Fièvre", proof=proof())
    assert response.url == reverse("front:absences")
    told = Absence.objects.get()
    assert (told.booking, told.reason, told.told_at, told.proved_at) == (booked["today"], "maladie", NOW, NOW)
    assert told.proof.household == cast.alice.household
    (seen,) = session_lists(sessions_of(TUESDAY))
    assert (seen.expected, [line.is_absent for line in seen.lines]) == (0, [True])
    assert [(s.taken, s.absent) for s in sessions_of(TUESDAY)] == [(1, 1)]
    assert JournalEntry.objects.filter(verb="absence.told").get().after["reason"] == "maladie"
    mail = OutboxMail.objects.get()
    assert mail.subject_line == "Absence signalée"
    assert "Léa · mardi 24 novembre · Cantine" in mail.text
    assert "Maladie" in text_of(alice.get(response.url))


def test_twice_is_once_and_the_second_brings_the_proof(alice, booked):
    tell(alice, booked["today"], reason="maladie")
    tell(alice, booked["today"], reason="maladie", proof=proof())
    assert Absence.objects.get().proved_at == NOW
    assert OutboxMail.objects.count() == 1


def test_the_place_and_the_booking_stay(alice, booked):
    tell(alice, booked["today"])
    booked["today"].refresh_from_db()
    assert booked["today"].state == Booking.State.BOOKED


@pytest.mark.parametrize("bookings", [[], ["bob"], ["today", "bob"]])
def test_days_of_somebody_else_are_not_told(alice, booked, bookings):
    assert tell(alice, *(booked[name] for name in bookings)).status_code == 422
    assert not Absence.objects.exists()


def test_a_cancelled_day_is_not_told_and_nothing_is_lost(alice, booked):
    Booking.objects.filter(pk=booked["lea"].pk).update(state=Booking.State.CANCELLED)
    response = tell(alice, booked["today"], booked["lea"], comment="Chez mamie")
    assert response.status_code == 422
    assert "n'est plus réservé" in text_of(response)
    assert 'value="Chez mamie"' in response.content.decode()
    assert not Absence.objects.exists()


def test_a_file_that_is_not_what_it_says_is_refused(alice, booked):
    response = tell(alice, booked["today"], proof=proof(b"MZ\x90\x00 virus", "photo.jpg"))
    assert response.status_code == 422
    assert not Absence.objects.exists()


def test_a_day_long_past_is_for_the_service(alice, booked, cast):
    with time_machine.travel(NOW + timedelta(days=32), tick=False):
        alice.force_login(cast.alice.user)
        response = tell(alice, booked["today"])
    assert response.status_code == 422
    assert "passé depuis plus d'un mois" in text_of(response)


def test_the_child_comes_after_all(alice, booked):
    tell(alice, booked["lea"])
    absence = Absence.objects.get()
    for _ in range(2):
        alice.post(reverse("front:absence_withdraw", args=[absence.pk]))
    absence.refresh_from_db()
    assert absence.withdrawn_at == NOW
    tell(alice, booked["lea"])
    assert Absence.objects.filter(withdrawn_at=None).count() == 1


def test_once_the_session_has_begun_only_the_service_takes_it_back(alice, booked):
    tell(alice, booked["today"])
    with time_machine.travel(NOW + timedelta(hours=2), tick=False):
        alice.post(reverse("front:absence_withdraw", args=[Absence.objects.get().pk]))
    assert Absence.objects.get().withdrawn_at is None


def test_a_proof_sent_later_is_joined_to_what_was_told_together(alice, booked):
    tell(alice, booked["today"], booked["lea"], booked["noe"], reason="maladie")
    first = Absence.objects.get(booking=booked["today"])
    url = reverse("front:absence_prove", args=[first.pk])
    assert alice.post(url, {}).status_code == 422
    with time_machine.travel(NOW + timedelta(hours=2), tick=False):
        assert alice.post(url, {"proof": proof()}).status_code == 302
    proved = Absence.objects.exclude(proof=None).order_by("booking__session__date")
    assert [a.booking for a in proved] == [booked["today"], booked["lea"]]
    assert proved[0].proved_at == NOW + timedelta(hours=2)


def test_another_family_reaches_nothing(client, cast, booked, alice):
    tell(alice, booked["lea"])
    absence = Absence.objects.get()
    for somebody in (cast.bob, cast.charlie):
        client.force_login(somebody.user)
        assert client.get(reverse("front:absence_prove", args=[absence.pk])).status_code == 404
        assert client.post(reverse("front:absence_withdraw", args=[absence.pk])).status_code == 404
        assert "Léa" not in text_of(client.get(reverse("front:absences")))


@pytest.mark.parametrize("days", [1, 5])
def test_as_many_queries_for_one_day_as_for_five(alice, cast, booked, days, django_assert_num_queries):
    for n in range(days - 1):
        session = make.SessionFactory(
            service=cast.canteen, place=cast.offer.place, date=date(2026, 12, 1) + timedelta(days=n)
        )
        make.BookingFactory(child=cast.lea, session=session, household=cast.alice.household)
    alice.get(reverse("front:absence"))
    with django_assert_num_queries(14):
        alice.get(reverse("front:absence"), {"first": "2026-11-24", "last": "2026-12-31"})
