"""A month of deadlines under one text: for each day, until when each service may be booked and cancelled."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from portail import rules
from portail.rules import Action, Refusal, SessionFacts

STATES = {
    None: ("ok", "check", "Encore ouvert"),
    Refusal.TOO_LATE: ("warn", "clock", "Limite passée"),
    Refusal.QUOTA: ("warn", "clock", "Limite passée"),
    Refusal.AGENT: ("warn", "user", "Par le service"),
    Refusal.WAITING: ("warn", "clock", "Liste d'attente"),
    Refusal.NOT_OPEN: ("info", "calendar", "Pas encore ouvert"),
    Refusal.NEVER: ("bad", "lock", "Jamais"),
    Refusal.PAST: ("calm", "clock", "Passé"),
    Refusal.CLOSED: ("calm", "closed", "Fermé"),
    Refusal.FULL: ("warn", "full", "Complet"),
}


@dataclass(frozen=True)
class Told:
    """What is said of a day, and of which services it is said."""

    tone: str
    icon: str
    word: str
    sentence: str
    reasons: tuple[str, ...] = ()
    services: list[str] = field(default_factory=list, compare=False)


@dataclass(frozen=True)
class DayOfMonth:
    """A day, what it is (holidays, closures), and what is said of the services that run."""

    day: date
    names: tuple[str, ...]
    told: tuple[Told, ...]
    is_today: bool = False


def month_of(
    regulation: rules.Regulation,
    calendar: rules.Calendar,
    services: Iterable[tuple[str, str]],
    first: date,
    *,
    known: rules.Known,
    now: datetime,
) -> list[DayOfMonth]:
    """The days of the month that begins on `first`; services (code, name) that share an answer are told together.

    Raises CalendarUnknown past the last year known.
    """
    after = (first + timedelta(days=32)).replace(day=1)
    asked = list(services)
    days = (first + timedelta(days=n) for n in range((after - first).days))
    today = calendar.today(now)
    return [
        DayOfMonth(
            day,
            _names(calendar, day),
            tuple(_told(regulation, calendar, asked, day, known, now)),
            day == today,
        )
        for day in days
    ]


def _names(calendar: rules.Calendar, day: date) -> tuple[str, ...]:
    found = (calendar.public_holiday(day), calendar.school_holiday(day), calendar.closure(day))
    worked = "Jour travaillé malgré tout" if calendar.is_worked_anyway(day) else None
    return tuple(dict.fromkeys(name for name in (*found, worked) if name))


def _told(
    regulation: rules.Regulation,
    calendar: rules.Calendar,
    services: list[tuple[str, str]],
    day: date,
    known: rules.Known,
    now: datetime,
) -> Iterable[Told]:
    found: dict[Told, Told] = {}
    for code, name in services:
        closed = calendar.closed_reason(day, code)
        if closed and day.weekday() < 5:
            told = Told("calm", "closed", "Fermé", closed)
        elif closed or not calendar.is_service_day(day, code):
            continue
        else:
            told = _answer(regulation, calendar, code, day, known, now)
        found.setdefault(told, told).services.append(name)
    return found.values()


def _answer(
    regulation: rules.Regulation,
    calendar: rules.Calendar,
    code: str,
    day: date,
    known: rules.Known,
    now: datetime,
) -> Told:
    described = calendar.service(code)
    start = described.start if described else None
    session = SessionFacts(code, day, start, known=known)
    [decision] = rules.decide_many(
        [(Action.BOOK, session)], regulation.deadlines, calendar, now=now, openings=regulation.openings
    )
    tone, icon, word = STATES[decision.refusal]
    try:
        told, reasons = rules.modifiable(code, day, regulation.deadlines, calendar, start=start, known=known)
    except rules.CalendarUnknown as unknown:
        return Told("warn", "warning", "À compléter", str(unknown))
    sentence = told.fr()
    if decision.refusal is Refusal.NOT_OPEN:
        sentence = f"{decision.sentence()} ; {sentence[0].lower()}{sentence[1:]}"
    return Told(tone, icon, word, sentence, tuple(reason.fr() for reason in reasons))
