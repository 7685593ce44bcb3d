"""Whether a family may book, change or cancel now, until when, and why.

The rules are told in `deadlines`; the answers come in a fixed order: past, closed, not open, deadline, places.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from .calendars import Calendar, NoSuchDay
from .deadlines import Action, DeadlineRule, Effect, OpeningRule, Tier, opening_for, rule_for
from .limits import Asked, Cutoff, place
from .scopes import Known
from .sentences import DAY_MINUTES, Sentence, Step, say, step


class Refusal(StrEnum):
    """Why the answer is no."""

    TOO_LATE = "too_late"
    FULL = "full"
    CLOSED = "closed"
    """The commune is closed, the day is a public holiday, or the service does not open."""
    NOT_OPEN = "not_open"
    """Bookings for this day have not opened yet."""
    PAST = "past"
    NEVER = "never"
    """The regulation does not allow it at all."""
    WAITING = "waiting"
    """Late: only the waiting list is left."""
    AGENT = "agent"
    """Late: only the service may do it."""
    QUOTA = "quota"
    """Late, and the late requests allowed are used up."""


_REFUSED_BY = {Effect.WAITING_LIST: Refusal.WAITING, Effect.AGENT: Refusal.AGENT}


LocalDay = date
"""The same type, where a field named `date` hides it."""


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
    known: Known = ()
    """What else is known of the request (`know(profile=…, residence=…, channel=…)`)."""
    first: LocalDay | None = None
    """The first day of what is booked together with it."""
    late: int = 0
    """How many late requests were already made in the rule's period."""


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
    effect: Effect = Effect.FREE
    label: str = ""
    """What the effect is called (« une majoration de 50 % »)."""
    unless: tuple[Sentence, ...] = ()
    """What is still possible for those who can tell a reason or bring a proof."""
    is_late: bool = False
    """Allowed, but only by what follows the deadline."""

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
    return [desk.book(s) if action is Action.BOOK else desk.undo(action, s) for action, s in questions]


def modifiable(
    service: str,
    day: date,
    rules: Sequence[DeadlineRule],
    calendar: Calendar,
    *,
    start: time | None = None,
    known: Known = (),
) -> tuple[Sentence, tuple[Sentence, ...]]:
    """The deadline of a service and day whatever the moment, and its reasons.

    « Modifiable jusqu'au dimanche 6 décembre à 21 h », or « Réservable jusqu'au …, annulable jusqu'au … ».
    """
    asked = Asked(service, day, start)
    found = [
        rule_for(rules, action, service, day, known, calendar=calendar)
        for action in (Action.BOOK, Action.CANCEL)
    ]
    book, cancel = (_limit_of(rule, asked, calendar) for rule in found)
    if book is None and cancel is None:
        return say("allowed.always", verb=say("verb.both")), (say("reason.none"),)
    if isinstance(book, Cutoff) and isinstance(cancel, Cutoff):
        reasons = (book.reason,) if book.reason == cancel.reason else (book.reason, cancel.reason)
        if (book.at, book.inclusive) == (cancel.at, cancel.inclusive):
            return say("allowed", verb=say("verb.both"), limit=book.limit()), reasons
        return say("allowed.both", book=book.limit(), cancel=cancel.limit()), reasons
    if isinstance(book, Cutoff):
        return say("allowed", verb=say("verb.book"), limit=book.limit()), (book.reason,)
    if isinstance(cancel, Cutoff):
        return say("allowed", verb=say("verb.cancel"), limit=cancel.limit()), (cancel.reason,)
    return book or cancel or say("reason.none"), (say("reason.never"),)


