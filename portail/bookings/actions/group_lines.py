"""What the two kinds of group changes share: the rooms that are left, refusals in words, pairs of a receipt."""

from collections.abc import Iterable, Sequence

from django.db.models import Count, Q

from portail import rules
from portail.activities.models import Session
from portail.bookings.models import Booking, GroupChangeLine
from portail.bookings.recap import Change, Recap
from portail.bookings.standing import said

FULL = "Complet : les autres enfants de l'opération prennent les dernières places."


class Room:
    """The places left in sessions, less those that this operation has already promised to the children before."""

    def __init__(self, sessions: Iterable[int], promised: dict[str, int]) -> None:
        taking = Count("bookings", filter=Q(bookings__state__in=Booking.TAKING))
        rows = Session.objects.filter(pk__in=set(sessions)).exclude(capacity=None).annotate(taking=taking)
        self.left = {
            pk: (places or 0) - taken for pk, places, taken in rows.values_list("pk", "capacity", "taking")
        }
        self.promised = promised

    def take(self, session_id: int) -> bool:
        """Promise a place there; False when there is none left."""
        key, left = str(session_id), self.left.get(session_id)
        if left is None:
            return True
        if self.promised.get(key, 0) >= left:
            return False
        self.promised[key] = self.promised.get(key, 0) + 1
        return True


def day_of(session: Session) -> str:
    """« jeudi 3 décembre · Cantine »."""
    return f"{rules.FRENCH.day(session.date)} · {session.service.name}"


def refusals(pairs: Iterable[tuple[str, str]]) -> list[list[str]]:
    """(day, why) pairs as a line keeps them: the days of each reason together."""
    found: dict[str, list[str]] = {}
    for day, why in pairs:
        found.setdefault(why, []).append(day)
    return [[", ".join(day for day in days if day), why] for why, days in found.items()]


def why_not(changes: Iterable[Change]) -> list[tuple[str, str]]:
    return [(day_of(change.session), said(change.standing.why)) for change in changes]


def of_child(changes: Iterable[Change], line: GroupChangeLine) -> list[Change]:
    return [change for change in changes if change.child.pk == line.child_id]


def note(line: GroupChangeLine, done: Sequence[Change], recap: Recap, refused: list[tuple[str, str]]) -> None:
    """Write on the line what is possible, or was done, for its child."""
    prices = [change.cost.amount if change.cost else None for change in done]
    line.possible = len(done)
    line.late = sum(change.standing.needs_reason for change in done)
    known = [price for price in prices if price is not None]
    line.price = sum(known) if known and len(known) == len(prices) else None
    line.refusals = refusals([*refused, *why_not(of_child(recap.refused, line))])
