"""What waits for whoever invoices: a month that is over, a draft, a run that stopped. At most five queries."""

from collections.abc import Iterator
from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone

from portail import rules
from portail.activities.queries import regulation
from portail.billing.actions import editions, runs
from portail.billing.models import InvoiceRun
from portail.billing.queries.runs import proposed, severities
from portail.bookings.models import Booking
from portail.core import jobs
from portail.core.models import Job
from portail.core.text import many
from portail.desk.task import Task

State = InvoiceRun.State


def invoicing_tasks(now: datetime) -> Iterator[Task]:
    """The worst first; nothing while the regulation tells no price."""
    open_run = InvoiceRun.objects.filter(is_open=True).first()
    if open_run is not None:
        yield _of_open(open_run)
        return
    in_force = regulation()
    yield from _unsent()
    if in_force.tariffs:
        yield from _not_invoiced(in_force.billing, timezone.localdate(now))


def _of_open(run: InvoiceRun) -> Task:
    url = reverse("desk:run", args=[run.pk])
    if run.state == State.DRAFT:
        blocking = severities(run)["blocking"]
        text = (
            f"{many(blocking, 'anomalie')} à régler avant de publier."
            if blocking
            else "Relisez-le, puis publiez."
        )
        return Task(f"Brouillon à relire : {run.title}", text, "receipt", "warn", url)
    job = jobs.last(runs.subject(run))
    if job is None or job.state != Job.State.WAITING:
        return Task(
            f"Facturation arrêtée : {run.title}", "Rien n'est perdu : relancez-la.", "warning", "bad", url
        )
    return Task(f"Facturation en cours : {run.title}", "Le travail continue sans vous.", "clock", "info", url)


def _unsent() -> Iterator[Task]:
    """Published invoices whose documents are not all made."""
    waiting = editions.waiting().filter(run__isnull=False).select_related("run").first()
    if waiting is None or waiting.run is None:
        return
    job = jobs.last(runs.subject(waiting.run), runs.EDIT)
    is_stopped = job is None or job.state != Job.State.WAITING
    yield Task(
        f"{'Envois arrêtés' if is_stopped else 'Envois en cours'} : {waiting.run.title}",
        "Relancez-les : ce qui est parti ne repartira pas."
        if is_stopped
        else "Les factures partent une à une.",
        "mail",
        "bad" if is_stopped else "info",
        reverse("desk:run", args=[waiting.run_id]),
    )


def _not_invoiced(cycle: rules.BillingCycle, today: date) -> Iterator[Task]:
    """A period whose day to invoice has come, where something was booked."""
    first, last = proposed(today, cycle)
    if today < cycle.run_on(first):
        return
    published = InvoiceRun.objects.filter(state=State.PUBLISHED, first__lte=first, last__gte=last)
    if published.exists():
        return
    booked = Booking.objects.filter(
        state=Booking.State.BOOKED, session__date__gte=first, session__date__lte=last
    )
    if booked.exists():
        yield Task(
            f"{runs.title_of(first, last)} n'est pas facturé",
            "Préparez le brouillon, relisez-le, publiez.",
            "euro",
            "warn",
            reverse("desk:run_new"),
        )
