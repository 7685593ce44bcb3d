"""The commune's calendar: filled from the national calendars, then edited freely."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from portail.accounts.models import User
from portail.activities.models import CalendarEntry, Commune
from portail.core import journal
from portail.core.changes import after, before, write
from portail.core.text import many
from portail.rules import Entry, default_entries, default_known_until

Source = CalendarEntry.Source
Key = tuple[str, date, date, str]


class YearsUnknown(LookupError):
    """The national school holidays are not published that far. `known_until` is the last day they tell."""

    def __init__(self, year: int, known_until: date) -> None:
        self.year, self.known_until = year, known_until
        super().__init__(
            f"Les vacances scolaires de {year} ne sont pas encore publiées : le calendrier national s'arrête au "
            f"{known_until:%d/%m/%Y}. Importez jusqu'à {known_until.year}, ou ajoutez ces périodes à la main."
        )


@dataclass(frozen=True)
class Import:
    """What an import did, or would do: the periods that come, that stay, that go."""

    added: list[Entry]
    kept: int
    removed: list[CalendarEntry]


def import_calendar(
    zone: str, subdivision: str | None, years: Iterable[int], *, actor: User | None, now: datetime
) -> Import:
    """Fill the calendar of these civil years from the national ones; twice is once.

    Only periods of national origin come and go. A period that the commune wrote or changed is never touched,
    and wins over a national one of the same kind and name that it overlaps. Raises YearsUnknown.
    """
    with transaction.atomic():
        Commune.objects.select_for_update().first()  # one import at a time
        plan = plan_import(zone, subdivision, years)
        CalendarEntry.objects.filter(pk__in=[row.pk for row in plan.removed]).delete()
        CalendarEntry.objects.bulk_create(
            CalendarEntry(kind=e.kind, start=e.start, end=e.end, label=e.label, source=Source.NATIONAL)
            for e in plan.added
        )
        if plan.added or plan.removed:
            journal.record(
                "calendar.imported",
                "commune:1",
                summary=f"Calendrier national importé (zone {zone}) : {many(len(plan.added), 'période ajoutée')}, "
                f"{many(len(plan.removed), 'retirée')}",
                actor=actor,
                now=now,
                before={"removed": [str(row) for row in plan.removed]},
                after={"zone": zone, "years": sorted(set(years)), "added": len(plan.added)},
            )
    return plan


def plan_import(zone: str, subdivision: str | None, years: Iterable[int]) -> Import:
    """What `import_calendar` would do now. Raises YearsUnknown past the last published school year."""
    years = sorted(set(years))
    known_until = default_known_until(zone, [years[-1]])
    if known_until.year < years[-1]:
        raise YearsUnknown(years[-1], known_until)
    rows = list(
        CalendarEntry.objects.filter(start__lte=date(years[-1], 12, 31), end__gte=date(years[0], 1, 1))
    )
    national = {_key(row): row for row in rows if row.source == Source.NATIONAL}
    own = [row for row in rows if row.source == Source.COMMUNE]
    wanted = {_key(e): e for e in default_entries(zone, subdivision, years) if not _is_ours(e, own)}
    return Import(
        added=[entry for key, entry in wanted.items() if key not in national],
        kept=len(wanted.keys() & national.keys()),
        removed=[
            row
            for key, row in national.items()
            if key not in wanted and {row.start.year, row.end.year} & set(years)
        ],
    )


def keep_entry(
    entry: CalendarEntry, values: Mapping[str, Any], *, actor: User | None, now: datetime
) -> CalendarEntry:
    """Add or change a period by hand: from then on it is the commune's own."""
    with transaction.atomic():
        is_new = entry.pk is None
        if not is_new:
            entry = CalendarEntry.objects.select_for_update().get(pk=entry.pk)
        changes = write(entry, values)
        if changes:
            write(entry, {"source": Source.COMMUNE})
            _journal("created" if is_new else "changed", entry, changes, actor, now)
    return entry


def remove_entry(entry: CalendarEntry, *, actor: User | None, now: datetime) -> None:
    """Take a period away; already gone is as good. A new import brings a national one back."""
    with transaction.atomic():
        if CalendarEntry.objects.filter(pk=entry.pk).delete()[0]:
            gone = {"start": (entry.start.isoformat(), None), "end": (entry.end.isoformat(), None)}
            _journal("removed", entry, gone, actor, now)


def _key(period: Entry | CalendarEntry) -> Key:
    return str(period.kind), period.start, period.end, period.label


def _is_ours(entry: Entry, own: Iterable[CalendarEntry]) -> bool:
    """Whether the commune wrote this period itself, perhaps with other dates."""
    return any(
        row.kind == entry.kind
        and row.label == entry.label
        and row.start <= entry.end
        and entry.start <= row.end
        for row in own
    )


_DID = {"created": "ajoutée", "changed": "modifiée", "removed": "retirée"}


def _journal(did: str, entry: CalendarEntry, changes: dict, actor: User | None, now: datetime) -> None:
    journal.record(
        f"calendar.{did}",
        f"calendar:{entry.pk}",
        summary=f"Calendrier, période {_DID[did]} : {entry.label}, "
        f"du {entry.start:%d/%m/%Y} au {entry.end:%d/%m/%Y}",
        actor=actor,
        now=now,
        before=before(changes),
        after=after(changes),
    )
