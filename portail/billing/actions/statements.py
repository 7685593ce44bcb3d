"""The statement of an account given to its family: issued as a document, and told by mail."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portail.accounts.models import User
from portail.activities.queries import site
from portail.billing.actions import series
from portail.billing.actions.drafting import recipient_of
from portail.billing.documents import words
from portail.billing.documents.statement import statement_paper
from portail.billing.queries.accounts import account_of, statement
from portail.core import codes, outbox, paper
from portail.families import recipients
from portail.families.actions.documents import issue
from portail.families.models import FamilyDocument, Household

SAME_GESTURE = timedelta(minutes=10)


def give_statement(
    household: Household, first: date, last: date, *, actor: User, now: datetime
) -> FamilyDocument:
    """Issue the statement of these days (both included), put it among the family's documents, and write to it.

    The same statement with the same balance within ten minutes is the same gesture.
    """
    with transaction.atomic():
        household = Household.objects.select_for_update().get(pk=household.pk)
        found = statement(account_of(household.pk), first, last)
        title = f"Relevé de compte {words.period(first, last)}"
        issued = household.documents.filter(kind=FamilyDocument.Kind.STATEMENT)
        same = issued.filter(title=title, amount=found.after, added_at__gt=now - SAME_GESTURE).first()
        if same:
            return same
        [given] = series.take("statement", timezone.localdate(now), 1)
        number, code = f"RC-{given}", codes.new()
        made = statement_paper(
            household,
            found,
            number=number,
            code=code,
            issued_on=timezone.localdate(now),
            recipient=recipient_of(household),
            site=site(),
        )
        document = issue(
            household,
            FamilyDocument.Kind.STATEMENT,
            number,
            title,
            paper.render(made, commune=site(), now=now),
            f"releve-{number}.pdf",
            now=now,
            code=code,
            amount=found.after,
            actor=actor,
        )
        _tell(household, document, now)
        return document


def _tell(household: Household, document: FamilyDocument, now: datetime) -> None:
    for recipient in recipients.of_household(household):
        outbox.post(
            "families/mail/document_added",
            to=recipient.address,
            subject=_("Un document vous attend sur le Portail Famille"),
            context={"document": document},
            now=now,
            about=household.journal_subject,
            language=recipient.language,
        )


def statement_copy(household: Household, first: date, last: date, *, now: datetime) -> bytes:
    """The PDF of the same days to look at or to print: nothing is written, and it holds no code to be checked by."""
    made = statement_paper(
        household,
        statement(account_of(household.pk), first, last),
        number="copie de travail",
        code="",
        issued_on=timezone.localdate(now),
        recipient=recipient_of(household),
        site=site(),
    )
    return paper.render(made, commune=site(), now=now)
