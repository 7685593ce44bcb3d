"""A text of the regulation tried on the real bookings of a month: what families owe under the one in force, what they
would owe under it. Nothing that anybody owes is written."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from portail import rules
from portail.accounts.models import User
from portail.activities import queries
from portail.activities.models import Service
from portail.billing.queries.charges import computed
from portail.billing.queries.dues import Dues
from portail.billing.queries.laws import Law
from portail.bookings.models import Booking
from portail.core import jobs, journal
from portail.core.models import Job
from portail.core.money import ZERO

KIND = "regulation-trial"
BATCH = 40
STEPS = (Decimal(-20), Decimal(-5), Decimal(0), Decimal(5), Decimal(20))
"""The bounds, in euros a month, that tell how many families pay how much more or less."""


class TrialUnderWay(Exception):
    """This person's last trial is not finished yet."""


def start_trial(text: str, label: str, first: date, *, actor: User, now: datetime) -> Job:
    """Ask for a text to be tried on the month that begins on `first`. Raises SettingsErrors, TrialUnderWay.

    Both texts are kept with the work: what is applied or typed meanwhile changes nothing to its answer.
    """
    rules.parse(text)
    data = {
        "text": text,
        "label": label,
        "first": first.isoformat(),
        "over": queries.text_in_force(),
        "after": 0,
    }
    with transaction.atomic():
        User.objects.select_for_update().get(pk=actor.pk)
        last = last_trial(actor)
        if last and last.state == Job.State.WAITING:
            raise TrialUnderWay
        job = jobs.start(KIND, _subject(actor), now=now, actor=actor, data=data)
        journal.record(
            "regulation.tried",
            "regulation",
            summary=f"Règlement, essai sur les réservations de {first:%m/%Y} : {label}",
            actor=actor,
            now=now,
        )
    return job


def last_trial(actor: User) -> Job | None:
    """The last trial that this person asked for, under way or done."""
    return jobs.last(_subject(actor), KIND)


def _subject(actor: User) -> str:
    return f"regulation-trial:{actor.pk}"


@dataclass
class Result:
    """What a trial found so far; `services`: by key of service, the totals before and after."""

    bookings: int = 0
    gaps: list[int] = field(default_factory=lambda: [0, 0])
    services: dict[str, list[Decimal]] = field(default_factory=dict)
    changes: Counter[int] = field(default_factory=Counter)
    extremes: list[Decimal] = field(default_factory=lambda: [ZERO, ZERO])

    @property
    def totals(self) -> tuple[Decimal, Decimal]:
        return tuple(sum((pair[side] for pair in self.services.values()), ZERO) for side in (0, 1))  # type: ignore[return-value]

    @property
    def households(self) -> int:
        return sum(self.changes.values())

    @classmethod
    def read(cls, data: dict[str, Any]) -> "Result":
        return cls(
            data.get("bookings", 0),
            list(data.get("gaps", (0, 0))),
            {key: [Decimal(a) for a in pair] for key, pair in data.get("services", {}).items()},
            Counter({int(step): count for step, count in data.get("changes", {}).items()}),
            [Decimal(amount) for amount in data.get("extremes", ("0", "0"))],
        )

    def written(self) -> dict[str, Any]:
        return {
            "bookings": self.bookings,
            "gaps": self.gaps,
            "services": {key: [str(a) for a in pair] for key, pair in self.services.items()},
            "changes": {str(step): count for step, count in self.changes.items()},
            "extremes": [str(amount) for amount in self.extremes],
        }

    def add(self, households: list[int], before: Dues, after: Dues) -> None:
        """Count a batch of households in."""
        owed = {pk: [ZERO, ZERO] for pk in households}
        for side, dues in enumerate((before, after)):
            self.gaps[side] += len(dues.gaps)
            for due in dues.due:
                owed[due.household_id][side] += due.amount
                self.services.setdefault(str(due.service_id or 0), [ZERO, ZERO])[side] += due.amount
        for was, becomes in owed.values():
            change = becomes - was
            self.changes[_step(change)] += 1
            self.extremes = [min(self.extremes[0], change), max(self.extremes[1], change)]


def _step(change: Decimal) -> int:
    """In which step a change falls: −3 (more than 20 € less) to 3, 0 when nothing changes."""
    if change == 0:
        return 0
    size = 1 + sum(abs(change) > bound for bound in STEPS if bound > 0)
    return size if change > 0 else -size


def try_on_bookings(job: Job, clock: Callable[[], datetime]) -> Iterator[tuple[int, int]]:
    """The work: households by batches, the sum kept with the place reached in one transaction."""
    first = date.fromisoformat(job.data["first"])
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    laws = [_law(job.data[name]) for name in ("over", "text")]
    concerned = _households(first, last)
    done = sum(pk <= job.data["after"] for pk in concerned)
    left = concerned[done:]
    for start in range(0, len(left), BATCH):
        batch = left[start : start + BATCH]
        result = Result.read(job.data.get("result", {}))
        result.bookings += _bookings(first, last).filter(household__in=batch).count()
        before, after = (computed(batch, first, last, by=law) for law in laws)
        result.add(batch, before, after)
        job.data = {**job.data, "result": result.written(), "after": batch[-1]}
        Job.objects.filter(pk=job.pk).update(data=job.data)
        yield done + start + len(batch), len(concerned)


def _law(text: str) -> Law:
    regulation = queries.parsed(text)
    return Law(regulation, None, queries.calendar(regulation))


def _bookings(first: date, last: date) -> Any:
    return Booking.objects.filter(state=Booking.State.BOOKED, session__date__range=(first, last))


def _households(first: date, last: date) -> list[int]:
    return list(
        _bookings(first, last).order_by("household_id").values_list("household_id", flat=True).distinct()
    )


def service_names(result: Result) -> dict[str, str]:
    """The names of the services of a result, by key. One query."""
    keys = [int(key) for key in result.services]
    names = {str(pk): name for pk, name in Service.objects.filter(pk__in=keys).values_list("pk", "name")}
    return {key: names.get(key, "Autres") for key in result.services}
