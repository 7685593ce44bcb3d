"""What the rules may know of a family: read at once for many, told for one child, service and day at a time.

The planning, the recap, the writing of bookings and the invoices all ask here, so that a price that was shown is the
price that is due:

    facts = knowledge([household], first, last, regulation=regulation)
    known = facts.of(Asked(household.pk, child.pk, service.activity_id, service.code, day), channel=PORTAL)
    rules.price(regulation.tariffs, service.code, day, known)

Nothing is guessed: what is not known is left out, and a rule narrowed on it does not hold.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from django.db.models import CharField, Count, DateField, F, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf

from portail import rules
from portail.bookings.models import Booking
from portail.bookings.queries.occupancy import HOURS
from portail.families.models import Adult, Household, HouseholdChild, Quotient, Schooling
from portail.rules.needs import WHOLE_BASKET
from portail.rules.peaks import Hours
from portail.rules.quotients import QuotientFound, QuotientValue, quotient_on
from portail.rules.tariffs import Per

OF_CHILDREN = frozenset(
    {
        *("rank", "rank_enrolled", "rank_present", "children", "enrolled", "age", "parts"),
        *("profile", "group", "place", "level"),
    }
)
"""What is read of the children of a household and of their enrolments."""


_NO_HOURS: Mapping[Any, Hours] = MappingProxyType({})


class Asked(NamedTuple):
    """A service on a day, for a child and the household that books. `service` is its code; `hours`: those chosen, where
    families choose them."""

    household_id: int
    child_id: int
    activity_id: int
    service: str
    day: date
    hours: Hours | None = None


class Booked(NamedTuple):
    """A place that a child has, or would have, in a basket."""

    child_id: int
    activity_id: int
    service: str
    day: date


@dataclass(slots=True)
class _Child:
    birth_date: date
    spans: set[tuple[date, date | None]] = field(default_factory=set)
    enrolments: list["_Enrolment"] = field(default_factory=list)

    def is_here(self, day: date) -> bool:
        return any(since <= day and (until is None or day <= until) for since, until in self.spans)


@dataclass(frozen=True, slots=True)
class _Enrolment:
    activity_id: int
    first: date
    last: date
    places: frozenset[str]
    profile: str
    group: str
    level: str


@dataclass(slots=True)
class _Family:
    residence: str
    work: str = ""
    children: dict[int, _Child] = field(default_factory=dict)
    quotients: list[QuotientValue] = field(default_factory=list)
    adults: int = 0


class Basket:
    """The places that the children of one household have together, by day. Never changed: `changed` makes another.

    `hours`: of the places whose hours were chosen.
    """

    def __init__(self, booked: Iterable[Booked] = (), hours: Mapping[Booked, Hours] = _NO_HOURS) -> None:
        self.booked, self.hours = frozenset(booked), hours
        self.by_day: dict[date, list[Booked]] = {}
        for place in self.booked:
            self.by_day.setdefault(place.day, []).append(place)

    def changed(self, *, added: Iterable[Booked] = (), removed: Iterable[Booked] = ()) -> "Basket":
        return Basket((self.booked - frozenset(removed)) | frozenset(added), self.hours)

    def __iter__(self) -> Iterator[Booked]:
        return iter(self.booked)

    def facts(self, asked: Asked, period: tuple[date, date]) -> dict[str, object]:
        """What the basket says of one of its places, or of one more: it counts itself in.

        `present`: children of the household in the same activity that day; `together`: in the same service. `days`:
        of the week that this child has in this service; `units`: of the invoiced period (`period`). `with_service`:
        the other services that the child has that day; `sibling_service`: those of the other children.
        """
        that_day = self.by_day.get(asked.day, [])
        monday = asked.day - timedelta(days=asked.day.weekday())
        week = (monday + timedelta(days=n) for n in range(7))
        others = frozenset(b.service for b in that_day if b.child_id == asked.child_id) - {asked.service}
        return {
            "present": len(self.present(asked)),
            "together": len({b.child_id for b in that_day if b.service == asked.service} | {asked.child_id}),
            "days": sum(day == asked.day or self._has(asked, day) for day in week),
            "units": sum(
                period[0] <= b.day <= period[1]
                for b in self.booked
                if (b.child_id, b.service) == (asked.child_id, asked.service) and b.day != asked.day
            )
            + 1,
            "with_service": others or None,
            "sibling_service": frozenset(b.service for b in that_day if b.child_id != asked.child_id) or None,
        }

    def present(self, asked: Asked) -> frozenset[int]:
        """The children that are in the same activity that day, the one asked for counted in."""
        others = (b for b in self.by_day.get(asked.day, []) if b.activity_id == asked.activity_id)
        return frozenset({asked.child_id, *(b.child_id for b in others)})

    def _has(self, asked: Asked, day: date) -> bool:
        return any(
            (b.child_id, b.service) == (asked.child_id, asked.service) for b in self.by_day.get(day, [])
        )


class Knowledge:
    """What was read of some households. `baskets`: by household, what their children have booked between `first` and
    `last` (whole weeks and invoiced periods), when a rule looks at it; else empty."""

    def __init__(
        self,
        families: dict[int, _Family],
        baskets: dict[int, Basket],
        wanted: frozenset[str],
        regulation: rules.Regulation,
    ) -> None:
        self.families, self.baskets, self.wanted, self.regulation = families, baskets, wanted, regulation
        self._quotients: dict[tuple[int, date], QuotientFound] = {}
        self._children: dict[tuple[int, int, int, date], dict[str, object]] = {}

    def quotient(self, household_id: int, day: date) -> QuotientFound:
        """The quotient of the household that counts on a day of service, and why (`.value` None: the highest price)."""
        key = (household_id, day)
        if key not in self._quotients:
            values = self.families[household_id].quotients
            self._quotients[key] = quotient_on(values, self.regulation.quotient, day)
        return self._quotients[key]

    def basket(self, household_id: int) -> Basket:
        return self.baskets.get(household_id) or Basket()

    def of(
        self,
        asked: Asked,
        *,
        channel: str = "",
        basket: Basket | None = None,
        only: frozenset[str] | None = None,
        **more: object,
    ) -> rules.Known:
        """What is known of one request, ready for `rules.price`, `SessionFacts(known=…)`, `surcharge` or `Away`.

        `basket`: as it would be (a recap) rather than as it is. `more` adds or replaces facts (`minutes=75`,
        `reason="maladie"`, `quantity=2`). Only what the rules look at (`wanted`, or among it `only`) is told, and what
        is given in `more`.
        """
        wanted = self.wanted if only is None else self.wanted & only
        if not wanted:
            return rules.know(**more) if more else ()
        found: dict[str, object] = {"channel": channel or None}
        family = self.families[asked.household_id]
        found |= {"residence": family.residence or None, "work": family.work or None}
        if asked.hours:
            found |= told_of_hours(asked.hours)
        if "quotient" in wanted:
            found["quotient"] = self.quotient(asked.household_id, asked.day).value
        if wanted & OF_CHILDREN:
            found |= self._child(family, asked)
        if wanted & WHOLE_BASKET:
            whole = self.basket(asked.household_id) if basket is None else basket
            found |= whole.facts(asked, self.regulation.billing.period(asked.day))
            found["rank_present"] = _rank(family, whole.present(asked), asked.child_id)
        kept = {name: value for name, value in found.items() if name in wanted}
        return rules.know(**(kept | more))

    def _child(self, family: _Family, asked: Asked) -> dict[str, object]:
        """The same for all the services of an activity on a day."""
        key = (asked.household_id, asked.child_id, asked.activity_id, asked.day)
        if key not in self._children:
            self._children[key] = _of_child(family, asked)
        return self._children[key]


def told_of_hours(hours: Hours) -> dict[str, int]:
    """What the rules look at of chosen hours: minutes, since midnight or between the two."""
    arrives, leaves = (hour.hour * 60 + hour.minute for hour in hours)
    return {"arrives": arrives, "leaves": leaves, "minutes": leaves - arrives}


def _rank(family: _Family, children: Iterable[int], child_id: int) -> int | None:
    """The rank of a child among some of the household, eldest first; None when it is not of the household."""
    known = sorted((family.children[pk].birth_date, pk) for pk in children if pk in family.children)
    return next((rank for rank, (_, pk) in enumerate(known, start=1) if pk == child_id), None)


def _of_child(family: _Family, asked: Asked) -> dict[str, object]:
    """Rank among the children of the household on that day, eldest first (twins in the order of their rows)."""
    here = sorted((child.birth_date, pk) for pk, child in family.children.items() if child.is_here(asked.day))
    child = family.children.get(asked.child_id)
    if child is None:
        return {"children": len(here)}
    own = _enrolment(child, asked)
    enrolled = [pk for _, pk in here if _enrolment(family.children[pk], asked)]
    key = (child.birth_date, asked.child_id)
    return {
        "rank": here.index(key) + 1 if key in here else None,
        "children": len(here),
        "parts": family.adults + len(here) if family.adults else None,
        "enrolled": len(enrolled) or None,
        "rank_enrolled": enrolled.index(asked.child_id) + 1 if asked.child_id in enrolled else None,
        "age": _age(child.birth_date, asked.day),
        "profile": own.profile or None if own else None,
        "group": own.group or None if own else None,
        "place": own.places or None if own else None,
        "level": own.level or None if own else None,
    }


def _enrolment(child: _Child, asked: Asked) -> _Enrolment | None:
    return next(
        (
            e
            for e in child.enrolments
            if e.activity_id == asked.activity_id and e.first <= asked.day <= e.last
        ),
        None,
    )


def _age(born: date, day: date) -> int:
    """Whole years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def knowledge(
    households: Iterable[Household],
    first: date,
    last: date,
    *,
    regulation: rules.Regulation,
    wanted: frozenset[str] | None = None,
    with_baskets: bool | None = None,
) -> Knowledge:
    """What the rules look at (`wanted`; by default all that this regulation needs), for all days between `first` and
    `last` included.

    At most three queries whatever the number of households, children and days: their children, enrolments and
    quotients; their adults, when a rule counts them; their bookings, when a rule looks at the whole basket. None when
    the regulation needs nothing of it. `with_baskets`: read what is booked, or not
    (the caller does), whatever the rules look at.
    """
    wanted = regulation.decides_by | regulation.prices_by if wanted is None else wanted
    families = {household.pk: _Family(household.residence, household.work) for household in households}
    _read(families, wanted)
    baskets = {}
    if with_baskets is None:
        with_baskets = bool(wanted & WHOLE_BASKET)
    if with_baskets and families:
        baskets = _baskets(list(families), *whole_periods(first, last, regulation))
    return Knowledge(families, baskets, wanted, regulation)


