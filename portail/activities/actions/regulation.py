"""The settings file: checked, its effect told, applied as a new version."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from portail import rules
from portail.accounts.models import User
from portail.activities import queries
from portail.activities.actions import structure_file
from portail.activities.models import Commune, Regulation, RegulationDraft, Service, Session
from portail.core import journal
from portail.rules.differences import differences as rules_differences
from portail.rules.rewriting import quoted
from portail.rules.structure import Structure, keys


class StaleVersion(Exception):
    """Another version was applied since this one was checked. `current` is its number."""

    def __init__(self, current: int) -> None:
        self.current = current
        super().__init__(f"version {current} en vigueur")


@dataclass(frozen=True)
class Effect:
    """A day of some services for which families would read something else (French, ready to read)."""

    what: str
    before: str
    after: str


def current_version() -> int:
    """The number of the version in force; 0 before the first."""
    return Regulation.objects.aggregate(last=Max("version"))["last"] or 0


def apply_regulation(
    text: str, note: str, *, actor: User | None, now: datetime, over: int | None = None
) -> Regulation:
    """Put a settings file in force as a new version; the commune's name and zone follow it, and its structure.

    Everything in one transaction: the sections of the structure that the file has are done to the tables, or nothing
    is. Raises SettingsErrors, with every problem, when the file cannot be used; StaleVersion when `over`, the version
    it was compared with, is no longer the last. The text in force, or what is exported of it, applied again changes
    nothing. Bookings are not looked at: see `portail.bookings.actions.regulation`.
    """
    parsed = rules.parse(text)
    with transaction.atomic():
        commune = Commune.objects.select_for_update().first()
        last = Regulation.objects.order_by("-version").first()
        version = last.version if last else 0
        rows = structure_file.changes(parsed.structure)
        if last and not rows and text in _texts_in_force(last.text, parsed.structure):
            return last
        if over is not None and over != version:
            raise StaleVersion(version)
        structure_file.apply(rows, actor=actor, now=now)
        if actor is not None:
            RegulationDraft.objects.filter(owner=actor).delete()
        if last and last.text == text:
            return last
        applied = Regulation.objects.create(
            version=version + 1, text=text, note=note, applied_at=now, applied_by=actor
        )
        if commune is not None:
            _follow(commune, parsed.commune)
        _record(applied, actor, now)
    return applied


def _texts_in_force(text: str, said: Structure) -> tuple[str, ...]:
    """The texts that say exactly what is in force: the version itself and, with the structure, those that we export."""
    return (text,) if said == Structure() else (text, queries.text_in_force(), queries.whole_text())


def _record(applied: Regulation, actor: User | None, now: datetime) -> None:
    journal.record(
        "regulation.applied",
        f"regulation:{applied.pk}",
        summary=f"Règlement, version {applied.version} appliquée"
        + (f" : {applied.note}" if applied.note else ""),
        actor=actor,
        now=now,
        before={"version": applied.version - 1},
        after={"version": applied.version},
    )


def _follow(commune: Commune, said: rules.Commune) -> None:
    commune.name = said.name
    commune.zone = said.zone or commune.zone
    commune.subdivision = said.subdivision or ""
    commune.save(update_fields=["name", "zone", "subdivision"])


def default_text(name: str, zone: str, subdivision: str = "") -> str:
    """The settings file that a new commune starts with, in its own name. Raises SettingsErrors on a strange name."""
    text = queries.default_regulation()
    text = re.sub(r'(?m)^name = ".*"$', lambda _: f"name = {quoted(name)}", text, count=1)
    text = re.sub(r'(?m)^zone = ".*"$', lambda _: f"zone = {quoted(zone)}", text, count=1)
    if subdivision:
        line = f"subdivision = {quoted(subdivision)}"
        text = re.sub(r'(?m)^# subdivision = ".*"$', lambda _: line, text, count=1)
    rules.parse(text)
    return text


def warnings(parsed: rules.Regulation) -> list[str]:
    """What is understood but probably not meant: services that the commune does not have, examples that do not hold."""
    known = {*Service.objects.values_list("code", flat=True), *keys(parsed.structure, "services")}
    named: dict[str, None] = {}
    for scope in [d.scope for d in parsed.deadlines] + [o.scope for o in parsed.openings]:
        named.update(dict.fromkeys(scope.services))
    for entry in parsed.calendar:
        named.update(dict.fromkeys(entry.services))
    unknown = [
        f"Aucune prestation n'a le code « {code} » : la règle qui la nomme ne sert à rien tant qu'elle n'existe pas."
        for code in named
        if code != rules.ANY_SERVICE and code not in known
    ]
    broken = rules.broken_examples(parsed, queries.calendar(parsed)) if parsed.examples else ()
    return unknown + [str(problem) for problem in broken]


def changes(new: rules.Regulation) -> tuple[str, ...]:
    """What the new file says otherwise than the one in force, rule by rule, in sentences."""
    return rules_differences(queries.regulation(), new)


def effects(new: rules.Regulation, *, today: date, days: int = 14) -> list[Effect]:
    """What families would read of the next days served: the deadlines and openings that change, before and after.

    Looked at on the first `days` dates that have sessions from `today` on; services that change alike are told
    together.
    """
    old = queries.regulation()
    before_calendar, after_calendar = queries.calendar(old), queries.calendar(new)
    changed: dict[tuple[date, str, str], list[str]] = {}
    for code, name, day in _coming(today, days):
        was = told(old, before_calendar, code, day)
        becomes = told(new, after_calendar, code, day)
        if was != becomes:
            changed.setdefault((day, was, becomes), []).append(name)
    return [
        Effect(f"{', '.join(names)}, {rules.FRENCH.year(day)}", was, becomes)
        for (day, was, becomes), names in changed.items()
    ]


def _coming(today: date, days: int) -> list[tuple[str, str, date]]:
    """The services (code, name) and dates of the next sessions, on the first dates that have some."""
    rows = (
        Session.objects.filter(date__gte=today, service__is_active=True)
        .order_by("date", "service__position", "service__name")
        .values_list("service__code", "service__name", "date")
        .distinct()
    )
    found = list(rows[: days * 20])
    kept = set(sorted({day for *_, day in found})[:days])
    return [row for row in found if row[2] in kept]


def told(regulation: rules.Regulation, calendar: rules.Calendar, code: str, day: date) -> str:
    """What a family reads of a service and day under these rules: opening and deadline."""
    sentence, _ = rules.modifiable(code, day, regulation.deadlines, calendar)
    opening = rules.opening_for(regulation.openings, code, day)
    if opening is None:
        return sentence.fr()
    return f"{sentence.fr()} ; réservations ouvertes le {rules.FRENCH.start(opening.moment(day, calendar))}"
