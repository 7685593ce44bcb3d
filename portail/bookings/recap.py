"""What a set of wishes would change: added, removed, impossible and why. Read before a change, and again inside it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from django.db.models import Count, Exists
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from portail import rules
from portail.activities.models import Session
from portail.bookings.choices import Choices
from portail.bookings.costs import Act, Cost, Difference, costs
from portail.bookings.models import Booking, Enrolment
from portail.bookings.queries import child_closings
from portail.bookings.queries.known import Booked, Knowledge, knowledge
from portail.bookings.queries.laws import law
from portail.bookings.queries.prices import Prices
from portail.bookings.queries.quotas import with_quotas
from portail.bookings.queries.rooms import behind_rooms
from portail.bookings.queries.sessions import ENDED_OFFERS, may_book
from portail.bookings.queries.told import Teller, has_quota, teller
from portail.bookings.queries.waiting import with_lists
from portail.bookings.respect import respecting
from portail.bookings.standing import Facts, Law, Said, Standing, State, judge, said_lazy
from portail.bookings.turns import as_if_in_turn, as_taking
from portail.families.models import Child, Household, HouseholdChild
from portail.rules.peaks import Hours

Pair = tuple[int, int]
"""A child and a session, by their ids."""


KEPT = Standing(State.BOOKED, True, "")


class How(StrEnum):
    """What is wanted of a session."""

    BOOK = "book"
    WAIT = "wait"
    """To be on its waiting list, where it is full."""
    EXCEED = "exceed"
    """To be booked beyond the places, which the service alone may do: never without having been shown it."""
    TAKE = "take"
    """To take the place that the list gives; never asked by a form."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A session that somebody wants for a child, or wants no more. Ids as the browser posted them: to be checked.

    `hours`: those wished, where families choose them; None: as booked, or as usual.
    """

    child_id: int
    session_id: int
    wanted: bool
    hours: Hours | None = None
    how: How = How.BOOK


@dataclass(frozen=True)
class Change:
    """A wish once judged. `conditions`: until when it can be undone, and what it costs to come late; `booking`: the one
    to cancel, or the place in the list that it takes or leaves; `cost`: what it adds to what is due, when the
    regulation tells prices; `hours`: where families choose them, those booked or cancelled. `how`: booked, or put on
    the waiting list. `replaced`: cancelled to be booked at other hours, in the same recap."""

    child: Child
    session: Session
    wanted: bool
    standing: Standing
    conditions: Said = ""
    booking: Booking | None = None
    cost: Cost | None = None
    hours: Hours | None = None
    replaced: bool = False
    how: How = How.BOOK

    @property
    def counts(self) -> bool:
        """Whether the basket changes: being on a list, or leaving it, changes none."""
        if self.wanted:
            return self.how is not How.WAIT
        return self.booking is None or self.booking.state == Booking.State.BOOKED

    @property
    def takes_a_turn(self) -> bool:
        return self.wanted and self.how is How.TAKE

    @property
    def pair(self) -> Pair:
        return self.child.pk, self.session.pk

    @property
    def place(self) -> Booked:
        service = self.session.service
        return Booked(self.child.pk, service.activity_id, service.code, self.session.date)

    @property
    def wish(self) -> Wish:
        hours = self.hours if self.wanted else None
        return Wish(self.child.pk, self.session.pk, self.wanted, hours, self.how)


@dataclass(frozen=True)
class Recap:
    """What would be done, by child and date; what is already so is left out.

    `kept`: booked already at the very hours wished, which may still be chosen otherwise. `waiting`: put on a waiting
    list; `left`: taken off one, or an offered place refused. `gone`: how many sessions do not exist any more.
    `needs_reason`: the service passes a deadline somewhere.
    `difference`: what it all adds to what was booked, when the regulation tells prices.
    """

    added: tuple[Change, ...] = ()
    removed: tuple[Change, ...] = ()
    refused: tuple[Change, ...] = ()
    kept: tuple[Change, ...] = ()
    waiting: tuple[Change, ...] = ()
    left: tuple[Change, ...] = ()
    gone: int = 0
    difference: Difference | None = None
    wishes: frozenset[Wish] = field(default=frozenset(), repr=False)
    tickets: tuple[int, ...] = field(default=(), repr=False)
    """Those by which the household is inside the waiting rooms of what it books."""
    waits: tuple[rules.BookingPeriod, ...] = field(default=(), repr=False)
    """The periods for which it must take its turn first."""

    @property
    def changes(self) -> tuple[Change, ...]:
        return self.added + self.waiting + self.removed + self.left

    @property
    def is_empty(self) -> bool:
        return not self.changes

    @property
    def is_as_wished(self) -> bool:
        """Whether doing it does everything that was wished, and that alone."""
        return frozenset(change.wish for change in self.changes if not change.replaced) == self.wishes

    @property
    def price(self) -> str:
        """The difference and how many prices are unknown, to recognise a moment later; empty without prices."""
        return f"{self.difference.total:f}/{self.difference.unknown}" if self.difference else ""

    @property
    def needs_reason(self) -> bool:
        return any(change.standing.needs_reason for change in self.changes)


class ChildNotInHousehold(LookupError):
    """A wish for a child that this household does not look after. `children`: their ids."""

    def __init__(self, children: set[int]) -> None:
        self.children = children
        super().__init__(f"children {sorted(children)} are not in this household")


def recap(
    household: Household,
    wishes: Iterable[Wish],
    *,
    now: datetime,
    as_service: bool = False,
    may_exceed: bool = False,
    lock: bool = False,
) -> Recap:
    """What these wishes change for this household at `now`. With `lock`, inside a transaction: nobody else
    takes a place in these sessions before it ends. `may_exceed`: the service goes beyond the places.

    Raises ChildNotInHousehold. A wish twice is once; one both ways counts as wanted, and as booked rather than waiting.
    """
    wishes = list(wishes)
    how = {(w.child_id, w.session_id): w.how for w in sorted(wishes, key=_booked_last) if w.wanted}
    wanted = set(how)
    unwanted = {(w.child_id, w.session_id) for w in wishes if not w.wanted} - wanted
    pairs = wanted | unwanted
    links = _links(household, {child for child, _session in pairs})
    sessions = _sessions({session for _child, session in pairs}, lock=lock)
    known = sorted(
        (pair for pair in pairs if pair[1] in sessions),
        key=lambda p: (links[p[0]].child.birth_date, p[0], *_order(sessions[p[1]])),
    )
    days = [sessions[session].date for _child, session in known]
    judged_by = law(now, as_service=as_service, may_exceed=may_exceed, for_basket=True)
    if wanted and days:
        judged_by = behind_rooms(judged_by, household.pk, min(days), max(days))
    about = _about(household, days, judged_by)
    tell = teller(household.pk, links.values(), judged_by, about)
    own, theirs = _bookings(household, known)
    hours = Choices(
        known,
        links,
        sessions,
        own,
        {(w.child_id, w.session_id): w.hours for w in wishes if w.wanted and w.hours},
    )
    facts = _facts(known, links, sessions, own, theirs, hours)
    if household.closed_at is not None:
        facts = {pair: replace(fact, may_book=False) for pair, fact in facts.items()}
    facts = told_to(facts, sessions, wanted, tell)
    concerned = [(fact, sessions[session].service.activity_id) for (_, session), fact in facts.items()]
    told = with_quotas(household.pk, concerned, judged_by)
    concerned = list(zip(told, (activity for _, activity in concerned), strict=True))
    joining = {pair for pair, asked in how.items() if asked is How.WAIT}
    facts = dict(zip(facts, with_lists(household.pk, concerned, judged_by, joining=joining), strict=True))
    facts, known = _taking(facts, known, how)
    moving = hours.moving(wanted)
    standings, leaving = _judge(known, facts, wanted, moving, judged_by, tell)
    standings = waits_in_turn(standings, facts, joining)

    def change(pair: Pair, standing: Standing, is_wanted: bool) -> Change:
        asked = _how(how.get(pair, How.BOOK), standing)
        booking = own.get(pair) if not is_wanted or asked is How.TAKE else None
        chosen = hours.of(pair) if is_wanted else hours.booked(pair)
        child, session = links[pair[0]].child, sessions[pair[1]]
        return Change(child, session, is_wanted, standing, booking=booking, hours=chosen, how=asked)

    changes = [
        change(pair, hours.refused(pair) or standings[pair], pair in wanted)
        for pair in known
        if pair in standings
    ]
    changes = respecting(changes, tell)
    possible = [c for c in changes if c.standing.can_change]
    possible += [
        replace(change(c.pair, leaving[c.pair], False), replaced=True) for c in possible if c.pair in moving
    ]
    possible, difference = _priced(_with_conditions(possible, facts, judged_by), tell)
    return Recap(
        added=tuple(c for c in possible if c.wanted and c.counts),
        removed=tuple(c for c in possible if not c.wanted and c.counts),
        waiting=tuple(c for c in possible if c.wanted and not c.counts),
        left=tuple(c for c in possible if not c.wanted and not c.counts),
        refused=tuple(c for c in changes if not c.standing.can_change),
        kept=tuple(change(pair, KEPT, True) for pair in known if pair in hours.kept(wanted)),
        gone=len(pairs) - len(known),
        difference=difference,
        wishes=frozenset(
            Wish(*pair, pair in wanted, hours.of(pair) if pair in wanted else None, how.get(pair, How.BOOK))
            for pair in pairs
        ),
        tickets=judged_by.tickets,
        waits=judged_by.waits,
    )


def _booked_last(wish: Wish) -> bool:
    return wish.how is How.BOOK


def _how(asked: How, standing: Standing) -> How:
    """What would be done: who asks to wait where a place is free after all would be given it."""
    if asked is How.TAKE:
        return asked
    if standing.is_over and asked is not How.WAIT:
        return How.EXCEED
    return How.WAIT if asked is How.WAIT and standing.can_wait else How.BOOK


def _taking(
    facts: dict[Pair, Facts], known: list[Pair], how: dict[Pair, How]
) -> tuple[dict[Pair, Facts], list[Pair]]:
    """With the places that a list gives as its children find them; who waits no more has nothing to take."""
    taking = {pair for pair, asked in how.items() if asked is How.TAKE}
    lost = {pair for pair in taking & facts.keys() if facts[pair].own not in Booking.LISTED}
    facts = {pair: as_taking(fact) if pair in taking else fact for pair, fact in facts.items()}
    return facts, [pair for pair in known if pair not in lost]


def waits_in_turn(
    standings: dict[Pair, Standing], facts: dict[Pair, Facts], joining: set[Pair]
) -> dict[Pair, Standing]:
    """Whoever asks to wait may, where the list has room after those of the same change; unless a place is free."""
    queue: Counter[int] = Counter()
    days: Counter[tuple[int, str]] = Counter()
    found = dict(standings)
    for pair, standing in standings.items():
        fact = facts[pair]
        if pair not in joining or not standing.can_wait or fact.waiting is None:
            continue
        key = (pair[0], fact.waiting.name)
        full = fact.waiting.no_room(fact.queue + queue[pair[1]], fact.days_waited + days[key])
        if full:
            found[pair] = replace(standing, can_change=False, can_wait=False, queue=full)
            continue
        queue[pair[1]] += 1
        days[key] += 1
        found[pair] = replace(standing, can_change=True, needs_reason=False, is_over=False)
    return found


def _about(household: Household, days: list[date], judged_by: Law) -> Knowledge:
    """What the rules may know of the family for these days; its whole basket when they judge it."""
    first, last = min(days, default=judged_by.today), max(days, default=judged_by.today)
    regulation = judged_by.regulation
    with_baskets = True if regulation.constraints else None
    return knowledge([household], first, last, regulation=regulation, with_baskets=with_baskets)


def _links(household: Household, children: set[int]) -> dict[int, HouseholdChild]:
    found = household.child_links.filter(child__in=children).select_related("child")
    links = {link.child_id: link for link in found}
    if missing := children - links.keys():
        raise ChildNotInHousehold(missing)
    return links


def _sessions(ids: set[int], *, lock: bool) -> dict[int, Session]:
    """These sessions; locked all at once in pk order when asked, and read afterwards.

    Read with the lock, PostgreSQL would join what it saw before waiting: a closing decided meanwhile would be missed.
    """
    if lock:
        list(Session.objects.locked(list(ids)).values_list("pk"))
    rows = Session.objects.filter(pk__in=ids).select_related("service__activity", "place", "closing")
    rows = rows.annotate(is_offered=~Exists(ENDED_OFFERS), has_closed_children=child_closings.HAS_SOME)
    return {session.pk: session for session in rows}


def _order(session: Session) -> tuple:
    return session.date, session.service.position, session.pk


def _facts(
    pairs: Sequence[Pair],
    links: dict[int, HouseholdChild],
    sessions: dict[int, Session],
    own: dict[Pair, Booking],
    theirs: set[Pair],
    hours: Choices,
) -> dict[Pair, Facts]:
    """What the judgement needs, with the places as they are before this change."""
    enrolments = _enrolments(links.keys(), sessions.values())
    taken = _taken(sessions.values())
    closed = child_closings.reasons(links.keys(), sessions.values())
    found = {
        (child_id, session_id): _fact(
            links[child_id],
            sessions[session_id],
            enrolments.get((child_id, sessions[session_id].service.activity_id), []),
            taken.get(session_id, 0),
            own.get((child_id, session_id)),
            (child_id, session_id) in theirs,
            closed.get((child_id, session_id)),
        )
        for child_id, session_id in pairs
    }
    return hours.told_to(found)


def _fact(
    link: HouseholdChild,
    session: Session,
    enrolments: list[Enrolment],
    taken: int,
    own: Booking | None,
    theirs: bool,
    closed: str | None,
) -> Facts:
    enrolment = next((e for e in enrolments if _covers(e, session)), None)
    service = session.service
    return Facts(
        child_id=link.child_id,
        session_id=session.pk,
        service=service.code,
        date=session.date,
        start=service.starts_at,
        capacity=session.capacity,
        taken=taken,
        closed=session.closing.reason if session.closing else closed,
        bookable_from=enrolment.school_year.bookable_from if enrolment else None,
        own=own.state if own else None,
        theirs=theirs,
        offered=enrolment is not None and _is_offered(session),
        may_book=may_book(link, session.date),
    )


def _is_offered(session: Session) -> bool:
    """Whether its service, its activity, its place and the service in this place are still proposed."""
    service = session.service
    in_place: bool = session.is_offered  # type: ignore[attr-defined]
    return service.is_active and service.activity.is_active and session.place.is_active and in_place


def _covers(enrolment: Enrolment, session: Session) -> bool:
    day = session.date
    return (
        enrolment.place_on(day) == session.place_id
        and enrolment.school_year.holds(day)
        and (enrolment.since is None or enrolment.since <= day)
        and (enrolment.until is None or day <= enrolment.until)
    )


def _bookings(household: Household, pairs: Sequence[Pair]) -> tuple[dict[Pair, Booking], set[Pair]]:
    active = Booking.objects.active().filter(
        child__in={child for child, _session in pairs}, session__in={session for _child, session in pairs}
    )
    own: dict[Pair, Booking] = {}
    theirs: set[Pair] = set()
    for booking in active:
        key = (booking.child_id, booking.session_id)
        if booking.household_id == household.pk:
            own[key] = booking
        else:
            theirs.add(key)
    return own, theirs


def _enrolments(children: Iterable[int], sessions: Iterable[Session]) -> dict[Pair, list[Enrolment]]:
    """By child and activity."""
    activities = {session.service.activity_id for session in sessions}
    found: dict[Pair, list[Enrolment]] = {}
    rows = Enrolment.objects.filter(child__in=list(children), activity__in=activities)
    for enrolment in rows.select_related("school_year").order_by():
        found.setdefault((enrolment.child_id, enrolment.activity_id), []).append(enrolment)
    return found


def _taken(sessions: Iterable[Session]) -> dict[int, int]:
    """The places taken in each session that has a limit; not where families choose their hours."""
    limited = [s.pk for s in sessions if s.capacity is not None and not s.service.hours_step]
    rows = Booking.objects.taking_a_place().filter(session__in=limited).order_by().values_list("session")
    return dict(rows.annotate(Count("pk"))) if limited else {}


def told_to(
    facts: dict[Pair, Facts], sessions: dict[int, Session], wanted: set[Pair], tell: Teller
) -> dict[Pair, Facts]:
    """With what the rules look at beside the session: who asks, the first day of what is booked together, whose day it
    is by the custody calendar."""
    firsts: dict[Pair, date] = {}
    for child_id, session_id in wanted & facts.keys():
        order = (child_id, sessions[session_id].service.activity_id)
        day = sessions[session_id].date
        firsts[order] = min(day, firsts.get(order, day))
    told = {}
    for pair, fact in facts.items():
        activity = sessions[pair[1]].service.activity_id
        first = firsts[pair[0], activity] if pair in wanted else tell.firsts.get(pair)
        known = tell.known(pair[0], activity, fact.service, fact.date)
        away = tell.homes.away(pair[0], fact.date, fact.start)
        may_book = fact.may_book and tell.homes.may_book(pair[0], fact.date)
        told[pair] = replace(fact, known=known, first=first, away=away, may_book=may_book)
    return told


def _judge(
    pairs: Sequence[Pair],
    facts: dict[Pair, Facts],
    wanted: set[Pair],
    moving: set[Pair],
    law: Law,
    tell: Teller,
) -> tuple[dict[Pair, Standing], dict[Pair, Standing]]:
    """How each change that is asked stands; a wish for what is already so is no change.

    `moving`: booked already, at other hours than wished; how leaving those stands comes apart.
    """
    leaving = [pair for pair in pairs if pair in moving or (pair not in wanted and facts[pair].own)]
    standings = dict(zip(leaving, _in_turn([facts[p] for p in leaving], law, tell), strict=True))
    left = {pair: standings.pop(pair) for pair in leaving if pair in moving}
    facts = facts | {pair: replace(facts[pair], own=None) for pair in moving if left[pair].can_change}
    adding = [pair for pair in pairs if pair in wanted and not facts[pair].own]
    freed = [
        pair
        for pair, standing in standings.items()
        if standing.can_change and facts[pair].own in Booking.TAKING and not facts[pair].queue
    ]  # where others wait, what is given back is theirs
    asked = as_if_in_turn(adding, facts, freed, as_service=law.as_service)
    stuck = {pair: standing for pair, standing in left.items() if not standing.can_change}
    return standings | stuck | dict(zip(adding, _in_turn(asked, law, tell), strict=True)), left


def _in_turn(asked: list[Facts], law: Law, tell: Teller) -> list[Standing]:
    """Judged at once; one after the other when a quota counts the late ones."""
    if not has_quota(law.regulation):
        return judge(asked, law)
    found = []
    for fact in asked:
        action = rules.Action.CANCEL if fact.own else rules.Action.BOOK
        late = tell.late(fact.child_id, action, fact.service, fact.date, fact.known)
        (standing,) = judge([replace(fact, late=late)], law)
        if standing.is_late and standing.can_change:
            tell.lates.added(fact.child_id, action, fact.date)
        found.append(standing)
    return found


def _with_conditions(changes: list[Change], facts: dict[Pair, Facts], law: Law) -> list[Change]:
    """Until when what is added can be cancelled, and what is removed booked again (as places allow)."""
    questions = []
    for change in changes:
        action = rules.Action.CANCEL if change.wanted else rules.Action.BOOK
        asked = replace(facts[change.pair], capacity=None, late=0)
        questions.append((action, asked.for_rules(law.now)))
    decisions = law.decide(questions)
    return [
        replace(change, conditions=_conditions(change, decision, facts[change.pair]))
        for change, decision in zip(changes, decisions, strict=True)
    ]


def _conditions(change: Change, decision: rules.Decision, facts: Facts) -> Said:
    if not change.counts:
        return _of_the_list(change, facts)
    told: Said = decision.told
    if change.standing.is_over:
        return format_lazy(_("Au-delà des places. {why}"), why=said_lazy(change.standing.why))
    if not change.wanted and facts.full and decision.is_allowed:
        told = format_lazy(_("{told}, s'il reste de la place"), told=said_lazy(told))
    if change.standing.has_surcharge:
        label = change.standing.label or _("une majoration")
        told = format_lazy(_("Après la date limite, avec {label}. {told}"), label=label, told=said_lazy(told))
    return told


def _of_the_list(change: Change, facts: Facts) -> Said:
    """The rank, and what comes next; off the list: that coming back is starting again."""
    if not change.wanted:
        return _("Revenir plus tard sur la liste, c'est une nouvelle demande")
    if facts.ranked is None or facts.waiting is None:
        return change.standing.queue
    return rules.say("waiting.joining", rank=facts.ranked.told(), validity=facts.waiting.validity())


def _priced(changes: list[Change], tell: Teller) -> tuple[list[Change], Difference | None]:
    prices = Prices(tell.law.regulation, tell.law.calendar, tell.facts, channel=tell.law.channel)
    counted = [c for c in changes if c.counts]
    acts = [Act(c.place, c.wanted, c.standing, c.booking, c.hours) for c in counted]
    found, difference = costs(acts, prices, tell)
    if found is None:
        return changes, None
    cost_of = {c.pair: cost for c, cost in zip(counted, found, strict=True)}
    return [replace(c, cost=cost_of.get(c.pair)) for c in changes], difference
