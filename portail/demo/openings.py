"""The holidays that open soon to the families of the invented commune: its own first, then everybody."""

from datetime import date, timedelta

from portail.demo import accounts
from portail.demo.timeline import ZONE, Timeline
from portail.rules import Entry, EntryKind, default_entries
from portail.rules.rewriting import New, written

AHEAD = timedelta(weeks=15)
"""Further than families book in advance: nobody has a place there yet."""
SHORT = timedelta(weeks=4)
SATURDAY = 5


def period(when: Timeline) -> str:
    """The next booking period, as the settings file writes it; nothing when no holidays are far enough ahead."""
    found = _holidays(when)
    if found is None:
        return ""
    opens = when.today + timedelta(days=(SATURDAY - when.today.weekday()) % 7 or 7)
    values: dict[str, New] = {
        "code": f"vacances-{found.start:%Y-%m}",
        "name": f"{found.label} {found.start.year}",
        "services": ["vacances"],
        "from": found.start,
        "until": found.end,
        "opens": [
            _class(f"Habitants de {accounts.COMMUNE}", opens, residences=["commune"]),
            _class("Toutes les familles", opens + timedelta(days=4)),
        ],
        "closes": found.start - timedelta(days=14),
        "closes_at": "20:00",
        "room": {"families": 40},
    }
    return "\n[[bookings.periods]]\n" + "".join(
        f"{key} = {written(value)}\n" for key, value in values.items()
    )


def _class(label: str, on: date, **whom: list[str]) -> dict[str, New]:
    return {"label": label, **whom, "on": on, "at": "09:00"}


def _holidays(when: Timeline) -> Entry | None:
    """The first school holidays, summer aside, that begin late enough and within the years of the commune."""
    known = [*default_entries(ZONE, None, when.published), *when.guessed]
    coming = [
        entry
        for entry in known
        if entry.kind is EntryKind.SCHOOL_HOLIDAY
        and entry.start > when.today + AHEAD
        and entry.end <= when.last
        and entry.end - entry.start < SHORT
    ]
    return min(coming, key=lambda entry: entry.start, default=None)
