"""Absences told by telephone: the costs that the family sees, the same rows, withdrawn and proved later."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portail.activities.models import Regulation
from portail.bookings.models import Absence, Booking
from portail.core.models import JournalEntry, OutboxMail
from tests import factories as make
from tests.desk.screens import errors, post, said
from tests.front.test_absences import PDF, RULES

pytestmark = pytest.mark.django_db


@pytest.fixture
def booked(desk, cast):
    """Léa eats on a day long gone, today and on Thursday; Noé on Thursday."""
    Regulation.objects.create(version=1, text=RULES, applied_at=make.NOW)
    cast.desk, cast.page = desk, reverse("desk:absence_tell", args=[cast.alice.household.pk])
    for name, child, day in [
        ("old", cast.lea, date(2026, 10, 1)),
        ("today", cast.lea, date(2026, 11, 24)),
        ("lea_26", cast.lea, date(2026, 11, 26)),
        ("noe_26", cast.noe, date(2026, 11, 26)),
    ]:
        session = make.SessionFactory._meta.model.objects.filter(date=day).first() or make.SessionFactory(
            service=cast.canteen, place=cast.offer.place, date=day
        )
        setattr(cast, name, make.BookingFactory(child=child, session=session, household=cast.alice.household))
    return cast


def tell(booked, *bookings: Booking, **more):
    values = {"bookings": [b.pk for b in bookings], "reason": "maladie", "comment": "", **more}
    return booked.desk.post(booked.page, values)


def test_today_is_proposed_with_what_each_reason_costs(booked):
    page = booked.desk.get(booked.page).content.decode()
    assert page.count('name="bookings"') == 1
    assert "mardi 24 novembre" in page
    assert "Maladie" in page
    assert "Avec le justificatif" in page
    one = booked.desk.get(booked.page, {"first": "2026-11-26", "child": booked.noe.pk}).content.decode()
    assert one.count('name="bookings"') == 1


def test_the_agent_tells_and_the_family_gets_its_mail(booked):
    done = tell(booked, booked.today)
    assert done.url == reverse("desk:absences", args=[booked.alice.household.pk])
    row = Absence.objects.get()
    assert (row.booking, row.reason, row.told_by) == (booked.today, "maladie", booked.agnes)
    assert OutboxMail.objects.get().to == "alice@exemple.fr"
    assert JournalEntry.objects.get(verb="absence.told").actor == booked.agnes
    assert "Agnès Mairie" in booked.desk.get(done.url).content.decode()
    assert Booking.objects.get(pk=booked.today.pk).state == "booked"
    tell(booked, booked.today)
    assert (Absence.objects.count(), OutboxMail.objects.count()) == (1, 1)


def test_the_service_tells_a_day_long_gone(booked):
    tell(booked, booked.old)
    assert Absence.objects.get().booking == booked.old


def test_a_booking_of_nobody_or_of_another_family_is_refused(booked):
    theirs = make.BookingFactory(
        child=booked.zoe, household=booked.charlie.household, session=booked.today.session
    )
    refused = tell(booked, theirs, comment="La grand-mère appelle")
    assert "rien n'est signalé" in errors(refused)["__all__"][0]
    assert "La grand-mère appelle" in refused.content.decode()
    assert list(errors(tell(booked))) == ["bookings"]
    assert not Absence.objects.exists()


@pytest.mark.parametrize("asked", [{"first": "demain"}, {"first": "2026-11-24", "last": "2026-11-01"}])
def test_a_period_badly_written_says_what_to_do(booked, asked):
    assert booked.desk.get(booked.page, asked).status_code == 422


def test_proof_comes_later_and_the_child_comes_after_all(booked):
    tell(booked, booked.lea_26, booked.noe_26)
    first = Absence.objects.get(booking=booked.lea_26)
    proof = SimpleUploadedFile("certificat.pdf", PDF, "application/pdf")
    home = booked.alice.household.pk
    assert list(errors(post(booked.desk, "absence_prove", home, first.pk))) == ["proof"]
    assert "est joint" in said(post(booked.desk, "absence_prove", home, first.pk, proof=proof))[-1]
    assert Absence.objects.exclude(proof=None).get() == first
    page = booked.desk.get(reverse("desk:absences", args=[home])).content.decode()
    document = Absence.objects.get(pk=first.pk).proof_id
    assert reverse("desk:family_document", args=[home, document]) in page
    post(booked.desk, "absence_withdraw", home, first.pk)
    first.refresh_from_db()
    assert first.withdrawn_at == make.NOW
    assert post(booked.desk, "absence_withdraw", home, first.pk).status_code == 404


def test_another_family_has_no_such_absence(booked):
    tell(booked, booked.today)
    path = reverse("desk:absence_prove", args=[booked.charlie.household.pk, Absence.objects.get().pk])
    assert booked.desk.get(path).status_code == 404


def test_a_month_costs_what_a_day_costs(booked, django_assert_num_queries):
    for day in (date(2026, 12, n) for n in (1, 3, 4, 7)):
        session = make.SessionFactory(service=booked.canteen, place=booked.offer.place, date=day)
        make.BookingFactory(child=booked.lea, session=session, household=booked.alice.household)
    for last in ("2026-11-24", "2026-12-31"):
        with django_assert_num_queries(14):
            booked.desk.get(booked.page, {"first": "2026-11-24", "last": last})
