"""How long a month's invoicing takes: `python -m bench.billing`. How to read it: bench/README.md.

For each size: an empty SQLite database in a temporary folder, that many households of two children with twenty days
of canteen each, then a draft, a publication and the PDFs, in a process of its own so that its memory is its own.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DAYS = 20
CHILDREN = 2
FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)
NOW = datetime(2026, 11, 5, 9, 0, tzinfo=UTC)
REGULATION = """
format = 1
[commune]
name = "Banc"
zone = "B"

[[tariffs]]
name = "Repas"
services = ["cantine"]
part = "meal"
bands = [
  { below = 500, price = 1.20 },
  { min = 500, below = 1000, price = 3.40 },
  { min = 1000, price = 4.90 },
]
adjust = [{ label = "Deuxième enfant", rank = { min = 2 }, percent = -10 }]
"""


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--sizes", type=int, nargs="+", default=[500, 2000, 10_000], help="households")
    asked.add_argument("--pdf", type=int, default=500, help="invoices whose PDF is made (default 500)")
    asked.add_argument("--inside", type=int, help=argparse.SUPPRESS)
    options = asked.parse_args()
    if options.inside:
        print(json.dumps(_measure(options.inside, options.pdf)))
        return
    print(f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cœurs, SQLite")
    print("| dossiers | charges | brouillon | par charge | publication | mémoire | PDF |")
    print("|---:|---:|---:|---:|---:|---:|---:|")
    for size in options.sizes:
        print(_row(_apart(size, options.pdf)), flush=True)


def _apart(size: int, pdf: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="portail-bench-") as folder:
        environment = {**os.environ, "PORTAIL_DATA": folder, "DJANGO_SETTINGS_MODULE": "config.settings"}
        environment.pop("DATABASE_URL", None)
        done = subprocess.run(
            [sys.executable, "-m", "bench.billing", "--inside", str(size), "--pdf", str(pdf)],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            sys.exit(done.stderr)
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found


def _row(m: dict[str, Any]) -> str:
    def seconds(name: str) -> str:
        return f"{m[name][0]:.1f} s ({m[name][1]:.1f} s de processeur)"

    each = m["draft"][1] / m["charges"] * 1e6
    return (
        f"| {m['households']} | {m['charges']} | {seconds('draft')} | {each:.0f} µs | {seconds('publish')} "
        f"| {m['memory']} Mo | {m['pdf_count']} en {seconds('pdf')} |"
    )


def _measure(size: int, pdf: int) -> dict[str, Any]:
    import django

    django.setup()
    from django.core.management import call_command

    from portail.billing.actions import editions, runs
    from portail.billing.models import Charge, InvoiceRun
    from portail.core import jobs
    from portail.core.models import Job

    call_command("migrate", verbosity=0)
    _fill(size)

    def work(kind: str) -> tuple[float, float]:
        job = Job.objects.get(kind=kind, state=Job.State.WAITING)
        wall, processor = time.perf_counter(), time.process_time()
        jobs.finish(job, lambda: NOW)
        return time.perf_counter() - wall, time.process_time() - processor

    run = runs.start(FIRST, LAST, due_on=date(2026, 12, 15), actor=None, now=NOW)
    draft = work(runs.DRAFT)
    runs.publish(run, actor=None, now=NOW)
    publish = work(runs.PUBLISH)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    run.refresh_from_db()
    assert run.state == InvoiceRun.State.PUBLISHED
    count = 0
    wall, processor = time.perf_counter(), _processor()
    while count < min(pdf, size):
        batch = list(editions.waiting().filter(run=run)[: editions.AT_ONCE])
        count += editions.edit_batch(batch, now=NOW)
    return {
        "households": size,
        "charges": Charge.objects.count(),
        "draft": draft,
        "publish": publish,
        "memory": memory,
        "pdf": (time.perf_counter() - wall, _processor() - processor),
        "pdf_count": count,
    }


def _processor() -> float:
    """Seconds of processor of this process and of those it ended."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def _fill(size: int) -> None:
    from portail.activities.actions.regulation import apply_regulation
    from portail.activities.models import Commune
    from portail.families.models import Child, Household, HouseholdChild, Quotient

    Commune.objects.create(id=1, name="Banc", zone="B")
    apply_regulation(REGULATION, "", actor=None, now=NOW)
    sessions = _sessions()
    for start in range(0, size, 500):
        numbers = range(start, min(start + 500, size))
        households = Household.objects.bulk_create(
            Household(
                number=str(10_000 + n),
                name=f"FAMILLE {n:05d}",
                name_key=f"famille{n:05d}",
                street="1 rue du Banc",
                postcode="14000",
                city="Caen",
                created_at=NOW,
            )
            for n in numbers
        )
        children = Child.objects.bulk_create(
            Child(
                first_name=f"Enfant {c}",
                last_name=h.name,
                search_key="enfant",
                birth_date=date(2016 + c, 3, 1),
            )
            for h in households
            for c in range(CHILDREN)
        )
        owners = [h for h in households for _ in range(CHILDREN)]
        HouseholdChild.objects.bulk_create(
            HouseholdChild(household=h, child=c, since=date(2025, 9, 1))
            for h, c in zip(owners, children, strict=True)
        )
        Quotient.objects.bulk_create(
            Quotient(
                household=h,
                value=Decimal(300 + 7 * (h.pk % 200)),
                kind="caf",
                proved_on=date(2026, 2, 10),
                received_on=date(2026, 2, 10),
                created_at=NOW - timedelta(days=200),
            )
            for h in households
        )
        _book(owners, children, sessions)


def _sessions() -> list[Any]:
    from portail.activities.models import Activity, Place, SchoolYear, Service, Session

    SchoolYear.objects.create(label="Banc", start=date(2026, 9, 1), end=date(2027, 7, 5))
    activity = Activity.objects.create(code="repas", name="Restauration")
    service = Service.objects.create(
        activity=activity,
        code="cantine",
        name="Cantine",
        short_name="Cantine",
        starts_at="12:00",
        ends_at="13:30",
        weekdays="12345",
    )
    place = Place.objects.create(name="Restaurant")
    return Session.objects.bulk_create(Session(service=service, place=place, date=day) for day in _weekdays())


def _weekdays() -> Iterator[date]:
    day, count = FIRST, 0
    while count < DAYS:
        if day.isoweekday() < 6:
            yield day
            count += 1
        day += timedelta(days=1)


def _book(owners: list[Any], children: list[Any], sessions: list[Any]) -> None:
    from portail.bookings.models import Booking

    Booking.objects.bulk_create(
        (
            Booking(child=child, household=household, session=session, created_at=NOW - timedelta(days=60))
            for household, child in zip(owners, children, strict=True)
            for session in sessions
        ),
        batch_size=2000,
    )


if __name__ == "__main__":
    main()
