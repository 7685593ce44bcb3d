"""How fast each thing may be tried on the families' side: counters for core.throttle.

Who guesses slows down by address, then by what is guessed. What belongs to a person (a user name, a dossier) is never
locked: the waits on it alone stay under a minute, whoever tries.
"""

from datetime import timedelta

from django.http import HttpRequest

from portail.accounts.models import username_key
from portail.core.throttle import Counter, Pace, who

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)

_BY_PERSON = Pace(free=5, first=15 * SECOND, most=15 * MINUTE, memory=HOUR)
_BY_PLACE = Pace(free=40, first=5 * SECOND, most=5 * MINUTE, memory=HOUR)
_SIGN_UPS = Pace(free=120, first=5 * SECOND, most=MINUTE, memory=HOUR)
_ON_TARGET = Pace(free=20, first=5 * SECOND, most=45 * SECOND, memory=HOUR)
_MAILS = Pace(free=3, first=MINUTE, most=30 * MINUTE, memory=2 * HOUR)


def sign_in(request: HttpRequest, typed: str) -> list[Counter]:
    """Wrong passwords: of this user name from this place, of this place, of this user name from anywhere."""
    place, name = who(request), username_key(typed)
    return [
        Counter("sign-in name and place", f"{name}\n{place}", _BY_PERSON),
        Counter("sign-in place", place, _BY_PLACE),
        Counter("sign-in name", name, _ON_TARGET),
    ]


def references(request: HttpRequest, number: str) -> list[Counter]:
    """Wrong pairs of number and name: of this session or account, of this place, on this number."""
    counters = [
        Counter("references place", who(request), _BY_PLACE),
        Counter("references number", number, _ON_TARGET),
    ]
    person = f"user {request.user.pk}" if request.user.is_authenticated else request.session.session_key
    return [Counter("references person", person, _BY_PERSON), *counters] if person else counters


def sign_up(request: HttpRequest) -> list[Counter]:
    """Accounts opened from this place: a whole evening of parents around the town hall's network may pass."""
    return [Counter("sign-up place", who(request), _SIGN_UPS)]


def mails(request: HttpRequest, typed: str) -> list[Counter]:
    """Links asked for this user name or address, whether it exists or not, and from this place."""
    return [
        Counter("mails name", username_key(typed), _MAILS),
        Counter("mails place", who(request), _BY_PLACE),
    ]


def own_password(request: HttpRequest) -> list[Counter]:
    """Wrong passwords of somebody who is signed in."""
    return [Counter("own password", f"user {request.user.pk}", _BY_PERSON)]


def verification(request: HttpRequest) -> list[Counter]:
    """Codes of documents that do not exist, tried from this place."""
    return [Counter("verification place", who(request), _BY_PLACE)]
