"""What became of a document since it was issued: for whoever checks the paper."""

from portail.billing.models import CreditNote
from portail.families.models import FamilyDocument


def credits_on(document: FamilyDocument) -> list[CreditNote]:
    """The credit notes that correct this invoice, the oldest first; none for any other paper."""
    if document.kind != FamilyDocument.Kind.INVOICE:
        return []
    return list(CreditNote.objects.filter(invoice__document=document).order_by("number"))
