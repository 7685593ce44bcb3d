"""Documents that the portal issues: dated, numbered, checkable, never taken back."""

import hashlib
from contextlib import ExitStack
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from portail.core.models import JournalEntry
from portail.families.actions import documents
from portail.families.models import FamilyDocument
from tests.factories import NOW

PDF = b"%PDF-1.7 facture"


def issue(cast, number="2026000000001", content=PDF, **values):
    return documents.issue(
        cast.alice.household,
        FamilyDocument.Kind.INVOICE,
        number,
        "Facture de novembre 2026",
        content,
        f"facture-{number}.pdf",
        now=NOW,
        **values,
    )


def test_it_is_kept_with_its_number_code_digest_and_amount(cast):
    made = issue(cast, amount=Decimal("48.30"), actor=cast.agnes)
    made.refresh_from_db()
    assert made.is_issued
    assert made.digest == hashlib.sha256(PDF).hexdigest()
    assert (made.amount, made.size, made.added_by) == (Decimal("48.30"), len(PDF), cast.agnes)
    with made.file.open() as kept:
        assert kept.read() == PDF
    line = JournalEntry.objects.get()
    assert (line.verb, line.summary) == ("document.issued", "Document émis : Facture de novembre 2026")


def test_issued_twice_it_is_the_first_and_nothing_is_written(cast):
    first = issue(cast)
    assert issue(cast, content=b"%PDF autre") == first
    assert JournalEntry.objects.count() == FamilyDocument.objects.count() == 1
    with first.file.open() as kept:
        assert kept.read() == PDF


def test_the_database_holds_one_of_each_number_by_kind(cast):
    issue(cast)
    issue(cast, number="2026000000002")
    with pytest.raises(IntegrityError), transaction.atomic():
        FamilyDocument.objects.filter(number="2026000000002").update(number="2026000000001")


def test_it_is_never_taken_back(cast):
    made = issue(cast)
    with pytest.raises(documents.IssuedForEver):
        documents.remove_document(made, actor=cast.agnes, now=NOW)
    assert made.file.storage.exists(made.file.name)


@pytest.mark.django_db(transaction=True)
def test_what_goes_wrong_after_it_leaves_no_file(cast):
    storage = FamilyDocument._meta.get_field("file").storage
    paths = []

    def issued_then_broken():
        with ExitStack() as files, transaction.atomic():
            paths.append(issue(cast, files=files).file.name)
            assert storage.exists(paths[0])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        issued_then_broken()
    assert not FamilyDocument.objects.exists()
    assert not storage.exists(paths[0])
