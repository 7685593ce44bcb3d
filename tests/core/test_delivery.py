"""The outbox sends each mail, whatever the server does, and tells nobody's name when it fails."""

import smtplib
import socket
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.mail import get_connection

from portail.core import delivery, outbox
from portail.core.models import JournalEntry, OutboxMail
from tests.core.mails import outbox_mail
from tests.factories import NOW, CommuneFactory

State = OutboxMail.State
pytestmark = pytest.mark.django_db


class Clock:
    """A clock that only moves when told."""

    def __init__(self, now=NOW) -> None:
        self.now = now

    def __call__(self):
        return self.now

    def forward(self, **kwargs) -> None:
        self.now += timedelta(**kwargs)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_mail_leaves_whole_and_is_marked(smtp_server, clock):
    CommuneFactory(name="Fontclaire", email="enfance@exemple.fr")
    mail = outbox_mail()
    clock.forward(minutes=3)
    assert delivery.deliver_due(clock) == 1
    (taken,) = smtp_server.taken
    sent = taken.message
    assert taken.recipients == ("zoe@exemple.fr",)
    assert sent["Subject"] == mail.subject_line
    assert sent["From"].addresses[0].display_name == "Portail Famille · Fontclaire"
    assert sent["From"].addresses[0].addr_spec == "portail@localhost"
    assert sent["Reply-To"] == "enfance@exemple.fr"
    assert sent["Message-ID"] == mail.message_id
    assert sent["Date"].datetime == NOW.replace(microsecond=0)
    assert sent["Auto-Submitted"] == "auto-generated"
    parts = {part.get_content_type(): part.get_content().strip() for part in sent.iter_parts()}
    assert parts == {"text/plain": "Bonjour Zoé", "text/html": "<p>Bonjour Zoé</p>"}
    mail.refresh_from_db()
    assert (mail.state, mail.sent_at, mail.attempts) == (State.SENT, clock.now, 1)
    assert (mail.leased_until, mail.last_error) == (None, "")
    assert delivery.deliver_due(clock) == 0


def test_the_host_s_own_sender_name_is_kept(smtp_server, clock, settings):
    settings.DEFAULT_FROM_EMAIL = 'Mairie "Enfance" <enfance@exemple.fr>'
    CommuneFactory()
    outbox_mail()
    delivery.deliver_due(clock)
    assert smtp_server.messages[0]["From"].addresses[0].addr_spec == "enfance@exemple.fr"
    assert "Mairie" in smtp_server.messages[0]["From"].addresses[0].display_name


def test_urgent_mails_go_first_then_the_oldest_and_future_ones_wait(smtp_server, clock):
    outbox_mail(NOW - timedelta(hours=1), subject_line="facture récente")
    outbox_mail(NOW - timedelta(hours=2), subject_line="facture ancienne")
    outbox_mail(NOW, subject_line="activation", urgent=True)
    outbox_mail(NOW + timedelta(seconds=1), subject_line="plus tard", urgent=True)
    assert delivery.deliver_due(clock) == 3
    assert [m["Subject"] for m in smtp_server.messages] == [
        "activation",
        "facture ancienne",
        "facture récente",
    ]


def test_a_mail_in_hand_is_left_alone_until_its_lease_ends(smtp_server, clock):
    mail = outbox_mail()
    assert delivery.claim(clock.now) == mail
    assert delivery.claim(clock.now) is None
    clock.now += settings.MAIL_LEASE - timedelta(seconds=1)
    assert delivery.deliver_due(clock) == 0
    clock.forward(seconds=1)
    assert delivery.deliver_due(clock) == 1
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == (State.SENT, 2)


def test_who_was_too_slow_does_not_overwrite_who_took_over(smtp_server, clock):
    outbox_mail()
    slow = delivery.claim(clock.now)
    clock.now += settings.MAIL_LEASE
    delivery.deliver_due(clock)
    delivery.settle(slow, delivery.Try(delivery.Fate.LATER, "trop tard"), now=clock.now)
    slow.refresh_from_db()
    assert (slow.state, slow.last_error) == (State.SENT, "")


