"""The key of the link that a mail carries about an offered place: signed, for this offer alone, naming nobody."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from django.core.signing import BadSignature, Signer
from django.utils.http import base36_to_int, int_to_base36

from portail.bookings.models import Booking

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Outcome(StrEnum):
    """What became of the offer that a link speaks of."""

    OPEN = "open"
    ENDED = "ended"
    """Not answered in time, or replaced by another offer."""
    TAKEN = "taken"
    LEFT = "left"


class UnknownKey(LookupError):
    """Not a key that the portal made."""


def make(booking: Booking) -> str:
    """The key of the link about the offer of this booking."""
    assert booking.offered_until is not None
    return _signer().sign(f"{int_to_base36(booking.pk)}.{_stamp(booking.offered_until)}")


def read(key: str, *, now: datetime) -> tuple[Booking, Outcome]:
    """The booking that a key speaks of (child and session with it), and what became of the offer. Raises UnknownKey."""
    try:
        number, stamp = _signer().unsign(key).split(".")
        pk = base36_to_int(number)
    except (BadSignature, ValueError) as unreadable:
        raise UnknownKey from unreadable
    booking = (
        Booking.objects.select_related("household", "child", "session__service", "session__place")
        .filter(pk=pk)
        .first()
    )
    if booking is None:
        raise UnknownKey
    return booking, _outcome(booking, stamp, now)


def _outcome(booking: Booking, stamp: str, now: datetime) -> Outcome:
    state = Booking.State(booking.state)
    if state is Booking.State.OFFERED:
        until = booking.offered_until
        is_this = until is not None and _stamp(until) == stamp and now < until
        return Outcome.OPEN if is_this else Outcome.ENDED
    return {Booking.State.BOOKED: Outcome.TAKEN, Booking.State.LEFT: Outcome.LEFT}.get(state, Outcome.ENDED)


def _stamp(until: datetime) -> str:
    return int_to_base36((until - _EPOCH) // _MICROSECOND)


def _signer() -> Signer:
    return Signer(sep=".", salt="portail.bookings.offers")
