"""A settings file read into a `Regulation`, with everything to mend told at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from . import building
from . import building_charges as charges
from . import building_periods as periods
from . import building_structure as structures
from .billing import BillingCycle
from .building_tariffs import check_tariff, tariff
from .calendars import OFFICE_WEEKDAYS, SCHOOL_WEEKDAYS
from .layout import FILE
from .meals import MealRule
from .problems import Problem, Report, SettingsErrors, path_words
from .quotients import QuotientRule
from .regulation import Commune, Example, Regulation
from .tables import Values
from .tariffs import Tariff
from .toml_lines import Path, locate
from .waiting import WaitingRule

LARGEST = 1_000_000
"""A settings file is at most this many bytes."""


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
    regulation = _Reader(FILE.read(data, (), report), report).regulation()
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


Built = list[tuple[Path, Any]]
"""What a list of tables gave, each with its path."""


class _Reader:
    """The groups of a file, one after the other, into the values of a regulation."""

    def __init__(self, values: Values, report: Report) -> None:
        self.values, self.report = values, report
        self.lines: dict[str, int] = {}

    def regulation(self) -> Regulation | None:
        """Everything read and checked; None when something was reported."""
        commune = _commune(self.values["commune"], self.report)
        read: dict[str, Any] = {
            **self._limits(),
            "calendar": _values(self._many("calendar", building.check_entry, building.entry)),
            **self._structure(),
            "tariffs": self._tariffs(),
            **self._charges(),
            "examples": self._examples(),
        }
        if self.report.problems or commune is None:
            return None
        return Regulation(
            commune=commune,
            **read,
            password_min_length=(self.values["accounts"] or {"password_min_length": 12})[
                "password_min_length"
            ],
            assumptions=tuple(_assumptions(self.values, (), self.report)),
            lines=self.lines,
        )

    def _many(self, name: str, check: Callable[[Values], None], build: Callable[[Values], Any]) -> Built:
        return self._built(self.values[name], (name,), check, build)

    def _built(
        self,
        items: Collection[Values],
        path: Path,
        check: Callable[[Values], None],
        build: Callable[[Values], Any],
    ) -> Built:
        return building.many(items, path, check, build, self.report)

    def _limits(self) -> dict[str, Any]:
        """Deadlines and openings; a window is one of each, a booking period several openings and a deadline."""
        bookings = self.values["bookings"] or {"openings": (), "windows": (), "periods": ()}
        deadlines = self._many("deadlines", building.check_deadline, building.deadline)
        openings = self._built(
            bookings["openings"], ("bookings", "openings"), building.check_opening, building.opening
        )
        windows = self._built(
            bookings["windows"], ("bookings", "windows"), building.check_window, building.window
        )
        openings += [(path, pair[0]) for path, pair in windows if pair[0]]
        deadlines += [(path, pair[1]) for path, pair in windows if pair[1]]
        _refuse_overlaps(
            deadlines, "délai", self.report, lambda one, other: bool(one.actions & other.actions)
        )
        _refuse_overlaps(openings, "ouverture", self.report, lambda one, other: True)
        found = self._built(
            bookings["periods"], ("bookings", "periods"), periods.check_period, periods.period
        )
        periods.refuse_clashes(found, self.report)
        self._locate(deadlines, openings, found)
        rules = [period for _, period in found]
        return {
            "deadlines": (*_values(deadlines), *(period.closing for period in rules if period.closing)),
            "openings": (*_values(openings), *(rule for period in rules for rule in period.openings)),
            "periods": tuple(rules),
        }

    def _structure(self) -> dict[str, Any]:
        """The days of every service, and the sections of the structure that the file has."""
        days = self._built(
            self.values["services"] or (), ("services",), building.check_nothing, building.service
        )
        _refuse_twice(days, self.report)
        self._locate(days)
        built: dict[str, Built | None] = {}
        for section, (check, build) in structures.KINDS.items():
            items = self.values[section]
            rows = self._built(items or (), (section,), check, build)
            turned = [(path, structures.in_turn(row, int(path[-1]))) for path, row in rows]
            built[section] = turned if rows or items == [] else None
        return {"services": _values(days), "structure": structures.structure(built, self.report)}

    def _tariffs(self) -> tuple[Any, ...]:
        tariffs = self._many("tariffs", check_tariff, tariff)
        base = [(path, one) for path, one in tariffs if not one.adds]
        _refuse_overlaps(base, "tarif", self.report, lambda one, other: True)
        self._locate(tariffs)
        return _values(tariffs)

    def _charges(self) -> dict[str, Any]:
        """What follows from a booking: surcharges, absences, quotient, invoices; and what a basket must hold."""
        quotient, billing = self.values["quotient"], self.values["billing"]
        cycle = building.one(billing, ("billing",), charges.check_billing, charges.billing, self.report)
        return {
            "surcharges": _values(self._many("surcharges", charges.check_surcharge, charges.surcharge)),
            "absences": _values(self._many("absences", charges.check_absence, charges.absence)),
            "constraints": _values(self._many("constraints", charges.check_constraint, charges.constraint)),
            "quotas": self._quotas(),
            "waiting": self._waiting(),
            "quotient": building.one(
                quotient, ("quotient",), charges.check_quotient, charges.quotient, self.report
            )
            or QuotientRule(),
            "meals": building.one(
                self.values["meals"], ("meals",), charges.check_meals, charges.meals, self.report
            )
            or MealRule(),
            "billing": cycle or BillingCycle(),
        }

    def _quotas(self) -> tuple[Any, ...]:
        found = self._many("quotas", building.check_dates, charges.quota)
        _refuse_same_names(found, self.report)
        self._locate(found)
        return _values(found)

    def _waiting(self) -> tuple[Any, ...]:
        found = self._many("waiting", charges.check_waiting, charges.waiting)
        _refuse_overlaps(found, "liste d'attente", self.report, lambda one, other: True)
        self._locate(found)
        return _values(found)

    def _examples(self) -> tuple[Example, ...]:
        found = self._many("examples", charges.check_example, _example)
        return tuple(replace(one, line=self.report.line(path)) for path, one in found)

    def _locate(self, *rules: Built) -> None:
        """Keep the line of these rules, for what is told of them later."""
        self.lines.update({path_words(path): self.report.line(path) for built in rules for path, _ in built})


def _values(built: Built) -> tuple[Any, ...]:
    return tuple(value for _, value in built)


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


def _refuse_overlaps(rules: Built, noun: str, report: Report, compete: Callable[[Any, Any], bool]) -> None:
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
    asked = {name: value for name, value in values.items() if name not in ("service", "day")}
    return Example(0, values["service"], values["day"] or _ANY_DAY, **asked)


_ANY_DAY = date(2027, 1, 12)
"""An ordinary school Tuesday, for examples that name no day."""


def _same_days(one: Any, other: Any) -> bool:
    """Whether two limits speak of a common weekday (tables) or are counted from the same kind of period."""
    if isinstance(one, Tariff | WaitingRule):
        return True
    days = [{weekday for weekday, _ in rule.table} or set(range(7)) for rule in (one, other)]
    return bool(days[0] & days[1]) and one.when.anchor.is_a_period is other.when.anchor.is_a_period


def _refuse_twice(services: Built, report: Report) -> None:
    seen: set[str] = set()
    for path, service in services:
        if service.code in seen:
            report.add((*path, "code"), f"le code « {service.code} » est déjà celui d'un autre service")
        seen.add(service.code)


def _refuse_same_names(quotas: Built, report: Report) -> None:
    """A family reads the name of the quota that is full: two of one name would not tell which."""
    seen: set[str] = set()
    for path, quota in quotas:
        if quota.name in seen:
            report.add((*path, "name"), f"le nom « {quota.name} » est déjà celui d'un autre quota")
        seen.add(quota.name)


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