def _limit_of(rule: DeadlineRule | None, asked: Asked, calendar: Calendar) -> Cutoff | Sentence | None:
    """The cutoff of a rule, the sentence of one that never allows, None without rule."""
    if rule is None:
        return None
    if rule.chosen(asked.day).never:
        return say(f"refused.never.{min(rule.actions)}")
    return rule.cutoff_of(asked, calendar)


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
        self.rule_of: dict[tuple[Action, str, date, Known], DeadlineRule | None] = {}
        self.by_rule: dict[tuple[object, ...], Decision] = {}
        self.cutoffs: dict[tuple[object, ...], Cutoff] = {}
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

    def undo(self, action: Action, session: SessionFacts) -> Decision:
        """Cancelling or changing: neither places, nor closures, nor openings matter."""
        if session.date < self.today:
            return self._past(action, session.date)
        return self._deadline(action, session)

    def _past(self, action: Action, day: date) -> Decision:
        return _refuse(action, Refusal.PAST, say("refused.past"), step("step.past", result=day))

    def _closed(self, service: str, day: date) -> str | None:
        key = (service, day)
        if key not in self.shut:
            self.shut[key] = self.calendar.closed_reason(day, service)
        return self.shut[key]

    def _opening(self, session: SessionFacts) -> Decision | None:
        """The refusal of a day whose bookings have not opened yet."""
        opening = opening_for(
            self.openings, session.service, session.date, session.known, calendar=self.calendar
        )
        if opening is None:
            return None
        if opening.never:
            told = say("refused.not_open.never", name=opening.name)
            return Decision(Action.BOOK, Refusal.NOT_OPEN, None, (step("step.never"),), told, told)
        moment = opening.moment(session.date, self.calendar, service=session.service, first=session.first)
        if self.now.astimezone(UTC) >= moment.astimezone(UTC):
            return None
        told = say("refused.not_open", moment=moment)
        because = (step("step.opens", moment=moment),)
        reason = say("reason.class", name=opening.name) if opening.period else told
        return Decision(Action.BOOK, Refusal.NOT_OPEN, moment, because, told, reason)

    def _deadline(self, action: Action, session: SessionFacts) -> Decision:
        asked = (action, session.service, session.date, session.known)
        if asked not in self.rule_of:
            self.rule_of[asked] = rule_for(self.rules, *asked, calendar=self.calendar)
        rule = self.rule_of[asked]
        if rule is None:
            return self._no_rule(action, session)
        key = (*asked, session.start, session.first, session.late)
        if key not in self.by_rule:
            try:
                self.by_rule[key] = self._by_rule(action, rule, session)
            except NoSuchDay as lost:
                self.by_rule[key] = _refuse(
                    action, Refusal.AGENT, say("refused.lost"), step("step.lost", why=str(lost))
                )
        return self.by_rule[key]

    def _by_rule(self, action: Action, rule: DeadlineRule, session: SessionFacts) -> Decision:
        asked = Asked(session.service, session.date, session.start, session.first)
        if rule.chosen(session.date).never:
            told = say(f"refused.never.{action}")
            refused = Decision(action, Refusal.NEVER, None, (step("step.never"),), told, say("reason.never"))
            return _late(refused, rule, session, asked, self)
        key = (id(rule), _shared(rule, asked))
        if key not in self.cutoffs:
            self.cutoffs[key] = rule.cutoff_of(asked, self.calendar)
        cutoff = self.cutoffs[key]
        if cutoff.is_past(self.now):
            told = say("refused.too_late", moment=cutoff.at)
            refused = Decision(
                action, Refusal.TOO_LATE, None, cutoff.steps, told, cutoff.reason, cutoff.at, Effect.REFUSED
            )
            return _late(refused, rule, session, asked, self) if rule.tiers else refused
        told = say("allowed", verb=say(f"verb.{action}"), limit=cutoff.limit())
        return Decision(action, None, cutoff.at, cutoff.steps, told, cutoff.reason, cutoff.at)

    def _no_rule(self, action: Action, session: SessionFacts) -> Decision:
        """Without a rule, until the service begins (or its day ends, when the hour is not known)."""
        start = self.end_of(session)
        if self.now.astimezone(UTC) >= start.astimezone(UTC):
            told = say("refused.started", hour=start.hour * 60 + start.minute)
            return Decision(action, Refusal.PAST, None, (step("step.none"),), told, say("reason.none"))
        told = say("allowed.always", verb=say(f"verb.{action}"))
        return Decision(action, None, start, (step("step.none"),), told, say("reason.none"), start)

    def end_of(self, session: SessionFacts) -> datetime:
        """The beginning of the service, or the end of its day when the hour is not known."""
        return self.calendar.local(session.date, session.start or DAY_MINUTES)


def _shared(rule: DeadlineRule, asked: Asked) -> object:
    """What requests have in common when they have the same limit: their week, their day, or nothing."""
    if not _depends_on_the_day_alone(rule):
        return asked
    if rule.when.anchor == "week" and not rule.table and not rule.dates:
        return asked.day - timedelta(days=asked.day.weekday())
    return asked.day


