"""kill -9 of the worker while a month is drafted, published and edited: taken up again, the result is the same."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest
from django.conf import settings

from tests.host.portal import Portal, until

pytestmark = pytest.mark.slow

FAMILIES, KILLS = 60, 8
BUILD = f"""
from tests.billing.town import OCTOBER, book, family, regulate, sessions
from tests import factories as make
make.CommuneFactory()
regulate()
days = sessions(OCTOBER[0], 8)
for number in range({FAMILIES}):
    household, child = family(f"FAMILLE{{number:03d}}")
    book(household, child, days[: 1 + number % 8])
result = None
"""
PRESS = """
from datetime import timedelta
from django.utils import timezone
from portail.billing.actions import runs
from portail.billing.models import InvoiceRun
from tests.billing.town import OCTOBER
now = timezone.now()
run = InvoiceRun.objects.first()
if run is None:
    run = runs.start(*OCTOBER, due_on=now.date() + timedelta(days=30), actor=None, now=now)
elif run.state == "draft":
    runs.publish(run, actor=None, now=now)
result = run.state
"""
LOOK = """
from portail.billing.actions import editions
from portail.billing.models import Invoice, InvoiceRun
from portail.core.models import Job
# A killed worker's lease ends by itself after a while: here it is not waited for.
Job.objects.update(leased_until=None)
run = InvoiceRun.objects.first()
done = run.state if Job.objects.filter(state="waiting").exists() is False else "working"
result = [done, editions.waiting().count()]
"""
TELL = """
from collections import Counter
from portail.billing.models import Charge, Invoice, Movement
from portail.families.models import FamilyDocument
invoices = Invoice.objects.order_by("number")
result = {
    "invoices": [[i.number, i.account.household.name, str(i.amount), i.document_id is not None] for i in invoices],
    "movements": Movement.objects.count(),
    "charges": Charge.objects.count(),
    "documents": FamilyDocument.objects.count(),
}
"""


def worker(portal: Portal) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "portail", "worker"],
        cwd=settings.BASE_DIR,
        env=portal.env(PORTAIL_LOG_LEVEL="ERROR"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def expected() -> dict:
    names = [f"FAMILLE{number:03d}" for number in range(FAMILIES)]
    amounts = [f"{3.5 * (1 + number % 8):.2f}" for number in range(FAMILIES)]
    charges = sum(1 + number % 8 for number in range(FAMILIES))
    return {"names": names, "amounts": amounts, "charges": charges}


def test_killed_anywhere_a_month_is_invoiced_once(portal):
    portal.script(
        "from django.core.management import call_command; result = call_command('migrate', verbosity=0)"
    )
    portal.script(BUILD)
    assert portal.script(PRESS) == "drafting"
    chance, killed = random.Random(2026), 0
    for _ in range(KILLS):
        running = worker(portal)
        time.sleep(chance.uniform(0.9, 3.0))
        killed += running.poll() is None
        os.kill(running.pid, signal.SIGKILL)
        running.wait()
        portal.script(LOOK)
        portal.script(PRESS)
    assert killed == KILLS
    last = worker(portal)
    try:
        assert until(lambda: portal.script(LOOK) == ["draft", 0] or _is_published(portal), 90)
        portal.script(PRESS)
        assert until(lambda: _is_published(portal), 120)
    finally:
        last.send_signal(signal.SIGINT)
        last.wait(30)
    found, wanted = portal.script(TELL), expected()
    first = found["invoices"][0][0]
    assert [i[0] for i in found["invoices"]] == list(range(first, first + FAMILIES))
    assert [i[1] for i in found["invoices"]] == wanted["names"]
    assert [i[2] for i in found["invoices"]] == wanted["amounts"]
    assert all(i[3] for i in found["invoices"])
    assert found["movements"] == found["documents"] == FAMILIES
    assert found["charges"] == wanted["charges"]


def _is_published(portal: Portal) -> bool:
    return portal.script(LOOK) == ["published", 0]
