"""Mails: what fails is seen first and sent again; a personal link is shown to nobody."""

import pytest
from django.urls import reverse

from portail.core.models import JournalEntry, OutboxMail
from tests import factories as make
from tests.desk.screens import post, said
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def mails(cast):
    return {
        "sent": make.OutboxMailFactory(subject_line="Envoyé", state="sent", sent_at=NOW, to="bob@exemple.fr"),
        "waiting": make.OutboxMailFactory(subject_line="En attente"),
        "struggling": make.OutboxMailFactory(
            subject_line="Refusé", attempts=2, last_error="451 Try later", created_at="2026-11-01T08:00Z"
        ),
        "failed": make.OutboxMailFactory(
            subject_line="Abandonné",
            state="failed",
            attempts=9,
            last_error="550 No such user",
            created_at="2026-10-01T08:00Z",
            about=f"household:{cast.alice.household.pk}",
        ),
    }


def shown(desk, **asked) -> list[str]:
    return [mail.subject_line for mail in desk.get(reverse("desk:mails"), asked).context["page"]]


def test_the_failing_ones_come_first(desk, mails):
    assert shown(desk)[:2] == ["Abandonné", "Refusé"]
    assert "1 courriel abandonné" in desk.get(reverse("desk:mails")).content.decode()


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"etat": "failed"}, ["Abandonné"]),
        ({"etat": "en-difficulte"}, ["Abandonné", "Refusé"]),
        ({"etat": "sent"}, ["Envoyé"]),
        ({"q": "bob@"}, ["Envoyé"]),
        ({"q": "abandon"}, ["Abandonné"]),
        ({"q": "rien de tel"}, []),
    ],
)
def test_mails_are_found_by_state_address_and_subject(desk, mails, asked, found):
    assert shown(desk, **asked) == found


def test_a_mail_tells_what_the_server_answered_and_whose_it_is(desk, mails):
    page = desk.get(reverse("desk:mail", args=[mails["failed"].pk])).content.decode()
    assert "550 No such user" in page
    assert "7001 MARTIN" in page
    assert "Bonjour" in page


@pytest.mark.parametrize("kind", ["activation", "invitation", "password", "new_address"])
def test_a_link_worth_a_password_is_shown_to_nobody(administration, kind):
    mail = make.OutboxMailFactory(kind=f"front/mail/{kind}", text="https://portail/activation/secret")
    page = administration.get(reverse("desk:mail", args=[mail.pk])).content.decode()
    assert "secret" not in page
    assert "vaut un mot de passe" in page


def test_a_text_that_was_erased_is_said(desk):
    mail = make.OutboxMailFactory(text="", html="", state="sent", sent_at=NOW)
    assert "a été effacé" in desk.get(reverse("desk:mail", args=[mail.pk])).content.decode()
    assert "trop ancien" in said(post(desk, "mail_resend", mail.pk))[-1]


def test_a_failed_mail_leaves_again_once(desk, mails, cast):
    for _ in range(2):
        assert post(desk, "mail_resend", mails["failed"].pk).status_code == 302
    mails["failed"].refresh_from_db()
    assert (mails["failed"].state, mails["failed"].attempts) == ("pending", 0)
    assert JournalEntry.objects.filter(verb="mail.resent").first().actor == cast.agnes


def test_a_sent_mail_leaves_as_a_copy(desk, mails):
    done = post(desk, "mail_resend", mails["sent"].pk)
    copy = OutboxMail.objects.latest("pk")
    assert done.url == reverse("desk:mail", args=[copy.pk])
    assert (copy.state, copy.to) == ("pending", "bob@exemple.fr")


def test_the_list_is_paged_and_costs_the_same(desk, django_assert_num_queries):
    make.OutboxMailFactory()
    with django_assert_num_queries(6):
        desk.get(reverse("desk:mails"))
    make.OutboxMailFactory.create_batch(60)
    with django_assert_num_queries(6):
        assert len(desk.get(reverse("desk:mails")).context["page"]) == 50
