"""`portail rules`: a settings file checked, explained, compared, put in force; most of it without any database."""

import json
import sys
from argparse import Namespace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from portail.cli.console import Refused, say
from portail.rules import (
    Action,
    Calendar,
    CalendarUnknown,
    PriceUnknown,
    Problem,
    Regulation,
    SettingsErrors,
    default_entries,
    default_known_until,
    explain,
    know,
    parse_bytes,
)
from portail.rules.absences import Away
from portail.rules.checks import broken_examples, doubts
from portail.rules.differences import differences
from portail.rules.schema import schema
from portail.rules.scopes import COUNTS, NUMBERS, TAGS
from portail.rules.structure_changes import structure_differences

YEARS_BEFORE, YEARS_AFTER = 8, 3


def run(options: Namespace) -> int:
    """Do the verb that was asked. Returns 0, or 1 when the file has something to mend."""
    return VERBS[options.verb](options)


def _check(options: Namespace) -> int:
    """Every error of a file, then what deserves a second look."""
    try:
        regulation = _read(options.file)
    except SettingsErrors as refused:
        _tell(options, errors=refused.problems, doubts=())
        return 1
    today = _today(options)
    calendar = _calendar(regulation, today)
    errors = broken_examples(regulation, calendar)
    _tell(options, errors=errors, doubts=doubts(regulation, calendar, around=today))
    return 1 if errors else 0


def _tell(options: Namespace, *, errors: tuple[Problem, ...], doubts: tuple[Problem, ...]) -> None:
    if options.json:
        found = {"errors": errors, "doubts": doubts}
        _print({name: [vars_of(problem) for problem in problems] for name, problems in found.items()})
        return
    for problem in errors:
        say(f"À corriger. {problem}")
    for problem in doubts:
        say(f"À vérifier. {problem}")
    say("Le fichier ne peut pas être appliqué." if errors else "Le fichier peut être appliqué.")


def vars_of(problem: Problem) -> dict[str, Any]:
    return {"line": problem.line, "path": problem.path, "message": problem.message}


def _explain(options: Namespace) -> int:
    regulation = _understood(options.file)
    now = _moment(options, regulation)
    known = _known(options)
    try:
        found = EXPLAINED[options.what](options, regulation, now, known)
    except PriceUnknown as unknown:
        raise Refused(str(unknown)) from unknown
    except CalendarUnknown as unknown:
        raise Refused(str(unknown)) from unknown
    if options.json:
        _print(found)
        return 0
    say(found["sentence"])
    for step in found["steps"]:
        say(f"  - {step['text']}")
    return 0


def _deadline(options: Namespace, regulation: Regulation, now: datetime, known: Any) -> dict[str, Any]:
    day = _day(options.day)
    return explain.deadline(
        regulation,
        _calendar(regulation, day),
        service=options.service,
        day=day,
        now=now,
        action=Action(options.action),
        known=known,
    )


def _price(options: Namespace, regulation: Regulation, now: datetime, known: Any) -> dict[str, Any]:
    return explain.amount(regulation, service=options.service, day=_day(options.day), known=known)


def _absence(options: Namespace, regulation: Regulation, now: datetime, known: Any) -> dict[str, Any]:
    days = tuple(sorted(_day(word) for word in options.day.split(",")))
    calendar = _calendar(regulation, days[0])
    proved = _aware(options.proof, calendar) if options.proof else None
    away = Away(options.service, days, now, proved, known)
    return explain.absent(regulation, calendar, away)


def _diff(options: Namespace) -> int:
    """What changes from one file to the other."""
    old, new = _understood(options.file), _understood(options.other)
    told = differences(old, new) + structure_differences(old.structure, new.structure)
    if options.json:
        _print({"differences": list(told)})
    else:
        say(*(told or ("Les deux règlements disent la même chose.",)))
    return 0


def _schema(options: Namespace) -> int:
    _print(schema())
    return 0


