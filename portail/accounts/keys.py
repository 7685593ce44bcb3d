"""The keys of the links that mails carry: signed, dated, and dead once what they are for has happened.

Nothing is kept for them: a key holds the account, the moment it was made, and a stamp of the account's state, which
whatever the link does changes. A key says nothing of the person.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.utils.crypto import constant_time_compare
from django.utils.http import base36_to_int, int_to_base36

from portail.accounts.models import User

_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Purpose(StrEnum):
    ACTIVATION = "a"
    PASSWORD = "p"  # noqa: S105 (a letter of the key, no secret)
    INVITATION = "i"
    ADDRESS = "n"


class Why(StrEnum):
    """Why a link does nothing any more."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    USED = "used"
    REPLACED = "replaced"


class LinkRefused(Exception):
    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Key:
    """A link that still holds: whose it is, what for, until when."""

    user: User
    purpose: Purpose
    until: datetime


def make(purpose: Purpose, user: User, *, now: datetime) -> str:
    """The key of a link for this account, dated `now`."""
    made = int_to_base36((now - _EPOCH) // _MICROSECOND)
    return _signer().sign(f"{purpose}.{int_to_base36(user.pk)}.{made}.{_stamp(purpose, user)}")


def read(key: str, *purposes: Purpose, now: datetime, lock: bool = False) -> Key:
    """What this key opens now, its account's row locked when asked. Raises LinkRefused with the reason."""
    purpose, pk, made, stamp = _parts(key)
    if purpose not in purposes:
        raise LinkRefused(Why.UNKNOWN)
    users = User.objects.select_for_update() if lock else User.objects.all()
    user = users.filter(pk=pk).first()
    until = made + validity(purpose)
    if user is None or not user.is_active:
        raise LinkRefused(Why.EXPIRED if user is None and now >= until else Why.UNKNOWN)
    if purpose is Purpose.ACTIVATION and user.activated_at:
        raise LinkRefused(Why.USED)
    if not constant_time_compare(stamp, _stamp(purpose, user)):
        raise LinkRefused(_replaced(purpose, user))
    if now >= until:
        raise LinkRefused(Why.EXPIRED)
    return Key(user=user, purpose=purpose, until=until)


def validity(purpose: Purpose) -> timedelta:
    """How long such a link holds; real hours, whatever the clocks of the country do meanwhile."""
    return {
        Purpose.ACTIVATION: settings.ACTIVATION_VALIDITY,
        Purpose.PASSWORD: settings.PASSWORD_LINK_VALIDITY,
        Purpose.INVITATION: settings.INVITATION_VALIDITY,
        Purpose.ADDRESS: settings.ADDRESS_VALIDITY,
    }[purpose]


def _parts(key: str) -> tuple[Purpose, int, datetime, str]:
    try:
        purpose, pk, made, stamp = _signer().unsign(key).split(".")
        return Purpose(purpose), base36_to_int(pk), _EPOCH + base36_to_int(made) * _MICROSECOND, stamp
    except (BadSignature, ValueError) as unreadable:
        raise LinkRefused(Why.UNKNOWN) from unreadable


def _stamp(purpose: Purpose, user: User) -> str:
    """A digest of what the link changes, and of what makes an older link stale."""
    state = "|".join([user.email, *_STATES[purpose](user)])
    return hashlib.sha256(state.encode()).hexdigest()[:12]


def _sent(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat() if moment else ""


_STATES: dict[Purpose, Callable[[User], list[str]]] = {
    Purpose.ACTIVATION: lambda user: [_sent(user.activation_sent_at)],
    Purpose.PASSWORD: lambda user: [user.password],
    Purpose.INVITATION: lambda user: [user.password, _sent(user.activation_sent_at)],
    Purpose.ADDRESS: lambda user: [user.new_email, _sent(user.new_email_sent_at)],
}


def _replaced(purpose: Purpose, user: User) -> Why:
    waits = {
        Purpose.ACTIVATION: True,
        Purpose.PASSWORD: False,
        Purpose.INVITATION: user.activated_at is None,
        Purpose.ADDRESS: bool(user.new_email),
    }
    return Why.REPLACED if waits[purpose] else Why.USED


def _signer() -> Signer:
    return Signer(sep=".", salt="portail.accounts.keys")
