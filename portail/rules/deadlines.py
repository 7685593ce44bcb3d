"""When families may book and cancel: opening, deadline, places; always with the reason.

A deadline is `anchor` (the day, or the Monday of its week), moved back by `before` days or weeks, then to the
last `weekday` at that date or before, at an hour. Without an hour it is the end of that day (« jusqu'au
mardi »), or its beginning when not inclusive (« avant le mardi »). Vocabulary: docs/rules/delais.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from .calendars import ANY_SERVICE, Calendar
from .sentences import DAY_MINUTES, Sentence, Step, say, step


class Action(StrEnum):
    """What a family asks."""

    BOOK = "book"
    CANCEL = "cancel"


BOTH = frozenset(Action)


class Anchor(StrEnum):
    """The date a deadline is counted from."""

    DAY = "day"
    """The day of the service."""
    WEEK = "week"
    """The Monday of its week."""


class Unit(StrEnum):
    DAYS = "days"
    WEEKS = "weeks"


class Refusal(StrEnum):
    """Why the answer is no."""

    TOO_LATE = "too_late"
    FULL = "full"
    CLOSED = "closed"
    """The commune is closed, the day is a public holiday, or the service does not open."""
    NOT_OPEN = "not_open"
    """Bookings for this day have not opened yet."""
    PAST = "past"


@dataclass(frozen=True)
class When:
    """How a local day is found from the day of the service: `on`, or anchor, offset and weekday."""

    anchor: Anchor = Anchor.DAY
    before: int = 0
    unit: Unit = Unit.DAYS
    weekday: int | None = None
    on: date | None = None

    def day(self, day: date) -> tuple[date, tuple[Step, ...]]:
        """The day found, and the steps that lead to it."""
        if self.on is not None:
            return self.on, (step("step.on", result=self.on),)
        if self.anchor is Anchor.WEEK:
            day -= timedelta(days=day.weekday())
        steps = [step(f"step.anchor.{self.anchor}", result=day)]
        if self.before:
            day -= timedelta(**{self.unit.value: self.before})
            steps.append(step(f"step.back.{self.unit}", count=self.before, result=day))
        if self.weekday is not None:
            day -= timedelta(days=(day.weekday() - self.weekday) % 7)
            steps.append(step("step.snap", weekday=self.weekday, result=day))
        return day, tuple(steps)


@dataclass(frozen=True)
class Scope:
    """Which services and which days of service a rule speaks of (both dates included)."""

    services: tuple[str, ...] = (ANY_SERVICE,)
    valid_from: date | None = None
    valid_until: date | None = None

    def holds(self, service: str, day: date) -> bool:
        if (self.valid_from and day < self.valid_from) or (self.valid_until and day > self.valid_until):
            return False
        return service in self.services or ANY_SERVICE in self.services

    def overlaps(self, other: Scope) -> bool:
        """Whether some service and day fall under both, at the same precision."""
        if not set(self.services) & set(other.services):
            return False
        start = max(self.valid_from or date.min, other.valid_from or date.min)
        return start <= min(self.valid_until or date.max, other.valid_until or date.max)


@dataclass(frozen=True)
class Cutoff:
    """The moment of a deadline (local, aware). `inclusive`: the very moment is still in time."""

    at: datetime
    inclusive: bool
    steps: tuple[Step, ...]
    reason: Sentence

    def is_past(self, now: datetime) -> bool:
        """Compared as instants: two local hours of one zone would compare by the clock on the wall."""
        now, at = now.astimezone(UTC), self.at.astimezone(UTC)
        return now > at if self.inclusive else now >= at

    def limit(self) -> Sentence:
        """« jusqu'au dimanche 6 décembre à 21 h » or « avant le … »."""
        strict = not self.inclusive and self.at.time() != time(0)
        return say("limit.before" if strict else "limit.until", moment=self.at)


