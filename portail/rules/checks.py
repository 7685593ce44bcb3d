"""What a settings file says of itself: its examples must hold, and what deserves a second look is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from . import bands
from .absences import Away, absence
from .bands import Holes, Overlaps
from .calendars import ANY_SERVICE, Calendar, CalendarUnknown, EntryKind, NoSuchDay
from .deadlines import Action, DeadlineRule, opening_for, rule_for
from .decisions import SessionFacts, decide_many
from .limits import Asked
from .pricing import PriceUnknown, price
from .problems import Problem
from .regulation import Example, Regulation
from .scopes import NUMBERS, TAG_WORDS, Scope
from .sentences import FRENCH
from .structure_checks import structure_doubts
from .surcharges import surcharge
from .tariffs import Grid, Share, Tariff

ACTION_WORDS = {Action.BOOK: "réserver", Action.CANCEL: "annuler", Action.CHANGE: "changer"}


def broken_examples(regulation: Regulation, calendar: Calendar) -> tuple[Problem, ...]:
    """The examples of the file whose answer is not the one that the file gives."""
    problems = []
    for index, example in enumerate(regulation.examples):
        for expected, found in _compared(example, regulation, calendar):
            message = f"l'exemple attend {expected}, les règles donnent {found}"
            problems.append(Problem(example.line, f"examples[{index + 1}]", message))
    return tuple(problems)


def _compared(example: Example, regulation: Regulation, calendar: Calendar) -> Iterator[tuple[str, str]]:
    """What an example expects and what is found, where they differ."""
    pairs: list[tuple[str, str]] = []
    try:
        if example.asked:
            pairs += _decided(example, regulation, calendar)
        elif example.until or example.never:
            pairs.append((_expected(example, calendar), _limit(example, regulation, calendar)))
        if example.opens:
            pairs.append((_words(calendar.local(*example.opens)), _opening(example, regulation, calendar)))
        if example.absent:
            pairs.append((_shares_of(example.due), _absence(example, regulation, calendar)))
        if example.price is not None:
            pairs.append((FRENCH.money(example.price), FRENCH.money(_price(example, regulation))))
    except (PriceUnknown, CalendarUnknown) as unknown:
        pairs.append(("une réponse", str(unknown)))
    return ((expected, found) for expected, found in pairs if expected != found)


def _shares_of(due: Iterable[Decimal]) -> str:
    return " puis ".join(FRENCH.plain(share) for share in due)


def _absence(example: Example, regulation: Regulation, calendar: Calendar) -> str:
    """What each day of the absence of an example leaves due."""
    told, proved = (calendar.local(*at) if at else None for at in (example.told, example.proved))
    away = Away(example.service, example.absent, told, proved, example.known)
    return _shares_of(day.due for day in absence(regulation.absences, away, calendar))


def _price(example: Example, regulation: Regulation) -> Decimal:
    """The price of an example, or what is due when its trigger went wrong."""
    asked = (example.service, example.day, example.known)
    if example.trigger is None:
        return price(regulation.tariffs, *asked).amount
    try:
        base = price(regulation.tariffs, *asked)
    except PriceUnknown:
        base = None
    charged = surcharge(regulation.surcharges, example.trigger, *asked, base=base)
    return charged.price.amount if charged else base.amount if base else Decimal(0)


def _words(moment: datetime | None) -> str:
    return f"{FRENCH.moment(moment)} ({moment:%Y})" if moment else "aucune limite"


def _expected(example: Example, calendar: Calendar) -> str:
    return "jamais" if example.until is None else _words(calendar.local(*example.until))


def _start(service: str, calendar: Calendar) -> time | None:
    described = calendar.service(service)
    return described.start if described else None


def _decided(example: Example, regulation: Regulation, calendar: Calendar) -> Iterator[tuple[str, str]]:
    """The answer to a request made at a moment, and until when it holds."""
    start = _start(example.service, calendar)
    session = SessionFacts(example.service, example.day, start, known=example.known)
    assert example.asked is not None
    [decision] = decide_many(
        [(example.action, session)],
        regulation.deadlines,
        calendar,
        now=calendar.local(*example.asked),
        openings=regulation.openings,
    )
    yield "oui" if example.allowed else "non", "oui" if decision.is_allowed else "non"
    if example.until:
        yield _expected(example, calendar), _words(decision.until)


def _limit(example: Example, regulation: Regulation, calendar: Calendar) -> str:
    rule = rule_for(
        regulation.deadlines, example.action, example.service, example.day, example.known, calendar=calendar
    )
    if rule is None:
        return "aucune limite"
    if rule.chosen(example.day).never:
        return "jamais"
    asked = Asked(example.service, example.day, _start(example.service, calendar))
    return _words(rule.cutoff_of(asked, calendar).at)


def _opening(example: Example, regulation: Regulation, calendar: Calendar) -> str:
    opening = opening_for(regulation.openings, example.service, example.day, example.known, calendar=calendar)
    if opening is None:
        return "aucune ouverture"
    if opening.never:
        return "jamais"
    return _words(opening.moment(example.day, calendar, service=example.service))


def doubts(regulation: Regulation, calendar: Calendar, *, around: date) -> tuple[Problem, ...]:
    """What the file may not have meant: nothing here stops it from being applied.

    `around`: the year that starts on this day is the one looked at, where dates matter.
    """
    found = [
        *_holes(regulation),
        *_unreachable(regulation),
        *_shares(regulation),
        *_openings_after_deadlines(regulation, calendar, around),
        *_without_holidays(calendar, around),
        *_lost_limits(regulation, calendar, around),
        *_only_narrowed(regulation),
        *_unknown_services(regulation),
        *_ties(regulation),
        *structure_doubts(regulation),
        *(
            Problem(assumed.line, assumed.path, f"à confirmer : {assumed.message}")
            for assumed in regulation.assumptions
        ),
    ]
    return tuple(sorted(found, key=lambda problem: problem.line))


def _holes(regulation: Regulation) -> Iterator[Problem]:
    for index, tariff in enumerate(regulation.tariffs):
        if not isinstance(tariff.function, Grid):
            continue
        for kind, start, end in bands.faults(tariff.function.bands):
            ends = f"{FRENCH.plain(start)} et {FRENCH.plain(end)}"
            if kind == "hole" and tariff.function.holes is Holes.REFUSE:
                yield _doubt(
                    regulation,
                    f"tariffs[{index + 1}]",
                    f"« {tariff.name} » : rien n'est prévu entre {ends} (holes)",
                )
            if kind == "overlap" and tariff.function.overlaps is Overlaps.REFUSE:
                message = f"« {tariff.name} » : deux tranches valent entre {ends} (overlaps)"
                yield _doubt(regulation, f"tariffs[{index + 1}]", message)


def _doubt(regulation: Regulation, path: str, message: str) -> Problem:
    return Problem(regulation.lines.get(path, 1), path, message)


def _unreachable(regulation: Regulation) -> Iterator[Problem]:
    """Columns that an earlier one hides."""
    for index, tariff in enumerate(regulation.tariffs):
        for number, column in enumerate(tariff.columns):
            if any(_covers(earlier, column) for earlier in tariff.columns[:number]):
                message = f"« {tariff.name} » : aucun enfant n'atteint la colonne {number + 1}, une autre la précède"
                yield _doubt(regulation, f"tariffs[{index + 1}]", message)
        yield from _never_base(regulation, index, tariff)


def _shares(regulation: Regulation) -> Iterator[Problem]:
    """Prices that are a share of a price that does not exist, or of themselves."""
    priced = {
        code
        for tariff in regulation.tariffs
        if not (tariff.adds or isinstance(tariff.function, Share))
        for code in tariff.scope.services
    }
    for index, tariff in enumerate(regulation.tariffs):
        share = tariff.function
        if not isinstance(share, Share):
            continue
        shared = any(
            isinstance(other.function, Share)
            and other is not tariff
            and share.service in other.scope.services
            for other in regulation.tariffs
        )
        circular = share.service in tariff.scope.services and not share.like and not tariff.scope.names
        if circular:
            message = f"« {tariff.name} » dépend de lui-même : nommez un autre service, ou « like »"
            yield _doubt(regulation, f"tariffs[{index + 1}]", message)
        elif not shared and share.service not in priced and ANY_SERVICE not in priced:
            message = f"« {tariff.name} » dépend du prix de « {share.service} », qui n'en a pas"
            yield _doubt(regulation, f"tariffs[{index + 1}]", message)


def _never_base(regulation: Regulation, index: int, tariff: Tariff) -> Iterator[Problem]:
    """A supplement for services that have no base price at all."""
    if not tariff.adds or ANY_SERVICE in tariff.scope.services:
        return
    priced = {code for other in regulation.tariffs if not other.adds for code in other.scope.services}
    missing = [code for code in tariff.scope.services if code not in priced and ANY_SERVICE not in priced]
    if missing:
        message = f"« {tariff.name} » s'ajoute au prix de {', '.join(missing)}, qui n'en a pas"
        yield _doubt(regulation, f"tariffs[{index + 1}]", message)


def _covers(wide: Scope, narrow: Scope) -> bool:
    """Whether everybody whom the second holds is held by the first (told of tags only)."""
    if wide.spans:
        return wide == narrow
    mine = dict(narrow.tags)
    return all(name in mine and mine[name] <= words for name, words in wide.tags)


def _openings_after_deadlines(regulation: Regulation, calendar: Calendar, around: date) -> Iterator[Problem]:
    """Openings that come after the deadline of the same days, looked at day by day over a year."""
    for index, opening in enumerate(regulation.openings):
        for service in opening.scope.services:
            for day in (around + timedelta(days=n) for n in range(365)):
                if not opening.scope.holds(service, day, _held(opening.scope)):
                    continue
                late = _opens_too_late(regulation, calendar, opening.scope, service, day)
                if late:
                    place = f"bookings.openings[{index + 1}]"
                    yield _doubt(regulation, place, f"{service}, {FRENCH.year(day)} : {late}")
                    break


def _held(scope: Scope) -> tuple[tuple[str, object], ...]:
    return tuple((name, min(words)) for name, words in scope.tags)


def _opens_too_late(
    regulation: Regulation, calendar: Calendar, scope: Scope, service: str, day: date
) -> str | None:
    known = _held(scope)
    try:
        opening = opening_for(regulation.openings, service, day, known, calendar=calendar)
        rule = rule_for(regulation.deadlines, Action.BOOK, service, day, known, calendar=calendar)
        if opening is None or opening.never or rule is None or rule.chosen(day).never:
            return None
        opens = opening.moment(day, calendar, service=service)
        closes = rule.cutoff(day, calendar, service=service).at
    except CalendarUnknown:
        return None
    if opens < closes:
        return None
    return f"l'ouverture ({FRENCH.start(opens)}) ne précède pas la limite ({FRENCH.moment(closes)})"


def _without_holidays(calendar: Calendar, around: date) -> Iterator[Problem]:
    end = around + timedelta(days=365)
    for kind, noun in (
        (EntryKind.SCHOOL_HOLIDAY, "vacances scolaires"),
        (EntryKind.PUBLIC_HOLIDAY, "jour férié"),
    ):
        if not any(e.kind is kind and e.start < end and e.end >= around for e in calendar.entries):
            yield Problem(
                1, "calendar", f"le calendrier n'a pas de {noun} dans l'année qui suit le {around:%d/%m/%Y}"
            )


def _lost_limits(regulation: Regulation, calendar: Calendar, around: date) -> Iterator[Problem]:
    """Deadlines that look for a day which the calendar does not have, on some day of the year to come."""
    for index, rule in enumerate(regulation.deadlines):
        for service in rule.scope.services:
            days = (around + timedelta(days=n) for n in range(365))
            lost = next((told for day in days if (told := _lost(rule, service, day, calendar))), None)
            if lost:
                yield _doubt(
                    regulation, f"deadlines[{index + 1}]", f"la limite ne se calcule pas toujours : {lost}"
                )
                break


def _lost(rule: DeadlineRule, service: str, day: date, calendar: Calendar) -> str | None:
    try:
        held = rule.scope.holds(service, day, _held(rule.scope)) and rule.covers(day, service, calendar)
        if held and not rule.chosen(day).never:
            rule.cutoff(day, calendar, service=service)
    except NoSuchDay as lost:
        return str(lost)
    except CalendarUnknown:
        return None
    return None


def _only_narrowed(regulation: Regulation) -> Iterator[Problem]:
    """Services whose every limit depends on something: where it is not known, nothing limits."""
    general = {
        (action, service)
        for rule in regulation.deadlines
        if not rule.scope.names - {"weekdays"}
        for action in rule.actions
        for service in rule.scope.services
    }
    told: set[tuple[Action, str]] = set()
    for index, rule in enumerate(regulation.deadlines):
        for action in sorted(rule.actions):
            for service in rule.scope.services:
                if {(action, service), (action, ANY_SERVICE)} & general or (action, service) in told:
                    continue
                told.add((action, service))
                names = ", ".join(
                    sorted({**TAG_WORDS, **NUMBERS}[name] for name in rule.scope.names - {"weekdays"})
                )
                message = (
                    f"{service} : sans limite pour {ACTION_WORDS[action]} quand on ne sait pas : {names}"
                )
                yield _doubt(regulation, f"deadlines[{index + 1}]", message)


def _unknown_services(regulation: Regulation) -> Iterator[Problem]:
    """Codes that no [[services]] describes, when the file describes its services."""
    known = {service.code for service in regulation.services}
    if not known:
        return
    scopes = {
        **{f"deadlines[{n + 1}]": rule.scope for n, rule in enumerate(regulation.deadlines)},
        **{f"tariffs[{n + 1}]": tariff.scope for n, tariff in enumerate(regulation.tariffs)},
    }
    for place, scope in scopes.items():
        for code in sorted({*scope.services} - known - {ANY_SERVICE}):
            yield _doubt(regulation, place, f"le service « {code} » n'est pas décrit sous [[services]]")


def _ties(regulation: Regulation) -> Iterator[Problem]:
    """Prices narrowed on different things that may meet: the last one wins, which may not have been meant."""
    base = [(index, tariff) for index, tariff in enumerate(regulation.tariffs) if not tariff.adds]
    for place, (index, tariff) in enumerate(base):
        for other, earlier in base[:place]:
            if tariff.scope.rivals(earlier.scope):
                other_words = f"« {earlier.name} » (tariffs[{other + 1}])"
                message = f"« {tariff.name} » l'emporte sur {other_words} quand les deux conviennent"
                yield _doubt(regulation, f"tariffs[{index + 1}]", message)