def whole_periods(first: date, last: date, regulation: rules.Regulation) -> tuple[date, date]:
    """These days, and those that a basket is judged with: whole weeks, months and invoiced periods; whole school years
    when a price is for a term or a year."""
    start, end = first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday())
    billing = regulation.billing
    start, end = min(start, billing.period(first)[0]), max(end, billing.period(last)[1])
    if _counts_by_the_year(regulation):
        return date(start.year - (start.month < 8), 8, 1), date(end.year + (end.month > 7), 9, 30)
    return start, end


_LONG = frozenset({Per.TERM, Per.PERIOD, Per.YEAR, Per.FAMILY_YEAR})


def _counts_by_the_year(regulation: rules.Regulation) -> bool:
    units = {tariff.per for tariff in regulation.tariffs}
    caps = {tariff.cap.per for tariff in regulation.tariffs if tariff.cap}
    periods = {constraint.per for constraint in regulation.constraints}
    return bool(units & _LONG or (caps | periods) & {"period", "year", "family-year"})


def _read(families: dict[int, _Family], wanted: frozenset[str]) -> None:
    reads: list[QuerySet[Any, tuple[Any, ...]]] = []
    if wanted & OF_CHILDREN:
        reads.append(_children_rows(families, with_level="level" in wanted))
    if "quotient" in wanted:
        reads.append(_quotient_rows(families))
    for kind, household_id, *row in reads[0].union(*reads[1:], all=True) if reads and families else ():
        if kind == CHILD:
            _add_child(families[household_id], *row)
        else:
            _add_quotient(families[household_id], *row)
    if "parts" in wanted:
        counts = Adult.objects.filter(household__in=families).order_by().values_list("household")
        for household_id, count in counts.annotate(Count("pk")):
            families[household_id].adults = count


