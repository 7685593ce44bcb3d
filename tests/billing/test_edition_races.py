"""Two workers, two agents, two clicks at once: one document, one mail.

Seen red on PostgreSQL: the batch without the lock on its invoices, the receipt without the answer to whoever is second.
"""

from uuid import uuid4

import pytest

from portail.billing.actions import certificates, editions
from portail.bookings import queries
from portail.bookings.actions import Wish, change_bookings
from portail.bookings.actions.receipt_papers import issue_receipt
from portail.core.models import JournalEntry, OutboxMail
from portail.families.actions.documents import issue
from portail.families.actions.requests import AlreadyDecided
from portail.families.models import FamilyDocument, Request
from tests import factories as make
from tests.billing import issued
from tests.factories import NOW
from tests.threads import all_at_once

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
AT_ONCE = 4


def files() -> int:
    storage = FamilyDocument._meta.get_field("file").storage
    return len(storage.listdir(f"families/{NOW.year}")[1]) if storage.exists(f"families/{NOW.year}") else 0


@pytest.fixture
def november(cast):
    made = issued.invoice(cast.alice.household)
    issued.line(made, cast.lea)
    return made


def test_two_workers_edit_an_invoice_once(november):
    before = files()
    done = all_at_once([lambda: editions.edit_batch([november], now=NOW)] * AT_ONCE)
    assert sorted(done) == [0] * (AT_ONCE - 1) + [1]
    assert FamilyDocument.objects.count() == OutboxMail.objects.count() == 1
    assert files() == before + 1


def test_a_document_asked_by_many_at_once_is_one(cast):
    before = files()
    work = [
        lambda: issue(cast.alice.household, "statement", "RC-1", "Relevé", b"%PDF", "r.pdf", now=NOW)
    ] * AT_ONCE
    done = all_at_once(work)
    assert {type(one) for one in done} == {FamilyDocument}
    assert len({one.pk for one in done}) == 1
    assert JournalEntry.objects.filter(verb="document.issued").count() == 1
    assert files() == before + 1


def test_both_parents_download_the_same_receipt(cast, time_machine):
    time_machine.move_to(NOW)
    session = make.SessionFactory(service=cast.canteen, place=cast.offer.place)
    wish = Wish(cast.lea.pk, session.pk, True)
    made = change_bookings(cast.alice.household, [wish], token=uuid4(), actor=cast.alice.user, now=NOW)
    receipt = queries.receipt(cast.alice.household, made.number)
    done = all_at_once([lambda: issue_receipt(receipt, actor=cast.alice.user, now=NOW)] * AT_ONCE)
    assert len({one.pk for one in done}) == 1


def test_two_agents_approve_a_certificate_once(cast, november):
    cast.lea.birth_date = NOW.date().replace(year=2023)
    cast.lea.save()
    november.lines.get().charges.get().components.update(part="care")
    issued.paid(november.account, "48.30")
    asked = make.RequestFactory(
        kind=Request.Kind.TAX_CERTIFICATE,
        data={"year": 2026},
        household=cast.alice.household,
        author=cast.alice.user,
    )
    agents = (cast.agnes, cast.alix)
    done = all_at_once([lambda who=who: certificates.approve(asked, actor=who, now=NOW) for who in agents])
    assert sorted(type(one).__name__ for one in done) == [AlreadyDecided.__name__, Request.__name__]
    assert FamilyDocument.objects.count() == OutboxMail.objects.count() == 1
