"""How a session stands for a child and one of its households: booked, free, full, too late… and why.

One judgement serves the month that a parent looks at, the recap, and the writing itself: what is shown and what is
done cannot part. Nothing here reads the database or the clock.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from enum import StrEnum
from functools import cached_property

from django.utils.functional import Promise, lazy
from django.utils.translation import gettext_lazy as _

from portail import rules
from portail.core import sentences
from portail.rules.peaks import Hours

Said = rules.Sentence | Promise | str
"""Something said to a family: a sentence of the rules, or a text of our own; `said` puts both into words."""


class State(StrEnum):
    """What a cell of the planning shows."""

    BOOKED = "booked"
    WAITING = "waiting"
    OFFERED = "offered"
    FREE = "free"
    FULL = "full"
    CLOSED = "closed"
    TOO_LATE = "too_late"
    PAST = "past"
    NOT_OPEN = "not_open"
    OTHER_PARENT = "other_parent"
    OTHER_HOME = "other_home"
    """A day that the custody calendar gives to the other household, whatever is booked there."""
    NOT_OFFERED = "not_offered"
    UNMET = "unmet"
    """Possible alone, but not with the rest of what is booked."""


@dataclass(frozen=True, slots=True)
class Look:
    """A state for the eye and the ear: its word, an icon of the sprite, a tone of the style sheet."""

    word: Promise
    icon: str
    tone: str


LOOKS = {
    State.BOOKED: Look(_("Réservé"), "check", "ok"),
    State.WAITING: Look(_("Sur liste d'attente"), "clock", "warn"),
    State.OFFERED: Look(_("Place proposée"), "mail", "warn"),
    State.FREE: Look(_("Libre"), "plus", "calm"),
    State.FULL: Look(_("Complet"), "full", "bad"),
    State.CLOSED: Look(_("Fermé"), "closed", "calm"),
    State.TOO_LATE: Look(_("Trop tard"), "lock", "warn"),
    State.PAST: Look(_("Passé"), "clock", "calm"),
    State.NOT_OPEN: Look(_("Pas encore ouvert"), "calendar", "info"),
    State.OTHER_PARENT: Look(_("Autre parent"), "users", "info"),
    State.OTHER_HOME: Look(_("Pris par l'autre foyer"), "home", "info"),
    State.NOT_OFFERED: Look(_("Non proposé"), "cross", "calm"),
    State.UNMET: Look(_("À compléter"), "warning", "warn"),
}
_STATE_OF = {
    None: State.FREE,
    rules.Refusal.FULL: State.FULL,
    rules.Refusal.CLOSED: State.CLOSED,
    rules.Refusal.TOO_LATE: State.TOO_LATE,
    rules.Refusal.PAST: State.PAST,
    rules.Refusal.NOT_OPEN: State.NOT_OPEN,
    rules.Refusal.NEVER: State.NOT_OFFERED,
    rules.Refusal.WAITING: State.TOO_LATE,
    rules.Refusal.AGENT: State.TOO_LATE,
    rules.Refusal.QUOTA: State.TOO_LATE,
}
OWN_STATES = {"booked": State.BOOKED, "offered": State.OFFERED, "waiting": State.WAITING}
_LISTED = frozenset({"waiting", "offered"})
_LATE = frozenset({rules.Refusal.TOO_LATE, rules.Refusal.WAITING, rules.Refusal.AGENT, rules.Refusal.QUOTA})
IN_TURN = _("Chacun réserve à son tour : prenez un ticket dans la salle d'attente")
OTHER_PARENT = _("Déjà réservé par l'autre parent")
NOT_OFFERED = _("Cette prestation n'est pas proposée à votre enfant ce jour-là")
SEES_ONLY = _("Votre dossier voit ce planning sans pouvoir le modifier : adressez-vous au service")


FEW_PLACES = 5
"""From how many places left a family is told their number: below, another family may well be booking at the same time.
Not a rule of the commune: it decides nothing."""
LocalDay = date
"""The same type, where a field named `date` hides it."""
PORTAL, DESK = "portail", "guichet"
"""By which way a request comes, in the words of the settings file (`channels`)."""


@dataclass(frozen=True, slots=True)
class Facts:
    """A session as it concerns a child and a household: all that the judgement needs.

    `closed`: why an agent closed it. `bookable_from`: when the school year opens to families, None when not decided.
    `own`: this household's booking, `theirs`: whether the other household has one. `offered`: the child is enrolled
    there on that day. `may_book`: this household books for the child on that day. `away`: why a custody calendar gives
    this hour to the other household, None when it does not. `known`, `first` and `late` are those of
    `rules.SessionFacts`. `quotas`: those in which the child counts, and the places taken in each. `hours`: those
    wished, where families choose them, and `others` those of the other children: `taken` is the most of them at once.

    `waiting`: the list of the session, where one is declared; `queue` children wait there, and this one for
    `days_waited` days already. `ranked`: its own place in the list, or the one it would have; `offered_until`: until
    when a place is kept for it. `takes`: whether it may take the place that its list gave it (`own` is then None).
    """

    child_id: int
    session_id: int
    service: str
    date: date
    start: time
    capacity: int | None
    taken: int
    closed: str | None
    bookable_from: datetime | None
    own: str | None = None
    theirs: bool = False
    offered: bool = True
    may_book: bool = True
    away: rules.Sentence | None = None
    known: rules.Known = ()
    first: LocalDay | None = None
    late: int = 0
    quotas: tuple[tuple[rules.Quota, int], ...] = ()
    hours: Hours | None = None
    others: tuple[Hours, ...] = ()
    waiting: rules.WaitingRule | None = None
    queue: int = 0
    days_waited: int = 0
    ranked: rules.Ranked | None = None
    offered_until: datetime | None = None
    takes: bool = False

    @property
    def by_hours(self) -> bool:
        return self.hours is not None

    @property
    def quota_full(self) -> rules.Sentence | None:
        """Why no place is left for a child of this kind; None when one is."""
        found = rules.first_full(self.quotas)
        return found[1] if found else None

    @property
    def full(self) -> rules.Sentence | None:
        """Why no place is left, in the session or for a child of this kind; None when one is."""
        if self.capacity is not None and self.taken >= self.capacity:
            return rules.full(self.taken, self.capacity)
        return self.quota_full

    @property
    def left(self) -> int | None:
        """The places left for a child of this kind, in the session and in its quotas; None without any limit, and
        where it depends on the hours."""
        if self.by_hours:
            return None
        limits = [quota.most - taken for quota, taken in self.quotas]
        if self.capacity is not None:
            limits.append(self.capacity - self.taken)
        return max(min(limits), 0) if limits else None

    @property
    def is_for_the_rules(self) -> bool:
        """Not what the other parent has, nor what is not offered: no rule can open it, perhaps none knows its day. Nor
        a waiting list, which is left whenever one likes."""
        if self.own is not None:
            return self.own not in _LISTED
        return self.offered and not self.theirs

    @property
    def no_room(self) -> rules.Sentence | None:
        """Why the child may not join the list; None when it may, or when there is no list."""
        return self.waiting.no_room(self.queue, self.days_waited) if self.waiting else None

    def for_rules(self, now: datetime) -> rules.SessionFacts:
        year_open = self.bookable_from is not None and self.bookable_from <= now
        return rules.SessionFacts(
            self.service,
            self.date,
            self.start,
            self.capacity,
            self.taken,
            self.closed,
            year_open,
            self.known,
            self.first,
            self.late,
        )


@dataclass(frozen=True)
class Law:
    """By what, when and for whom it is judged. The service (`as_service`) may pass a deadline; a capacity or a quota,
    only where it was asked to (`may_exceed`). Always with a reason.

    `waits`: the periods whose waiting room the household has not passed; `tickets`: those by which it is inside others.
    """

    regulation: rules.Regulation
    calendar: rules.Calendar
    now: datetime
    as_service: bool = False
    may_exceed: bool = False
    waits: tuple[rules.BookingPeriod, ...] = ()
    tickets: tuple[int, ...] = ()

    @cached_property
    def today(self) -> date:
        return self.calendar.today(self.now)

    @property
    def channel(self) -> str:
        return DESK if self.as_service else PORTAL

    def decide(self, questions: Iterable[tuple[rules.Action, rules.SessionFacts]]) -> list[rules.Decision]:
        return rules.decide_many(
            questions,
            self.regulation.deadlines,
            self.calendar,
            now=self.now,
            openings=self.regulation.openings,
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """What is shown, whether it may be changed (booked when free, cancelled when booked), and why.

    `refusal`: what the rules said, even where the service may pass over it (`needs_reason`). `effect`: what the act
    brings when it comes after a deadline that lets it through, called `label`. `unless`: what is still possible for
    those who bring a proof. `left`: the places left to book, told when they are few (`FEW_PLACES`).

    `can_wait`: the waiting list is open to the child; `queue`: what is said of it, or why it is not. `until`: until
    when the act stays possible. `is_over`: beyond the places, which only the service does.
    """

    state: State
    can_change: bool
    why: Said
    reason: Said = ""
    refusal: rules.Refusal | None = None
    needs_reason: bool = False
    is_late: bool = False
    effect: rules.Effect = rules.Effect.FREE
    label: str = ""
    unless: tuple[rules.Sentence, ...] = ()
    left: int | None = None
    can_wait: bool = False
    queue: Said = ""
    until: datetime | None = None
    is_over: bool = False

    @property
    def has_surcharge(self) -> bool:
        return self.effect is rules.Effect.SURCHARGE


def judge(facts: Iterable[Facts], law: Law) -> list[Standing]:
    """The standing of each session, in order. A booking of one's own is asked whether it may be cancelled."""
    facts = list(facts)
    asked = ((_question(f), f.for_rules(law.now)) for f in facts if f.is_for_the_rules)
    decisions = iter(law.decide(asked))
    found = [_standing(f, next(decisions), law) if f.is_for_the_rules else _set_aside(f, law) for f in facts]
    return [_at_the_other_home(f, s, law) if f.away else s for f, s in zip(facts, found, strict=True)]