def _export(options: Namespace) -> int:
    """The file in force, with the whole structure of the commune as its tables hold it."""
    _start_django()
    from portail.activities.queries import whole_text

    sys.stdout.write(whole_text())
    return 0


def _apply(options: Namespace) -> int:
    """Put a file in force, after telling what it changes and asking."""
    _understood(options.file)
    text = _bytes(options.file).decode("utf-8-sig").replace("\r\n", "\n")
    _start_django()
    from portail.cli.rules_apply import apply

    return apply(text, file=options.file, note=options.note, dry_run=options.dry_run, yes=options.yes)


def _start_django() -> None:
    """Read the settings, and make sure that there is an up to date database behind them. Raises Refused."""
    from portail.cli import start_django

    start_django()
    from portail.cli import guards

    guards.refuse_pending_migrations()


def _bytes(file: str) -> bytes:
    try:
        return Path(file).read_bytes()
    except OSError as missing:
        raise Refused(f"Le fichier {file} ne peut pas être lu : {missing.strerror}.") from missing


def _read(file: str) -> Regulation:
    return parse_bytes(_bytes(file))


def _understood(file: str) -> Regulation:
    """The regulation of a file that must be sound. Raises Refused with everything to mend."""
    try:
        return _read(file)
    except SettingsErrors as refused:
        raise Refused(f"{file} ne peut pas être utilisé :\n{refused}") from refused


def _calendar(regulation: Regulation, around: date) -> Calendar:
    """The calendar of a file alone: its own days over those of its zone."""
    years = range(around.year - YEARS_BEFORE, around.year + YEARS_AFTER)
    zone = regulation.commune.zone
    entries = default_entries(zone, regulation.commune.subdivision, years)
    known = max([default_known_until(zone, years), *(entry.end for entry in regulation.calendar)])
    return regulation.calendar_with(entries, known)


def _today(options: Namespace) -> date:
    return datetime.now(UTC).date()


def _day(words: str) -> date:
    try:
        return date.fromisoformat(words)
    except ValueError:
        raise Refused(f"« {words} » n'est pas une date : écrivez-la 2026-12-06.") from None


def _moment(options: Namespace, regulation: Regulation) -> datetime:
    if not options.moment:
        return datetime.now(UTC)
    return _aware(options.moment, regulation.calendar_with((), date.max))


def _aware(words: str, calendar: Calendar) -> datetime:
    """A moment with its offset, or in the commune's hours without one."""
    if words.endswith(" 24:00") or words.endswith("T24:00"):
        return calendar.local(_day(words[:10]) + timedelta(days=1), 0)
    try:
        moment = datetime.fromisoformat(words)
    except ValueError:
        raise Refused(f"« {words} » n'est pas un moment : écrivez-le 2026-12-06T20:58.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=calendar.zone)


def _known(options: Namespace) -> Any:
    """What the options say of the request."""
    facts: dict[str, object] = {}
    for name in (*NUMBERS, *COUNTS):
        words = getattr(options, name)
        if words is not None:
            facts[name] = _number(name, words)
    for name in TAGS.values():
        words = getattr(options, name)
        if words:
            facts[name] = frozenset(words) if len(words) > 1 else words[0]
    return know(**facts)


def _number(name: str, words: str) -> Decimal:
    try:
        if ":" in words:
            hours, minutes = words.split(":")
            return Decimal(int(hours) * 60 + int(minutes))
        return Decimal(words.replace(",", "."))
    except (InvalidOperation, ValueError):
        raise Refused(f"--{name} : « {words} » n'est pas un nombre.") from None


def _print(found: Any) -> None:
    say(json.dumps(found, ensure_ascii=False, indent=2))


VERBS = {
    "check": _check,
    "explain": _explain,
    "diff": _diff,
    "schema": _schema,
    "export": _export,
    "apply": _apply,
}
EXPLAINED = {"deadline": _deadline, "price": _price, "absence": _absence}