CHILD, QUOTIENT = 0, 1


def _children_rows(families: Iterable[int], *, with_level: bool) -> QuerySet[Any, tuple[Any, ...]]:
    """(CHILD, household, child, birth, since, until, activity, its days…, place, school, profile, group, level, 0)."""
    enrolment = "child__enrolments__"
    level: Any = Value("", CharField())
    if with_level:
        schoolings = Schooling.objects.filter(
            child=OuterRef("child"), school_year=OuterRef(f"{enrolment}school_year")
        )
        level = Subquery(
            schoolings.values_list(Coalesce(NullIf("level", Value("")), "school_class__level"))[:1]
        )
    return (
        HouseholdChild.objects.filter(household__in=list(families))
        .order_by()
        .values_list(
            Value(CHILD, IntegerField()),
            "household_id",
            "child_id",
            "child__birth_date",
            "since",
            "until",
            f"{enrolment}activity_id",
            Coalesce(f"{enrolment}since", f"{enrolment}school_year__start"),
            Coalesce(f"{enrolment}until", f"{enrolment}school_year__end"),
            f"{enrolment}place__name",
            f"{enrolment}place__school__name",
            f"{enrolment}profile",
            f"{enrolment}group",
            level,
            _NO_VALUE,
        )
    )


_NO_VALUE = Value(None, Quotient._meta.get_field("value"))


