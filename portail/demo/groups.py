"""What agents did lately to whole classes: an outing that closes one lunch, and a lunch booked for another class."""

from datetime import timedelta
from uuid import UUID

from django.db.models import Count, Q

from portail.accounts.models import User
from portail.activities.actions.closings import Selection
from portail.activities.models import SchoolClass, Session
from portail.bookings.actions import closings, group_changes
from portail.bookings.actions.group_bookings import Days
from portail.bookings.queries.audiences import of_class
from portail.bookings.queries.touched import fingerprint
from portail.core import jobs
from portail.demo import accounts
from portail.demo.structure import Town
from portail.demo.timeline import Timeline

OUTING = closings.Said(
    "Sortie au muséum",
    "La classe part à 8 h 45 et revient vers 16 h 30. Prévoyez un pique-nique, un coupe-vent et une gourde.",
    UUID("6f1d7c0e-54f0-4a53-9a1e-0d5f3c6b7a21"),
)
BOOKING = UUID("b7f4c1a2-0c0f-4f6c-8a45-5d1f0d1e9c33")


def happen(town: Town, agent: User, when: Timeline) -> None:
    classes = list(_quiet_classes(when))
    lunches = Session.objects.filter(
        service=town.services["cantine"], date__gt=when.today + timedelta(days=14), closing=None
    ).order_by("date")
    if len(classes) > 1 and (lunch := lunches.first()):
        _go_out(classes[0], Selection(lunch.date, lunch.date, service=lunch.service), agent, when)
        _book(classes[1], town, lunch, agent, when)


def _quiet_classes(when: Timeline) -> list[SchoolClass]:
    """The smallest classes of this year that none of those who sign in has a child in."""
    names = [person.username for person in accounts.PARENTS]
    ours = Count("schoolings", filter=Q(schoolings__child__households__adults__user__username__in=names))
    found = SchoolClass.objects.filter(
        school_year__start__lte=when.today, school_year__end__gte=when.today + timedelta(days=21)
    ).annotate(ours=ours, size=Count("schoolings", distinct=True))
    return list(found.filter(ours=0, size__gt=3).order_by("size", "pk"))


def _go_out(school_class: SchoolClass, selection: Selection, agent: User, when: Timeline) -> None:
    audience = of_class(school_class)
    touched = list(closings.touched_by(selection, audience))
    if not touched:
        return  # at the end of a year nobody eats there any more
    seen = fingerprint(touched)
    closings.close(selection, OUTING, seen=seen, actor=agent, now=when.now, audience=audience)


def _book(school_class: SchoolClass, town: Town, lunch: Session, agent: User, when: Timeline) -> None:
    days = Days((town.services["cantine"],), lunch.date, lunch.date, frozenset({lunch.date.weekday()}))
    change = group_changes.prepare_bookings(
        of_class(school_class), days, token=BOOKING, actor=agent, now=when.now
    )
    if change.state == change.State.READY:
        group_changes.confirm(change, reason="Repas de Noël de l'école", actor=agent, now=when.now)
        if job := jobs.last(change.subject):
            jobs.finish(job, lambda: when.now)
