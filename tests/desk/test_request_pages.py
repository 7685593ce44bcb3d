"""Démarches at the desk: the queue, and decisions that two agents cannot take twice."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portail.core.models import OutboxMail
from portail.families.actions import requests as family
from portail.families.models import FamilyDocument, Request
from tests import factories as make
from tests.factories import NOW

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture
def agent(client, cast, time_machine):
    time_machine.move_to(NOW, tick=False)
    client.force_login(cast.agnes)
    return client


@pytest.fixture
def change(cast):
    home = cast.alice.household
    return family.ask_change(home, {"city": "Caen"}, household=home, author=cast.alice.user, now=NOW)


@pytest.fixture
def message(cast):
    words = "<b>Bonjour</b> & L'été 🌞"
    return family.send_message(cast.alice.household, words, author=cast.alice.user, now=NOW)


def at(name, asked):
    return reverse(f"desk:{name}", args=[asked.pk])


def posted(agent, asked, **more):
    """What the page would post to approve."""
    return {"seen": agent.get(at("request", asked)).context["approve"].initial["seen"], **more}


def test_the_queue_serves_the_oldest_first_and_filters(agent, cast, change, message):
    oldest = make.RequestFactory(kind="link", household=None, created_at=NOW - timedelta(days=9))
    done = make.RequestFactory(state="answered", decided_at=NOW)

    def queue(**filters):
        return [row.pk for row in agent.get(reverse("desk:requests"), filters).context["page"]]

    assert queue() == [oldest.pk, change.pk, message.pk]
    assert queue(nature="link") == [oldest.pk]
    assert queue(etat="traitees") == [done.pk]
    assert set(queue(etat="toutes")) == {oldest.pk, change.pk, message.pk, done.pk}
    assert queue(nature="bêtise", etat="x") == queue()


def test_the_queue_is_paged_in_a_constant_number_of_queries(agent, django_assert_num_queries):
    make.RequestFactory()
    with django_assert_num_queries(5):
        agent.get(reverse("desk:requests"))
    for _ in range(30):
        make.RequestFactory(child=make.ChildFactory())
    with django_assert_num_queries(5):
        assert len(agent.get(reverse("desk:requests")).context["page"]) == 25


def test_old_and_new_stand_side_by_side(agent, cast, change):
    text = agent.get(at("request", change)).content.decode()
    assert "Valmont-sur-Orne" in text
    assert "<strong>Caen</strong>" in text
    assert "inchangé" in text
    type(cast.alice.household).objects.filter(pk=change.household_id).update(city="Bayeux")
    assert "Bayeux" in agent.get(at("request", change)).content.decode()


def test_a_message_is_shown_as_text(agent, message):
    text = agent.get(at("request", message)).content.decode()
    assert "&lt;b&gt;Bonjour&lt;/b&gt; &amp; L&#x27;été 🌞" in text


def test_approving_applies_and_leads_to_the_queue(agent, cast, change):
    response = agent.post(at("request_approve", change), posted(agent, change, answer="Bienvenue"))
    assert response["Location"] == reverse("desk:requests")
    cast.alice.household.refresh_from_db()
    assert cast.alice.household.city == "Caen"
    assert OutboxMail.objects.get().to == "alice@exemple.fr"


def test_the_second_agent_is_told_who_was_first(agent, client, cast, change):
    values = posted(agent, change)
    agent.post(at("request_approve", change), values)
    client.force_login(cast.alix)
    response = client.post(at("request_approve", change), values, follow=True)
    assert "Agnès Mairie a déjà traité cette demande (acceptée)" in response.content.decode()
    response = client.post(at("request_refuse", change), {"refuse-answer": "Non"}, follow=True)
    assert "a déjà traité" in response.content.decode()
    assert OutboxMail.objects.count() == 1


def test_withdrawn_meanwhile_is_told(agent, cast, change):
    values = posted(agent, change)
    family.withdraw(change, actor=cast.alice.user, now=NOW)
    response = agent.post(at("request_approve", change), values, follow=True)
    assert "La famille a retiré cette demande entre-temps" in response.content.decode()


def test_a_dossier_that_moved_under_the_reader_is_shown_again(agent, cast, change):
    values = posted(agent, change, answer="Mon mot")
    type(cast.alice.household).objects.filter(pk=change.household_id).update(city="Bayeux")
    response = agent.post(at("request_approve", change), values)
    assert response.status_code == 422
    text = response.content.decode()
    assert "a changé pendant que vous lisiez" in text
    assert "Mon mot" in text
    again = {"seen": response.context["approve"].initial["seen"], "answer": "Mon mot"}
    assert agent.post(at("request_approve", change), again).status_code == 302
    cast.alice.household.refresh_from_db()
    assert cast.alice.household.city == "Caen"


def test_what_cannot_be_applied_is_said(agent, cast):
    marc = make.AdultFactory(household=cast.alice.household, first_name="Marc")
    asked = family.ask_change(
        marc, {"last_name": "X"}, household=cast.alice.household, author=cast.alice.user, now=NOW
    )
    marc.delete()
    page = agent.get(at("request", asked))
    assert "n'existe plus dans le dossier" in page.content.decode()
    response = agent.post(at("request_approve", asked), {"seen": "{}"})
    assert response.status_code == 422
    asked.refresh_from_db()
    assert asked.is_waiting


def test_a_refusal_needs_its_reason(agent, change):
    response = agent.post(at("request_refuse", change), {"refuse-answer": "  "})
    assert response.status_code == 422
    assert "Écrivez pourquoi" in response.content.decode()
    agent.post(at("request_refuse", change), {"refuse-answer": "Joignez un justificatif."})
    change.refresh_from_db()
    assert (change.state, change.answer) == ("refused", "Joignez un justificatif.")


def test_an_answer_with_a_file(agent, cast):
    asked = family.ask_tax_certificate(cast.alice.household, 2025, author=cast.alice.user, now=NOW)
    page = agent.get(at("request", asked))
    assert page.context["answer"].initial["title"] == "Attestation fiscale 2025"
    file = SimpleUploadedFile("attestation.pdf", PDF)
    agent.post(at("request_answer", asked), {"answer": "", "title": "Attestation 2025", "file": file})
    asked.refresh_from_db()
    assert asked.state == "answered"
    document = FamilyDocument.objects.get()
    assert (document.request, document.title) == (asked, "Attestation 2025")


@pytest.mark.parametrize(
    ("posted", "told"),
    [
        ({}, "Écrivez une réponse, ou joignez un fichier"),
        ({"file": ("a.pdf", PDF)}, "Donnez un titre au fichier"),
        ({"file": ("a.pdf", b""), "title": "T"}, "Ce fichier est vide"),
        ({"file": ("virus.exe", b"MZ" * 40), "title": "T"}, "Envoyez l&#x27;un de ces formats"),
        ({"file": ("virus.pdf", b"MZ" * 40), "title": "T"}, "n&#x27;est pas celui"),
        ({"file": ("x" * 400 + ".exe", b"MZ"), "title": "T"}, "Envoyez l&#x27;un de ces formats"),
        ({"answer": "x" * 10_000}, "4000"),
        ({"answer": "a\x00b"}, "caractère nul"),
    ],
)
def test_an_answer_that_cannot_be_sent_stays_and_is_told(agent, message, posted, told):
    data = {"answer": "", "title": "", **posted}
    if "file" in data:
        data["file"] = SimpleUploadedFile(*data["file"])
    response = agent.post(at("request_answer", message), data)
    assert response.status_code == 422
    assert told in response.content.decode()
    assert not FamilyDocument.objects.exists()
    message.refresh_from_db()
    assert message.is_waiting


def test_each_kind_has_its_own_decisions(agent, change, message):
    assert agent.post(at("request_approve", message)).status_code == 404
    assert agent.post(at("request_answer", change)).status_code == 404
    assert agent.post(at("request_link", change)).status_code == 404


def test_who_only_reads_sees_no_button(client, cast, change):
    client.force_login(cast.renee)
    text = client.get(at("request", change)).content.decode()
    assert "Accepter" not in text
    assert "Caen" in text


def test_what_was_decided_is_told_and_offers_no_more_decision(agent, change):
    agent.post(at("request_refuse", change), {"refuse-answer": "Non."})
    text = agent.get(at("request", change)).content.decode()
    assert "par Agnès Mairie" in text
    assert "Refuser</button>" not in text


def test_the_page_of_one_takes_few_queries(agent, change, django_assert_num_queries):
    with django_assert_num_queries(7):
        agent.get(at("request", change))
    Request.objects.filter(pk=change.pk).update(state="approved", decided_at=NOW)
    with django_assert_num_queries(7):
        agent.get(at("request", change))
