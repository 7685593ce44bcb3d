"""What is read of the invoicing runs: the next one to make, what a draft holds, how it compares with the one before."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from portail import rules
from portail.billing.models import Anomaly, Charge, Invoice, InvoiceLine, InvoiceRun, Movement
from portail.billing.queries.charges import to_invoice
from portail.billing.queries.dues import Dues
from portail.core.money import ZERO, to_cents
from portail.core.text import name_key
from portail.families.models import Household
from portail.rules.billing import Timing


@dataclass(frozen=True)
class Total:
    """A service in a run: its units and its sum, in euros, and its sum in the run before (None: it was not in it)."""

    label: str
    count: Decimal
    amount: Decimal
    before: Decimal | None

    @property
    def change(self) -> Decimal | None:
        return None if self.before is None else self.amount - self.before


@dataclass(frozen=True)
class Summary:
    """The totals of a run by service, and of the published run before it."""

    services: tuple[Total, ...]
    count: int
    amount: Decimal
    previous: InvoiceRun | None
    previous_count: int
    previous_amount: Decimal

    @property
    def change(self) -> Decimal:
        return self.amount - self.previous_amount


OTHER = "Ajouts et corrections à la main"


def summary(run: InvoiceRun) -> Summary:
    """Five queries, whatever the size of the run."""
    previous = before(run)
    now, then = _by_service(run), _by_service(previous) if previous else {}
    rows = [
        Total(label, count, amount, then[label][2] if label in then else None)
        for label, (_, count, amount) in sorted(now.items(), key=lambda item: (item[1][0], item[0]))
    ]
    rows += [
        Total(label, Decimal(0), ZERO, amount)
        for label, (_, _, amount) in sorted(then.items())
        if label not in now
    ]
    count, amount = totals(run)
    previous_count, previous_amount = totals(previous) if previous else (0, ZERO)
    return Summary(tuple(rows), count, amount, previous, previous_count, previous_amount)


def totals(run: InvoiceRun) -> tuple[int, Decimal]:
    """How many invoices a run holds, and their sum in euros."""
    found = run.invoices.aggregate(count=Count("pk"), total=Sum("amount"))
    return found["count"], to_cents(found["total"])


def _by_service(run: InvoiceRun) -> dict[str, tuple[int, Decimal, Decimal]]:
    rows = (
        InvoiceLine.objects.filter(invoice__run=run)
        .order_by()
        .values_list(Coalesce("service__name", Value(OTHER)), Coalesce("service__position", Value(9999)))
        .annotate(Sum("quantity"), Sum("amount"))
    )
    return {label: (position, to_cents(count), to_cents(amount)) for label, position, count, amount in rows}


def before(run: InvoiceRun) -> InvoiceRun | None:
    """The published run that came before these days, with the same services."""
    published = InvoiceRun.objects.filter(state=InvoiceRun.State.PUBLISHED, last__lt=run.first)
    same = [found for found in published.order_by("-last", "pk")[:20] if found.services == run.services]
    return same[0] if same else None


def numbers(run: InvoiceRun) -> tuple[int | None, int | None]:
    """The first and the last number of a published run."""
    found = run.invoices.aggregate(first=Min("number"), last=Max("number"))
    return found["first"], found["last"]


def severities(run: InvoiceRun) -> dict[str, int]:
    """How many anomalies are still to be looked at, by severity."""
    rows = run.anomalies.filter(accepted_at=None).order_by().values_list("severity")
    counts = dict(rows.annotate(Count("pk")))
    return {severity: counts.get(severity, 0) for severity in Anomaly.Severity.values}


def proposed(today: date, cycle: rules.BillingCycle) -> tuple[date, date]:
    """The period to invoice now: the first that is over and was not, or the last that is over.

    In advance (`timing`), the period that comes.
    """
    last = InvoiceRun.objects.filter(state=InvoiceRun.State.PUBLISHED).aggregate(last=Max("last"))["last"]
    if cycle.timing is Timing.BEFORE:
        coming = cycle.period(cycle.period(today)[1] + timedelta(days=1))
        return coming if last is None or last < coming[0] else cycle.period(last + timedelta(days=1))
    over = cycle.period(cycle.period(today)[0] - timedelta(days=1))
    if last is None or last >= over[0]:
        return over
    return cycle.period(last + timedelta(days=1))


def overlapping(first: date, last: date, services: Iterable[str]) -> list[InvoiceRun]:
    """The published runs that hold some of these days, for some of these services."""
    wanted = set(services)
    runs = InvoiceRun.objects.filter(state=InvoiceRun.State.PUBLISHED, first__lte=last, last__gte=first)
    return [r for r in runs.order_by("first") if not wanted or not r.services or wanted & set(r.services)]


HALF_A_CENT = Decimal("0.005")
"""Sums of SQLite are floats: under half a cent is nothing."""


def invoices(*, text: str = "", state: str = "", month: date | None = None, today: date) -> QuerySet[Invoice]:
    """The published invoices, the latest first, narrowed by a number or a household, a state, a month.

    `state`: "a-payer", "en-retard", "payees", "avoirs".
    """
    found = Invoice.objects.filter(number__isnull=False).select_related("account__household", "document")
    found = narrowed(found, text)
    if month is not None:
        found = found.filter(first__lte=month, last__gte=month)
    if state == "avoirs":
        return found.filter(credit_notes__isnull=False).distinct().order_by("-number")
    if state:
        paid = Coalesce(Sum("movement__paid_by__amount"), ZERO)
        found = found.filter(amount__gt=0, movement__kind=Movement.Kind.INVOICE).annotate(paid=paid)
        due = Q(paid__lt=F("amount") - HALF_A_CENT)
        narrow = {
            "a-payer": due & Q(due_on__gte=today),
            "en-retard": due & Q(due_on__lt=today),
            "payees": ~due,
        }
        found = found.filter(narrow[state]) if state in narrow else found
    return found.order_by("-number")


def narrowed(found: QuerySet[Invoice], text: str) -> QuerySet[Invoice]:
    """Those of a number, or of a household by its number or name."""
    text = text.strip()
    if not text:
        return found
    by_name = Q(account__household__name_key__contains=name_key(text)) if name_key(text) else Q()
    by_number = Q(account__household__number=text)
    if text.isdigit() and len(text) < 19:
        return found.filter(Q(number=int(text)) | by_number)
    return found.filter(by_name | by_number)


def total_of(found: QuerySet[Invoice]) -> Decimal | None:
    """The sum of these invoices, in euros, whatever narrows them."""
    keys = found.order_by().values("pk")
    total: Decimal | None = Invoice.objects.filter(pk__in=keys).aggregate(total=Sum("amount"))["total"]
    return total


@dataclass(frozen=True)
class Coming:
    """What the next invoice of a household would hold: computed, by hand, what no rule prices."""

    dues: Dues
    by_hand: tuple[Charge, ...]

    @property
    def amount(self) -> Decimal:
        return self.dues.amount + sum((charge.amount for charge in self.by_hand), ZERO)


def coming(household: Household, first: date, last: date) -> Coming:
    """What is still to be invoiced to a household up to `last`."""
    waiting = Charge.objects.filter(account__household=household, key="").filter(
        Q(line=None) | Q(line__invoice__number=None)
    )
    return Coming(to_invoice([household.pk], first, last), tuple(waiting.order_by("day", "pk")))
