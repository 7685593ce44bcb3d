"""kill -9 of everything, in the middle of some five hundred bookings and their mails, on a real server and real mail.

What must hold afterwards: a receipt if and only if there was a change, whole; every receipt that a parent saw is kept;
every mail written is delivered, and none more often than it was interrupted.
"""

import asyncio
import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import pytest

from tests.host.parent import NotAnswered, Parent
from tests.host.portal import Portal, Served, until
from tests.smtp import MailServer

pytestmark = pytest.mark.slow

FAMILIES, DAYS, DAYS_AT_A_TIME, TOGETHER = 15, 32, 4, 6
LEASE_SECONDS = 5
MOST_TRIES = 200
VICTIMS = (
    "-m portail worker",
    "granian",
    "-m portail worker",
    "serve",
    "granian",
    "-m portail worker",
    "serve",
)


class SlowMailServer(MailServer):
    """Takes its time before it takes a message, and after: a kill before loses what was marked too early, a kill
    after repeats what was not marked yet.
    """

    async def handle_DATA(self, server, session, envelope) -> str:
        await asyncio.sleep(0.05)
        reply = await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(0.05)
        return reply


@pytest.fixture
def mail_server():
    server = SlowMailServer()
    server.start()
    yield server
    server.stop()


def test_no_booking_and_no_mail_is_lost_nor_half_done(portal, mail_server):
    environment = {
        "EMAIL_URL": f"smtp://127.0.0.1:{mail_server.port}",
        "PORTAIL_MAIL_LEASE": str(LEASE_SECONDS),
        "PORTAIL_LOG_LEVEL": "ERROR",
    }
    portal.environment |= environment
    portal.run("init")  # refused, but nothing depends on it: the scenario makes its own commune
    portal.script(
        "from django.core.management import call_command; result = call_command('migrate', verbosity=0)"
    )
    plan = portal.script(f"from tests.host.scenario import build; result = build({FAMILIES}, {DAYS})")
    parents = [Parent(portal.url, family["username"], family["child"]) for family in plan["families"]]
    served = portal.start()
    for parent in parents:
        parent.sign_in()
    killer = Killer(portal, served)
    killer.start()
    try:
        with ThreadPoolExecutor(TOGETHER) as together:
            unsure = sum(together.map(lambda parent: book_everything(parent, plan["days"]), parents))
    finally:
        killer.stopping.set()
        killer.join()
    assert killer.killed >= len(VICTIMS)
    assert unsure > 0, "no request was ever interrupted: the test proves nothing"
    assert until(lambda: pending(portal) == 0, 180), "mails are still waiting"
    killer.served.process.terminate()
    assert killer.served.process.wait(30) == 0
    assert portal.processes() == {}
    verify(portal, parents, mail_server, killer)


class Killer(threading.Thread):
    """Kills one thing after another, for good, and starts the portal again when it was the portal."""

    def __init__(self, portal: Portal, served: Served) -> None:
        super().__init__()
        self.portal, self.served = portal, served
        self.stopping = threading.Event()
        self.killed = self.workers_killed = 0

    def run(self) -> None:
        chance = random.Random(2026)
        for victim in VICTIMS:
            time.sleep(chance.uniform(0.8, 2.0))
            if victim == "serve":
                killed = self.portal.kill("portail")
                self.portal.kill("granian")
                self.workers_killed += 1
                self.served.process.wait(30)
                self.killed += bool(killed)
                until(lambda: not self.portal.processes())
                self.served = self.portal.start()
            else:
                killed = self.portal.kill(victim)
                self.killed += bool(killed)
                self.workers_killed += len(killed) if "worker" in victim else 0


def book_everything(parent: Parent, days: list) -> int:
    """Book each day, a few at a time, insisting until all are booked. Returns how many saves were left unsure."""
    unsure = 0
    remaining = iter(days)
    while batch := list(islice(remaining, DAYS_AT_A_TIME)):
        for month in sorted({month for _, month in batch}):
            wanted = [session for session, in_month in batch if in_month == month]
            for _ in range(MOST_TRIES):
                try:
                    recap = parent.check(wanted, month)
                    if not recap.get("add"):
                        break  # all booked: by us, although we may not have seen the receipt
                    parent.save(recap)
                except NotAnswered:
                    unsure += 1
                    time.sleep(0.3)
            else:
                raise AssertionError(f"{parent.username} could not book {month}")
    return unsure


def pending(portal: Portal) -> int:
    return portal.script(
        "from portail.core.models import OutboxMail; result = OutboxMail.objects.exclude(state='sent').count()"
    )


FACTS = """
from portail.bookings.models import *; from portail.core.models import *; from portail.cli import invariants
result = {
    "broken": {name: find() for name, find in invariants.ALL.items()},
    "bookings": list(Booking.objects.values_list("child", "session")),
    "receipts": [r.number for r in Receipt.objects.all()],
    "lines": ReceiptLine.objects.count(),
    "journal": list(JournalEntry.objects.filter(verb="bookings.changed").values_list("after__receipt", flat=True)),
    "mails": list(OutboxMail.objects.values_list("message_id", "subject_line", "state")),
}
"""


def verify(portal: Portal, parents: list[Parent], mail_server: MailServer, killer: Killer) -> None:
    facts = portal.script(FACTS)
    assert [broken for found in facts["broken"].values() for broken in found] == []
    # Every day of every child, once.
    assert len(facts["bookings"]) == len({tuple(pair) for pair in facts["bookings"]}) == FAMILIES * DAYS
    assert facts["lines"] == FAMILIES * DAYS
    # A receipt if and only if there was a change; those that parents saw are all there; the journal has each once.
    seen = [number for parent in parents for number in parent.confirmed]
    assert len(set(seen)) == len(seen)
    assert set(seen) <= set(facts["receipts"])
    assert sorted(facts["journal"]) == sorted(facts["receipts"])
    # A mail for each receipt, written with it, and delivered.
    written = [message_id for message_id, *_ in facts["mails"]]
    assert {state for *_, state in facts["mails"]} == {"sent"}
    subjects = Counter(subject.rpartition(" ")[2] for _, subject, _ in facts["mails"])
    assert subjects == Counter(facts["receipts"])
    delivered = Counter(str(message["Message-ID"]) for message in mail_server.messages)
    assert set(delivered) == set(written)
    # At most one repeat after a kill: two kills may fall on the same mail.
    assert sum(count - 1 for count in delivered.values()) <= killer.workers_killed
