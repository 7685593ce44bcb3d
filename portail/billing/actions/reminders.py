"""Reminding families of what they have not paid: looked at first, then written by the worker, each invoice once.

An invoice that was reminded less than so many days ago is passed over, whoever asks: two agents, a double click or a
worker started again never write twice about it.
"""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Count, Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portail.accounts.models import User
from portail.activities.queries import regulation
from portail.billing.models import Account, Invoice, Reminder
from portail.billing.queries.unpaid import late, left_of_all
from portail.core import jobs, journal, outbox
from portail.core.jobs import Clock
from portail.core.models import Job
from portail.core.money import to_cents
from portail.families import recipients
from portail.families.models import Household
from portail.families.recipients import Recipient

KIND = "billing.remind"
AT_ONCE = 20
"""Families written to in one transaction."""
MOST = 1000
"""Invoices that one gesture may remind."""


@dataclass(frozen=True)
class Family:
    """What a household would be reminded of, oldest first, and where it would be written to."""

    household: Household
    invoices: tuple[Invoice, ...]
    told: tuple[Recipient, ...]

    @property
    def left(self) -> Decimal:
        return left_of_all(self.invoices)


@dataclass(frozen=True)
class Plan:
    """Who would be written to; who has no address; what was reminded too lately; what is no more late."""

    written: list[Family] = field(default_factory=list)
    without_address: list[Family] = field(default_factory=list)
    too_soon: list[Invoice] = field(default_factory=list)
    settled: int = 0

    @property
    def count(self) -> int:
        return sum(len(family.invoices) for family in self.written)

    @property
    def left(self) -> Decimal:
        return sum((family.left for family in self.written), Decimal("0.00"))


def plan(invoices: Iterable[int], *, days: int, now: datetime) -> Plan:
    """What reminding these invoices would do now, if none is reminded twice in `days` days. Three queries."""
    wanted = set(invoices)
    found = list(_due(wanted, now))
    too_soon = [invoice for invoice in found if _is_too_soon(invoice, days, now)]
    kept = [invoice for invoice in found if invoice not in too_soon]
    families = _families(kept)
    return Plan(
        written=[family for family in families if family.told],
        without_address=[family for family in families if not family.told],
        too_soon=too_soon,
        settled=len(wanted) - len(found),
    )


def start(invoices: Sequence[int], *, days: int, token: uuid.UUID, actor: User, now: datetime) -> Job:
    """Ask the worker to write these reminders. The same `token` is the same gesture: it is asked once."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=actor.pk)  # a double click waits here, then finds the first
        asked = Job.objects.filter(kind=KIND, subject=f"reminders:{token}").first()
        if asked is not None:
            return asked
        asked_for = list(invoices)[:MOST]
        data = {"invoices": asked_for, "days": days, "batch": str(token)}
        job = jobs.start(KIND, f"reminders:{token}", now=now, actor=actor, data=data)
        journal.record(
            "invoices.reminding",
            f"job:{job.pk}",
            summary=f"Relance demandée : {len(asked_for)} facture(s)",
            actor=actor,
            now=now,
            after={"days": days},
        )
        return job


def remind(job: Job, clock: Clock) -> Iterator[tuple[int, int]]:
    """The job: family by family, what is still late and was not reminded lately. Done again, it writes nothing more."""
    wanted: list[int] = job.data["invoices"]
    accounts = sorted(set(Invoice.objects.filter(pk__in=wanted).values_list("account", flat=True)))
    for done in range(0, len(accounts), AT_ONCE):
        with transaction.atomic():
            _write(job, accounts[done : done + AT_ONCE], set(wanted), clock())
        yield min(done + AT_ONCE, len(accounts)), len(accounts)


def _write(job: Job, accounts: list[int], wanted: set[int], now: datetime) -> None:
    locked = Account.objects.select_for_update(of=("self",)).filter(pk__in=accounts).order_by("pk")
    due = _due(wanted, now).filter(account__in=[account.pk for account in locked])
    days = int(job.data["days"])
    for family in _families([invoice for invoice in due if not _is_too_soon(invoice, days, now)]):
        if family.told:
            _remind_one(job, family, now)


def _remind_one(job: Job, family: Family, now: datetime) -> None:
    Reminder.objects.bulk_create(
        Reminder(
            invoice=invoice,
            rank=invoice.reminded + 1,  # type: ignore[attr-defined]
            left=to_cents(invoice.left),  # type: ignore[attr-defined]
            batch=uuid.UUID(job.data["batch"]),
            at=now,
            by=job.created_by,
        )
        for invoice in family.invoices
    )
    for recipient in family.told:
        outbox.post(
            "billing/mail/reminder",
            to=recipient.address,
            subject=_("Rappel : une somme reste à payer"),
            context={
                "lines": [(invoice, to_cents(invoice.left)) for invoice in family.invoices],  # type: ignore[attr-defined]
                "left": family.left,
                "modes": [mode.words for mode in regulation().billing.payment_modes if mode != "online"],
            },
            now=now,
            about=family.household.journal_subject,
            language=recipient.language,
        )
    numbers = ", ".join(str(invoice.number) for invoice in family.invoices)
    journal.record(
        "invoices.reminded",
        family.household.journal_subject,
        summary=f"Relance envoyée pour : {numbers}",
        actor=job.created_by,
        now=now,
        after={"left": str(family.left), "mails": len(family.told)},
    )


def _due(wanted: set[int], now: datetime) -> QuerySet[Invoice]:
    """Those that are late today, with their household, how often (`reminded`) and when last (`reminded_at`)."""
    return (
        late(today=timezone.localdate(now))
        .filter(pk__in=wanted)
        .select_related("account__household")
        .annotate(reminded=Count("reminders"), reminded_at=Max("reminders__at"))
    )


def _is_too_soon(invoice: Invoice, days: int, now: datetime) -> bool:
    last: datetime | None = invoice.reminded_at  # type: ignore[attr-defined]
    return last is not None and timezone.localdate(now) - timezone.localdate(last) < timedelta(days=days)


def _families(invoices: Iterable[Invoice]) -> list[Family]:
    found: dict[Household, list[Invoice]] = {}
    for invoice in invoices:
        found.setdefault(invoice.account.household, []).append(invoice)
    told = recipients.of_households([household.pk for household in found]) if found else {}
    families = [Family(home, tuple(bills), tuple(told[home.pk])) for home, bills in found.items()]
    return sorted(families, key=lambda family: (family.household.name_key, family.household.number))
