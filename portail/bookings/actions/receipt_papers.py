"""The PDF of a receipt of bookings, made when somebody wants it and then kept for ever."""

from datetime import datetime

from portail.accounts.models import User
from portail.bookings.models import Receipt
from portail.bookings.receipt_paper import receipt_paper
from portail.core import codes, paper
from portail.core.site import current_site
from portail.families.actions.documents import issue
from portail.families.models import FamilyDocument

KIND = FamilyDocument.Kind.BOOKING_RECEIPT


def issue_receipt(receipt: Receipt, *, actor: User | None, now: datetime) -> FamilyDocument:
    """The document of this receipt, which was read with its lines. Asked again, it is the same."""
    known = FamilyDocument.objects.filter(kind=KIND, number=receipt.number, code__isnull=False).first()
    if known:
        return known
    code = codes.new()
    content = paper.render(receipt_paper(receipt, code=code), commune=current_site(), now=now)
    return issue(
        receipt.household,
        KIND,
        receipt.number,
        f"Reçu de réservation {receipt.number}",
        content,
        f"recu-{receipt.number}.pdf",
        code=code,
        actor=actor,
        now=now,
    )
