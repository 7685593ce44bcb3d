"""The edition of invoices: one document, one mail to each, whatever is repeated or killed."""

import hashlib

import pytest
from django.db import DatabaseError

from portail.billing.actions import editions
from portail.billing.models import Invoice
from portail.core.models import JournalEntry, OutboxMail
from portail.families.models import FamilyDocument
from tests import factories as make
from tests import pdfs
from tests.billing import issued
from tests.factories import NOW


@pytest.fixture
def november(cast):
    made = issued.invoice(cast.alice.household)
    issued.line(made, cast.lea)
    return made


def test_the_invoice_is_issued_and_told_without_naming_anybody(cast, november):
    document = editions.edit(november, now=NOW)
    assert (document.kind, document.number, document.amount) == (
        FamilyDocument.Kind.INVOICE,
        "2026000000001",
        november.amount,
    )
    assert document.title == "Facture de novembre 2026"
    with document.file.open() as kept:
        content = kept.read()
    assert hashlib.sha256(content).hexdigest() == document.digest
    assert document.code in pdfs.text(content)
    november.refresh_from_db()
    assert (november.document, november.told_at) == (document, NOW)
    mail = OutboxMail.objects.get()
    assert (mail.to, mail.subject_line) == ("alice@exemple.fr", "Votre facture est arrivée : novembre 2026")
    assert "48,30" in mail.text
    assert "4 janvier 2027" in mail.text
    assert mail.about == cast.alice.household.journal_subject


def test_doing_it_again_changes_nothing(november):
    first = editions.edit(november, now=NOW)
    assert editions.edit(november, now=NOW) == first
    assert editions.edit_batch([november], now=NOW) == 0
    assert OutboxMail.objects.count() == FamilyDocument.objects.count() == 1
    assert JournalEntry.objects.filter(verb="document.issued").count() == 1


def test_a_batch_does_what_is_left(cast, november):
    others = [issued.invoice(make.HouseholdFactory(), 2026000000002 + n, by_mail=False) for n in range(3)]
    editions.edit(november, now=NOW)
    assert editions.edit_batch([november, *others], now=NOW) == 3
    assert list(editions.waiting()) == []
    numbers = Invoice.objects.values_list("number", "document__number")
    assert all(str(number) == issued_number for number, issued_number in numbers)


def test_who_takes_no_mail_gets_none_and_who_has_no_address_takes_it_by_post(cast):
    silent = issued.invoice(cast.bob.household, 2026000000002, by_mail=False)
    unreachable = issued.invoice(make.HouseholdFactory(), 2026000000003)
    editions.edit_batch([silent, unreachable], now=NOW)
    assert OutboxMail.objects.count() == 0
    unreachable.refresh_from_db()
    assert unreachable.by_mail is False
    assert unreachable.told_at == NOW


def test_both_parents_of_a_household_are_told_each_in_their_language(cast, november):
    make.AdultFactory(household=cast.alice.household, first_name="Paul", email="paul@exemple.fr", position=1)
    cast.alice.user.language = "en"
    cast.alice.user.save()
    editions.edit(november, now=NOW)
    mails = {mail.to: mail for mail in OutboxMail.objects.all()}
    assert set(mails) == {"alice@exemple.fr", "paul@exemple.fr"}
    assert "novembre" in mails["paul@exemple.fr"].subject_line
    assert "November" in mails["alice@exemple.fr"].subject_line


def test_a_draft_is_not_issued(cast):
    draft = issued.invoice(cast.alice.household, by_mail=True)
    Invoice.objects.filter(pk=draft.pk).update(number=None, issued_on=None)
    draft.refresh_from_db()
    with pytest.raises(editions.NotPublished):
        editions.edit(draft, now=NOW)
    assert not FamilyDocument.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_failure_in_the_middle_leaves_nothing_and_the_next_try_does_it_all(cast, november, monkeypatch):
    """What fails is the database, at the last write: documents, mails and files go with it."""
    storage = FamilyDocument._meta.get_field("file").storage
    kept = []
    real_save = storage.save
    monkeypatch.setattr(storage, "save", lambda *a, **k: kept.append(real_save(*a, **k)) or kept[-1])
    with monkeypatch.context() as broken:
        broken.setattr("portail.core.outbox.render_to_string", _fails)
        with pytest.raises(DatabaseError):
            editions.edit(november, now=NOW)
    assert not FamilyDocument.objects.exists()
    assert not OutboxMail.objects.exists()
    assert [storage.exists(name) for name in kept] == [False]
    assert editions.edit(november, now=NOW).number == "2026000000001"
    assert OutboxMail.objects.count() == 1


def _fails(*args, **kwargs):
    raise DatabaseError("the disk is full")


def test_a_credit_note_names_what_it_corrects_and_is_issued_once(cast, november):
    cast.alice.household.invoices_by_mail = True
    cast.alice.household.save()
    note = issued.credit(november, list(november.lines.all()))
    document = editions.edit_credit_note(note, now=NOW)
    assert editions.edit_credit_note(note, now=NOW) == document
    assert (document.kind, document.amount) == (FamilyDocument.Kind.CREDIT_NOTE, note.amount)
    with document.file.open() as kept:
        said = pdfs.text(kept.read())
    for part in (
        "Avoir sur la facture 2026000000001", "n° 2026000000001 du 5 décembre 2026", "Sortie annulée", "− 48,30 €",
        "Léa Martin · Cantine", "7001 MARTIN", document.code,
    ):  # fmt: skip
        assert part in said, part
    mail = OutboxMail.objects.get()
    assert mail.subject_line == "Un avoir est arrivé : n° 2026000000001"
    assert "Sortie annulée" in mail.text
