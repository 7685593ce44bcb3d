"""When the invented commune lives: the school year before, this one, the next from June on. All follows today."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from portail.activities.actions.founding import Term, following, preceding, term_of
from portail.rules import Entry, EntryKind, default_entries, default_known_until

ZONE = "B"
CLOCK = ZoneInfo("Europe/Paris")
JUNE = 6
A_YEAR_OF_WEEKS = timedelta(weeks=52)


@dataclass(frozen=True)
class Timeline:
    """`guessed`: the periods of years whose holidays are not published yet, drawn from the last ones known."""

    today: date
    previous: Term
    current: Term
    next: Term | None
    guessed: tuple[Entry, ...]
    published: tuple[int, ...]

    @property
    def terms(self) -> list[Term]:
        return [term for term in (self.previous, self.current, self.next) if term]

    @property
    def last(self) -> date:
        return self.terms[-1].end

    @property
    def now(self) -> datetime:
        """The moment at which the commune is made: the same one all day long."""
        return at(self.today, 0)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A local moment of the commune."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=CLOCK)


def timeline(today: date) -> Timeline:
    """The years of a commune that is looked at today."""
    current = term_of(today, ZONE)
    coming = following(current, ZONE)
    known = default_known_until(ZONE, [coming.end.year])
    shows_next = today >= date(current.end.year, JUNE, 1) and coming.end <= known
    made = Timeline(
        today, preceding(current, ZONE), current, coming if shows_next else None, guessed=(), published=()
    )
    civil = range(made.previous.start.year, made.last.year + 1)
    published = tuple(year for year in civil if year <= known.year)
    return replace(made, published=published, guessed=tuple(_guessed(civil, known)))


def _guessed(civil: range, known: date) -> list[Entry]:
    """Past what the ministry published: the holidays of the last year known, moved by whole weeks."""
    missing = [year for year in civil if year > known.year]
    if not missing:
        return []
    model = [
        entry
        for entry in default_entries(ZONE, None, [known.year - 1, known.year])
        if entry.kind is EntryKind.SCHOOL_HOLIDAY and entry.end > known - A_YEAR_OF_WEEKS
    ]
    found = default_entries(None, None, missing)
    for turn in range(1, civil[-1] - known.year + 2):
        move = A_YEAR_OF_WEEKS * turn
        found += [replace(entry, start=entry.start + move, end=entry.end + move) for entry in model]
    last = date(civil[-1], 12, 31)
    return sorted((e for e in found if known < e.start <= last), key=lambda e: (e.start, e.label))
