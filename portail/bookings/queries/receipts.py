"""The receipts of a household."""

import re
from datetime import date

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from portail.bookings.models import Receipt, ReceiptLine, receipt_number
from portail.core.models import OutboxMail
from portail.core.text import masked_email
from portail.families.models import Household, custody

RECEIPT_MAIL = "bookings/mail/receipt"
_NUMBER = re.compile(r"R-(\d{4})-(\d{5,})\Z", re.ASCII)


def receipts(household: Household, *, hidden_on: date | None = None) -> QuerySet[Receipt]:
    """The household's receipts, the last first, each with how many of its lines are so: `added`, `removed`, `listed`
    (a waiting list joined or left).

    `hidden_on`: without those that speak of a child of whom this household may see nothing on that day.
    """
    change = ReceiptLine.Change
    return (
        _shown(household, hidden_on)
        .annotate(
            added=Count("lines", filter=Q(lines__change=change.ADDED)),
            removed=Count("lines", filter=Q(lines__change=change.REMOVED)),
            listed=Count("lines", filter=Q(lines__change__in=[change.WAITING, change.LEFT])),
        )
        .order_by("-created_at", "-pk")
    )


def hidden_numbers(household: Household, day: date) -> list[str]:
    """The numbers of the receipts that this household may not read that day."""
    hidden = household.receipts.filter(Exists(_lines_of_hidden(household, day))).order_by()
    return [receipt_number(pk, at) for pk, at in hidden.values_list("pk", "created_at")]


def _shown(household: Household, hidden_on: date | None) -> QuerySet[Receipt]:
    if hidden_on is None:
        return household.receipts.all()
    return household.receipts.filter(~Exists(_lines_of_hidden(household, hidden_on)))


def _lines_of_hidden(household: Household, day: date) -> QuerySet[ReceiptLine]:
    children = custody.hidden_on(household, day).values("child")
    return ReceiptLine.objects.filter(receipt=OuterRef("pk"), booking__child__in=children)


def receipt(household: Household, number: str, *, hidden_on: date | None = None) -> Receipt:
    """A receipt of this household by its number, with its lines in order of date. Raises Receipt.DoesNotExist.

    `hidden_on`: as for `receipts`.
    """
    parts = _NUMBER.match(number)
    if parts is None:
        raise Receipt.DoesNotExist
    lines = ReceiptLine.objects.select_related(
        "booking__child", "booking__session__service", "booking__session__place"
    ).order_by("booking__child__birth_date", "booking__session__date", "booking__session__service__position")
    found = _shown(household, hidden_on).prefetch_related(Prefetch("lines", lines)).get(pk=int(parts[2]))
    if receipt_number(found.pk, found.created_at) != number:
        raise Receipt.DoesNotExist
    return found


def masked_recipients(receipt: Receipt) -> list[str]:
    """Whom its mail was written to, each address half hidden ("a•••@exemple.fr")."""
    addresses = OutboxMail.objects.filter(
        kind=RECEIPT_MAIL, about=receipt.household.journal_subject, created_at=receipt.created_at
    ).values_list("to", flat=True)
    return [masked_email(address) for address in addresses.order_by("pk")]
