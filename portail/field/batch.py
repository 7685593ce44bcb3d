"""What a tablet sends of its queue: read strictly, mark by mark, so that a bad one never stops the others.

    POST /terrain/pointages/   Content-Type: application/json   X-CSRFToken: …

    {"device": "Tablette 2", "now": "2026-12-03T17:20:00+01:00",
     "marks": [{"token": "UUID", "session": 12, "child": 34, "kind": "present", "at": "2026-12-03T08:02:11.480+01:00",
                "guest": "UUID", "hour": "08:05", "target": "UUID", "text": "…"}]}

`now` is the moment of the sending by the clock of the device: when it is a minute off ours or more, every `at` is
moved by as many whole minutes. `child` or `guest` (the token of the guest's first mark, whose `text` is the name);
`hour`, `target` and `text` are optional. `kind` is a word of `rules.attendance.Kind`. `at` is the moment of the touch,
with its zone; a device makes its own moments strictly increasing, for they give the order. At most MOST marks and
LARGEST bytes: send the rest after.

    200 {"marks": [{"token": "UUID", "status": "accepted"},
                   {"token": "UUID", "status": "already"},
                   {"token": "UUID", "status": "refused", "code": "too-late", "reason": "Cette liste est close…"}]}

in the order of the marks. 400 when it is no such JSON at all, 413 when there is too much of it, 401 when nobody is
signed in any more, 403 and 404 as everywhere. Nothing is written then: keep the queue. What is accepted or already
there may be forgotten by the tablet; what is refused must be shown to somebody.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from portail.attendance.actions.marks import Answer, Refusal, Status, Touch
from portail.field.refusals import WORDS
from portail.rules.attendance import Kind

MOST = 200
LARGEST = 128 * 1024
BIGGEST_KEY = 2**63 - 1
MINUTE = timedelta(minutes=1)


class Unreadable(ValueError):
    """Not the JSON of a queue."""


class TooMany(ValueError):
    """More marks, or bytes, than are taken at once."""


@dataclass(frozen=True)
class Queue:
    """`items`: each mark, or the token (empty when it has none) of what could not be read."""

    device: str
    items: tuple[Touch | str, ...]
    now: datetime | None = None

    def touches(self, now: datetime) -> list[Touch]:
        """The marks that could be read, at moments of our clock."""
        skew = skew_of(self.now, now)
        return [replace(item, at=item.at + skew) for item in self.items if isinstance(item, Touch)]


def skew_of(device_now: datetime | None, now: datetime) -> timedelta:
    """What to add to the moments of a device to have ours: whole minutes, so that the time of the journey changes
    nothing, and two sendings of one device are moved alike."""
    return timedelta(0) if device_now is None else round((now - device_now) / MINUTE) * MINUTE


def read(body: bytes) -> Queue:
    """Raises Unreadable, TooMany."""
    if len(body) > LARGEST:
        raise TooMany
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise Unreadable from None
    if not isinstance(data, dict) or not isinstance(data.get("marks"), list):
        raise Unreadable
    if len(data["marks"]) > MOST:
        raise TooMany
    try:
        device, now = _text(data.get("device")), _moment(data["now"]) if data.get("now") else None
    except (TypeError, ValueError):
        raise Unreadable from None
    return Queue(device, tuple(map(_item, data["marks"])), now)


def _item(given: Any) -> Touch | str:
    if not isinstance(given, dict):
        return ""
    try:
        return _touch(given)
    except (KeyError, TypeError, ValueError, OverflowError):
        token = given.get("token")
        return token[:40] if isinstance(token, str) and token.isascii() else ""


def _touch(given: dict[str, Any]) -> Touch:
    return Touch(
        token=UUID(_text(given["token"])),
        session_id=_key(given["session"]),
        kind=Kind(given["kind"]),
        at=_moment(given["at"]),
        child_id=_key(given["child"]) if given.get("child") is not None else None,
        guest=_uuid(given.get("guest")),
        hour=_hour(given.get("hour")),
        target=_uuid(given.get("target")),
        text=_text(given.get("text")),
    )


def _moment(value: Any) -> datetime:
    at = datetime.fromisoformat(value)
    if at.tzinfo is None or not 2000 < at.year < 2100:
        raise ValueError("a moment without its zone, or of another century")
    return at


def _text(value: Any) -> str:
    """What a database can hold; nothing is the empty text."""
    text = "" if value is None else value
    if not isinstance(text, str) or "\0" in text:
        raise ValueError("not a text")
    text.encode()
    return text


def _key(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= BIGGEST_KEY:
        raise ValueError("not a key")
    return value


def _uuid(value: Any) -> UUID | None:
    return UUID(_text(value)) if value else None


def _hour(value: Any) -> time | None:
    if not value:
        return None
    hour = time.fromisoformat(value)
    if hour.tzinfo is not None:
        raise ValueError("an hour is local")
    return hour.replace(second=0, microsecond=0)


def answer(queue: Queue, answers: Iterable[Answer]) -> dict[str, Any]:
    """The body of the answer: one object for each item, in order."""
    found = iter(answers)
    return {"marks": [_said(next(found) if isinstance(item, Touch) else item) for item in queue.items]}


def _said(given: Answer | str) -> dict[str, str]:
    if isinstance(given, str):
        return _refused(given, Refusal.MALFORMED)
    if given.refusal is not None:
        return _refused(str(given.token), given.refusal)
    return {"token": str(given.token), "status": given.status}


def _refused(token: str, refusal: Refusal) -> dict[str, str]:
    return {"token": token, "status": Status.REFUSED, "code": refusal, "reason": WORDS[refusal]}