def _question(facts: Facts) -> rules.Action:
    return rules.Action.CANCEL if facts.own else rules.Action.BOOK


def _set_aside(facts: Facts, law: Law) -> Standing:
    if facts.own:
        return _listed(facts, law)
    if facts.theirs:
        return Standing(State.OTHER_PARENT, False, OTHER_PARENT)
    return Standing(State.NOT_OFFERED, False, NOT_OFFERED)


def _at_the_other_home(facts: Facts, standing: Standing, law: Law) -> Standing:
    """A day of the other household: nothing is said of what is booked there, and only the service books, with a reason.

    What is still booked by this household stays its own, to cancel by the usual rules; a closed day is closed to all.
    """
    if facts.own or facts.away is None or not facts.offered or (facts.closed and not facts.theirs):
        return standing
    if not law.as_service:
        is_past = facts.date < law.today
        told = facts.away if is_past else rules.say("refused.other_home.exchange", day=facts.away)
        return Standing(State.OTHER_HOME, False, told)
    if facts.theirs or not standing.can_change:
        return standing
    return replace(standing, state=State.OTHER_HOME, why=facts.away, reason="", needs_reason=True)


def _listed(facts: Facts, law: Law) -> Standing:
    """On the waiting list, or a place is kept for it: either is left freely, as long as the day has not passed."""
    why: Said = LOOKS[OWN_STATES[facts.own or ""]].word
    reason: Said = ""
    if facts.offered_until is not None:
        why = rules.say("waiting.offered", moment=facts.offered_until.astimezone(law.calendar.zone))
    elif facts.ranked is not None:
        why, reason = facts.ranked.told(), rules.joined(facts.ranked.because(law.calendar.zone))
    if not facts.may_book:
        why, reason = SEES_ONLY, ""
    may_leave = facts.may_book and facts.date >= law.today
    return Standing(OWN_STATES[facts.own or ""], may_leave, why, reason)


