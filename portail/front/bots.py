"""A trap for the machines that fill forms, which asks nothing of people.

A field that nobody sees must stay empty, and a form must have been opened by somebody before it is sent: a signed
moment comes with it. Half a second is less than any person, password manager included, and more than a script that
posts what it has just read.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from django.core.signing import BadSignature, Signer

TRAP, STAMP = "site_web", "ouvert"
QUICKEST = timedelta(milliseconds=500)


def stamp(now: datetime) -> str:
    """The moment at which the form is shown, signed."""
    return _signer().sign(str(round(now.timestamp() * 1000)))


def is_caught(data: Mapping[str, str], now: datetime) -> bool:
    """Whether this form was filled by a machine: the trap holds something, or nobody had opened the form before."""
    if data.get(TRAP):
        return True
    try:
        opened = datetime.fromtimestamp(int(_signer().unsign(data.get(STAMP, ""))) / 1000, tz=UTC)
    except (BadSignature, ValueError):
        return True
    return now - opened < QUICKEST


def _signer() -> Signer:
    return Signer(salt="portail.front.bots")
