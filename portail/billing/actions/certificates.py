"""Tax certificates: issued when a family's request is approved, or in January for all of them at once."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from portail.accounts.models import User
from portail.activities.queries import site
from portail.billing.actions import ledger
from portail.billing.documents.tax_certificate import certificate_paper, title
from portail.billing.models import Account
from portail.billing.queries.accounts import account_of
from portail.billing.queries.certificates import Certificate, certificate, certificates, with_payments
from portail.core import codes, jobs, outbox, paper
from portail.core.models import Job
from portail.families import recipients
from portail.families.actions import decisions
from portail.families.actions.documents import issue
from portail.families.models import FamilyDocument, Household, Request

KIND = FamilyDocument.Kind.TAX_CERTIFICATE
JOB = "tax-certificates"
AT_ONCE = 25


class NothingToCertify(Exception):
    """Nothing that counts was paid in the year; the sentence says why, for the family."""


def of_household(household: Household, year: int) -> Certificate | None:
    """What the certificate of this household would say; None when it never had an account."""
    account = account_of(household.pk)
    if account is None:
        return None
    account.household = household
    return certificate(account, year)


def why_nothing(found: Certificate | None, year: int) -> str:
    """The reason that the family reads when there is nothing to certify; empty when there is something."""
    return found.why_nothing if found else f"Aucun paiement n'a été reçu en {year} sur votre compte."


def preview(household: Household, year: int, *, now: datetime) -> bytes:
    """The PDF that `approve` would issue, marked as worthless. Raises NothingToCertify."""
    found = of_household(household, year)
    if found is None or not found.rows:
        raise NothingToCertify(why_nothing(found, year))
    commune = site()
    made = certificate_paper(
        found,
        number="",
        code="",
        issued_on=timezone.localdate(now),
        recipient=_recipient(household),
        site=commune,
    )
    return paper.render(made, commune=commune, now=now)


def approve(request: Request, *, answer: str = "", actor: User, now: datetime) -> Request:
    """Accept the request of a family and issue its certificate, at once. Twice is once.

    Raises NothingToCertify, and `decisions.AlreadyDecided` when a colleague was faster.
    """
    with ExitStack() as files, transaction.atomic():
        request = decisions.held(request, Request.State.APPROVED, actor)
        if not request.is_waiting:
            return request
        household, year = decisions.household_of(request), int(request.data["year"])
        found = of_household(household, year)
        if found is None or not found.rows:
            raise NothingToCertify(why_nothing(found, year))
        document = _issue(found, actor, now, files)
        if document.request_id is None:
            document.request = request
            document.save(update_fields=["request"])
        told = recipients.of_author(request.author, household)
        return decisions.close(request, Request.State.APPROVED, answer.strip(), told, actor, now)


def start_for_all(year: int, *, actor: User, now: datetime) -> Job:
    """Ask for the certificates of all who paid in this year; the one under way is answered."""
    with transaction.atomic():
        return jobs.start(JOB, f"tax:{year}", data={"year": year}, actor=actor, now=now)


def issued_of(year: int) -> QuerySet[FamilyDocument]:
    """All the certificates that were issued for this year."""
    return FamilyDocument.objects.filter(kind=KIND, code__isnull=False, number__startswith=f"AF-{year}-")


def edit_all(job: Job, clock: Callable[[], datetime]) -> Iterator[tuple[int, int]]:
    """The job: account by account, in order; what was issued already for the same amount is not issued again."""
    year = int(job.data["year"])
    accounts = with_payments(year)
    total = accounts.count()
    last, done = job.data.get("last", 0), job.data.get("done", 0)
    while batch := list(accounts.filter(pk__gt=last).select_related("household")[:AT_ONCE]):
        last, done = batch[-1].pk, done + len(batch)
        with ExitStack() as files, transaction.atomic():
            for found in certificates(batch, year).values():
                if found.rows:
                    _issue_and_tell(found, job.created_by, clock(), files)
            job.data |= {"last": last, "done": done}
            job.save(update_fields=["data"])
        yield done, total


def _issue_and_tell(found: Certificate, actor: User | None, now: datetime, files: ExitStack) -> None:
    household = found.account.household
    if _same(found):
        return
    _issue(found, actor, now, files)
    for recipient in recipients.of_household(household):
        with translation.override(recipient.language):
            subject = _("Votre attestation fiscale %(year)s est arrivée") % {"year": found.year}
        outbox.post(
            "billing/mail/certificate",
            to=recipient.address,
            subject=subject,
            context={"year": found.year},
            now=now,
            about=household.journal_subject,
            language=recipient.language,
        )


def _issue(found: Certificate, actor: User | None, now: datetime, files: ExitStack) -> FamilyDocument:
    """The document of this certificate; the last one when it said the same amount."""
    ledger.locked(found.account)
    if known := _same(found):
        return known
    number, code, commune = _number(found), codes.new(), site()
    household = found.account.household
    made = certificate_paper(
        found,
        number=number,
        code=code,
        issued_on=timezone.localdate(now),
        recipient=_recipient(household),
        site=commune,
    )
    return issue(
        household,
        KIND,
        number,
        title(found.year),
        paper.render(made, commune=commune, now=now),
        f"attestation-fiscale-{found.year}.pdf",
        code=code,
        amount=found.total,
        actor=actor,
        files=files,
        now=now,
    )


def _of_year(account: Account, year: int) -> QuerySet[FamilyDocument]:
    return issued_of(year).filter(number__startswith=_prefix(account, year)).order_by("pk")


def _same(found: Certificate) -> FamilyDocument | None:
    last = _of_year(found.account, found.year).last()
    return last if last is not None and last.amount == found.total else None


def _prefix(account: Account, year: int) -> str:
    return f"AF-{year}-{account.pk:06d}-"


def _number(found: Certificate) -> str:
    """AF-2025-000012-1: the year, the account, and how many were issued before it for both."""
    return f"{_prefix(found.account, found.year)}{_of_year(found.account, found.year).count() + 1}"


def _recipient(household: Household) -> list[str]:
    adults = " et ".join(str(adult) for adult in household.adults.all()[:2]) or household.name
    town = f"{household.postcode} {household.city}".strip()
    return [line for line in [adults, household.street, household.street_more, town] if line]
