"""What an absence costs: by its reason, proof and length, which of its days are billed, and how much of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from .calendars import Calendar
from .days import DayKind, counts
from .limits import Asked, Cutoff, Limit, place
from .scopes import EVERYTHING, Known, Scope
from .sentences import Sentence, say


class Outcome(StrEnum):
    """What becomes of the price of a day that is not billed."""

    NOT_BILLED = "not-billed"
    DEDUCTED = "deducted"
    """From the next invoice."""
    CREDIT = "credit"
    REFUND = "refund"
    ANNUAL = "annual"
    """Settled once a year."""


@dataclass(frozen=True)
class AbsenceRule:
    """How absences for the reasons of `scope` are billed.

    `billed_days`: which days of the absence stay billed, counted from 1 (waiting days are {1}, {1, 2}…; {3, 4} is the
    inverse). `billed_until`: days before the next such weekday stay billed. `least`: shorter absences are billed,
    counted in days of `least_kind`. `kept`: the share, in %, that stays due on days that are not billed. `notice`:
    told by then. `proof`, within `proof_hours` of the first day.
    """

    name: str
    scope: Scope = EVERYTHING
    outcome: Outcome = Outcome.NOT_BILLED
    proof: str = ""
    proof_hours: int | None = None
    notice: Limit | None = None
    billed_days: frozenset[int] = frozenset()
    billed_until: int | None = None
    least: int = 1
    least_kind: DayKind = DayKind.SERVICE
    kept: Decimal = Decimal(0)


@dataclass(frozen=True)
class Away:
    """An absence, as the family told it: its service days in order, when it was told, when the proof came."""

    service: str
    days: tuple[date, ...]
    told_at: datetime | None = None
    proved_at: datetime | None = None
    known: Known = ()


@dataclass(frozen=True)
class AbsentDay:
    """A day of an absence: the share of its price that stays due (1: all of it), what becomes of the rest, why."""

    day: date
    due: Decimal
    outcome: Outcome | None
    reason: Sentence


def absence(rules: Sequence[AbsenceRule], away: Away, calendar: Calendar) -> tuple[AbsentDay, ...]:
    """What each day of an absence costs, by the narrowest rule that holds and whose conditions are met (told in time,
    long enough, proved); when none is met, all is due, for the reason of the narrowest. Without a rule, all is due.
    """
    held = [rule for rule in rules if rule.scope.holds(away.service, away.days[0], away.known)]
    held.sort(key=lambda rule: rule.scope.precision, reverse=True)
    reasons: list[Sentence] = []
    for rule in held:
        missing = _missing(rule, away, calendar)
        if missing is None:
            return tuple(_day(rule, rank, day, away) for rank, day in enumerate(away.days, start=1))
        reasons.append(missing)
    why = reasons[0] if reasons else say("absence.no_rule")
    return tuple(_due(day, why) for day in away.days)


def _due(day: date, why: Sentence) -> AbsentDay:
    return AbsentDay(day, Decimal(1), None, why)


def _missing(rule: AbsenceRule, away: Away, calendar: Calendar) -> Sentence | None:
    """Why nothing is taken off, whatever the day: too short, told too late, no proof in time."""
    length = _length(rule, away, calendar)
    if length < rule.least:
        return say("absence.short", least=rule.least, length=length)
    if rule.notice is not None and (
        away.told_at is None or _notice(rule.notice, away, calendar).is_past(away.told_at)
    ):
        return say("absence.told_late", limit=_notice(rule.notice, away, calendar).limit())
    if rule.proof and away.proved_at is None:
        return say("absence.no_proof", proof=rule.proof)
    if rule.proof and rule.proof_hours is not None and away.proved_at is not None:
        due = calendar.local(away.days[0], 0) + timedelta(hours=rule.proof_hours)
        if away.proved_at > due:
            return say("absence.proof_late", proof=rule.proof, hours=rule.proof_hours)
    return None


def _length(rule: AbsenceRule, away: Away, calendar: Calendar) -> int:
    """The length of the absence, in days of the rule's kind, from its first to its last day."""
    if rule.least_kind is DayKind.SERVICE:
        return len(away.days)
    span = (away.days[-1] - away.days[0]).days + 1
    days = (away.days[0] + timedelta(days=n) for n in range(span))
    return sum(counts(rule.least_kind, day, calendar, away.service) for day in days)


def _notice(limit: Limit, away: Away, calendar: Calendar) -> Cutoff:
    asked = Asked(away.service, away.days[0])
    at, inclusive, steps = place(limit.chosen(away.days[0]), asked, calendar)
    return Cutoff(at, inclusive, steps, say("reason.none"))


def _day(rule: AbsenceRule, rank: int, day: date, away: Away) -> AbsentDay:
    if rank in rule.billed_days:
        return _due(day, say("absence.billed_day", rank=rank))
    if rule.billed_until is not None:
        first = away.days[0]
        resumes = first + timedelta(days=(rule.billed_until - first.weekday() - 1) % 7 + 1)
        if day < resumes:
            return _due(day, say("absence.billed_until", day=resumes))
    return AbsentDay(day, rule.kept / 100, rule.outcome, say(f"absence.{rule.outcome}", name=rule.name))
