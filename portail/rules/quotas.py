"""How many children of a kind (an age, a group, a school, a residence…) may be booked in one session.

A session is a service in a place on a day. Told in docs/rules/absences.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from .scopes import EVERYTHING, Known, Scope
from .sentences import Sentence, say

KINDS = ("profiles", "residences", "groups", "levels", "places")
"""The settings that may tell the children of a quota; and their age. Nothing of the basket: a place that is taken must
not change kind when another day is booked."""


@dataclass(frozen=True)
class Quota:
    """At most `most` of the children booked in a session are of `scope`; its services, days and dates are those of the
    session."""

    name: str
    most: int
    scope: Scope = EVERYTHING

    def speaks_of(self, service: str, day: date) -> bool:
        """Whether some child may count in this quota, in a session of this service and day."""
        dates = Scope(self.scope.services, self.scope.valid_from, self.scope.valid_until, self.scope.weekdays)
        return dates.holds(service, day)

    def full(self, taken: int) -> Sentence | None:
        """« Complet pour « 3-5 ans » : 24 places prises sur 24 », or None while a place is left."""
        if taken < self.most:
            return None
        if not self.most:
            return say("refused.quota_full.none", name=self.name)
        code = "refused.quota_full" if taken > 1 else "refused.quota_full.one"
        return say(code, name=self.name, taken=taken, capacity=self.most)


def quotas_of(quotas: Iterable[Quota], service: str, day: date, known: Known) -> tuple[Quota, ...]:
    """Those in which a child of whom this is known counts, in the order of the file."""
    return tuple(quota for quota in quotas if quota.scope.holds(service, day, known))


def full_quota(
    quotas: Sequence[Quota], service: str, day: date, known: Known, taken: Mapping[str, int]
) -> tuple[Quota, Sentence] | None:
    """The first quota, in the order of the file, that leaves no place to this child, and why.

    `taken`: by name of quota, the places that its children already take in this session; none when it is left out.
    """
    return first_full((quota, taken.get(quota.name, 0)) for quota in quotas_of(quotas, service, day, known))


def first_full(counted: Iterable[tuple[Quota, int]]) -> tuple[Quota, Sentence] | None:
    """The same, of the quotas of a child and the places taken in each."""
    for quota, taken in counted:
        if told := quota.full(taken):
            return quota, told
    return None
