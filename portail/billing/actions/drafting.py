"""Writing the drafts of a run: for some households at a time, their invoices, lines, charges and anomalies.

Writing a household again throws away what was written of it before: done twice is done once. What agents wrote by hand
(`key` empty) is only hung on a line, and comes loose when the draft goes.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from portail.activities.models import Service
from portail.billing.actions.anomalies import Watch
from portail.billing.models import Account, Charge, ChargeComponent, Invoice, InvoiceLine, InvoiceRun
from portail.billing.queries.charges import to_invoice
from portail.billing.queries.dues import Due, Dues
from portail.billing.queries.laws import Law
from portail.core import rows
from portail.core.money import ZERO
from portail.families.models import Child, Household

A_BATCH = 50
"""Households drafted in one transaction: about a second's work."""
ROWS = 500
Item = Due | Charge


@dataclass(frozen=True)
class Drafted:
    """What one household is asked: computed dues and charges written by hand, by line."""

    household: Household
    lines: tuple[tuple[Item, ...], ...]

    @property
    def items(self) -> list[Item]:
        return [item for line in self.lines for item in line]

    @property
    def amount(self) -> Decimal:
        return sum((item.amount for item in self.items), ZERO)


def draft(
    run: InvoiceRun,
    households: Sequence[Household],
    by: Law,
    *,
    now: datetime,
    changed: Collection[int] = (),
) -> None:
    """Write the drafts of these households, inside the caller's transaction, which has locked the run.

    `changed`: those (their keys) that were drafted otherwise a moment ago; an anomaly says it.
    """
    discard(run, households)
    found, manual = due(run, households, by)
    names = _Names(found, manual)
    made = [
        Drafted(household, tuple(_lines(found.of_items(household.pk, manual), names)))
        for household in households
    ]
    watch = Watch(run, by, names.children, changed)
    accounts = _accounts([d.household for d in made if d.lines or found.gaps_of(d.household.pk)], now)
    watched = watch.look(made, found, accounts)
    kept = [d for d in made if _is_asked(d, by)]
    _write(run, kept, accounts, names, now)
    watch.write(watched, [household.pk for household in households])


class _Found(Dues):
    """Dues read household by household without going through all of them each time."""

    def __init__(self, dues: Dues) -> None:
        super().__init__(dues.due, dues.gaps)
        self._due: dict[int, list[Due]] = defaultdict(list)
        self._gaps: dict[int, list[Any]] = defaultdict(list)
        for due in dues.due:
            self._due[due.household_id].append(due)
        for gap in dues.gaps:
            self._gaps[gap.household_id].append(gap)

    def of_items(self, household_id: int, manual: dict[int, list[Charge]]) -> list[Item]:
        return [*self._due.get(household_id, ()), *manual.get(household_id, ())]

    def gaps_of(self, household_id: int) -> list[Any]:
        return self._gaps.get(household_id, [])


def due(run: InvoiceRun, households: Sequence[Household], by: Law) -> tuple[_Found, dict[int, list[Charge]]]:
    """What these households owe in this run: computed, and written by hand, by household."""
    ids = [household.pk for household in households]
    found = _Found(to_invoice(ids, run.first, run.last, services=run.services, by=by))
    manual: dict[int, list[Charge]] = defaultdict(list)
    for charge in by_hand(run, ids):
        manual[charge.account.household_id].append(charge)
    return found, manual


def by_hand(run: InvoiceRun, households: Iterable[int]) -> list[Charge]:
    """The charges that agents wrote for these households and that no invoice of another run holds."""
    found = Charge.objects.filter(account__household__in=list(households), key="", day__lte=run.last)
    waiting = found.filter(line=None) | found.filter(line__invoice__run=run, line__invoice__number=None)
    charges = waiting.select_related("account", "service").order_by("day", "pk")
    return [c for c in charges if not run.services or c.service is None or c.service.code in run.services]


def discard(run: InvoiceRun, households: Iterable[Household]) -> None:
    """Take away what was drafted of these households."""
    drafts = _drafts(run, households)
    if not drafts:
        return
    computed = Charge.objects.filter(line__invoice__in=drafts).exclude(key="")
    ChargeComponent.objects.filter(charge__in=computed).delete()
    computed.delete()
    Invoice.objects.filter(pk__in=drafts).delete()


