"""The regulation of a commune, as its settings file (TOML) says it. Field by field: docs/rules/fichier.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from . import needs
from .absences import AbsenceRule
from .billing import BillingCycle
from .booking_periods import BookingPeriod
from .calendars import OFFICE_WEEKDAYS, SCHOOL_WEEKDAYS, Calendar, Entry, ServiceDays
from .constraints import Constraint
from .days import DayKind
from .deadlines import Action, DeadlineRule, OpeningRule
from .layout import FORMAT
from .limits import Limit, Unit
from .meals import MealRule
from .problems import Problem
from .quotas import Quota
from .quotients import QuotientRule
from .scopes import Known
from .structure import Structure
from .surcharges import Surcharge, Trigger
from .tariffs import Tariff
from .waiting import WaitingRule


@dataclass(frozen=True)
class Commune:
    """Who the regulation belongs to. `zone` is "A", "B", "C" or None (school holidays typed by hand)."""

    name: str
    zone: str | None = None
    subdivision: str | None = None
    time_zone: str = "Europe/Paris"
    school_weekdays: frozenset[int] = SCHOOL_WEEKDAYS
    office_weekdays: frozenset[int] = OFFICE_WEEKDAYS
    source: str = ""


@dataclass(frozen=True)
class Example:
    """A worked example that the file gives of itself: a question, and what the answer must be."""

    line: int
    service: str
    day: date
    known: Known = ()
    action: Action = Action.BOOK
    until: tuple[date, int] | None = None
    opens: tuple[date, int] | None = None
    never: bool = False
    price: Decimal | None = None
    trigger: Trigger | None = None
    asked: tuple[date, int] | None = None
    allowed: bool = True
    source: str = ""
    absent: tuple[date, ...] = ()
    told: tuple[date, int] | None = None
    proved: tuple[date, int] | None = None
    due: tuple[Decimal, ...] = ()
    """The share of the price that each day of the absence leaves due."""


@dataclass(frozen=True)
class Regulation:
    """Everything a settings file says, checked and frozen."""

    commune: Commune
    services: tuple[ServiceDays, ...] = ()
    """When each service runs, as the file says it."""
    structure: Structure = Structure()  # noqa: RUF009  (frozen)
    """Schools, places, activities and bookable services, in the sections that the file has."""
    deadlines: tuple[DeadlineRule, ...] = ()
    openings: tuple[OpeningRule, ...] = ()
    """Those of the booking periods come last."""
    periods: tuple[BookingPeriod, ...] = ()
    calendar: tuple[Entry, ...] = ()
    tariffs: tuple[Tariff, ...] = ()
    surcharges: tuple[Surcharge, ...] = ()
    absences: tuple[AbsenceRule, ...] = ()
    quotient: QuotientRule = QuotientRule()  # noqa: RUF009  (frozen)
    billing: BillingCycle = BillingCycle()  # noqa: RUF009  (frozen)
    meals: MealRule = MealRule()  # noqa: RUF009  (frozen)
    """Diets, and until when the kitchen's order may change."""
    constraints: tuple[Constraint, ...] = ()
    quotas: tuple[Quota, ...] = ()
    """How many children of a kind a session takes."""
    waiting: tuple[WaitingRule, ...] = ()
    """The waiting lists of full sessions."""
    examples: tuple[Example, ...] = ()
    password_min_length: int = 12
    assumptions: tuple[Problem, ...] = ()
    """What its writer assumed where the source says nothing, with its place in the file."""
    format: int = FORMAT
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)
    """The line of each rule: "tariffs[2]" → 41."""

    @property
    def counts_service_days(self) -> bool:
        """Whether a limit depends on which days services run: the calendar must then be told."""
        rules: list[Limit] = [*self.deadlines, *self.openings]
        rules += [tier.limit for rule in self.deadlines for tier in rule.tiers if tier.limit]
        rules += [self.meals.order] if self.meals.order else []
        limits = [limit for rule in rules for limit in rule.every()]
        return any(
            limit.when.unit is Unit.SERVICE_DAYS or (limit.shift and limit.shift.kind is DayKind.SERVICE)
            for limit in limits
        )

    @cached_property
    def decides_by(self) -> frozenset[str]:
        """What openings, deadlines and the constraints of a basket ask to be known of a request."""
        return needs.of_decisions(self.deadlines, self.openings, self.constraints)

    @cached_property
    def quotas_by(self) -> frozenset[str]:
        """What quotas ask to be known of every child that takes a place."""
        return needs.of_scopes(quota.scope for quota in self.quotas)

    def period(self, code: str) -> BookingPeriod | None:
        return next((period for period in self.periods if period.code == code), None)

    @cached_property
    def ranks_by(self) -> frozenset[str]:
        """What the order of waiting lists asks to be known of every child that waits."""
        return needs.of_waiting(self.waiting)

    @cached_property
    def prices_by(self) -> frozenset[str]:
        """What tariffs and surcharges ask to be known of a request."""
        return needs.of_tariffs(self.tariffs) | needs.of_scopes(rule.scope for rule in self.surcharges)

    def calendar_with(
        self,
        entries: Iterable[Entry],
        known_until: date,
        *,
        school_weekdays: frozenset[int] | None = None,
        services: Iterable[ServiceDays] = (),
    ) -> Calendar:
        """The commune's calendar: its table of days, and the closures and holidays of this file.

        `services` (from the tables of the portal) win over those that the file describes.
        """
        return Calendar(
            entries=(*entries, *self.calendar),
            known_until=known_until,
            time_zone=self.commune.time_zone,
            school_weekdays=school_weekdays or self.commune.school_weekdays,
            office_weekdays=self.commune.office_weekdays,
            services=(*services, *self.services),
        )
