"""What a regulation answers about one request, put together for a screen: until when, how much, and why."""

from dataclasses import dataclass
from datetime import date, datetime

from portail import rules
from portail.rules.scopes import NUMBERS, TAG_WORDS, number

RANKS = ("premier", "deuxième", "troisième", "quatrième", "cinquième", "sixième")


@dataclass(frozen=True)
class Answer:
    """One sentence and its steps; `tone` and `word` tell in one word what it is."""

    tone: str
    word: str
    sentence: str
    steps: tuple[str, ...] = ()
    components: tuple[tuple[str, str], ...] = ()
    why: str = "Pourquoi cette limite"


@dataclass(frozen=True)
class Preview:
    """What a family would read. `notes`: what is to be known besides."""

    situation: str
    deadline: Answer
    price: Answer
    notes: tuple[str, ...] = ()

    @property
    def parts(self) -> tuple[Answer, Answer]:
        return self.deadline, self.price


def preview(
    regulation: rules.Regulation,
    calendar: rules.Calendar,
    *,
    service: str,
    name: str,
    day: date,
    action: rules.Action,
    known: rules.Known,
    now: datetime,
) -> Preview:
    """The deadline and the price of one day of a service (`name`: what people call it), for who is known."""
    return Preview(
        situation=f"{name}, {situation(day, known)}",
        deadline=deadline(
            regulation, calendar, service=service, day=day, action=action, known=known, now=now
        ),
        price=price(regulation, service=service, day=day, known=known),
        notes=tuple(_notes(calendar, service, day)),
    )


def situation(day: date, known: rules.Known) -> str:
    """« jeudi 3 décembre 2026, quotient 742, deuxième enfant »."""
    return ", ".join([rules.FRENCH.year(day), *(_fact(name, value) for name, value in known)])


def _fact(name: str, value: object) -> str:
    if name in TAG_WORDS:
        return f"{TAG_WORDS[name]} {value}"
    found = number(value)
    if found is None:
        return str(value)
    if name == "rank" and found == found.to_integral() and 1 <= found <= len(RANKS):
        return f"{RANKS[int(found) - 1]} enfant"
    if name == "quotient":
        return f"quotient {rules.FRENCH.plain(found)}"
    if name in ("arrives", "leaves"):
        return f"{NUMBERS[name]} {rules.FRENCH.hour(int(found))}"
    return f"{NUMBERS[name]} {rules.FRENCH.plain(found)}"


def deadline(
    regulation: rules.Regulation,
    calendar: rules.Calendar,
    *,
    service: str,
    day: date,
    action: rules.Action,
    known: rules.Known,
    now: datetime,
) -> Answer:
    try:
        found = rules.explain.deadline(
            regulation, calendar, service=service, day=day, now=now, action=action, known=known
        )
    except rules.CalendarUnknown as unknown:
        return Answer("warn", "Calendrier à compléter", str(unknown))
    steps = tuple(step["text"] for step in found["steps"])
    more = tuple(found["unless"])
    tone, word = ("ok", "Possible") if found["allowed"] else ("calm", "Pas possible")
    return Answer(tone, word, found["sentence"], (*steps, *more))


def price(regulation: rules.Regulation, *, service: str, day: date, known: rules.Known) -> Answer:
    if not regulation.tariffs:
        return Answer("info", "Sans prix", "Ce règlement ne contient encore aucun tarif.")
    try:
        found = rules.price(regulation.tariffs, service, day, known)
    except rules.PriceUnknown as unknown:
        return Answer("warn", "Prix inconnu", f"{unknown}.")
    parts = tuple((c.label, rules.FRENCH.money(c.amount)) for c in found.components)
    return Answer(
        "ok",
        "Prix",
        found.sentence().fr(),
        tuple(step.fr() for step in found.steps),
        parts if len(parts) > 1 else (),
        "Pourquoi ce prix",
    )


def _notes(calendar: rules.Calendar, service: str, day: date) -> list[str]:
    """Why nobody would ask that: the service does not run that day."""
    try:
        if closed := calendar.closed_reason(day, service):
            return [f"Ce jour-là, fermé : {closed}."]
        if not calendar.is_service_day(day, service):
            return ["Ce service n'accueille pas ce jour-là d'habitude."]
    except rules.CalendarUnknown:
        pass
    return []
