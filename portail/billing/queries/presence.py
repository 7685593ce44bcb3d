"""What is added because of what leaders saw: not come without a word, come without a booking, fetched late.

`attendance.queries.facts` says what happened, the regulation's surcharges what it costs. Nothing is read when the
regulation has none of them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portail import rules
from portail.attendance.queries.facts import Fact, facts_of_households
from portail.billing.queries.dues import Row
from portail.billing.queries.laws import Law
from portail.rules.periods import start_of
from portail.rules.pricing import Price, PriceUnknown
from portail.rules.sentences import Step, step
from portail.rules.surcharges import Charged, Once, Surcharge, Trigger, surcharge

SEEN = (Trigger.NO_SHOW, Trigger.UNBOOKED, Trigger.LATE_PICK_UP)


@dataclass(frozen=True)
class Seen:
    """A fact that a surcharge looks at, as a row to price. `count`: the how-many-th of the child in the period."""

    fact: Fact
    row: Row
    count: int

    @property
    def trigger(self) -> Trigger:
        return Trigger(self.fact.kind)

    @property
    def inputs(self) -> dict[str, object]:
        """What is kept of it with the charge."""
        found: dict[str, object] = {
            "trigger": str(self.trigger),
            "count": self.count,
            "session": self.fact.session.pk,
            "told_at": self.fact.told_at.isoformat(),
        }
        if self.fact.minutes:
            found["minutes"] = self.fact.minutes
        return found


def surcharges_of(regulation: rules.Regulation) -> tuple[Surcharge, ...]:
    return tuple(s for s in regulation.surcharges if s.trigger in SEEN)


def seen(households: Iterable[int], first: date, last: date, services: Iterable[str], by: Law) -> list[Seen]:
    """All that these households answer for, from the day on which it begins to be counted. Rows have keys of their own,
    below zero: they are no bookings. Nothing is asked when the regulation looks at none of it."""
    asked = surcharges_of(by.regulation)
    if not asked:
        return []
    start = min([first, *(start_of(s.reset, first, by.calendar) for s in asked if s.from_count > 1)])
    found = facts_of_households(households, start, last, services=services)
    return list(_counted(found, asked, by.calendar))


def _counted(found: Iterable[Fact], asked: tuple[Surcharge, ...], calendar: rules.Calendar) -> Iterator[Seen]:
    """Those that are charged, numbered; what was waived, or is within every grace, does not count."""
    reset = {s.trigger: s.reset for s in asked}
    grace = {s.trigger: min(o.grace for o in asked if o.trigger is s.trigger) for s in asked}
    counts: Counter[tuple[object, ...]] = Counter()
    for number, fact in enumerate(found, start=1):
        trigger = Trigger(fact.kind)
        if trigger not in reset or not fact.is_charged:
            continue
        if trigger is Trigger.LATE_PICK_UP and fact.minutes <= grace[trigger]:
            continue
        key = fact.child_id, trigger, start_of(reset[trigger], fact.session.date, calendar)
        counts[key] += 1
        yield Seen(fact, _row(fact, -number), counts[key])


def _row(fact: Fact, key: int) -> Row:
    service = fact.session.service
    assert fact.household_id is not None
    return Row(
        booking_id=key,
        household_id=fact.household_id,
        child_id=fact.child_id,
        state="",
        created_at=fact.told_at,
        cancelled_at=None,
        day=fact.session.date,
        service_id=service.pk,
        code=service.code,
        name=service.name,
        activity_id=service.activity_id,
        starts_at=service.starts_at,
        ends_at=service.ends_at,
        hours_step=None,
    )


def penalty(
    asked: tuple[Surcharge, ...],
    fact: Fact,
    known: rules.Known,
    count: int,
    *,
    usual: Price | None,
) -> Charged | None:
    """What is asked for it, the fact first among its reasons. `usual`: the price of the session for this child.

    The usual price is in it only for who came without a booking: whoever is booked owes it already.
    """
    trigger, service, day = Trigger(fact.kind), fact.session.service.code, fact.session.date
    base = None if trigger is Trigger.LATE_PICK_UP else usual
    told = (
        *known_but(known, "minutes", "count"),
        ("count", Decimal(count)),
        ("minutes", Decimal(fact.minutes)),
    )
    charged = surcharge(asked, trigger, service, day, told, base=base)
    if charged is None:
        return None
    parts, steps = charged.price.components, charged.price.steps
    if base is not None and (trigger is Trigger.NO_SHOW or fact.booking_id is not None):
        parts, steps = parts[len(base.components) :], steps[len(base.steps) :]
    amount = sum((part.amount for part in parts), Decimal(0))
    return Charged(Price(amount, parts, (_reason(fact), *steps)), charged.once, charged.refused)


def known_but(known: rules.Known, *names: str) -> rules.Known:
    return tuple(pair for pair in known if pair[0] not in names)


def _reason(fact: Fact) -> Step:
    if fact.kind == fact.kind.LATE_PICK_UP and fact.left is not None:
        at = fact.left.hour * 60 + fact.left.minute
        return step("attendance.late-pick-up", at=at, minutes=fact.minutes)
    return step(f"attendance.{fact.kind}")


def key_of(fact: Fact, once: Once) -> str:
    """What the surcharge is counted by; for each time, the child in the session."""
    return f"{fact.kind}:{_keys(fact).get(once, f'session:{fact.session.pk}:{fact.child_id}')}"


def may_have(fact: Fact, key: str) -> bool:
    """Whether a charge of this key may have come from this fact, by whatever it was counted."""
    return key in {key_of(fact, once) for once in Once}


def _keys(fact: Fact) -> Mapping[Once, str]:
    day = fact.session.date
    return {
        Once.DAY: f"day:{fact.child_id}:{day.isoformat()}",
        Once.MONTH: f"month:{fact.child_id}:{day:%Y-%m}",
        Once.FAMILY_DAY: f"family-day:{fact.household_id}:{day.isoformat()}",
        Once.FAMILY_MONTH: f"family-month:{fact.household_id}:{day:%Y-%m}",
        Once.FAMILY_YEAR: f"family-year:{fact.household_id}:{day:%Y}",
    }


def usual_price(by: Law, row: Row, known: rules.Known) -> Price | None:
    """What the session costs whoever is booked; None when no rule says it, or when it is all in packages."""
    try:
        answer = by.pricer.of(row.code, row.day, known)
    except PriceUnknown:
        return None
    return answer.item.price if answer.item else None
