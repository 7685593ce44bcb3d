"""The typical week that a household keeps: declared with what it books, changed from a day on, stopped."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from portail import rules
from portail.accounts.models import User
from portail.bookings.actions.changes import NothingToChange, change_bookings
from portail.bookings.gestures import Week
from portail.bookings.models import Receipt, TypicalDay, TypicalWeek
from portail.bookings.queries.slots import Line
from portail.bookings.queries.weeks import week_of
from portail.bookings.recap import ChildNotInHousehold, Wish
from portail.core import journal
from portail.families.models import Household

ONE_DAY = timedelta(days=1)
DAYS = ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim.")


@dataclass(frozen=True)
class Declared:
    """A typical week to keep for these children, from a day to another, both included. `lines`: the services that it
    speaks of, those without any day too."""

    children: frozenset[int]
    lines: tuple[Line, ...]
    week: Week
    first: date
    last: date
    in_holidays: bool = False


def change_and_keep(
    household: Household,
    wishes: Iterable[Wish],
    declared: Declared,
    *,
    actor: User,
    now: datetime,
    **change: Any,
) -> Receipt | None:
    """Change bookings as `change_bookings` does (`change`: its other arguments) and keep the typical week, all or
    nothing. None: every day was already so, only the week was kept.

    Raises what `change_bookings` raises; NothingToChange when the week too was already kept.
    """
    with transaction.atomic():
        try:
            receipt = change_bookings(household, wishes, actor=actor, now=now, **change)
        except NothingToChange:
            if not keep_week(household, declared, actor=actor, now=now):
                raise
            return None
        keep_week(household, declared, actor=actor, now=now)
        return receipt


def keep_week(household: Household, declared: Declared, *, actor: User, now: datetime) -> bool:
    """Keep this week for these children; those before it end the day before. Whether it changed anything.

    An activity of which no day is wanted keeps no week. Raises ChildNotInHousehold.
    """
    with transaction.atomic():
        Household.objects.select_for_update().get(pk=household.pk)
        links = household.child_links.filter(child__in=declared.children, can_book=True).select_related(
            "child"
        )
        children = {link.child_id: link.child for link in links}
        if missing := declared.children - children.keys():
            raise ChildNotInHousehold(set(missing))
        changed = [
            children[child].first_name
            for child, activity, week in _by_activity(declared)
            if _keep(household, child, activity, week, declared, actor, now)
        ]
        if changed:
            _record(household, sorted(set(changed)), declared, actor, now)
    return bool(changed)


def stop_week(week: TypicalWeek, *, actor: User, now: datetime, today: date) -> None:
    """This week is kept no more from today on; what is booked stays. Repeating it changes nothing."""
    with transaction.atomic():
        found = TypicalWeek.objects.select_for_update().filter(pk=week.pk, until__gte=today).first()
        if found is None:
            return
        if found.since >= today:
            found.delete()
        else:
            TypicalWeek.objects.filter(pk=found.pk).update(until=today - ONE_DAY)
        journal.record(
            "bookings.week_stopped",
            week.household.journal_subject,
            summary=f"Semaine type arrêtée : {week.child.first_name}, {week.activity}",
            actor=actor,
            now=now,
        )


def _by_activity(declared: Declared) -> list[tuple[int, int, Week]]:
    """(child, activity, its part of the week) of each child that has the activity."""
    activities: dict[int, list[Line]] = {}
    for line in declared.lines:
        activities.setdefault(line.service.activity_id, []).append(line)
    found: list[tuple[int, int, Week]] = []
    for child in sorted(declared.children):
        for activity, lines in activities.items():
            own = {line.service.pk for line in lines if child in line.children}
            week = {service: days for service, days in declared.week.items() if service in own and days}
            if own:
                found.append((child, activity, week))
    return found


def _keep(
    household: Household,
    child: int,
    activity: int,
    week: Week,
    declared: Declared,
    actor: User,
    now: datetime,
) -> bool:
    first, last = declared.first, declared.last
    found = household.typical_weeks.filter(
        child=child, activity=activity, since__lte=last, until__gte=first
    ).prefetch_related("days")
    known = list(found)
    if not week and not known:
        return False
    if len(known) == 1 and _is_already(known[0], week, declared):
        return False
    for before in known:
        _make_room(before, first, last)
    if week:
        kept = TypicalWeek.objects.create(
            household=household,
            child_id=child,
            activity_id=activity,
            since=first,
            until=last,
            in_holidays=declared.in_holidays,
            kept_at=now,
            kept_by=actor,
        )
        _write_days(kept, week)
    return True


def _is_already(known: TypicalWeek, week: Week, declared: Declared) -> bool:
    holds = known.since <= declared.first and known.until >= declared.last
    return holds and week_of(known) == week and known.in_holidays == declared.in_holidays


def _make_room(before: TypicalWeek, first: date, last: date) -> None:
    """Leave the days between `first` and `last` to another week."""
    since, until, week = before.since, before.until, week_of(before)
    if since < first:
        TypicalWeek.objects.filter(pk=before.pk).update(until=first - ONE_DAY)
    else:
        TypicalWeek.objects.filter(pk=before.pk).delete()
    if until > last:
        before.pk, before.since, before.until = None, last + ONE_DAY, until
        before.save(force_insert=True)
        _write_days(before, week)


def _write_days(kept: TypicalWeek, week: Week) -> None:
    TypicalDay.objects.bulk_create(
        TypicalDay(week=kept, service_id=service, weekday=day)
        for service, days in week.items()
        for day in sorted(days)
    )


def _record(
    household: Household, children: list[str], declared: Declared, actor: User, now: datetime
) -> None:
    names = {line.service.pk: line.service.short_name for line in declared.lines}
    words = [
        f"{names[service]} : {' '.join(DAYS[day] for day in sorted(days))}"
        for service, days in declared.week.items()
        if days
    ]
    span = f"du {rules.FRENCH.year(declared.first)} au {rules.FRENCH.year(declared.last)}"
    journal.record(
        "bookings.week_kept",
        household.journal_subject,
        summary=f"Semaine type de {', '.join(children)}, {span}",
        actor=actor,
        now=now,
        after={"week": words},
    )