def _asked_in_time(facts: Facts, decision: rules.Decision, law: Law) -> rules.Decision:
    """For a child of the list: no surcharge, and no deadline either where the list goes on until the service begins."""
    start = law.calendar.local(facts.date, facts.start)
    if facts.waiting is None or facts.waiting.ends is not rules.Ends.START or law.now >= start:
        until = min(decision.until or start, start)
    else:
        until = start
        if decision.refusal in _LATE:
            decision = replace(decision, refusal=None)
    return replace(decision, effect=rules.Effect.FREE, is_late=False, label="", until=until)


def _with_list(found: Standing, facts: Facts) -> Standing:
    """The same, with the waiting list where one is open for this child: the day is full, or late requests go there."""
    if facts.waiting is None or facts.takes or not facts.may_book:
        return found
    late = found.refusal is rules.Refusal.WAITING and facts.waiting.ends is rules.Ends.START
    if found.refusal is not rules.Refusal.FULL and not late:
        return found
    if told := facts.no_room:
        return replace(found, queue=told)
    return replace(found, can_wait=True, queue=rules.queue_told(facts.queue))


def _standing(facts: Facts, decision: rules.Decision, law: Law) -> Standing:
    full = None if facts.own else facts.full
    if facts.takes:
        decision = _asked_in_time(facts, decision, law)
    if full and decision.is_allowed:
        decision = replace(decision, refusal=rules.Refusal.FULL, told=full)
    if not facts.takes and decision.refusal in _BY_TURNS and _must_wait(facts, law):
        return Standing(State.NOT_OPEN, False, IN_TURN, refusal=rules.Refusal.NOT_OPEN)
    state = OWN_STATES[facts.own] if facts.own else _STATE_OF[decision.refusal]
    if not facts.may_book:
        return Standing(state, False, SEES_ONLY, refusal=decision.refusal)
    left = facts.left if state is State.FREE else None
    found = Standing(
        state,
        decision.refusal is None,
        _opening_of_year(facts, decision, law) or decision.told,
        decision.reason,
        decision.refusal,
        is_late=decision.is_late,
        effect=decision.effect if decision.is_allowed else rules.Effect.FREE,
        label=decision.label,
        unless=decision.unless,
        left=left if left is not None and left <= FEW_PLACES else None,
        until=decision.until,
    )
    found = _with_list(found, facts)
    if decision.refusal is None or not law.as_service:
        return found
    if full and law.may_exceed and _service_may_pass(facts, replace(decision, refusal=None), law):
        return replace(found, can_change=True, why=full, needs_reason=True, is_over=True)
    if not _service_may_pass(facts, decision, law):
        return replace(found, can_change=False)
    if full:
        return replace(found, state=State.FULL, can_change=False, why=full, refusal=rules.Refusal.FULL)
    return replace(found, can_change=True, needs_reason=True)


