"""Which quotient counts on a day: kinds, validity, yearly renewal, date of effect, missing proof."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from .days import last_day
from .sentences import Sentence, say


class Effect(StrEnum):
    """From when a new value counts, once received."""

    AT_ONCE = "at-once"
    NEXT_MONTH = "next-month"
    RENEWAL = "renewal"
    """At the next yearly renewal."""


@dataclass(frozen=True)
class QuotientRule:
    """How long a proof is good, when all are renewed (month, day), from when a new one counts, what without any.

    `kinds`: accepted in this order of preference (none: all). `missing`: "highest" (the highest price of the family's
    own residence class, by `pricing`), or a value.
    """

    kinds: tuple[str, ...] = ()
    renewal: tuple[int, int] | None = None
    valid_months: int | None = None
    effect: Effect = Effect.AT_ONCE
    missing: Decimal | None = None
    reminders: tuple[int, ...] = ()

    def next_renewal(self, day: date) -> date | None:
        """The first renewal after this day; None when proofs are never renewed."""
        return _renewal(self.renewal, day + timedelta(days=1)) if self.renewal else None

    def opens(self, renewal: date) -> date:
        """From when a proof received is one for the year that begins with this renewal."""
        return renewal - timedelta(days=max(self.reminders, default=0))


@dataclass(frozen=True)
class QuotientValue:
    """A value as it was proved: kind, day of the proof, day it was received. `key`: the caller's own, given back."""

    value: Decimal
    kind: str
    proved_on: date
    received_on: date
    key: int = 0


@dataclass(frozen=True)
class QuotientFound:
    """The value that counts on a day (None: the highest price is due), and why.

    `proved`: the proof it comes from, good from `start` to `end` (None: without end); None without any.
    """

    value: Decimal | None
    reason: Sentence
    proved: QuotientValue | None = None
    start: date | None = None
    end: date | None = None


def quotient_on(values: Iterable[QuotientValue], rule: QuotientRule, day: date) -> QuotientFound:
    """The value that counts on this day of service: the last one in effect that is still good."""
    good = [
        v
        for v in values
        if _starts(v, rule) <= day <= _ends(v, rule) and (not rule.kinds or v.kind in rule.kinds)
    ]
    if not good:
        if rule.missing is not None:
            return QuotientFound(rule.missing, say("quotient.default", value=rule.missing))
        return QuotientFound(None, say("quotient.missing"))
    preferred = min((rule.kinds.index(v.kind) for v in good if rule.kinds), default=None)
    kept = [v for v in good if preferred is None or rule.kinds.index(v.kind) == preferred]
    best = max(kept, key=lambda v: (_starts(v, rule), v.received_on))
    start, end = validity(best, rule)
    if end is None:
        told = say("quotient.open", value=best.value, kind=best.kind, start=start)
    else:
        told = say("quotient.found", value=best.value, kind=best.kind, start=start, end=end)
    return QuotientFound(best.value, told, best, start, end)


def validity(value: QuotientValue, rule: QuotientRule) -> tuple[date, date | None]:
    """From when to when this proof is good, both days included; None: without end.

    An end before its start is a proof that was too old when it came.
    """
    end = _ends(value, rule)
    return _starts(value, rule), None if end == date.max else end


def _starts(value: QuotientValue, rule: QuotientRule) -> date:
    received = value.received_on
    if rule.effect is Effect.NEXT_MONTH:
        return (received.replace(day=28) + timedelta(days=4)).replace(day=1)
    if rule.effect is Effect.RENEWAL and rule.renewal:
        return _renewal(rule.renewal, received)
    return received


def _ends(value: QuotientValue, rule: QuotientRule) -> date:
    ends = []
    if rule.renewal:
        ends.append(_renewed(value, rule) - timedelta(days=1))
    if rule.valid_months:
        year, month = divmod(value.proved_on.year * 12 + value.proved_on.month - 1 + rule.valid_months, 12)
        ends.append(
            date(year, month + 1, min(value.proved_on.day, last_day(year, month + 1))) - timedelta(days=1)
        )
    return min(ends, default=date.max)


def _renewed(value: QuotientValue, rule: QuotientRule) -> date:
    """The renewal at which this proof ceases to be good."""
    renewal = rule.next_renewal(_starts(value, rule))
    assert renewal is not None
    if value.received_on >= rule.opens(renewal):
        return rule.next_renewal(renewal) or renewal
    return renewal


def _renewal(renewal: tuple[int, int], day: date) -> date:
    """The first renewal on this day or after."""
    month, number = renewal
    this_year = date(day.year, month, min(number, last_day(day.year, month)))
    if this_year >= day:
        return this_year
    return date(day.year + 1, month, min(number, last_day(day.year + 1, month)))