def _depends_on_the_day_alone(rule: DeadlineRule) -> bool:
    """Whether services share the limit of a day."""
    limits = rule.every()
    return all(
        limit.when.unit in ("days", "weeks") and limit.when.anchor in ("day", "week") for limit in limits
    ) and all(limit.shift is None for limit in limits)


def _late(
    refused: Decision, rule: DeadlineRule, session: SessionFacts, asked: Asked, desk: _Desk
) -> Decision:
    """What the tiers of a rule make of a refusal: the first that holds and is not past."""
    for tier in rule.tiers:
        cutoff = _tier_cutoff(tier, session, asked, desk)
        if cutoff is None or cutoff.is_past(desk.now):
            continue
        if not tier.scope.holds(session.service, session.date, session.known):
            if unless := _unless(tier, cutoff):
                refused = replace(refused, unless=(*refused.unless, unless))
            continue
        if tier.quota is not None and session.late >= tier.quota:
            why = step("step.quota", count=session.late, quota=tier.quota)
            told = say("refused.quota", moment=refused.deadline or cutoff.at, quota=tier.quota)
            refused = replace(refused, refusal=Refusal.QUOTA, told=told, because=(*refused.because, why))
            continue
        return _by_tier(refused, tier, cutoff, desk)
    return refused


def _tier_cutoff(tier: Tier, session: SessionFacts, asked: Asked, desk: _Desk) -> Cutoff | None:
    if tier.limit is None:
        return Cutoff(desk.end_of(session), False, (), say("reason.none"))
    chosen = tier.limit.chosen(asked.day)
    if chosen.never or not tier.limit.covers(asked.day, asked.service, desk.calendar):
        return None
    at, inclusive, steps = place(chosen, asked, desk.calendar)
    return Cutoff(at, inclusive, steps, say("reason.none"))


def _by_tier(refused: Decision, tier: Tier, cutoff: Cutoff, desk: _Desk) -> Decision:
    """The decision of a tier that holds."""
    local = desk.now.astimezone(desk.calendar.zone)
    moment = refused.deadline or cutoff.at
    label = tier.label or "une majoration"
    if tier.not_before is not None and local.hour * 60 + local.minute < tier.not_before:
        told = say("refused.not_yet", moment=moment, hour=tier.not_before)
        return replace(refused, told=told)
    effect = (
        say("effect.surcharge", label=label)
        if tier.effect is Effect.SURCHARGE
        else say(f"effect.{tier.effect}")
    )
    because = (*refused.because, step("step.late", moment=moment, effect=effect), *cutoff.steps)
    if tier.effect is Effect.REFUSED:
        return replace(refused, because=because)
    found = replace(
        refused, until=cutoff.at, because=because, effect=tier.effect, label=tier.label, unless=()
    )
    if tier.effect in _REFUSED_BY:
        refusal = _REFUSED_BY[tier.effect]
        return replace(
            found, refusal=refusal, told=say(f"refused.{refusal}", moment=moment, limit=cutoff.limit())
        )
    verb = say(f"verb.{refused.action}")
    told = (
        say("allowed.surcharge", verb=verb, limit=cutoff.limit(), label=label)
        if tier.effect is Effect.SURCHARGE
        else say("allowed", verb=verb, limit=cutoff.limit())
    )
    return replace(found, refusal=None, told=told, is_late=True)


def _unless(tier: Tier, cutoff: Cutoff) -> Sentence | None:
    """« Encore possible jusqu'au … sur justificatif : certificat médical », to those who told no reason."""
    reasons = dict(tier.scope.tags).get("reason")
    if reasons is None or tier.effect is Effect.REFUSED:
        return None
    if tier.proof:
        return say("unless.proof", limit=cutoff.limit(), proof=tier.proof)
    return say("unless", limit=cutoff.limit(), reasons=", ".join(sorted(reasons)))


def _refuse(action: Action, refusal: Refusal, told: Sentence, why: Step) -> Decision:
    return Decision(action, refusal, None, (why,), told, told)


def _full(allowed: Decision, taken: int, capacity: int) -> Decision:
    because = (*allowed.because, step("step.places", taken=taken, capacity=capacity))
    return replace(allowed, refusal=Refusal.FULL, told=full(taken, capacity), because=because)


def full(taken: int, capacity: int) -> Sentence:
    """« Complet : 40 places prises sur 40 »."""
    if not capacity:
        return say("refused.full.none")
    return say("refused.full" if taken > 1 else "refused.full.one", taken=taken, capacity=capacity)