def test_a_killed_worker_s_mail_is_repeated_identical(smtp_server, clock):
    mail = outbox_mail()
    claimed = delivery.claim(clock.now)
    delivery.attempt(claimed, get_connection())  # taken by the server, and the worker dies here
    clock.now += settings.MAIL_LEASE
    delivery.deliver_due(clock)
    first, second = smtp_server.messages
    assert first["Message-ID"] == second["Message-ID"] == mail.message_id
    assert first["Date"] == second["Date"]


def test_delays_grow_from_a_minute_to_half_a_day_and_urgent_mails_never_wait_more_than_an_hour(
    smtp_server, clock
):
    smtp_server.refuse("451 4.3.0 Try later")
    mail, urgent = outbox_mail(), outbox_mail(urgent=True)
    waits = []
    for _ in range(9):
        clock.now = max(clock.now, OutboxMail.objects.get(pk=mail.pk).due_at)
        delivery.deliver_due(clock)
        mail.refresh_from_db()
        urgent.refresh_from_db()
        waits.append((mail.due_at - clock.now) / timedelta(minutes=1))
        assert mail.state == State.PENDING
        assert urgent.due_at - clock.now <= timedelta(hours=1)
    assert waits == [1, 5, 15, 60, 180, 360, 720, 720, 720]
    assert mail.last_error == "Réponse du serveur : le serveur demande d'attendre (451 4.3.0)"
    smtp_server.accept()
    clock.now = mail.due_at
    delivery.deliver_due(clock)
    mail.refresh_from_db()
    assert (mail.state, mail.last_error) == (State.SENT, "")


@pytest.mark.parametrize(
    ("reply", "tries", "told"),
    [
        (
            "550 5.1.1 <zoe@exemple.fr> unknown, ask Zoé",
            delivery.MOST_REFUSALS,
            "Réponse du serveur : adresse inconnue (550 5.1.1)",
        ),
        ("554 zoe is not welcome", delivery.MOST_REFUSALS, "Réponse du serveur : refus du serveur (554)"),
        (
            "452 4.2.2 zoe has no room",
            delivery.MOST_ATTEMPTS,
            "Réponse du serveur : boîte pleine (452 4.2.2)",
        ),
    ],
)
def test_a_refusal_is_given_up_in_the_end_and_names_nobody(smtp_server, clock, reply, tries, told):
    smtp_server.refuse(reply)
    mail = outbox_mail()
    for done in range(1, tries + 1):
        assert delivery.deliver_due(clock) == 1
        mail.refresh_from_db()
        assert mail.attempts == done
        assert mail.state == (State.FAILED if done == tries else State.PENDING)
        clock.now = max(clock.now, mail.due_at)
    assert mail.last_error == told
    assert delivery.deliver_due(clock) == 0


@pytest.mark.parametrize(("after_taking", "arrived"), [(False, 1), (True, 2)])
def test_a_server_that_hangs_up_is_tried_again_on_a_new_line(smtp_server, clock, after_taking, arrived):
    smtp_server.hang_up(after_taking=after_taking)
    mail, other = outbox_mail(), outbox_mail()
    assert delivery.deliver_due(clock) == 1  # the line is cut: the other one keeps its turn
    smtp_server.accept()
    assert delivery.deliver_due(clock) == 1
    clock.forward(minutes=1)
    assert delivery.deliver_due(clock) == 1
    ids = [m["Message-ID"] for m in smtp_server.messages]
    assert (ids.count(mail.message_id), ids.count(other.message_id)) == (arrived, 1)
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == (State.SENT, 2)


