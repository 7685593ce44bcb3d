"""A charge before it is written: what is due for one thing, as it is computed when it is read."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models.functions import Coalesce

from portail import rules
from portail.billing.models import Charge
from portail.core.money import ZERO
from portail.rules.pricing import Price
from portail.rules.quotients import QuotientFound


@dataclass(frozen=True, slots=True)
class Due:
    """Something due, in euros: the `parts` sum to `amount`.

    `key` names the thing for ever ("booking:12"): whatever is invoiced under it is compared with it. `inputs` and
    `explanation` are plain JSON, as `Charge` keeps them. `reason` is empty unless it corrects or catches up the past.
    """

    household_id: int
    kind: str
    key: str
    day: date
    label: str
    amount: Decimal
    parts: tuple[rules.Component, ...] = ()
    child_id: int | None = None
    service_id: int | None = None
    booking_id: int | None = None
    inputs: dict[str, Any] = field(default_factory=dict)
    explanation: dict[str, Any] = field(default_factory=dict)
    regulation_id: int | None = None
    adjusts_id: int | None = None
    reason: str = ""
    is_catch_up: bool = False

    def because(self, reason: str, *, is_catch_up: bool = False) -> "Due":
        return replace(self, reason=reason[:300], is_catch_up=is_catch_up)


@dataclass(frozen=True, slots=True)
class Gap:
    """A booking that no rule can price: it is told, never counted for nothing."""

    household_id: int
    child_id: int
    service_id: int
    booking_id: int
    day: date
    why: str


@dataclass(slots=True)
class Dues:
    """What is due over some days, in the order of the days, and what cannot be told."""

    due: list[Due] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)

    @property
    def amount(self) -> Decimal:
        return sum((due.amount for due in self.due), ZERO)

    def of(self, household_id: int) -> "Dues":
        return Dues(
            [due for due in self.due if due.household_id == household_id],
            [gap for gap in self.gaps if gap.household_id == household_id],
        )


class Row(NamedTuple):
    """A booking, as the computing of charges needs it."""

    booking_id: int
    household_id: int
    child_id: int
    state: str
    created_at: Any
    cancelled_at: Any
    day: date
    service_id: int
    code: str
    name: str
    activity_id: int
    starts_at: Any
    ends_at: Any
    hours_step: int | None


ROW = (
    "pk",
    "household_id",
    "child_id",
    "state",
    "created_at",
    "cancelled_at",
    "session__date",
    "session__service_id",
    "session__service__code",
    "session__service__name",
    "session__service__activity_id",
    Coalesce("starts_at", "session__service__starts_at"),
    Coalesce("ends_at", "session__service__ends_at"),
    "session__service__hours_step",
)
"""The hours are those that the family chose, or the session's."""


def explained(price: Price) -> dict[str, Any]:
    """The reason of a price as `Charge` keeps it: its sentence in French, and its steps."""
    if not price.steps:
        return {}
    return {"sentence": price.sentence().fr(), "steps": [step.as_json() for step in price.steps]}


def told(known: rules.Known, quotient: QuotientFound | None) -> dict[str, Any]:
    """What the rules were told, as `Charge.inputs` keeps it: the facts, and why this quotient counts."""
    if quotient is None:
        return {"known": frozen(known)}
    return {"known": frozen(known), "quotient": quotient.reason.as_json()}


def frozen(known: rules.Known) -> dict[str, Any]:
    """Facts told to the rules, as plain JSON."""
    return {name: _plain(value) for name, value in known}


def thawed(facts: dict[str, Any]) -> rules.Known:
    """The facts of a written charge, as the rules read them."""
    numbers = rules.NUMBERS.keys() | {"quantity", "already"}
    return rules.know(
        **{
            name: Decimal(value)
            if name in numbers
            else frozenset(value)
            if isinstance(value, list)
            else value
            for name, value in facts.items()
        }
    )


def _plain(value: object) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, frozenset | tuple | set):
        return sorted(value)
    return value


def parts_of(components: Iterable[tuple[str, str, Decimal]]) -> tuple[rules.Component, ...]:
    return tuple(rules.Component(rules.Part(part), label, amount) for part, label, amount in components)


BOOKED_KINDS = (Charge.Kind.BOOKING, Charge.Kind.PACKAGE, Charge.Kind.SURCHARGE)
"""The kinds that are computed from bookings; the others are written by hand, or correct these."""