@dataclass(frozen=True)
class DeadlineRule:
    """Until when an action may be done on a service. `at` is in minutes since midnight (1440: 24:00)."""

    when: When = When()
    at: int | None = None
    inclusive: bool = True
    actions: frozenset[Action] = BOTH
    scope: Scope = Scope()

    def cutoff(self, day: date, calendar: Calendar) -> Cutoff:
        """The moment of the deadline for a service on this local day, and the steps that lead to it."""
        limit, steps = self.when.day(day)
        if self.at is not None:
            minutes, inclusive = self.at, self.inclusive
        else:
            minutes, inclusive = (DAY_MINUTES if self.inclusive else 0), False
        hour = step("step.hour" if inclusive or minutes == DAY_MINUTES else "step.hour.strict", hour=minutes)
        return Cutoff(calendar.local(limit, minutes), inclusive, (*steps, hour), self.reason(day))

    def reason(self, day: date) -> Sentence:
        """The rule in words: « les réservations de la semaine du 7 décembre se modifient jusqu'au … »."""
        if self.when.anchor is Anchor.WEEK:
            subject = say("subject.week", week=day - timedelta(days=day.weekday()))
        else:
            subject = say("subject.day")
        return say("reason", subject=subject, verb=say(f"reason.verb.{self._verb()}"), limit=self._limit())

    def _verb(self) -> str:
        return "both" if self.actions == BOTH else next(iter(self.actions)).value

    def _limit(self) -> Sentence:
        minutes = self.at
        if minutes is None:
            minutes = DAY_MINUTES if self.inclusive else 0
        strict = not self.inclusive and minutes != DAY_MINUTES
        return say("rule.at.strict" if strict else "rule.at", day=_limit_day(self.when), hour=minutes)


def _limit_day(when: When) -> Sentence:
    """« jusqu'à la veille », « jusqu'au dimanche qui précède »…"""
    count, weeks = when.before, when.unit is Unit.WEEKS
    number = {"count": count} if count > 1 else {}
    if when.weekday is not None:
        if when.anchor is Anchor.WEEK and not weeks and count <= 1:
            return say("rule.snap", weekday=when.weekday)
        offset = (
            "" if not count else f".{when.unit.value if count > 1 else when.unit.value.removesuffix('s')}"
        )
        return say(f"rule.snap{offset}", weekday=when.weekday, **number)
    if when.anchor is Anchor.WEEK:
        names = ("monday.week", "monday.weeks") if weeks else ("monday.eve", "monday.days")
        return say(f"rule.{names[count > 1]}", **number) if count else say("rule.same_monday")
    names = ("week", "weeks") if weeks else ("eve", "days")
    return say(f"rule.{names[count > 1]}", **number) if count else say("rule.same_day")


@dataclass(frozen=True)
class OpeningRule:
    """From when families may book: a date, or a moment counted back from the day of the service."""

    when: When
    at: int = 0
    scope: Scope = Scope()

    def moment(self, day: date, calendar: Calendar) -> datetime:
        return calendar.local(self.when.day(day)[0], self.at)


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """What the rules must know of a service on a date. `capacity` None: no limit of places."""

    service: str
    date: date
    start: time | None = None
    capacity: int | None = None
    taken: int = 0
    closed: str | None = None
    """Why the service does not open that day, or None."""
    year_open: bool = True
    """Whether the bookings of its school year are open."""


@dataclass(frozen=True)
class Decision:
    """The answer to one question, and why.

    `until`: the local moment after which the answer changes (the deadline of what is allowed or full, the
    opening of what is not open yet), None when it will not. `deadline`: the rule's moment, past or not.
    """

    action: Action
    refusal: Refusal | None
    until: datetime | None
    because: tuple[Step, ...]
    told: Sentence
    reason: Sentence
    deadline: datetime | None = None

    @property
    def is_allowed(self) -> bool:
        return self.refusal is None

    def sentence(self) -> Sentence:
        """What a parent reads: « Réservable jusqu'au dimanche 6 décembre à 21 h »; `reason` says why."""
        return self.told


