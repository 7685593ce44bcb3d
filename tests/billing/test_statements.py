"""A statement that is given to the family: issued once, told once."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from portail.billing.actions.statements import give_statement, statement_copy
from portail.core.models import OutboxMail
from portail.families.models import FamilyDocument
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db
DAYS = date(2026, 9, 1), date(2026, 11, 30)


def test_a_statement_is_a_document_of_the_family_and_is_told_by_mail(cast):
    make.InvoiceFactory(account__household=cast.alice.household)
    document = give_statement(cast.alice.household, *DAYS, actor=cast.renee, now=NOW)
    assert (document.kind, document.number, document.amount) == (
        "statement",
        "RC-2026000000001",
        Decimal("48.30"),
    )
    assert document.code
    with document.file.open("rb") as file:
        assert file.read().startswith(b"%PDF")
    assert OutboxMail.objects.get().to == "alice@exemple.fr"


def test_the_same_gesture_gives_it_once_and_another_day_gives_another(cast):
    make.InvoiceFactory(account__household=cast.alice.household)
    first, second = (give_statement(cast.alice.household, *DAYS, actor=cast.renee, now=NOW) for _ in "ab")
    assert first == second
    assert OutboxMail.objects.count() == 1
    later = give_statement(cast.alice.household, *DAYS, actor=cast.renee, now=NOW + timedelta(days=1))
    assert later.number == "RC-2026000000002"


def test_a_copy_writes_nothing(cast):
    assert statement_copy(cast.alice.household, *DAYS, now=NOW).startswith(b"%PDF")
    assert not FamilyDocument.objects.exists()
