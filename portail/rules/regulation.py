"""The regulation of a commune, read from its settings file (TOML). Field by field: docs/rules/fichier.md."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from . import building
from . import building_charges as charges
from .absences import AbsenceRule
from .billing import BillingCycle
from .building_tariffs import check_tariff, tariff
from .calendars import OFFICE_WEEKDAYS, SCHOOL_WEEKDAYS, Calendar, Entry, ServiceDays
from .constraints import Constraint
from .days import DayKind
from .deadlines import Action, DeadlineRule, OpeningRule
from .fields import Problem, Report, SettingsErrors, Values, path_words
from .layout import FILE, FORMAT
from .limits import Limit, Unit
from .quotients import QuotientRule
from .scopes import Known, Scope
from .surcharges import Surcharge, Trigger
from .tariffs import Tariff
from .toml_lines import Path, locate

LARGEST = 1_000_000
"""A settings file is at most this many bytes."""


@dataclass(frozen=True)
class Commune:
    """Who the regulation belongs to. `zone` is "A", "B", "C" or None (school holidays typed by hand)."""

    name: str
    zone: str | None = None
    subdivision: str | None = None
    time_zone: str = "Europe/Paris"
    school_weekdays: frozenset[int] = SCHOOL_WEEKDAYS
    office_weekdays: frozenset[int] = OFFICE_WEEKDAYS
    source: str = ""


@dataclass(frozen=True)
class Example:
    """A worked example that the file gives of itself: a question, and what the answer must be."""

    line: int
    service: str
    day: date
    known: Known = ()
    action: Action = Action.BOOK
    until: tuple[date, int] | None = None
    opens: tuple[date, int] | None = None
    never: bool = False
    price: Decimal | None = None
    trigger: Trigger | None = None
    asked: tuple[date, int] | None = None
    allowed: bool = True
    source: str = ""


@dataclass(frozen=True)
class Regulation:
    """Everything a settings file says, checked and frozen."""

    commune: Commune
    services: tuple[ServiceDays, ...] = ()
    deadlines: tuple[DeadlineRule, ...] = ()
    openings: tuple[OpeningRule, ...] = ()
    calendar: tuple[Entry, ...] = ()
    tariffs: tuple[Tariff, ...] = ()
    surcharges: tuple[Surcharge, ...] = ()
    absences: tuple[AbsenceRule, ...] = ()
    quotient: QuotientRule = QuotientRule()  # noqa: RUF009  (frozen)
    billing: BillingCycle = BillingCycle()  # noqa: RUF009  (frozen)
    constraints: tuple[Constraint, ...] = ()
    examples: tuple[Example, ...] = ()
    password_min_length: int = 12
    assumptions: tuple[Problem, ...] = ()
    """What its writer assumed where the source says nothing, with its place in the file."""
    format: int = FORMAT
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)
    """The line of each rule: "tariffs[2]" → 41."""

    @property
    def counts_service_days(self) -> bool:
        """Whether a limit depends on which days services run: the calendar must then be told."""
        rules: list[Limit] = [*self.deadlines, *self.openings]
        rules += [tier.limit for rule in self.deadlines for tier in rule.tiers if tier.limit]
        limits = [limit for rule in rules for limit in rule.every()]
        return any(
            limit.when.unit is Unit.SERVICE_DAYS or (limit.shift and limit.shift.kind is DayKind.SERVICE)
            for limit in limits
        )

    def calendar_with(
        self,
        entries: Iterable[Entry],
        known_until: date,
        *,
        school_weekdays: frozenset[int] | None = None,
        services: Iterable[ServiceDays] = (),
    ) -> Calendar:
        """The commune's calendar: its table of days, and the closures and holidays of this file.

        `services` (from the tables of the portal) win over those that the file describes.
        """
        return Calendar(
            entries=(*entries, *self.calendar),
            known_until=known_until,
            time_zone=self.commune.time_zone,
            school_weekdays=school_weekdays or self.commune.school_weekdays,
            office_weekdays=self.commune.office_weekdays,
            services=(*services, *self.services),
        )


def parse_bytes(data: bytes) -> Regulation:
    """Read an uploaded file. Raises SettingsErrors, with every problem, when it cannot be used."""
    if len(data) > LARGEST:
        _fail(1, f"le fichier est trop gros ({len(data) // 1000} ko) : 1 Mo au plus est attendu")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as broken:
        line = data.count(b"\n", 0, broken.start) + 1
        _fail(line, "le fichier n'est pas enregistré en UTF-8 : choisissez « UTF-8 » à l'enregistrement")
    return parse(text)


def parse(text: str) -> Regulation:
    """Read the text of a settings file. Raises SettingsErrors, with every problem, when it cannot be used."""
    if len(text) > LARGEST:
        _fail(1, "le fichier est trop gros : 1 Mo au plus est attendu")
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as broken:
        _fail(*_syntax(text, str(broken)))
    except RecursionError:
        _fail(1, "trop de crochets ou d'accolades sont imbriqués")
    report = Report(locate(text))
    values = FILE.read(data, (), report)
    regulation = _regulation(values, report)
    report.raise_if_any()
    assert regulation is not None
    return regulation


def _fail(line: int, message: str) -> Any:
    raise SettingsErrors((Problem(line, "", message),))


def _syntax(text: str, message: str) -> tuple[int, str]:
    """The line that TOML could not read, and what to look at."""
    place = re.search(r"line (\d+)", message)
    line = int(place[1]) if place else text.count("\n") + 1
    lines = text.splitlines()
    shown = lines[line - 1].strip()[:80] if line <= len(lines) else ""
    return line, (
        f"cette ligne n'est pas comprise : « {shown} ». Attendu : nom = valeur, un titre [groupe] ou "
        "[[liste]], ou un commentaire qui commence par # ; un même nom ne s'écrit qu'une fois par groupe"
    )


def _regulation(values: Values, report: Report) -> Regulation | None:
    bookings = values["bookings"] or {"openings": (), "windows": ()}
    deadlines = _many(values["deadlines"], "deadlines", building.check_deadline, building.deadline, report)
    openings = _many(
        bookings["openings"], "bookings.openings", building.check_opening, building.opening, report
    )
    windows = _many(bookings["windows"], "bookings.windows", building.check_window, building.window, report)
    openings += [(path, pair[0]) for path, pair in windows if pair[0]]
    deadlines += [(path, pair[1]) for path, pair in windows if pair[1]]
    calendar = _many(values["calendar"], "calendar", building.check_entry, building.entry, report)
    services = _many(values["services"], "services", building.check_nothing, building.service, report)
    _refuse_overlaps(deadlines, "délai", report, lambda one, other: bool(one.actions & other.actions))
    _refuse_overlaps(openings, "ouverture", report, lambda one, other: True)
    tariffs = _many(values["tariffs"], "tariffs", check_tariff, tariff, report)
    base = [(path, one) for path, one in tariffs if not one.adds]
    _refuse_overlaps(base, "tarif", report, lambda one, other: True)
    surcharges = _many(values["surcharges"], "surcharges", charges.check_surcharge, charges.surcharge, report)
    absences = _many(values["absences"], "absences", charges.check_absence, charges.absence, report)
    constraints = _many(
        values["constraints"], "constraints", charges.check_constraint, charges.constraint, report
    )
    examples = _many(values["examples"], "examples", building.check_nothing, _example, report)
    _refuse_twice(services, report)
    commune = _commune(values["commune"], report)
    billing = building.one(values["billing"], ("billing",), charges.check_billing, charges.billing, report)
    if report.problems or commune is None:
        return None
    return Regulation(
        commune=commune,
        services=tuple(service for _, service in services),
        deadlines=tuple(rule for _, rule in deadlines),
        openings=tuple(rule for _, rule in openings),
        calendar=tuple(entry for _, entry in calendar),
        tariffs=tuple(one for _, one in tariffs),
        surcharges=tuple(one for _, one in surcharges),
        absences=tuple(one for _, one in absences),
        quotient=charges.quotient(values["quotient"]) if values["quotient"] else QuotientRule(),
        billing=billing or BillingCycle(),
        constraints=tuple(one for _, one in constraints),
        examples=tuple(replace(one, line=report.line(path)) for path, one in examples),
        password_min_length=(values["accounts"] or {"password_min_length": 12})["password_min_length"],
        assumptions=tuple(_assumptions(values, (), report)),
        lines={path_words(path): report.line(path) for path, _ in (*deadlines, *openings, *tariffs)},
    )


def _many(
    items: Any,
    name: str,
    check: Callable[[Values], None],
    build: Callable[[Values], Any],
    report: Report,
) -> list[tuple[Path, Any]]:
    return building.many(items, tuple(name.split(".")), check, build, report)


def _commune(values: Values | None, report: Report) -> Commune | None:
    if values is None:
        report.add((), 'il manque le groupe [commune], avec au moins name = "…"')
        return None
    try:
        ZoneInfo(values["timezone"])
    except (ZoneInfoNotFoundError, ValueError, OSError):
        report.add(("commune", "timezone"), 'un fuseau horaire est attendu, par exemple "Europe/Paris"')
    return Commune(
        values["name"],
        values["zone"],
        values["subdivision"],
        values["timezone"],
        frozenset(values["school_weekdays"] or SCHOOL_WEEKDAYS),
        frozenset(values["office_weekdays"] or OFFICE_WEEKDAYS),
        values["source"],
    )


class _Scoped(Protocol):
    scope: Scope


def _refuse_overlaps(
    rules: list[tuple[Path, Any]], noun: str, report: Report, compete: Callable[[Any, Any], bool]
) -> None:
    """Two rules for the same services, action and days would leave the answer to chance."""
    for index, (path, rule) in enumerate(rules):
        for other_path, other in rules[:index]:
            if compete(rule, other) and rule.scope.repeats(other.scope) and _same_days(rule, other):
                report.add(
                    path,
                    f"une autre règle de {noun} (ligne {report.lines.get(other_path, 1)}) vaut déjà pour un de ces "
                    "services aux mêmes dates : précisez les services, l'action, ou les dates from et until",
                )


def _example(values: Values) -> Example:
    asked = {
        name: values[name]
        for name in (
            "until",
            "opens",
            "price",
            "never",
            "known",
            "action",
            "source",
            "trigger",
            "asked",
            "allowed",
        )
    }
    return Example(0, values["service"], values["day"] or _ANY_DAY, **asked)


_ANY_DAY = date(2027, 1, 12)
"""An ordinary school Tuesday, for examples that name no day."""


def _same_days(one: Any, other: Any) -> bool:
    """Whether two limits speak of a common weekday (tables) or are counted from the same kind of period."""
    if isinstance(one, Tariff):
        return True
    days = [{weekday for weekday, _ in rule.table} or set(range(7)) for rule in (one, other)]
    return bool(days[0] & days[1]) and one.when.anchor.is_a_period is other.when.anchor.is_a_period


def _refuse_twice(services: list[tuple[Path, ServiceDays]], report: Report) -> None:
    seen: set[str] = set()
    for path, service in services:
        if service.code in seen:
            report.add((*path, "code"), f"le code « {service.code} » est déjà celui d'un autre service")
        seen.add(service.code)


def _assumptions(values: Any, path: Path, report: Report) -> Iterable[Problem]:
    """Every `assumes` of the file, with its place."""
    if isinstance(values, Values):
        for key, value in values.items():
            if key == "assumes" and value:
                yield Problem(report.line((*path, key)), path_words(path), value)
            else:
                yield from _assumptions(value, (*path, key), report)
    elif isinstance(values, list):
        for index, value in enumerate(values):
            yield from _assumptions(value, (*path, index), report)
