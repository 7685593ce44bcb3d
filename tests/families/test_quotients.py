"""Quotients entered, corrected, withdrawn, and proofs accepted: what counts, what is told, what is kept."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from portail.activities import queries as activities
from portail.core.models import JournalEntry, OutboxMail
from portail.core.uploads import PROOFS, examine
from portail.families import cards
from portail.families.actions import decisions, documents, proofs, quotients
from portail.families.actions.quotients import Given
from portail.families.actions.requests import AlreadyDecided, withdraw
from portail.families.models import FamilyDocument, Quotient, Request
from portail.families.quotients import standing_of
from tests import pdfs
from tests.factories import NOW

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
TODAY = date(2026, 11, 24)
GIVEN = Given(Decimal("742.00"), "CAF", date(2026, 11, 2), TODAY)


def page(name="avis.pdf", content=PDF):
    return examine(SimpleUploadedFile(name, content), PROOFS)


def enter(cast, given=GIVEN, token=None, **more):
    token = token or uuid4()
    return quotients.enter(cast.alice.household, given, token=token, actor=cast.agnes, now=NOW, **more)


def send(cast, *pages, token=None, now=NOW, **more):
    return proofs.send_proof(
        cast.alice.household,
        pages or (page(),),
        kind="CAF",
        token=token or uuid4(),
        author=cast.alice.user,
        now=now,
        **more,
    )


def counts(cast, day):
    return standing_of(cast.alice.household, activities.regulation().quotient, on=day).found.value


def test_an_entry_counts_from_the_month_of_the_rule_and_is_told_with_its_card(cast):
    made = enter(cast, proof=page("Avis d'Alice Martin.pdf"))
    assert (counts(cast, date(2026, 11, 30)), counts(cast, date(2026, 12, 1))) == (None, Decimal("742.00"))
    assert counts(cast, date(2027, 3, 1)) is None
    mail = OutboxMail.objects.get()
    assert mail.to == "alice@exemple.fr"
    assert mail.subject_line == "Votre quotient familial est enregistré"
    assert "Il compte à partir du mardi 1er décembre 2026." in mail.text
    assert "Jusque-là, faute de justificatif, le tarif le plus fort s'applique." in mail.text
    assert "Il vaut jusqu'au dimanche 28 février 2027." in mail.text
    card = FamilyDocument.objects.get(kind=FamilyDocument.Kind.QUOTIENT_CARD)
    assert (card.number, card.household) == (made.number, cast.alice.household)
    assert made.proof.file_name == "Avis d'Alice Martin.pdf"
    verbs = list(JournalEntry.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["document.added", "quotient.entered", "document.issued"]


def test_the_same_gesture_twice_is_once_and_the_same_proof_is_refused(cast):
    token = uuid4()
    assert enter(cast, token=token) == enter(cast, token=token)
    with pytest.raises(ValidationError, match="déjà enregistré"):
        enter(cast)
    assert Quotient.objects.count() == OutboxMail.objects.count() == 1


@pytest.mark.parametrize("value", ["0", "99999.99", "742.5"])
def test_every_value_a_family_may_have_is_kept_to_the_cent(cast, value):
    made = enter(cast, replace(GIVEN, value=Decimal(value)))
    made.refresh_from_db()
    assert made.value == Decimal(value)
    assert counts(cast, date(2026, 12, 1)) == Decimal(value)


def test_a_correction_replaces_and_keeps_what_was(cast):
    wrong = enter(cast, replace(GIVEN, value=Decimal("7420")))
    right = quotients.correct(wrong, GIVEN, token=uuid4(), actor=cast.agnes, now=NOW)
    assert counts(cast, date(2026, 12, 1)) == Decimal("742.00")
    assert list(Quotient.objects.order_by("pk")) == [wrong, right]
    assert OutboxMail.objects.count() == 2
    line = JournalEntry.objects.get(verb="quotient.corrected")
    assert (line.before["value"], line.after["value"]) == ("7420.00", "742.00")
    with pytest.raises(quotients.Superseded):
        quotients.correct(wrong, replace(GIVEN, value=Decimal(1)), token=uuid4(), actor=cast.alix, now=NOW)
    with pytest.raises(ValidationError, match="Rien ne change"):
        quotients.correct(right, GIVEN, token=uuid4(), actor=cast.agnes, now=NOW)


def test_a_value_of_another_dossier_is_withdrawn_and_what_counted_before_counts_again(cast):
    first = enter(cast, replace(GIVEN, value=Decimal(600), received_on=date(2026, 11, 3)))
    second = enter(cast)
    for _ in range(2):
        gone = quotients.withdraw(second, "Dossier voisin", actor=cast.agnes, now=NOW)
    assert (gone.is_void, Quotient.objects.count()) == (True, 3)
    assert counts(cast, date(2026, 12, 1)) == first.value
    with pytest.raises(ValidationError):
        quotients.withdraw(first, "  ", actor=cast.agnes, now=NOW)


def test_a_proof_too_old_for_the_rule_is_refused_before_anything_is_written(cast, settings):
    from portail.activities.actions.regulation import apply_regulation, default_text

    text = default_text("Valmont", "B").replace("renewal =", "valid_months = 6\nrenewal =")
    apply_regulation(text, "", actor=None, now=NOW)
    with pytest.raises(ValidationError, match="il s'arrête le dimanche 1er mars 2026"):
        enter(cast, replace(GIVEN, proved_on=date(2025, 9, 2)))
    assert not Quotient.objects.exists()


def test_the_card_says_the_quotient_and_is_made_once(cast):
    made = enter(cast, replace(GIVEN, value=Decimal("1214.5")))
    card = cards.issue(made, actor=cast.alice.user, now=NOW + timedelta(days=9))
    assert FamilyDocument.objects.filter(kind="quotient_card").count() == 1
    with card.file.open() as kept:
        said = pdfs.text(kept.read())
    for part in (
        "1 214,5", "Valable du 1er décembre 2026 jusqu'au 28 février 2027", "Alice Martin", "7001 MARTIN", made.number,
        card.code,
    ):  # fmt: skip
        assert part in said, part


# --- sent by the family


def test_pages_sent_are_one_request_until_it_is_read(cast):
    token = uuid4()
    first = send(cast, page(), page("b.pdf"), token=token)
    assert send(cast, page(), page("b.pdf"), token=token) == first
    assert send(cast, page("c.pdf"), message="La page oubliée") == first
    first.refresh_from_db()
    assert [d.file_name for d in first.documents.order_by("pk")] == ["avis.pdf", "b.pdf", "c.pdf"]
    assert {d.kind for d in first.documents.all()} == {FamilyDocument.Kind.PROOF}
    assert first.message == "La page oubliée"
    assert Request.objects.count() == 1


def test_more_pages_than_anybody_reads_are_refused_and_none_is_kept(cast):
    send(cast, *[page()] * proofs.MOST_PAGES)
    with pytest.raises(ValidationError, match="8 pages au plus"):
        send(cast, page())
    assert FamilyDocument.objects.count() == proofs.MOST_PAGES


def test_accepting_enters_the_quotient_closes_the_request_and_tells_what_changes(cast):
    request = send(cast, now=datetime(2026, 11, 20, 20, 0, tzinfo=NOW.tzinfo))
    for _ in range(2):
        request = quotients.approve(request, GIVEN, answer="Merci", actor=cast.agnes, now=NOW)
    made = Quotient.objects.get()
    assert (request.state, made.request, made.source) == ("approved", request, Quotient.Source.FAMILY)
    assert made.proof == request.documents.order_by("pk").first()
    mail = OutboxMail.objects.get()
    assert mail.subject_line == f"Démarche {request.number} : acceptée"
    for text in (mail.text, mail.html.replace("&#x27;", "'")):
        assert "Il compte à partir du mardi 1er décembre 2026." in text
        assert "Merci" in text
    assert FamilyDocument.objects.filter(kind="quotient_card", request=request).count() == 1


def test_what_cannot_count_leaves_the_request_waiting_and_nothing_half_done(cast, monkeypatch):
    request = send(cast)

    def broken(*args, **kwargs):
        raise ValidationError("le disque est plein")

    monkeypatch.setattr(cards, "issue", broken)
    with pytest.raises(ValidationError):
        quotients.approve(request, GIVEN, actor=cast.agnes, now=NOW)
    request.refresh_from_db()
    assert request.is_waiting
    assert not Quotient.objects.exists()
    assert not OutboxMail.objects.exists()


def test_a_request_withdrawn_or_refused_enters_nothing(cast):
    request = send(cast)
    withdraw(request, actor=cast.alice.user, now=NOW)
    with pytest.raises(AlreadyDecided):
        quotients.approve(request, GIVEN, actor=cast.agnes, now=NOW)
    again = send(cast)
    decisions.refuse(again, "Illisible : refaites la photo.", actor=cast.agnes, now=NOW)
    assert not Quotient.objects.exists()
    assert again.documents.count() == 1
    assert "Illisible" in OutboxMail.objects.get().text


def test_a_proof_is_never_taken_away_and_its_readings_are_in_the_journal(cast):
    proof = enter(cast, proof=page()).proof
    with pytest.raises(documents.IssuedForEver):
        documents.remove_document(proof, actor=cast.agnes, now=NOW)
    for minutes in (0, 1, 11):
        quotients.note_reading(proof, actor=cast.agnes, now=NOW + timedelta(minutes=minutes))
    quotients.note_reading(proof, actor=cast.alix, now=NOW)
    readers = JournalEntry.objects.filter(verb="proof.read").order_by("pk").values_list("actor", flat=True)
    assert list(readers) == [cast.agnes.pk, cast.agnes.pk, cast.alix.pk]
    assert timezone.localdate(NOW) == TODAY
