"""What households owe for some days: computed from the bookings and the regulation, each time it is read.

`computed` says what everything costs; `to_invoice` what is still to be put on an invoice: what never was, and the
difference with what was.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef

from portail import rules
from portail.activities import queries
from portail.activities.models import Regulation
from portail.attendance.models import Settlement
from portail.billing.models import Charge, InvoiceRun
from portail.billing.queries import lateness, presence
from portail.billing.queries.away import absent_rows, shares
from portail.billing.queries.corrections import corrections
from portail.billing.queries.dues import Due, Dues, Gap, Row, explained, told
from portail.billing.queries.facts import Facts, facts
from portail.billing.queries.laws import Law
from portail.billing.queries.prices import FAMILY, Answer, Priced, after, cap_key
from portail.billing.queries.rows import between, booked, not_by_a_closing, not_invoiced
from portail.billing.queries.rows import rows as rows_of
from portail.bookings.models import Booking
from portail.rules.absences import AbsentDay
from portail.rules.periods import start_of
from portail.rules.pricing import Price, PriceUnknown, price_by, scaled, total
from portail.rules.sentences import Step
from portail.rules.surcharges import Charged, Trigger, surcharge

FURTHEST = timedelta(days=400)
"""How far in the past something is still caught up or corrected."""


_BY_ATTENDANCE = Settlement.objects.filter(booking=OuterRef("pk"))
"""The bookings that an agent wrote after the day, for a child who had come without one: they were not asked late."""


def law() -> Law:
    """The rules in force with their version, and the calendar. Four queries."""
    last = Regulation.objects.order_by("-version").values_list("pk", flat=True).first()
    in_force = queries.version(last)
    return Law(in_force, last, queries.calendar(in_force))


def computed(
    households: Iterable[int], first: date, last: date, *, services: Iterable[str] = (), by: Law | None = None
) -> Dues:
    """All that these households owe for these days (both included), invoiced or not.

    A constant number of queries, whatever the number of households. What no rule prices is in `gaps`.
    """
    by = by or law()
    ids = list(households)
    codes = tuple(services)
    rows = rows_of(booked(between(ids, first, last, codes)))
    return _Computation(by, ids, rows, first, last, codes, fresh_from=first).dues()


def to_invoice(
    households: Iterable[int], first: date, last: date, *, services: Iterable[str] = (), by: Law | None = None
) -> Dues:
    """What is still to be invoiced to these households up to `last`: these days, what was left out before them,
    and what corrects the invoices. What is on a draft counts as not invoiced. A constant number of queries.
    """
    by = by or law()
    ids, codes = list(households), tuple(services)
    runs = published_runs()
    since = invoiced_since(first, runs)
    rows = rows_of(not_invoiced(booked(between(ids, since, last, codes))))
    found = _Computation(by, ids, rows, since, last, codes, fresh_from=first).dues()
    found.due = _not_of_before(_new(found.due, ids), first, runs)
    by_id = {row.booking_id: row for row in rows}
    found.due = [_caught_up(due, first, runs, by_id) for due in found.due]
    found.due += corrections(ids, since, last, codes)
    return found


def published_runs() -> list[InvoiceRun]:
    return list(InvoiceRun.objects.filter(state=InvoiceRun.State.PUBLISHED).order_by("first", "pk"))


def invoiced_since(first: date, runs: Iterable[InvoiceRun]) -> date:
    """From which day on the past is looked at again: the first that was ever invoiced here, a year at most."""
    return max(min([first, *(run.first for run in runs)]), first - FURTHEST)


@dataclass
class _Computation:
    """One pass over the bookings of a batch of households, in the order of the days."""

    by: Law
    households: list[int]
    rows: list[Row]
    first: date
    last: date
    services: tuple[str, ...]
    fresh_from: date
    found: Dues = field(default_factory=Dues)
    packages: set[str] = field(default_factory=set)
    already: dict[tuple[object, ...], Decimal] = field(default_factory=dict)
    told: dict[Any, Any] = field(default_factory=dict)

    def dues(self) -> Dues:
        emitted = {row.booking_id for row in self.rows}
        rows = self._with_capped_before()
        absent, absences = absent_rows(self.households, self.first, self.last)
        late_rows = self._maybe_late()
        seen = presence.seen(self.households, self.first, self.last, self.services, self.by)
        seen_rows = [each.row for each in seen]
        everything = {row.booking_id: row for row in (*rows, *absent, *late_rows, *seen_rows)}
        known = facts(everything.values(), self.households, self.by.regulation)
        due = shares(absent, absences, known, self.by.regulation.absences, self.by.calendar)
        for row in rows:
            self._price(row, known[row.booking_id], due.get(row.booking_id), row.booking_id in emitted)
        self._surcharges(self._late(late_rows, known), known, emitted)
        self._seen(seen, known)
        self.by.pricer.forget()
        return self.found

    def _with_capped_before(self) -> list[Row]:
        """With a cap, what was counted earlier in its period matters too."""
        caps = self.by.pricer.caps
        if not caps or not self.rows:
            return self.rows
        start = min(start_of(per, self.rows[0].day, self.by.calendar) for per in caps)
        return rows_of(booked(between(self.households, start, self.last)))

    def _maybe_late(self) -> list[Row]:
        """The bookings among which some are late, when a surcharge looks at it."""
        asked = lateness.surcharges_of(self.by.regulation)
        if not asked:
            return []
        start = lateness.counted_from(asked, self.first, self.by.calendar)
        states = (Booking.State.BOOKED, Booking.State.CANCELLED)
        rows = not_by_a_closing(between(self.households, start, self.last, self.services)).filter(
            state__in=states
        )
        return rows_of(rows.exclude(Exists(_BY_ATTENDANCE)))

    def _late(self, rows: list[Row], known: Mapping[int, Facts]) -> list[lateness.Late]:
        """Which of them were late, each by the deadline of who asked."""
        deadlines = lateness.Deadlines(self.by.regulation, self.by.calendar)
        told = {row.booking_id: known[row.booking_id].known for row in rows}
        return list(lateness.late(rows, deadlines, lateness.surcharges_of(self.by.regulation), told))

    def _price(self, row: Row, facts: Facts, absent: AbsentDay | None, is_emitted: bool) -> None:
        try:
            answer = self.by.pricer.of(row.code, row.day, facts.known)
            item, seen = self._item(row, facts, answer)
        except PriceUnknown as unknown:
            if is_emitted:
                self.found.gaps.append(_gap(row, unknown))
            return
        if not is_emitted:
            return
        inputs = self._inputs(facts)
        if answer.capped:
            inputs = {**inputs, "already": seen}
        if item is not None:
            if absent is not None:
                item, inputs = _away(item, absent), {**inputs, "absence": absent.reason.as_json()}
            self.found.due.append(self._due(row, item, inputs))
        for tariff, priced in answer.packages:
            self._package(row, tariff, priced, inputs)

    def _item(self, row: Row, facts: Facts, answer: Answer) -> tuple[Priced | None, dict[str, str]]:
        """The price of the booking itself; under caps, what each had already seen comes with it."""
        if not answer.capped:
            return answer.item, {}
        found, seen = [], {}
        for tariff in answer.capped:
            key = cap_key(tariff, row.household_id, row.child_id, row.day, self.by.calendar)
            before = self.already.get(key, Decimal(0))
            known = facts.known if tariff.cap is None else (*facts.known, ("already", before))
            price = price_by(tariff, row.code, row.day, known, among=self.by.pricer.tariffs)
            if tariff.cap is not None:
                self.already[key] = before + price.components[0].amount
                seen[tariff.name] = f"{before:f}"
            found.append(price)
        return Priced(total(found)), seen

    def _inputs(self, facts: Facts) -> dict[str, Any]:
        """What the rules were told, in JSON; made once for all who are alike."""
        key = facts.known, facts.quotient
        if key not in self.told:
            self.told[key] = told(facts.known, facts.quotient)
        found: dict[str, Any] = self.told[key]
        return found

    def _due(self, row: Row, priced: Priced, inputs: Mapping[str, Any]) -> Due:
        return Due(
            household_id=row.household_id,
            kind=Charge.Kind.BOOKING,
            key=f"booking:{row.booking_id}",
            day=row.day,
            label=row.name,
            amount=priced.price.amount,
            parts=priced.price.components,
            child_id=row.child_id,
            service_id=row.service_id,
            booking_id=row.booking_id,
            inputs=dict(inputs),
            explanation=priced.explanation,
            regulation_id=self.by.version,
        )

    def _package(self, row: Row, tariff: rules.Tariff, priced: Priced, inputs: Mapping[str, Any]) -> None:
        is_family = tariff.per in FAMILY
        start = start_of(tariff.per, row.day, self.by.calendar)
        who = f"household:{row.household_id}" if is_family else f"child:{row.household_id}:{row.child_id}"
        key = f"package:{tariff.per}:{start.isoformat()}:{who}:{tariff.name}"[:200]
        if key in self.packages:
            return
        self.packages.add(key)
        self.found.due.append(
            Due(
                household_id=row.household_id,
                kind=Charge.Kind.PACKAGE,
                key=key,
                day=row.day,
                label=tariff.name,
                amount=priced.price.amount,
                parts=priced.price.components,
                child_id=None if is_family else row.child_id,
                service_id=row.service_id,
                booking_id=row.booking_id,
                inputs={**inputs, **self._span(tariff, start)},
                explanation=priced.explanation,
                regulation_id=self.by.version,
            )
        )

    def _span(self, tariff: rules.Tariff, start: date) -> dict[str, Any]:
        """What a package covers: its days, its services (codes; none: all)."""
        key = tariff.name, start
        if key not in self.told:
            codes = [code for code in tariff.scope.services if code != rules.ANY_SERVICE]
            until = after(tariff.per, start, self.by.calendar)
            self.told[key] = {
                "tariff": tariff.name,
                "start": start.isoformat(),
                "until": until.isoformat(),
                "services": codes,
            }
        found: dict[str, Any] = self.told[key]
        return found

    def _surcharges(
        self, late: Iterable[lateness.Late], known: Mapping[int, Facts], emitted: set[int]
    ) -> None:
        """With the booking itself, or when it was cancelled: a rule of today asks nothing more of old invoices."""
        seen: set[str] = set()
        for found in late:
            is_booked = found.trigger is Trigger.LATE_BOOKING
            if found.row.booking_id not in emitted if is_booked else found.row.day < self.fresh_from:
                continue
            facts = known[found.row.booking_id]
            due = self._surcharge(found, facts)
            if due is not None and due.amount and due.key not in seen:
                seen.add(due.key)
                self.found.due.append(due)

    def _surcharge(self, late: lateness.Late, facts: Facts) -> Due | None:
        row, known = late.row, (*facts.known, ("count", late.count))
        if late.tier:
            known = (*known, ("tier", late.tier))
        base = presence.usual_price(self.by, row, facts.known)
        rules_of = self.by.regulation.surcharges
        charged = surcharge(rules_of, late.trigger, row.code, row.day, known, base=base)
        if charged is None:
            return None
        parts = charged.price.components
        steps = charged.price.steps
        if base is not None and late.trigger is not Trigger.LATE_CANCEL:
            parts, steps = parts[len(base.components) :], steps[len(base.steps) :]
        price = Price(sum((part.amount for part in parts), Decimal(0)), parts, steps)
        return Due(
            household_id=row.household_id,
            kind=Charge.Kind.SURCHARGE,
            key=lateness.key_of(late, charged.once),
            day=row.day,
            label=f"{row.name} : {parts[-1].label}",
            amount=price.amount,
            parts=parts,
            child_id=row.child_id,
            service_id=row.service_id,
            booking_id=row.booking_id,
            inputs={**self._inputs(facts), "trigger": str(late.trigger), "count": late.count}
            | ({"tier": late.tier} if late.tier else {}),
            explanation=explained(price),
            regulation_id=self.by.version,
        )

    def _seen(self, seen: Iterable[presence.Seen], known: Mapping[int, Facts]) -> None:
        """What leaders saw, each once by what its surcharge is counted by."""
        keys: set[str] = set()
        for each in seen:
            if each.row.day < self.first:
                continue
            facts = known[each.row.booking_id]
            usual = presence.usual_price(self.by, each.row, facts.known)
            asked = presence.surcharges_of(self.by.regulation)
            charged = presence.penalty(asked, each.fact, facts.known, each.count, usual=usual)
            key = presence.key_of(each.fact, charged.once) if charged else ""
            if charged is not None and charged.price.amount and key not in keys:
                keys.add(key)
                self.found.due.append(self._due_of(each, key, charged, facts))

    def _due_of(self, seen: presence.Seen, key: str, charged: Charged, facts: Facts) -> Due:
        row, price = seen.row, charged.price
        return Due(
            household_id=row.household_id,
            kind=Charge.Kind.SURCHARGE,
            key=key,
            day=row.day,
            label=f"{row.name} : {price.components[-1].label}",
            amount=price.amount,
            parts=price.components,
            child_id=row.child_id,
            service_id=row.service_id,
            booking_id=seen.fact.booking_id,
            inputs={**self._inputs(facts), **seen.inputs},
            explanation=explained(price),
            regulation_id=self.by.version,
        )


def _away(item: Priced, absent: AbsentDay) -> Priced:
    """The share of a price that stays due, the absence told among its reasons."""
    return Priced(scaled(item.price, absent.due, Step(absent.reason.code, absent.reason.params)))


def _gap(row: Row, unknown: PriceUnknown) -> Gap:
    return Gap(row.household_id, row.child_id, row.service_id, row.booking_id, row.day, unknown.sentence.fr())


def _new(dues: list[Due], households: list[int]) -> list[Due]:
    """Without the packages and surcharges that a published invoice holds already."""
    keys = [due.key for due in dues if due.kind != Charge.Kind.BOOKING]
    if not keys:
        return dues
    invoiced = Charge.objects.filter(
        account__household__in=households,
        kind__in=(Charge.Kind.PACKAGE, Charge.Kind.SURCHARGE),
        line__invoice__number__isnull=False,
    )
    known = set(invoiced.values_list("key", flat=True))
    return [due for due in dues if due.key not in known]


def _not_of_before(dues: list[Due], first: date, runs: list[InvoiceRun]) -> list[Due]:
    """Without what leaders had seen of a past before it was invoiced: a rule of today asks nothing more of it."""
    return [due for due in dues if not _was_judged(due, first, runs)]


def _was_judged(due: Due, first: date, runs: list[InvoiceRun]) -> bool:
    told_at = due.inputs.get("told_at") if due.kind == Charge.Kind.SURCHARGE else None
    if due.day >= first or told_at is None:
        return False
    told = datetime.fromisoformat(told_at)
    drafted = [run.drafted_at for run in runs if run.first <= due.day <= run.last and run.drafted_at]
    return any(told <= at for at in drafted)


def _caught_up(due: Due, first: date, runs: list[InvoiceRun], rows: Mapping[int, Row]) -> Due:
    """Say why something of the past comes only now."""
    if due.day >= first:
        return due
    covering = [
        run
        for run in runs
        if run.first <= due.day <= run.last and (not run.services or _code(due, rows) in run.services)
    ]
    month = f"{rules.FRENCH.months[due.day.month - 1]} {due.day.year}"
    if not covering:
        return due.because(f"Rattrapage : {month} n'avait pas encore été facturé.", is_catch_up=True)
    row = rows.get(due.booking_id or 0)
    after = (
        row is not None and covering[-1].drafted_at is not None and row.created_at > covering[-1].drafted_at
    )
    if after:
        return due.because(f"Ajouté après la facturation « {covering[-1].title} ».", is_catch_up=True)
    return due.because(f"Resté à facturer de {month}.", is_catch_up=True)


def _code(due: Due, rows: Mapping[int, Row]) -> str:
    row = rows.get(due.booking_id or 0)
    return row.code if row else ""
