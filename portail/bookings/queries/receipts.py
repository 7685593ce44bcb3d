"""The receipts of a household."""

import re

from django.db.models import Count, Prefetch, Q, QuerySet

from portail.bookings.models import Receipt, ReceiptLine, receipt_number
from portail.core.models import OutboxMail
from portail.core.text import masked_email
from portail.families.models import Household

RECEIPT_MAIL = "bookings/mail/receipt"
_NUMBER = re.compile(r"R-(\d{4})-(\d{5,})\Z", re.ASCII)


def receipts(household: Household) -> QuerySet[Receipt]:
    """The household's receipts, the last first, each with `added` and `removed`: how many of its lines are so."""
    change = ReceiptLine.Change
    return household.receipts.annotate(
        added=Count("lines", filter=Q(lines__change=change.ADDED)),
        removed=Count("lines", filter=Q(lines__change=change.REMOVED)),
    ).order_by("-created_at", "-pk")


def receipt(household: Household, number: str) -> Receipt:
    """A receipt of this household by its number, with its lines in order of date. Raises Receipt.DoesNotExist."""
    parts = _NUMBER.match(number)
    if parts is None:
        raise Receipt.DoesNotExist
    lines = ReceiptLine.objects.select_related(
        "booking__child", "booking__session__service", "booking__session__place"
    ).order_by("booking__child__birth_date", "booking__session__date", "booking__session__service__position")
    found = household.receipts.prefetch_related(Prefetch("lines", lines)).get(pk=int(parts[2]))
    if receipt_number(found.pk, found.created_at) != number:
        raise Receipt.DoesNotExist
    return found


def masked_recipients(receipt: Receipt) -> list[str]:
    """Whom its mail was written to, each address half hidden ("a•••@exemple.fr")."""
    addresses = OutboxMail.objects.filter(
        kind=RECEIPT_MAIL, about=receipt.household.journal_subject, created_at=receipt.created_at
    ).values_list("to", flat=True)
    return [masked_email(address) for address in addresses.order_by("pk")]
