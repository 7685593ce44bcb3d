"""How long the PDFs of a run take: `python -m bench.papers [500]`, on a throw-away SQLite database."""

import os
import resource
import sys
import tempfile
import time
from datetime import date
from decimal import Decimal
from typing import Any

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
DAYS = [f"2026-11-{day:02d}" for day in (2, 3, 5, 6, 9, 10, 12, 13, 16)]
SERVICES = ("Cantine", "Garderie du matin", "Garderie du soir")


def main(count: int) -> None:
    """Publish `count` invoices of two children and three services, then edit them as the worker does."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"PORTAIL_DATA": folder, "DJANGO_SETTINGS_MODULE": "config.settings"}
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        run = _published(count)
        print(f"avant : {_megabytes()} Mo")
        _edited(run)
        _posted(run)


def _published(count: int) -> Any:
    from django.db import transaction
    from django.utils import timezone

    from portail.activities.models import Commune
    from portail.billing.models import InvoiceRun

    now = timezone.now()
    with transaction.atomic():
        Commune.objects.create(id=1, name="Valmont-sur-Orne", zone="B", phone="02 31 00 00 00")
        run = InvoiceRun.objects.create(
            title="Novembre",
            first=FIRST,
            last=LAST,
            due_on=date(2027, 1, 4),
            state=InvoiceRun.State.PUBLISHED,
            is_open=None,
            created_at=now,
        )
        for rank in range(count):
            _invoice(run, rank, now)
    return run


def _invoice(run: Any, rank: int, now: Any) -> None:
    from portail.billing.actions import ledger
    from portail.billing.models import Charge, ChargeComponent, Invoice, InvoiceLine, Movement
    from portail.families.models import Adult, Child, Household

    home = Household.objects.create(
        number=str(10_000 + rank), name=f"FAMILLE{rank}", street=f"{rank % 90} rue des Lilas", created_at=now
    )
    Adult.objects.create(
        household=home, first_name="Alice", last_name=f"Nom{rank}", email=f"a{rank}@exemple.fr"
    )
    account = ledger.account_of(home, now=now)
    invoice = Invoice.objects.create(
        account=account,
        run=run,
        number=2026000000001 + rank,
        issued_on=date(2026, 12, 1),
        due_on=run.due_on,
        first=FIRST,
        last=LAST,
        amount=Decimal("148.32"),
        recipient=[home.name, home.street, "14220 Valmont-sur-Orne"],
        by_mail=rank % 5 > 0,
    )
    ledger.enter(
        account,
        Movement.Kind.INVOICE,
        invoice.amount,
        "Facture",
        day=date(2026, 12, 1),
        now=now,
        actor=None,
        invoice=invoice,
    )
    for name in ("Léa", "Noé"):
        child = Child.objects.create(first_name=name, last_name=f"Nom{rank}", birth_date=date(2019, 1, 1))
        for position, service in enumerate(SERVICES):
            line = InvoiceLine.objects.create(
                invoice=invoice,
                position=position,
                child=child,
                child_label=str(child),
                label=service,
                days=DAYS,
                quantity=len(DAYS),
                unit_price=Decimal("2.75"),
                amount=Decimal("24.72"),
                explanation={"sentence": "2,75 € = taux d'effort 0,36 % × QF 764"},
            )
            charge = Charge.objects.create(
                account=account,
                kind=Charge.Kind.OTHER,
                child=child,
                day=FIRST,
                label=service,
                amount=line.amount,
                line=line,
                created_at=now,
            )
            for part, amount in (("care", "10.00"), ("meal", "14.72")):
                ChargeComponent.objects.create(charge=charge, part=part, amount=Decimal(amount))


def _edited(run: Any) -> None:
    from django.utils import timezone

    from portail.activities.queries import site
    from portail.billing.actions import editions
    from portail.billing.documents import invoice as documents
    from portail.core import paper

    now, commune = timezone.now(), site()
    found = list(run.invoices.select_related("account__household"))
    with _Told(f"{len(found)} PDF seuls"):
        paper.render_each(
            documents.papers(found, {one.pk: "7KXD-M2PQ-4RTB" for one in found}, site=commune),
            commune=commune,
            now=now,
        )
    with _Told(f"{len(found)} factures éditées, gardées et annoncées"):
        while batch := list(editions.waiting().filter(run=run)[: editions.AT_ONCE]):
            editions.edit_batch(batch, now=now)


def _posted(run: Any) -> None:
    from django.utils import timezone

    from portail.billing.actions import postal
    from portail.core import jobs

    job = jobs.start(postal.JOB, f"invoicerun:{run.pk}", now=timezone.now())
    with _Told(f"{postal.to_post(run).count()} factures à poster"):
        jobs.finish(job, timezone.now)


class _Told:
    """Say how long what is done inside took."""

    def __init__(self, what: str) -> None:
        self.what = what

    def __enter__(self) -> None:
        self.start, self.cpu = time.perf_counter(), time.process_time()

    def __exit__(self, *broken: object) -> None:
        took, cpu = time.perf_counter() - self.start, time.process_time() - self.cpu
        print(f"{self.what} : {took:.2f} s, {cpu:.2f} s de processeur, {_megabytes()} Mo au plus")


def _megabytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