def test_an_absent_server_puts_all_off_at_once_and_frees_all_when_it_comes_back(
    smtp_server, clock, settings, django_assert_max_num_queries
):
    settings.EMAIL_PORT = closed_port()
    mails = [outbox_mail(attempts=n, urgent=n == 3) for n in (0, 1, 6, 3)]
    last = outbox_mail(attempts=delivery.MOST_ATTEMPTS - 1)
    later = outbox_mail(NOW + timedelta(days=3))
    with django_assert_max_num_queries(2), pytest.raises(delivery.ServerUnreachable):
        delivery.deliver_due(clock)
    waits = []
    for mail in mails:
        mail.refresh_from_db()
        waits.append((mail.due_at - NOW) / timedelta(minutes=1))
        assert mail.last_error == "Serveur de courriel injoignable (ConnectionRefusedError)"
    assert waits == [1, 5, 720, 60]
    last.refresh_from_db()
    assert last.state == State.FAILED
    settings.EMAIL_PORT = smtp_server.port
    outbox_mail(NOW + timedelta(seconds=30))
    clock.forward(seconds=30)
    assert delivery.deliver_due(clock) == 5
    assert list(OutboxMail.objects.filter(state=State.PENDING)) == [later]


def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def test_an_object_that_no_header_can_carry_does_not_stop_the_others(smtp_server, clock):
    bad = outbox_mail(subject_line="Deux\nlignes")
    good = outbox_mail()
    assert delivery.deliver_due(clock) == 2
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state, good.state) == (State.PENDING, State.SENT)
    assert bad.last_error == "Adresse ou objet que le courriel ne peut pas porter"


def test_it_stops_between_two_mails_when_asked(smtp_server, clock):
    outbox_mail(), outbox_mail()
    answers = iter([True, False])
    assert delivery.deliver_due(clock, wanted=lambda: next(answers)) == 1
    assert len(smtp_server.messages) == 1


def test_our_own_address_refused_is_not_the_mail_s_fault(clock):
    class Server:
        def send_messages(self, messages):
            raise smtplib.SMTPSenderRefused(553, b"5.7.1 not yours", "portail@localhost")

    done = delivery.attempt(outbox_mail(), Server())
    assert done == delivery.Try(delivery.Fate.LATER, "Expéditeur refusé par le serveur (553)")


def test_without_a_server_each_mail_is_a_file(clock, settings, tmp_path):
    settings.EMAIL_BACKEND = "portail.core.mail.KeptMailBackend"
    settings.MAIL_DIR = tmp_path / "mail"
    mail = outbox_mail()
    assert delivery.deliver_due(clock) == 1
    (kept,) = settings.MAIL_DIR.iterdir()
    assert kept.suffix == ".eml"
    assert mail.message_id in kept.read_text()


class TestResend:
    def test_a_failed_one_leaves_again_under_its_own_name(self, smtp_server, clock):
        mail = outbox_mail(state=State.FAILED, attempts=20, last_error="boîte pleine")
        assert outbox.resend(mail, actor=None, now=NOW) == mail
        delivery.deliver_due(clock)
        assert smtp_server.messages[0]["Message-ID"] == mail.message_id
        entry = JournalEntry.objects.get()
        assert (entry.verb, entry.subject) == ("mail.resent", "household:12")

    def test_a_sent_one_leaves_once_more_as_a_new_mail_even_when_asked_twice(self, smtp_server, clock):
        mail = outbox_mail(state=State.SENT, sent_at=NOW)
        first = outbox.resend(mail, actor=None, now=NOW)
        assert outbox.resend(mail, actor=None, now=NOW) == first
        assert delivery.deliver_due(clock) == 1
        assert first.message_id != mail.message_id
        assert smtp_server.messages[0]["Message-ID"] == first.message_id
        mail.refresh_from_db()
        assert mail.sent_at == NOW

    def test_one_whose_text_was_erased_cannot(self):
        mail = outbox_mail(state=State.SENT, text="", html="")
        with pytest.raises(outbox.BodyForgotten):
            outbox.resend(mail, actor=None, now=NOW)
