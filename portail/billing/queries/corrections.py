"""What corrects the invoices: the difference between what was invoiced and what is due now.

Whatever was invoiced is judged by the rules and the facts of its time, which its charge keeps: a new regulation, a move
or a new class change nothing behind. Three things do: whether it is still booked, its absence, and the quotient.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from portail import rules
from portail.activities import queries
from portail.attendance.queries.facts import Fact, facts_of_households
from portail.billing.models import Charge, ChargeComponent, CreditNoteLine
from portail.billing.queries.away import absent_rows, shares
from portail.billing.queries.dues import BOOKED_KINDS, Due, explained, thawed, told
from portail.billing.queries.facts import Facts, quotients
from portail.billing.queries.presence import may_have, penalty, surcharges_of
from portail.billing.queries.prices import Pricer
from portail.bookings.models import Absence, Booking
from portail.bookings.queries.known import Knowledge
from portail.core.money import ZERO
from portail.families.models import Quotient
from portail.rules.absences import AbsentDay
from portail.rules.pricing import Price, PriceUnknown, price_by, scaled, total
from portail.rules.quotients import QuotientFound
from portail.rules.sentences import Step

Parts = dict[tuple[str, str], Decimal]


@dataclass
class _Past:
    """What the judgement of old charges needs, read once."""

    households: list[int]
    versions: dict[int | None, tuple[Pricer, Knowledge]] = field(default_factory=dict)
    absences: dict[int, Absence] = field(default_factory=dict)
    shares: dict[int, AbsentDay] = field(default_factory=dict)
    standing: set[int] = field(default_factory=set)
    seen: list[Fact] = field(default_factory=list)

    def rules_of(self, charge: Charge) -> tuple[Pricer, Knowledge]:
        """The prices of the regulation that made it, and the quotients as that regulation reads them."""
        version = charge.regulation_id
        if version not in self.versions:
            regulation = queries.version(version)
            proved = quotients(self.households, charge.day, regulation)
            self.versions[version] = Pricer(regulation), proved
        return self.versions[version]


def corrections(households: Iterable[int], since: date, last: date, services: tuple[str, ...]) -> list[Due]:
    """The adjustments that the published invoices of these households call for. A constant number of queries."""
    ids = list(households)
    doubtful = list(_doubtful(ids, since, last, services))
    if not doubtful:
        return []
    invoiced = _invoiced({charge.key for charge in doubtful}, ids)
    past = _past(ids, doubtful)
    found = (_correction(charge, invoiced[charge.key], past) for charge in doubtful)
    return [due for due in found if due is not None]


def _published() -> QuerySet[Charge]:
    return Charge.objects.filter(line__invoice__number__isnull=False)


def _doubtful(ids: list[int], since: date, last: date, services: tuple[str, ...]) -> QuerySet[Charge]:
    """The invoiced charges that something may have changed since; not those that a credit note has closed."""
    closed = CreditNoteLine.objects.filter(line=OuterRef("line"), note__bills_again=False)
    taken_back = CreditNoteLine.objects.filter(line=OuterRef("line"))
    absent = Absence.objects.filter(booking=OuterRef("booking"))
    proved = Quotient.objects.filter(
        household=OuterRef("account__household"), created_at__gt=OuterRef("created_at")
    )
    adjusted = Exists(_published().filter(adjusts=OuterRef("pk")))  # cancelled then, perhaps given back since
    attended = Q(
        inputs__has_key="told_at", kind=Charge.Kind.SURCHARGE
    )  # what leaders saw may have been corrected
    changed = ~Q(booking__state=Booking.State.BOOKED) | Exists(absent) | Exists(taken_back) | Exists(proved)
    found = (
        _published()
        .annotate(is_adjusted=adjusted)
        .filter(
            changed | attended | Q(is_adjusted=True),
            account__household__in=ids,
            kind__in=BOOKED_KINDS,
            day__gte=since,
            day__lte=last,
        )
    )
    if services:
        found = found.filter(service__code__in=services)
    return (
        found.exclude(Exists(closed))
        .select_related("account", "booking__session__service", "line__invoice")
        .order_by("day", "pk")
    )


def _invoiced(keys: set[str], ids: list[int]) -> dict[str, Parts]:
    """What is invoiced under each key, part by part: adjustments counted, what a credit note took back not."""
    components = ChargeComponent.objects.filter(
        charge__in=_published().filter(account__household__in=ids, key__in=keys, line__credited_by=None)
    ).order_by("pk")
    found: dict[str, Parts] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for key, part, label, amount in components.values_list("charge__key", "part", "label", "amount"):
        found[key][part, label] += amount
    return found


def _past(ids: list[int], doubtful: list[Charge]) -> _Past:
    past = _Past(ids)
    days = [charge.day for charge in doubtful]
    rows, past.absences = absent_rows(ids, min(days), max(days))
    if past.absences:
        kept = {c.booking_id: Facts(thawed(c.inputs["known"])) for c in doubtful}
        known = {row.booking_id: kept.get(row.booking_id, Facts(())) for row in rows}
        in_force, calendar = queries.regulation(), queries.calendar()
        past.shares = shares(rows, past.absences, known, in_force.absences, calendar)
    past.seen = _seen(ids, doubtful)
    past.standing = _standing([c for c in doubtful if c.kind == Charge.Kind.PACKAGE])
    return past


def _seen(ids: list[int], doubtful: list[Charge]) -> list[Fact]:
    """What leaders saw around the charges that came of it; nothing is read when there is none."""
    days = [charge.day for charge in doubtful if _is_seen(charge)]
    if not days:
        return []
    first, last = min(days).replace(day=1), max(days) + timedelta(days=31)
    return facts_of_households(ids, first, last)


def _is_seen(charge: Charge) -> bool:
    return charge.kind == Charge.Kind.SURCHARGE and "told_at" in charge.inputs


def _standing(packages: list[Charge]) -> set[int]:
    """The packages of which some booking is left, by key of charge."""
    broken = [c for c in packages if c.booking and c.booking.state != Booking.State.BOOKED]
    found = {c.pk for c in packages} - {c.pk for c in broken}
    if not broken:
        return found
    left = Booking.objects.filter(
        household__in={c.account.household_id for c in broken},
        state=Booking.State.BOOKED,
        session__date__gte=min(c.inputs["start"] for c in broken),
        session__date__lte=max(c.inputs["until"] for c in broken),
    ).values_list("household_id", "child_id", "session__service__code", "session__date")
    rows = list(left)
    return found | {c.pk for c in broken if any(_is_in(c, *row) for row in rows)}


def _is_in(package: Charge, household_id: int, child_id: int, code: str, day: date) -> bool:
    facts = package.inputs
    return (
        household_id == package.account.household_id
        and package.child_id in (None, child_id)
        and (not facts["services"] or code in facts["services"])
        and facts["start"] <= day.isoformat() <= facts["until"]
    )


def _correction(charge: Charge, invoiced: Parts, past: _Past) -> Due | None:
    try:
        price, reason, inputs = _due_now(charge, past)
    except PriceUnknown:
        return None
    now: Parts = defaultdict(lambda: ZERO)
    for component in price.components:
        now[component.part.value, component.label] += component.amount
    changes = {key: now[key] - invoiced[key] for key in {*now, *invoiced}}
    parts = tuple(
        rules.Component(rules.Part(part), label, change)
        for (part, label), change in sorted(changes.items())
        if change
    )
    amount = sum((part.amount for part in parts), ZERO)
    if not amount:
        return None
    return Due(
        household_id=charge.account.household_id,
        kind=Charge.Kind.ADJUSTMENT,
        key=charge.key,
        day=charge.day,
        label=f"Régularisation : {charge.label}"[:200],
        amount=amount,
        parts=parts,
        child_id=charge.child_id,
        service_id=charge.service_id,
        booking_id=charge.booking_id,
        inputs=inputs,
        explanation=explained(price),
        regulation_id=charge.regulation_id,
        adjusts_id=charge.pk,
        reason=_sentence(charge, reason),
    )


NOTHING = Price(ZERO, (), ())


def _due_now(charge: Charge, past: _Past) -> tuple[Price, str, dict[str, Any]]:
    """What the thing costs now, by the rules of its time, and why it may differ. Raises PriceUnknown."""
    booking = charge.booking
    if charge.kind == Charge.Kind.PACKAGE:
        if charge.pk not in past.standing:
            return NOTHING, "Plus aucune réservation ne donne lieu à ce forfait", {}
    elif (
        charge.inputs.get("trigger") != "late-cancel"
        and booking is not None
        and booking.state != Booking.State.BOOKED
    ):
        return NOTHING, _cancelled(booking), {}
    if _is_seen(charge):
        return _seen_now(charge, past)
    if charge.kind == Charge.Kind.SURCHARGE:
        return _as_written(charge), "", dict(charge.inputs)
    pricer, proved = past.rules_of(charge)
    quotient = (
        proved.quotient(charge.account.household_id, charge.day) if "quotient" in charge.inputs else None
    )
    price, known = _price(charge, pricer, quotient)
    inputs = {**charge.inputs, **told(known, quotient)}
    absent = past.shares.get(charge.booking_id or 0) if charge.kind == Charge.Kind.BOOKING else None
    if absent is not None:
        why = Step(absent.reason.code, absent.reason.params)
        inputs["absence"] = absent.reason.as_json()
        return scaled(price, absent.due, why), absent.reason.fr(), inputs
    if inputs.pop("absence", None):
        return price, "L'absence n'est plus signalée", inputs
    if quotient is not None and inputs["quotient"] != charge.inputs["quotient"]:
        return price, f"Quotient mis à jour : {quotient.reason.fr()}", inputs
    return price, "", inputs


def _seen_now(charge: Charge, past: _Past) -> tuple[Price, str, dict[str, Any]]:
    """What it costs as leaders see it now, by the rules of its time."""
    own = [fact for fact in past.seen if may_have(fact, charge.key) and _is_of(fact, charge)]
    found = next((fact for fact in own if fact.is_charged), None)
    if found is None:
        waived = next((fact.settlement for fact in own if fact.settlement), None)
        why = f"Décision du service : {waived.reason}" if waived else "Le pointage a été corrigé"
        return NOTHING, why, dict(charge.inputs)
    pricer, _ = past.rules_of(charge)
    known = thawed(charge.inputs["known"])
    try:
        item = pricer.of(found.session.service.code, charge.day, known).item
    except PriceUnknown:
        item = None
    asked = surcharges_of(queries.version(charge.regulation_id))
    usual = item.price if item else None
    charged = penalty(asked, found, known, charge.inputs["count"], usual=usual)
    inputs = {**charge.inputs, "minutes": found.minutes} if found.minutes else dict(charge.inputs)
    return (charged.price if charged else NOTHING), "Le pointage a été corrigé", inputs


def _is_of(fact: Fact, charge: Charge) -> bool:
    """Counted by the session, it is the same one; counted by the day or the month, any of the same kind will do."""
    return ":session:" not in charge.key or fact.session.pk == charge.inputs["session"]


def _price(charge: Charge, pricer: Pricer, quotient: QuotientFound | None) -> tuple[Price, rules.Known]:
    facts = dict(thawed(charge.inputs["known"]))
    if quotient is not None:
        facts["quotient"] = quotient.value
    known = rules.know(**facts)
    assert charge.booking is not None
    code = charge.booking.session.service.code
    if charge.kind == Charge.Kind.PACKAGE:
        tariff = pricer.named(charge.inputs["tariff"])
        return (
            price_by(tariff, code, charge.day, known, among=pricer.tariffs) if tariff else _as_written(charge)
        ), known
    answer = pricer.of(code, charge.day, known)
    if answer.capped:
        seen = charge.inputs.get("already", {})
        return (
            total(
                [
                    price_by(t, code, charge.day, (*known, *_already(t.name, seen)), among=pricer.tariffs)
                    for t in answer.capped
                ]
            ),
            known,
        )
    return (answer.item.price if answer.item else NOTHING), known


def _already(name: str, seen: Mapping[str, str]) -> rules.Known:
    return (("already", Decimal(seen[name])),) if name in seen else ()


def _as_written(charge: Charge) -> Price:
    parts = tuple(
        rules.Component(rules.Part(part), label, amount)
        for part, label, amount in charge.components.values_list("part", "label", "amount")
    )
    return Price(charge.amount, parts, ())


def _cancelled(booking: Booking) -> str:
    if booking.cancelled_at is None:
        return "La réservation n'est plus en vigueur"
    return f"Réservation annulée le {rules.FRENCH.short(timezone.localdate(booking.cancelled_at))}"


def _sentence(charge: Charge, reason: str) -> str:
    """What is corrected, and why, in words."""
    assert charge.line is not None
    if not reason and charge.is_adjusted:  # type: ignore[attr-defined]
        reason = "Réservation rétablie"
    told = reason or f"Facturé de nouveau, après un avoir sur la facture {charge.line.invoice.number}"
    return f"{told} ; corrige la facture {charge.line.invoice.number}."[:300]
