"""Tries that slow down: a few are free, then each one waits longer than the one before. Nothing is ever locked.

Counted in the database, so that all the processes count together, under digests: no name, number or address is kept.
"""

import hashlib
import ipaddress
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portail.core.journal import client_ip
from portail.core.models import Tries


@dataclass(frozen=True)
class Pace:
    """`free` tries without waiting, then waits that double from `first` to `most`; forgotten after `memory`."""

    free: int
    first: timedelta
    most: timedelta
    memory: timedelta

    def wait(self, count: int) -> timedelta:
        """How long to wait after the `count`-th try."""
        if count < self.free:
            return timedelta(0)
        return min(self.most, self.first * 2 ** min(count - self.free, 20))


@dataclass(frozen=True)
class Counter:
    """What is tried ("sign-in"), by whom or on what, and at which pace."""

    what: str
    who: str
    pace: Pace

    @property
    def key(self) -> str:
        return hashlib.sha256(f"{self.what}\0{self.who}".encode()).hexdigest()


class TooSoon(Exception):
    """The try was not made. `wait` says how long until the next one, in the words of `sentence`."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(wait)
        self.wait = wait

    @property
    def sentence(self) -> str:
        return _("Trop d'essais à la suite. Patientez %(time)s, puis recommencez.") % {
            "time": in_words(self.wait)
        }


def take(counters: Sequence[Counter], *, now: datetime) -> None:
    """Count one try for each of these before it is made. Raises TooSoon, and counts none, when one must wait."""
    with transaction.atomic():
        rows = _locked(counters, now)
        wait = max(row.free_at - now for row in rows.values())
        if wait > timedelta(0):
            raise TooSoon(wait)
        for counter in counters:
            row = rows[counter.key]
            row.count += 1
            row.free_at = now + counter.pace.wait(row.count)
            row.forget_at = max(now + counter.pace.memory, row.free_at)
        Tries.objects.bulk_update(rows.values(), ["count", "free_at", "forget_at"])


def give_back(counters: Sequence[Counter], *, now: datetime) -> None:
    """The try was a good one: it does not count. Earlier ones still do."""
    with transaction.atomic():
        rows = _locked(counters, now)
        for row in rows.values():
            row.count = max(0, row.count - 1)
            row.free_at = now
        Tries.objects.bulk_update(rows.values(), ["count", "free_at", "forget_at"])


def forget_old(*, now: datetime) -> int:
    """Erase what nobody tried for long; how many."""
    return Tries.objects.filter(forget_at__lte=now).delete()[0]


def who(request: HttpRequest) -> str:
    """The address that asks; of an IPv6 one, the network, which a single person holds whole."""
    address = ipaddress.ip_address(client_ip(request) or "0.0.0.0")  # noqa: S104 (no address known, nothing is bound)
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def in_words(wait: timedelta) -> str:
    """« 45 secondes », « 2 minutes »: rounded up, so that whoever waits that long may try."""
    seconds = -int(-wait.total_seconds() // 1)
    if seconds <= 90:
        return ngettext("%(number)d seconde", "%(number)d secondes", seconds) % {"number": seconds}
    minutes = -(-seconds // 60)
    return ngettext("%(number)d minute", "%(number)d minutes", minutes) % {"number": minutes}


def _locked(counters: Sequence[Counter], now: datetime) -> dict[str, Tries]:
    """The rows of these counters, made when they are missing, locked all at once in the order of their keys."""
    wanted = {counter.key: counter for counter in counters}
    rows = _select(wanted)
    if missing := wanted.keys() - rows.keys():
        new = [
            Tries(key=key, free_at=now, forget_at=now + wanted[key].pace.memory) for key in sorted(missing)
        ]
        Tries.objects.bulk_create(new, ignore_conflicts=True)
        rows = _select(wanted)
    for row in rows.values():
        if row.forget_at <= now:
            row.count, row.free_at = 0, now
    return rows


def _select(keys: Collection[str]) -> dict[str, Tries]:
    return {row.key: row for row in Tries.objects.select_for_update().filter(key__in=keys).order_by("key")}