def _drafts(run: InvoiceRun, households: Iterable[Household]) -> list[int]:
    """The keys of the drafts of these households.

    Read by household and sorted out here: asked for those without a number, SQLite goes through the whole run.
    """
    ids = [household.pk for household in households]
    known = (
        Invoice.objects.filter(account__household__in=ids).order_by().values_list("pk", "run_id", "number")
    )
    return [pk for pk, run_id, number in known if run_id == run.pk and number is None]


class _Names:
    """What lines are called by and sorted by. Two queries."""

    def __init__(self, found: Dues, manual: dict[int, list[Charge]]) -> None:
        items: list[Any] = [*found.due, *found.gaps, *(c for rows in manual.values() for c in rows)]
        children = Child.objects.filter(pk__in={item.child_id for item in items if item.child_id})
        self.children = {child.pk: child for child in children}
        self.positions = dict(Service.objects.values_list("pk", "position"))

    def order(self, item: Item) -> tuple[object, ...]:
        child = self.children.get(item.child_id or 0)
        return (
            (child.birth_date, child.pk) if child else (date.max, 0),
            item.kind == Charge.Kind.ADJUSTMENT,
            self.positions.get(item.service_id or 0, 10**6),
            item.service_id or 0,
            item.label,
            item.reason,
            item.amount,
            item.day,
        )


def _lines(items: list[Item], names: _Names) -> list[tuple[Item, ...]]:
    """The items in the order of the invoice, those that are alike together. Nothing when all of it costs nothing."""
    if not any(item.amount for item in items):
        return []
    groups: dict[tuple[object, ...], list[Item]] = {}
    for item in sorted(items, key=names.order):
        key = item.child_id, item.kind, item.service_id, item.label, item.reason, item.amount
        groups.setdefault(key, []).append(item)
    return [tuple(group) for group in groups.values()]


def _is_asked(drafted: Drafted, by: Law) -> bool:
    """Not what is under the least that is invoiced: it waits for the next run."""
    return bool(drafted.lines) and not is_too_little(drafted.amount, by)


def is_too_little(amount: Decimal, by: Law) -> bool:
    return 0 < amount < by.regulation.billing.minimum


def _accounts(households: list[Household], now: datetime) -> dict[int, Account]:
    """The accounts of these households, by household, opened where there is none."""
    ids = [household.pk for household in households]
    known = Account.objects.filter(household__in=ids)
    missing = set(ids) - set(known.values_list("household_id", flat=True))
    Account.objects.bulk_create(
        [Account(household_id=pk, created_at=now) for pk in sorted(missing)], ignore_conflicts=True
    )
    return {account.household_id: account for account in known.all()}


def recipient_of(household: Household) -> list[str]:
    """The lines of an address, as an envelope wants them."""
    town = f"{household.postcode} {household.city}".strip()
    return [line for line in (household.name, household.street_more, household.street, town) if line]


def _write(
    run: InvoiceRun, made: list[Drafted], accounts: dict[int, Account], names: _Names, now: datetime
) -> None:
    invoices = [_invoice(run, drafted, accounts[drafted.household.pk]) for drafted in made]
    Invoice.objects.bulk_create(invoices, batch_size=ROWS)
    lines, groups = [], []
    for invoice, drafted in zip(invoices, made, strict=True):
        for position, group in enumerate(drafted.lines):
            lines.append(_line(invoice, position, group, names))
            groups.append(group)
    InvoiceLine.objects.bulk_create(lines, batch_size=ROWS)
    dues, hung = [], []
    for line, group in zip(lines, groups, strict=True):
        for item in group:
            if isinstance(item, Charge):
                item.line = line
                hung.append(item)
            else:
                dues.append((item, line))
    Charge.objects.bulk_update(hung, ["line"], batch_size=ROWS)
    _write_charges(dues, now)


