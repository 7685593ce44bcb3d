"""Enrolments: an agent opens an activity to a child, in a place, for a school year."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from portail.accounts.models import User
from portail.activities.models import Activity, Place, SchoolYear, ServicePlace
from portail.bookings.models import Booking, BookingQuerySet, Enrolment
from portail.core import changes, journal
from portail.core.changes import Changes, Merged
from portail.core.text import de
from portail.families.models import Child

NOT_OFFERED = "Cette activité n'est pas proposée dans ce lieu : choisissez dans la liste."


class StillBooked(Exception):
    """Bookings stand in the way. `coming`: how many are to come and must be cancelled first; `past`: how many were."""

    def __init__(self, *, coming: int, past: int) -> None:
        super().__init__(f"{coming} to come, {past} past")
        self.coming = coming
        self.past = past


def enrol(
    child: Child,
    activity: Activity,
    school_year: SchoolYear,
    place: Place,
    *,
    actor: User,
    now: datetime,
    since: date | None = None,
    until: date | None = None,
) -> Enrolment:
    """Enrol a child for a school year, or for the days between `since` and `until` (both included) of it.

    The same enrolment twice is one. Raises ValidationError when the place does not offer the activity, when the days
    are not of that year, or when the child is enrolled elsewhere in it.
    """
    values = {"place": place, "since": since, "until": until}
    _check(activity, school_year, values)
    with transaction.atomic():
        child = Child.objects.select_for_update().get(pk=child.pk)
        already = child.enrolments.filter(activity=activity, school_year=school_year).first()
        if already and changes.shown(already, values) == {
            field: changes.plain(value) for field, value in values.items()
        }:
            return already
        enrolment = Enrolment(child=child, activity=activity, school_year=school_year)
        made = changes.write(enrolment, values)
        _record(enrolment, "enrolment.added", f"{child} inscrit : {enrolment}, {place}", made, actor, now)
        return enrolment


def edit_enrolment(
    enrolment: Enrolment, values: Mapping[str, Any], *, seen: Mapping[str, Any], actor: User, now: datetime
) -> Merged:
    """Change the place or the days (`place`, `since`, `until`).

    Raises ValidationError as `enrol`, EditedMeanwhile, and StillBooked when bookings to come would be left outside.
    """
    _check(enrolment.activity, enrolment.school_year, values)
    with transaction.atomic():
        Child.objects.select_for_update().get(pk=enrolment.child_id)
        enrolment = Enrolment.objects.select_related("child", "activity", "school_year").get(pk=enrolment.pk)
        outside = [
            booking
            for booking in _coming(enrolment, now)
            if booking.session.place_id not in (values["place"].pk, enrolment.place_on(booking.session.date))
            or not _holds(values, booking.session.date)
        ]
        if outside:
            raise StillBooked(coming=len(outside), past=0)
        merged = changes.merge(enrolment, values, seen=seen)
        summary = f"Inscription {de(enrolment.child)} modifiée : {enrolment}, {values['place']}"
        _record(enrolment, "enrolment.edited", summary, merged.mine, actor, now)
        return merged


def remove_enrolment(enrolment: Enrolment, *, actor: User, now: datetime) -> None:
    """Undo an enrolment that was never used; one that was used is given a last day instead. Twice is once.

    Raises StillBooked.
    """
    with transaction.atomic():
        child = Child.objects.select_for_update().get(pk=enrolment.child_id)
        found = Enrolment.objects.filter(pk=enrolment.pk).first()
        if found is None:
            return
        coming = len(_coming(found, now))
        past = _booked(found).filter(session__date__lt=timezone.localdate(now)).count()
        if coming or past:
            raise StillBooked(coming=coming, past=past)
        before = changes.shown(found, ["place", "since", "until"])
        summary = f"Inscription {de(child)} retirée : {enrolment}"
        found.delete()
        for subject in _subjects(child):
            journal.record("enrolment.removed", subject, summary=summary, actor=actor, now=now, before=before)


def _check(activity: Activity, school_year: SchoolYear, values: Mapping[str, Any]) -> None:
    offers = ServicePlace.objects.filter(
        service__activity=activity, service__is_active=True, place=values["place"], is_active=True
    )
    if not offers.exists():
        raise ValidationError({"place": NOT_OFFERED})
    since, until = values["since"], values["until"]
    for field, day in (("since", since), ("until", until)):
        if day and not school_year.holds(day):
            raise ValidationError(
                {
                    field: f"Choisissez un jour de l'année {school_year}, "
                    f"du {school_year.start:%d/%m/%Y} au {school_year.end:%d/%m/%Y}."
                }
            )
    if since and until and until < since:
        raise ValidationError({"until": "La date de fin doit suivre la date de début."})


def _holds(values: Mapping[str, Any], day: date) -> bool:
    since, until = values["since"], values["until"]
    return (since is None or since <= day) and (until is None or day <= until)


def _booked(enrolment: Enrolment) -> BookingQuerySet:
    """The active bookings that lean on this enrolment."""
    year = enrolment.school_year
    return Booking.objects.active().filter(
        child=enrolment.child_id,
        session__service__activity=enrolment.activity_id,
        session__date__range=(year.start, year.end),
    )


def _coming(enrolment: Enrolment, now: datetime) -> list[Booking]:
    today = timezone.localdate(now)
    return list(_booked(enrolment).filter(session__date__gte=today).select_related("session"))


def _subjects(child: Child) -> list[str]:
    homes = child.household_links.order_by("pk").values_list("household_id", flat=True)
    return [f"household:{pk}" for pk in homes]


def _record(enrolment: Enrolment, verb: str, summary: str, made: Changes, actor: User, now: datetime) -> None:
    for subject in _subjects(enrolment.child) if made else []:
        journal.record(
            verb,
            subject,
            summary=summary,
            actor=actor,
            now=now,
            before=changes.before(made),
            after=changes.after(made),
        )