def may_book(
    session: SessionFacts,
    rules: DeadlineRule | Sequence[DeadlineRule],
    calendar: Calendar,
    *,
    now: datetime,
    openings: Sequence[OpeningRule] = (),
) -> Decision:
    """Whether this session may be booked at `now` (aware), until when, and why.

    Booking what is already booked is no refusal: the caller changes nothing. Raises CalendarUnknown past the
    last year known.
    """
    return decide_many([(Action.BOOK, session)], rules, calendar, now=now, openings=openings)[0]


def may_cancel(
    session: SessionFacts,
    rules: DeadlineRule | Sequence[DeadlineRule],
    calendar: Calendar,
    *,
    now: datetime,
) -> Decision:
    """Whether a booking of this session may be cancelled at `now` (aware), until when, and why."""
    return decide_many([(Action.CANCEL, session)], rules, calendar, now=now)[0]


def decide_many(
    questions: Iterable[tuple[Action, SessionFacts]],
    rules: DeadlineRule | Sequence[DeadlineRule],
    calendar: Calendar,
    *,
    now: datetime,
    openings: Sequence[OpeningRule] = (),
) -> list[Decision]:
    """Many questions at one moment, answered in order; what they share is computed once."""
    if now.tzinfo is None:
        raise ValueError("now must be aware")
    desk = _Desk(
        (rules,) if isinstance(rules, DeadlineRule) else tuple(rules), calendar, now, tuple(openings)
    )
    return [desk.book(s) if action is Action.BOOK else desk.cancel(s) for action, s in questions]


def rule_for(rules: Iterable[DeadlineRule], action: Action, service: str, day: date) -> DeadlineRule | None:
    """The rule in force for a service and day: one that names the service wins over one for all services."""
    found = [r for r in rules if action in r.actions and r.scope.holds(service, day)]
    return next((r for r in found if service in r.scope.services), found[0] if found else None)


def modifiable(
    service: str, day: date, rules: Sequence[DeadlineRule], calendar: Calendar
) -> tuple[Sentence, tuple[Sentence, ...]]:
    """The deadline of a service and day whatever the moment, and its reasons.

    « Modifiable jusqu'au dimanche 6 décembre à 21 h », or « Réservable jusqu'au …, annulable jusqu'au … ».
    """
    cutoffs = []
    for action in Action:
        rule = rule_for(rules, action, service, day)
        cutoffs.append(rule.cutoff(day, calendar) if rule else None)
    book, cancel = cutoffs
    if book is None and cancel is None:
        return say("allowed.always", verb=say("verb.both")), (say("reason.none"),)
    if book and cancel and (book.at, book.inclusive) == (cancel.at, cancel.inclusive):
        reasons = (book.reason,) if book.reason == cancel.reason else (book.reason, cancel.reason)
        return say("allowed", verb=say("verb.both"), limit=book.limit()), reasons
    if book and cancel:
        return say("allowed.both", book=book.limit(), cancel=cancel.limit()), (book.reason, cancel.reason)
    action, cutoff = (Action.BOOK, book) if book else (Action.CANCEL, cancel)
    assert cutoff is not None
    return say("allowed", verb=say(f"verb.{action}"), limit=cutoff.limit()), (cutoff.reason,)


