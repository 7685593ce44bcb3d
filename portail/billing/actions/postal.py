"""The invoices of a run that go by post: printed together, sorted as the postman walks, a long work with its files.

A file holds at most LETTERS invoices, so that a large commune's is made within the memory of a small server; each is
made once, then kept under a name that tells nothing. Made again, the new files take the place of the old ones.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TypedDict
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet

from portail.accounts.models import User
from portail.activities.queries import site
from portail.billing.actions import editions
from portail.billing.documents import invoice as documents
from portail.billing.models import Invoice, InvoiceRun
from portail.core import jobs, journal, paper
from portail.core.models import Job
from portail.core.text import plain
from portail.families.models import Household

JOB = "post-files"
LETTERS = 100
_STREET = re.compile(
    r"\s*(\d*)\s*(?:(?:bis|ter|quater|[a-d])(?=[\s,]|$))?[\s,]*(.*)", re.IGNORECASE | re.DOTALL
)


class Made(TypedDict):
    """A file that was made: its name in the storage and how many invoices it holds."""

    name: str
    letters: int


class NotEdited(Exception):
    """Invoices of the run still wait for their PDF: the post is printed when all have theirs."""


def to_post(run: InvoiceRun) -> QuerySet[Invoice]:
    """The issued invoices of a run that nobody was written to about."""
    return run.invoices.filter(document__isnull=False, told_at__isnull=False, by_mail=False)


def start(run: InvoiceRun, *, actor: User, now: datetime) -> Job:
    """Ask for the files of a published run; those under way are answered. Raises NotEdited."""
    with transaction.atomic():
        if editions.waiting().filter(run=run).exists():
            raise NotEdited
        job = jobs.start(JOB, _subject(run), actor=actor, now=now)
        if job.created_at == now:
            journal.record(
                "run.post",
                _subject(run),
                summary=f"Factures à poster demandées : {run.title}",
                actor=actor,
                now=now,
            )
        return job


def last(run: InvoiceRun) -> Job | None:
    """The latest work on the post of this run."""
    return jobs.last(_subject(run), JOB)


def files(job: Job | None) -> list[Made]:
    """The files of a work that is done, in their order."""
    return list(job.data.get("files", [])) if job and job.state == Job.State.DONE else []


def make(job: Job, clock: Callable[[], datetime]) -> Iterator[tuple[int, int]]:
    """The job: the letters in their order, LETTERS at a time."""
    run = InvoiceRun.objects.get(pk=int(job.subject.partition(":")[2]))
    order = sorted(to_post(run).select_related("account__household"), key=_on_the_way)
    keys = [invoice.pk for invoice in order]
    made: list[Made] = list(job.data.get("files", []))
    done = sum(part["letters"] for part in made)
    while batch := keys[done : done + LETTERS]:
        made.append({"name": _printed(batch, run, clock()), "letters": len(batch)})
        done += len(batch)
        job.data |= {"files": made}
        job.save(update_fields=["data"])
        yield done, len(keys)
    _forget_older(job)


def _printed(keys: list[int], run: InvoiceRun, now: datetime) -> str:
    """The name of a new file that holds these invoices, in this order."""
    rows = Invoice.objects.select_related("account__household", "document").in_bulk(keys)
    invoices = [rows[key] for key in keys]
    marks = {invoice.pk: invoice.document.code or "" for invoice in invoices if invoice.document}
    commune = site()
    content = paper.render_together(
        documents.papers(invoices, marks, site=commune), title=run.title, commune=commune, now=now
    )
    return default_storage.save(f"runs/{uuid4().hex}.pdf", ContentFile(content))


def _forget_older(job: Job) -> None:
    older = Job.objects.filter(kind=JOB, subject=job.subject, pk__lt=job.pk)
    for one in older:
        for part in one.data.get("files", []):
            default_storage.delete(part["name"])
    older.update(data={})


def _on_the_way(invoice: Invoice) -> tuple[str, str, str, int, str]:
    """By postcode, town, street, then number in the street."""
    household: Household = invoice.account.household
    number, street = _split(household.street)
    return household.postcode, plain(household.city), street, number, household.number


def _split(street: str) -> tuple[int, str]:
    """« 12 bis rue des Lilas » → 12, « rue des lilas »."""
    found = _STREET.match(street)
    assert found is not None  # every part of the pattern may be empty
    return int(found[1][:9] or 0), plain(found[2])


def _subject(run: InvoiceRun) -> str:
    return f"invoicerun:{run.pk}"