def _write_charges(dues: list[tuple[Due, InvoiceLine]], now: datetime) -> None:
    """By far the most numerous rows of a run: written without the instances that nobody would read."""
    rows.insert(Charge, CHARGE, [_charge(due, line, now) for due, line in dues])
    written = Charge.objects.filter(line__in={line.pk for _, line in dues}).exclude(key="").order_by()
    keys = dict(written.values_list("key", "pk"))
    rows.insert(
        ChargeComponent,
        ("charge_id", "part", "label", "amount"),
        [
            (keys[due.key], part.part.value, part.label[:150], part.amount)
            for due, _ in dues
            for part in due.parts
        ],
    )


def _invoice(run: InvoiceRun, drafted: Drafted, account: Account) -> Invoice:
    household = drafted.household
    return Invoice(
        account=account,
        run=run,
        due_on=run.due_on,
        first=run.first,
        last=run.last,
        amount=drafted.amount,
        recipient=recipient_of(household),
        by_mail=household.invoices_by_mail,
    )


def _line(invoice: Invoice, position: int, group: tuple[Item, ...], names: _Names) -> InvoiceLine:
    first = group[0]
    child = names.children.get(first.child_id or 0)
    amount = sum((item.amount for item in group), ZERO)
    explanation = dict(first.explanation)
    if first.reason:
        explanation["reason"] = first.reason
    return InvoiceLine(
        invoice=invoice,
        position=position,
        child_id=first.child_id,
        child_label=child.first_name if child else "",
        service_id=first.service_id,
        label=first.label[:200],
        days=[item.day.isoformat() for item in group],
        quantity=Decimal(len(group)),
        unit_price=first.amount,
        amount=amount,
        explanation=explanation,
    )


CHARGE = (
    *(
        "account_id",
        "kind",
        "key",
        "child_id",
        "service_id",
        "booking_id",
        "day",
        "label",
        "quantity",
        "amount",
    ),
    *("inputs", "explanation", "regulation_id", "adjusts_id", "reason", "line_id", "created_at"),
)
ONE = Decimal(1)


def _charge(due: Due, line: InvoiceLine, now: datetime) -> tuple[Any, ...]:
    """The values of CHARGE."""
    return (
        *(line.invoice.account_id, due.kind, due.key, due.child_id, due.service_id, due.booking_id, due.day),
        *(due.label[:200], ONE, due.amount, due.inputs, due.explanation, due.regulation_id, due.adjusts_id),
        *(due.reason, line.pk, now),
    )


def differs(run: InvoiceRun, households: Sequence[Household], by: Law) -> list[Household]:
    """Those who owe something else than what their draft says. A constant number of queries."""
    found, manual = due(run, households, by)
    drafted: dict[int, set[tuple[object, ...]]] = defaultdict(set)
    charges = Charge.objects.filter(line__invoice__in=_drafts(run, households)).order_by()
    told = charges.values_list("account__household_id", "kind", "key", "pk", "amount", "reason")
    for household_id, kind, key, pk, amount, reason in told:
        drafted[household_id].add((kind, key or pk, amount, reason))
    return [h for h in households if _told(found.of_items(h.pk, manual), by) != drafted[h.pk]]


def _told(items: list[Item], by: Law) -> set[tuple[object, ...]]:
    """What a draft would hold of these, comparable with what it holds."""
    total = sum((item.amount for item in items), ZERO)
    if not any(item.amount for item in items) or is_too_little(total, by):
        return set()
    return {
        (str(i.kind), (i.key or i.pk) if isinstance(i, Charge) else i.key, i.amount, i.reason) for i in items
    }


def refresh(run: InvoiceRun, households: Sequence[Household]) -> None:
    """Copy again where these drafts are sent: an address that was mended since changes no amount."""
    by_id = {household.pk: household for household in households}
    drafts = Invoice.objects.filter(pk__in=_drafts(run, households))
    stale = []
    for invoice in drafts.select_related("account"):
        household = by_id[invoice.account.household_id]
        wanted = recipient_of(household), household.invoices_by_mail
        if (invoice.recipient, invoice.by_mail) != wanted:
            invoice.recipient, invoice.by_mail = wanted
            stale.append(invoice)
    Invoice.objects.bulk_update(stale, ["recipient", "by_mail"], batch_size=ROWS)
