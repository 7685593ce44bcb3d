"""`portail check` finds what is wrong, says what to do, and its status tells machines."""

from argparse import Namespace
from datetime import timedelta

import pytest
from django.utils import timezone

from portail.cli import check, invariants
from portail.core.models import OutboxMail, PeriodicRun, WorkerBeat
from portail.core.periodic import know_jobs
from tests import factories as make
from tests.core.mails import outbox_mail
from tests.core.test_delivery import closed_port

pytestmark = pytest.mark.django_db


@pytest.fixture
def healthy(smtp_server):
    """A portal in which nothing is to be done."""
    now = timezone.now()
    make.CommuneFactory()
    WorkerBeat.objects.create(name="ici:1", started_at=now, seen_at=now)
    know_jobs(now)


def todo() -> dict[str, str]:
    return {line.subject: line.todo for line in check.verify() if line.todo}


def test_all_is_well(healthy, capsys):
    assert check.run(Namespace()) == 0
    said = capsys.readouterr().out
    assert "à faire" not in said
    assert {line[9:].split("  ")[0] for line in said.splitlines()} >= {
        "Réglages",
        "Fichiers",
        "Disque",
        "Base de données",
        "Mises à jour",
        "Commune",
        "Horloge",
        "Automate",
        "Serveur de courriel",
        "Courriels",
        "Places",
        "Reçus",
    }


def test_each_line_says_what_to_do_and_the_status_tells(healthy, capsys):
    WorkerBeat.objects.update(seen_at=timezone.now() - timedelta(minutes=9))
    assert check.run(Namespace()) == 1
    said = capsys.readouterr().out
    assert "à faire  Automate" in said
    assert "vu il y a 9 min" in said
    assert "→ rien ne part sans lui : " in said


def test_what_is_stopped_on_purpose_is_not_looked_for(healthy):
    WorkerBeat.objects.all().delete()
    assert not [line for line in check.verify(in_service=False) if line.todo]


def test_mails_given_up_or_forgotten_are_told(healthy):
    mail = outbox_mail(timezone.now() - timedelta(hours=1))
    assert "automate" in todo()["Courriels"]
    OutboxMail.objects.filter(pk=mail.pk).update(state=OutboxMail.State.FAILED)
    assert "renvoyez-les" in todo()["Courriels"]


def test_an_absent_mail_server_is_told(healthy, settings):
    settings.EMAIL_PORT = closed_port()
    assert "EMAIL_URL" in todo()["Serveur de courriel"]


def test_a_failing_job_is_told(healthy):
    PeriodicRun.objects.filter(name="sessions").update(last_error="ValueError, portail/x.py:3 (f)")
    assert list(todo()) == ["Travaux périodiques"]


def test_a_portal_without_its_commune_is_told(healthy):
    from portail.activities.models import Commune

    Commune.objects.all().delete()
    assert todo()["Commune"].endswith("portail init")


def test_a_folder_that_cannot_be_written_is_told(healthy, settings, tmp_path):
    (tmp_path / "files").write_text("pas un dossier")
    settings.MEDIA_ROOT = tmp_path / "files"
    assert "chown" in todo()["Fichiers"]


def test_a_disk_nearly_full_is_told(healthy, monkeypatch):
    monkeypatch.setattr(check, "LEAST_FREE", 1 << 62)
    assert "place" in todo()["Disque"]


class TestInvariants:
    """Each finds what breaks it: the rows are broken under the constraints, as only a bug could."""

    def test_all_hold_at_first(self, cast):
        assert [broken for find in invariants.ALL.values() for broken in find()] == []

    def test_a_session_over_its_places(self, cast):
        session = make.SessionFactory(service=cast.canteen, place=cast.offer.place, capacity=1)
        for household, child in ((cast.alice.household, cast.lea), (cast.alice.household, cast.noe)):
            make.BookingFactory(session=session, household=household, child=child)
        assert invariants.sessions_over_capacity() == [f"séance {session.pk} (2/1)"]

    def test_a_booking_without_receipt(self, cast):
        booking = make.BookingFactory(child=cast.lea, household=cast.alice.household)
        assert invariants.bookings_without_proof() == [f"réservation {booking.pk}"]

    @pytest.mark.parametrize(
        ("state", "changes", "broken"),
        [
            ("booked", ["added"], False),
            ("booked", ["added", "removed"], True),
            ("booked", ["added", "removed", "added"], False),
            ("cancelled", ["added"], True),
            ("cancelled", ["added", "removed"], False),
        ],
    )
    def test_a_receipt_and_its_booking_agree(self, cast, state, changes, broken):
        booking = make.BookingFactory(child=cast.lea, household=cast.alice.household, state=state)
        for minutes, change in enumerate(changes):
            receipt_line(cast.alice.household, booking, change, minutes)
        assert invariants.bookings_without_proof() == ([f"réservation {booking.pk}"] if broken else [])

    def test_a_receipt_of_nothing_or_of_others(self, cast):
        booking = make.BookingFactory(child=cast.lea, household=cast.alice.household)
        strange = receipt_line(cast.bob.household, booking, "added", 0)
        empty = receipt_line(cast.alice.household, booking, "added", 1)
        empty.lines.all().delete()
        assert invariants.receipts_without_change() == [f"reçu {strange.pk}", f"reçu {empty.pk}"]

    def test_a_date_of_cancelling_without_it(self, cast):
        booking = make.BookingFactory(child=cast.lea, household=cast.alice.household, cancelled_at=make.NOW)
        assert invariants.cancelled_without_date() == [f"réservation {booking.pk}"]

    def test_a_booking_for_a_child_of_others(self, cast):
        booking = make.BookingFactory(child=cast.noe, household=cast.charlie.household)
        assert invariants.bookings_of_strangers() == [f"réservation {booking.pk}"]

    def test_a_child_of_nobody_and_a_child_of_three(self, cast):
        alone = make.ChildFactory()
        make.HouseholdChildFactory(household=cast.charlie.household, child=cast.lea)
        assert invariants.children_alone_or_shared_too_much() == [
            f"enfant {cast.lea.pk}",
            f"enfant {alone.pk}",
        ]

    def test_an_agent_tied_to_a_dossier(self, cast):
        cast.charlie.adult.user = cast.agnes
        cast.charlie.adult.save()
        assert invariants.accounts_astray() == [f"adulte {cast.charlie.adult.pk}"]


def receipt_line(household, booking, change, minutes):
    from uuid import uuid4

    from portail.bookings.models import Receipt

    receipt = Receipt.objects.create(
        household=household,
        token=uuid4(),
        author_label="Alice",
        created_at=make.NOW + timedelta(minutes=minutes),
    )
    receipt.lines.create(booking=booking, change=change)
    return receipt