_BY_TURNS = (None, rules.Refusal.FULL, rules.Refusal.WAITING)
"""What is taken in turn: a place, or a rank on the list of a session that is full."""


def _must_wait(facts: Facts, law: Law) -> bool:
    """Whether the household has to pass a waiting room before it books this session."""
    return not facts.own and any(period.covers(facts.service, facts.date) for period in law.waits)


def _service_may_pass(facts: Facts, decision: rules.Decision, law: Law) -> bool:
    """A deadline, an opening, a service that has begun: the service decides. A day gone by or closed: nobody."""
    if decision.refusal is rules.Refusal.PAST:
        return facts.date == law.today
    return decision.refusal not in (rules.Refusal.CLOSED, rules.Refusal.FULL)


def _opening_of_year(facts: Facts, decision: rules.Decision, law: Law) -> rules.Sentence | None:
    """When the year is not open yet but its moment is known, say the moment."""
    opens = facts.bookable_from
    if decision.refusal is not rules.Refusal.NOT_OPEN or opens is None or opens <= law.now:
        return None
    return rules.say("refused.not_open", moment=opens.astimezone(law.calendar.zone))


def said(text: Said) -> str:
    """In words, in the language of the moment."""
    return sentences.said(text) if isinstance(text, rules.Sentence) else str(text)


said_lazy = lazy(said, str)
"""The same, put into words only where it is shown."""