def _quotient_rows(families: Iterable[int]) -> QuerySet[Any, tuple[Any, ...]]:
    """The same columns: the proof's dates stand where the child's are."""
    no_day, no_text = Value(None, DateField()), Value(None, CharField())
    return (
        Quotient.objects.counting()
        .filter(household__in=list(families))
        .order_by()
        .values_list(
            Value(QUOTIENT, IntegerField()),
            "household_id",
            "pk",
            "proved_on",
            "received_on",
            no_day,
            Value(None, IntegerField()),
            no_day,
            no_day,
            "kind",
            no_text,
            no_text,
            no_text,
            no_text,
            F("value"),
        )
    )


def _add_child(
    family: _Family,
    child_id: int,
    birth_date: date,
    since: date,
    until: date | None,
    activity_id: int | None,
    first: date,
    last: date,
    place: str,
    school: str | None,
    profile: str,
    group: str,
    level: str | None,
    _value: None,
) -> None:
    child = family.children.setdefault(child_id, _Child(birth_date))
    child.spans.add((since, until))
    if activity_id is not None:
        places = frozenset({place, school} - {None, ""})
        child.enrolments.append(
            _Enrolment(activity_id, first, last, places, profile, group, level or "")  # type: ignore[arg-type]
        )


def _add_quotient(family: _Family, _pk: int, proved_on: date, received_on: date, *rest: Any) -> None:
    kind, value = rest[4], rest[-1]
    family.quotients.append(QuotientValue(Decimal(value), kind, proved_on, received_on))


def _baskets(households: list[int], first: date, last: date) -> dict[int, Basket]:
    rows = (
        Booking.objects.filter(
            state=Booking.State.BOOKED, household__in=households, session__date__range=(first, last)
        )
        .order_by()
        .values_list(
            "household_id",
            "child_id",
            "session__service__activity_id",
            "session__service__code",
            "session__date",
            *HOURS,
        )
    )
    found: dict[int, tuple[list[Booked], dict[Booked, Hours]]] = {}
    for household_id, *values, arrives, leaves in rows:
        places, hours = found.setdefault(household_id, ([], {}))
        places.append(place := Booked(*values))
        if arrives:
            hours[place] = (arrives, leaves)
    return {household_id: Basket(*both) for household_id, both in found.items()}