class _Desk:
    """The answers given at one moment, with the cutoffs already computed."""

    def __init__(
        self,
        rules: tuple[DeadlineRule, ...],
        calendar: Calendar,
        now: datetime,
        openings: tuple[OpeningRule, ...],
    ) -> None:
        self.rules, self.calendar, self.now, self.openings = rules, calendar, now, openings
        self.today = calendar.today(now)
        self.rule_of: dict[tuple[Action, str, date], DeadlineRule | None] = {}
        self.by_rule: dict[tuple[Action, int, date], Decision] = {}
        self.shut: dict[tuple[str, date], str | None] = {}

    def book(self, session: SessionFacts) -> Decision:
        if session.date < self.today:
            return self._past(Action.BOOK, session.date)
        closed = session.closed or self._closed(session.service, session.date)
        if closed:
            return _refuse(
                Action.BOOK,
                Refusal.CLOSED,
                say("refused.closed", label=closed),
                step("step.closed", label=closed),
            )
        if not session.year_open:
            return _refuse(Action.BOOK, Refusal.NOT_OPEN, say("refused.year"), step("step.year"))
        decision = self._opening(session) or self._deadline(Action.BOOK, session)
        if decision.is_allowed and session.capacity is not None and session.taken >= session.capacity:
            return _full(decision, session.taken, session.capacity)
        return decision

    def cancel(self, session: SessionFacts) -> Decision:
        if session.date < self.today:
            return self._past(Action.CANCEL, session.date)
        return self._deadline(Action.CANCEL, session)

    def _past(self, action: Action, day: date) -> Decision:
        return _refuse(action, Refusal.PAST, say("refused.past"), step("step.past", result=day))

    def _closed(self, service: str, day: date) -> str | None:
        key = (service, day)
        if key not in self.shut:
            self.shut[key] = self.calendar.closed_reason(day, service)
        return self.shut[key]

    def _opening(self, session: SessionFacts) -> Decision | None:
        """The refusal of a day whose bookings have not opened yet."""
        opening = opening_for(self.openings, session.service, session.date)
        if opening is None:
            return None
        moment = opening.moment(session.date, self.calendar)
        if self.now.astimezone(UTC) >= moment.astimezone(UTC):
            return None
        told = say("refused.not_open", moment=moment)
        return Decision(
            Action.BOOK,
            Refusal.NOT_OPEN,
            moment,
            (step("step.opens", moment=moment),),
            told,
            told,
            deadline=None,
        )

    def _deadline(self, action: Action, session: SessionFacts) -> Decision:
        asked = (action, session.service, session.date)
        if asked not in self.rule_of:
            self.rule_of[asked] = rule_for(self.rules, *asked)
        rule = self.rule_of[asked]
        if rule is None:
            return self._no_rule(action, session)
        key = (action, id(rule), session.date)
        if key not in self.by_rule:
            self.by_rule[key] = self._by_rule(action, rule.cutoff(session.date, self.calendar))
        return self.by_rule[key]

    def _by_rule(self, action: Action, cutoff: Cutoff) -> Decision:
        if cutoff.is_past(self.now):
            told = say("refused.too_late", moment=cutoff.at)
            return Decision(action, Refusal.TOO_LATE, None, cutoff.steps, told, cutoff.reason, cutoff.at)
        told = say("allowed", verb=say(f"verb.{action}"), limit=cutoff.limit())
        return Decision(action, None, cutoff.at, cutoff.steps, told, cutoff.reason, cutoff.at)

    def _no_rule(self, action: Action, session: SessionFacts) -> Decision:
        """Without a rule, until the service begins (or its day ends, when the hour is not known)."""
        start = self.calendar.local(session.date, session.start or DAY_MINUTES)
        if self.now.astimezone(UTC) >= start.astimezone(UTC):
            told = say("refused.started", hour=start.hour * 60 + start.minute)
            return Decision(action, Refusal.PAST, None, (step("step.none"),), told, say("reason.none"))
        told = say("allowed.always", verb=say(f"verb.{action}"))
        return Decision(action, None, start, (step("step.none"),), told, say("reason.none"), start)


def opening_for(openings: Iterable[OpeningRule], service: str, day: date) -> OpeningRule | None:
    """The opening in force: one that names the service wins over one for all services."""
    found = [o for o in openings if o.scope.holds(service, day)]
    return next((o for o in found if service in o.scope.services), found[0] if found else None)


def _refuse(action: Action, refusal: Refusal, told: Sentence, why: Step) -> Decision:
    return Decision(action, refusal, None, (why,), told, told)


def _full(allowed: Decision, taken: int, capacity: int) -> Decision:
    told = say("refused.full", taken=taken, capacity=capacity) if capacity else say("refused.full.none")
    because = (*allowed.because, step("step.places", taken=taken, capacity=capacity))
    return Decision(
        allowed.action, Refusal.FULL, allowed.until, because, told, allowed.reason, allowed.deadline
    )
