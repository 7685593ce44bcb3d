"""Which quotient counts for a household on a day: what was proved (the table), judged by the rules, for one or many.

Prices, lists and screens all read here: there is one answer to « quel quotient compte ce jour-là ? ».
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from portail.families.models import Household, HouseholdChild, Quotient, Request
from portail.rules.quotients import Effect, QuotientFound, QuotientRule, QuotientValue, quotient_on, validity

Proved = tuple[QuotientValue, ...]
KINDS = ("CAF", "avis d'imposition")
"""The proofs of the guide, where the regulation names none."""
SOON = 30
"""Days before a renewal from which it is near, where the regulation has no reminder."""


class State(StrEnum):
    """What a household has to do about its quotient."""

    GOOD = "good"
    ENDING = "ending"
    """Good today, but nothing will be at the renewal, which is near."""
    MISSING = "missing"


@dataclass(frozen=True)
class Standing:
    """A household's quotient as it stands on a day.

    `found`: what counts that day. `renewal`: the next one after it, None without any; `after`: what will count on
    that day as things are. `coming`: a value received that counts later only. `waiting`: a proof sent by the family
    that an agent has not read yet.
    """

    day: date
    found: QuotientFound
    renewal: date | None = None
    after: QuotientFound | None = None
    coming: QuotientFound | None = None
    waiting: Request | None = None
    near: bool = False

    @property
    def state(self) -> State:
        if self.found.proved is None:
            return State.MISSING
        if self.near and self.after is not None and self.after.proved is None:
            return State.ENDING
        return State.GOOD

    @property
    def asks(self) -> bool:
        """Whether the family is to send a proof: something is missing, and nothing it sent waits."""
        return self.state is not State.GOOD and self.coming is None and self.waiting is None


def proved(households: Iterable[int | Household]) -> dict[int, Proved]:
    """What each of these households proved, in one query: the values that the rules judge (`rules.quotients`).

    What was replaced, and what was withdrawn, is left out. A household without any has an empty tuple. `key` is the
    key of the row.
    """
    pks = [one.pk if isinstance(one, Household) else one for one in households]
    rows = Quotient.objects.counting().filter(household__in=pks).order_by("received_on", "pk")
    found: dict[int, list[QuotientValue]] = defaultdict(list)
    fields = ("household_id", "value", "kind", "proved_on", "received_on", "pk")
    for pk, *value in rows.values_list(*fields):
        found[pk].append(QuotientValue(*value))
    return {pk: tuple(found[pk]) for pk in pks}


def standings(households: Iterable[int | Household], rule: QuotientRule, *, on: date) -> dict[int, Standing]:
    """How each of these households stands on a day, in two queries."""
    values = proved(households)
    waiting = Request.objects.filter(
        kind=Request.Kind.QUOTIENT, state=Request.State.WAITING, household__in=list(values)
    )
    sent: Mapping[int | None, Request] = {
        request.household_id: request for request in waiting.order_by("-pk")
    }
    return {pk: standing(theirs, rule, on=on, waiting=sent.get(pk)) for pk, theirs in values.items()}


def standing_of(household: Household, rule: QuotientRule, *, on: date) -> Standing:
    """The same for one household."""
    return standings([household], rule, on=on)[household.pk]


def standing(values: Proved, rule: QuotientRule, *, on: date, waiting: Request | None = None) -> Standing:
    """How a household that proved these values stands on a day."""
    renewal = rule.next_renewal(on)
    later = [value for value in values if validity(value, rule)[0] > on and _counts(value, rule)]
    first = min(later, key=lambda value: validity(value, rule)[0], default=None)
    return Standing(
        day=on,
        found=quotient_on(values, rule, on),
        renewal=renewal,
        after=quotient_on(values, rule, renewal) if renewal else None,
        coming=quotient_on([first], rule, validity(first, rule)[0]) if first else None,
        waiting=waiting,
        near=renewal is not None and on >= renewal - timedelta(days=max(rule.reminders, default=SOON)),
    )


def _counts(value: QuotientValue, rule: QuotientRule) -> bool:
    """Whether this proof ever counts: of a kind that is accepted, and not too old when it came."""
    start, end = validity(value, rule)
    return (not rule.kinds or value.kind in rule.kinds) and (end is None or start <= end)


def row_on(household: Household, rule: QuotientRule, *, on: date) -> Quotient | None:
    """The row that counts on a day, with its household."""
    found = quotient_on(proved([household])[household.pk], rule, on)
    if found.proved is None:
        return None
    return Quotient.objects.select_related("household", "request").get(pk=found.proved.key)


def concerned(day: date) -> QuerySet[Household]:
    """The households whose quotient matters: open, with a child whom they are billed for on this day."""
    billed = HouseholdChild.objects.filter(
        Q(until=None) | Q(until__gte=day), household=OuterRef("pk"), is_billed=True, since__lte=day
    )
    return Household.objects.filter(Exists(billed), closed_at=None)


def starts_if_received(rule: QuotientRule, day: date) -> date:
    """From when a proof received on this day counts."""
    return validity(QuotientValue(Decimal(0), "", day, day), rule)[0]


def late(rule: QuotientRule) -> str:
    """What a family reads of a proof that comes after the renewal."""
    if rule.effect is Effect.NEXT_MONTH:
        return _(
            "Un justificatif envoyé en retard compte à partir du mois qui suit, sans effet sur les mois passés."
        )
    if rule.effect is Effect.RENEWAL:
        return _("Un justificatif envoyé en retard ne compte qu'à l'actualisation suivante.")
    return _(
        "Un justificatif envoyé en retard compte dès le jour de sa réception, sans effet sur les jours passés."
    )


def value_of(row: Quotient) -> QuotientValue:
    """A row as the rules know it."""
    return QuotientValue(row.value, row.kind, row.proved_on, row.received_on, row.pk)


def kinds(rule: QuotientRule) -> tuple[str, ...]:
    """The kinds of proof that a form offers."""
    return rule.kinds or KINDS
