"""Files put there for a family: told, kept apart, taken back."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from portail.core.models import JournalEntry, OutboxMail
from portail.core.uploads import examine
from portail.families.actions import documents
from portail.families.models import FamilyDocument
from tests.factories import NOW

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def put(cast, now=NOW, name="Carte Alice Martin.pdf"):
    upload = examine(SimpleUploadedFile(name, PDF))
    return documents.put_document(
        cast.alice.household, "Carte de quotient", upload, actor=cast.agnes, now=now
    )


def test_a_document_is_kept_told_and_written_in_the_journal(cast):
    document = put(cast)
    with document.file.open() as kept:
        assert kept.read() == PDF
    assert (document.file_name, document.content_type) == ("Carte Alice Martin.pdf", "application/pdf")
    assert "alice" not in document.file.name.lower()
    mail = OutboxMail.objects.get()
    assert (mail.to, mail.about) == ("alice@exemple.fr", cast.alice.household.journal_subject)
    assert mail.subject_line == "Un document vous attend sur le Portail Famille"
    assert "Carte de quotient" in mail.text
    assert JournalEntry.objects.get().summary == "Document déposé : Carte de quotient"


def test_a_double_click_puts_it_once_and_another_day_is_another_file(cast):
    first = put(cast)
    assert put(cast, now=NOW + timedelta(seconds=2)) == first
    assert OutboxMail.objects.count() == 1
    assert put(cast, now=NOW + timedelta(days=1)) != first


@pytest.mark.django_db(transaction=True)
def test_taking_it_back_takes_the_file_once_that_is_certain(cast, django_capture_on_commit_callbacks):
    document = put(cast)
    path = document.file.path
    for _ in range(2):
        documents.remove_document(document, actor=cast.agnes, now=NOW)
    assert not FamilyDocument.objects.exists()
    assert not document.file.storage.exists(path)
    removed = JournalEntry.objects.get(verb="document.removed")
    assert removed.before["title"] == "Carte de quotient"
