"""What the home page gathers: what waits for the parent, and the days of the children this week."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portail import rules
from portail.activities import queries as activities
from portail.activities.models import Session
from portail.billing.models import Invoice
from portail.billing.queries.unpaid import left_of_all, unpaid
from portail.billing.templatetags.billing import bill_title
from portail.bookings import offer_keys
from portail.bookings.models import Booking, Enrolment
from portail.bookings.queries.homes import homes
from portail.bookings.queries.receipts import hidden_numbers
from portail.core.sentences import said
from portail.core.templatetags.ui import in_words, moment, money
from portail.families.models import Adult, Child, CustodyTerm, FamilyDocument, Household, Request
from portail.families.models.custody import hidden_on
from portail.families.quotients import State
from portail.families.templatetags.quotients import plain_number
from portail.front.quotient import shown

RECENT = timedelta(days=14)
AT_MOST = 4
MOST_BILLS = 2


@dataclass(frozen=True)
class Task:
    """A line of "À faire": one touch to act."""

    title: str
    detail: str
    url: str
    icon: str
    tone: str = "info"


@dataclass(frozen=True)
class ChildDay:
    child: str
    services: list[str]


@dataclass(frozen=True)
class Day:
    date: date
    is_today: bool
    lines: list[ChildDay]


def fortnight(household: Household, children: Iterable[Child], *, today: date) -> list[Booking]:
    """What this household booked for these children, this week and the next, in the order of the days."""
    monday = today - timedelta(days=today.weekday())
    return list(
        Booking.objects.filter(
            state=Booking.State.BOOKED,
            household=household,
            child__in=list(children),
            session__date__range=(monday, monday + timedelta(days=13)),
        )
        .select_related("child", "session__service")
        .order_by("session__date", "child__birth_date", "child_id", "session__service__position")
    )


def week(bookings: list[Booking], *, today: date) -> list[Day]:
    """The days of this week that have something booked, each with its children and their services."""
    sunday = today + timedelta(days=6 - today.weekday())
    of_this_week = [booking for booking in bookings if booking.session.date <= sunday]
    return [
        Day(
            date=day,
            is_today=day == today,
            lines=[
                ChildDay(
                    child=child.first_name,
                    services=[booking.session.service.short_name for booking in theirs],
                )
                for child, theirs in groupby(of_the_day, key=lambda booking: booking.child)
            ],
        )
        for day, of_the_day in groupby(of_this_week, key=lambda booking: booking.session.date)
    ]


def tasks(adult: Adult, children: list[Child], bookings: list[Booking], *, now: datetime) -> list[Task]:
    """What needs this parent now, the most pressing first, four at most."""
    late, to_pay = _bills(adult.household, today=timezone.localdate(now))
    found = [
        *late,
        *_offered_places(adult.household, children, now=now),
        *_custody(adult.household, now=now),
        *_next_week_to_book(adult.household, children, bookings, now=now),
        *(_quotient(adult.household, now=now) if children else []),
        *to_pay,
        *_answers(adult.household, now=now),
        *_new_documents(adult.household, now=now),
        *_no_phone(adult),
    ]
    return found[:AT_MOST]


def _offered_places(household: Household, children: list[Child], *, now: datetime) -> list[Task]:
    """The places of waiting lists that are kept for these children, the first to end first."""
    offered = (
        Booking.objects.filter(
            household=household, child__in=children, state=Booking.State.OFFERED, offered_until__gt=now
        )
        .select_related("child", "session__service")
        .order_by("offered_until", "pk")[:AT_MOST]
    )
    return [
        Task(
            title=_("Une place se libère pour %(child)s, %(day)s")
            % {"child": booking.child.first_name, "day": in_words(booking.session.date, "day")},
            detail=_("%(service)s : répondez avant le %(until)s")
            % {"service": booking.session.service.name, "until": moment(booking.offered_until)},
            url=reverse("front:offer", args=[offer_keys.make(booking)]),
            icon="mail",
            tone="warn",
        )
        for booking in offered
    ]


def _custody(household: Household, *, now: datetime) -> list[Task]:
    """What the other parent of a child proposes, and waits for."""
    waiting = (
        CustodyTerm.objects.waiting()
        .filter(Q(first=household) | Q(second=household))
        .exclude(proposed_by=household)
        .exclude(child__in=hidden_on(household, timezone.localdate(now)).values("child"))
        .select_related("child")
    )
    return [
        Task(
            title=_("L'autre parent vous propose un échange de jours")
            if term.kind == CustodyTerm.Kind.EXCHANGE
            else _("L'autre parent vous propose un calendrier de garde"),
            detail=_("Pour %(child)s, à partir du %(day)s : acceptez ou refusez.")
            % {"child": term.child.first_name, "day": in_words(term.since, "day")},
            url=reverse("front:custody", args=[term.child_id]),
            icon="users",
            tone="warn",
        )
        for term in waiting[:AT_MOST]
    ]


def _next_week_to_book(
    household: Household, children: list[Child], bookings: list[Booking], *, now: datetime
) -> list[Task]:
    """Children who could come next week and have nothing booked, while a deadline still allows it."""
    today = timezone.localdate(now)
    monday = today + timedelta(days=7 - today.weekday())
    booked = {booking.child_id for booking in bookings if booking.session.date >= monday}
    waiting = [child for child in children if child.pk not in booked]
    coming = _sessions(waiting, monday, now) if waiting else []
    if not coming:
        return []
    regulation = activities.regulation()
    calendar = activities.calendar(regulation)
    own = homes(household.pk, waiting, calendar)
    last = {session.child_id: session for session in coming if own.is_for(session.child_id, session)}
    found = []
    for child, session in ((child, last[child.pk]) for child in waiting if child.pk in last):
        facts = rules.SessionFacts(
            service=session.service.code, date=session.date, start=session.service.starts_at
        )
        decision = rules.may_book(
            facts, regulation.deadlines, calendar, now=now, openings=regulation.openings
        )
        if decision.is_allowed:
            found.append(_book_next_week(child, monday, said(decision.sentence())))
    return found


def _book_next_week(child: Child, monday: date, until: str) -> Task:
    return Task(
        title=_("Rien n'est réservé pour %(child)s la semaine du %(day)s")
        % {"child": child.first_name, "day": in_words(monday, "day")},
        detail=until,
        url=reverse("front:month", args=[child.pk, monday.replace(day=1)]),
        icon="calendar",
        tone="warn",
    )


def _sessions(children: list[Child], monday: date, now: datetime) -> list[Any]:
    """The sessions that each of these children could take in the week of this Monday, with `child_id`, by date."""
    sunday = monday + timedelta(days=6)
    enrolments = Enrolment.objects.filter(
        child__in=children,
        school_year__start__lte=sunday,
        school_year__end__gte=monday,
        school_year__bookable_from__lte=now,
    )
    return list(
        Session.objects.between(monday, sunday)
        .filter(
            closing=None, place__enrolments__in=enrolments, service__activity=F("place__enrolments__activity")
        )
        .annotate(child_id=F("place__enrolments__child"))
        .select_related("service")
        .order_by("date")
    )


def _quotient(household: Household, *, now: datetime) -> list[Task]:
    """A proof that is missing, or will be at the renewal that comes near; nothing while one waits at the service."""
    quotient = shown(household, timezone.localdate(now))
    if quotient is None or not quotient.standing.asks:
        return []
    renewal, title, detail = quotient.standing.renewal, "", ""
    if quotient.standing.state == State.ENDING and renewal:
        title = _("Renouvelez votre quotient avant le %(day)s") % {"day": in_words(renewal, "day")}
    else:
        title = _("Envoyez votre justificatif de quotient")
    if quotient.default is None:
        detail = _("Sans lui, le tarif le plus fort s'applique.")
    else:
        detail = _("Sans lui, un quotient de %(value)s est retenu.") % {
            "value": plain_number(quotient.default)
        }
    return [Task(title=title, detail=detail, url=reverse("front:ask_quotient"), icon="upload", tone="warn")]


def _bills(household: Household, *, today: date) -> tuple[list[Task], list[Task]]:
    """The invoices that are late, then those to pay, the most pressing first; a single line when they are many."""
    waiting = list(unpaid().filter(account__household=household).order_by("due_on", "pk"))
    if len(waiting) > MOST_BILLS:
        late = any(invoice.due_on < today for invoice in waiting)
        return ([_all_bills(waiting, is_late=late)], []) if late else ([], [_all_bills(waiting)])
    tasks = [(invoice.due_on < today, _bill(invoice, today)) for invoice in waiting]
    return [task for is_late, task in tasks if is_late], [task for is_late, task in tasks if not is_late]


def _bill(invoice: Invoice, today: date) -> Task:
    """« Facture de novembre · 48,30 € · avant le 15 décembre »."""
    is_late = invoice.due_on < today
    day = {"day": in_words(invoice.due_on, "day")}
    return Task(
        title=f"{bill_title(invoice)} · {money(left_of_all([invoice]))}",
        detail=_("en retard depuis le %(day)s") % day if is_late else _("avant le %(day)s") % day,
        url=reverse("front:invoice", args=[invoice.number]),
        icon="receipt",
        tone="bad" if is_late else "info",
    )


def _all_bills(waiting: list[Invoice], *, is_late: bool = False) -> Task:
    named = {"count": len(waiting), "amount": money(left_of_all(waiting))}
    return Task(
        title=_("%(count)s factures à payer · %(amount)s") % named,
        detail=_("Certaines sont en retard.") if is_late else _("Voir mes factures"),
        url=reverse("front:billing"),
        icon="receipt",
        tone="bad" if is_late else "info",
    )


def _answers(household: Household, *, now: datetime) -> list[Task]:
    recent = household.requests.filter(
        state__in=[Request.State.APPROVED, Request.State.ANSWERED, Request.State.REFUSED],
        decided_at__gte=now - RECENT,
    )[:AT_MOST]
    return [
        Task(
            title=_("Le service a répondu à votre démarche"),
            detail=f"{request.get_kind_display()} · {request.get_state_display()}",
            url=reverse("front:request", args=[request.pk]),
            icon="mail",
        )
        for request in recent
    ]


def _new_documents(household: Household, *, now: datetime) -> list[Task]:
    papers = household.documents.exclude(kind=FamilyDocument.Kind.COURT)
    recent = list(papers.filter(added_at__gte=now - RECENT, request=None)[:AT_MOST])
    if any(document.kind == FamilyDocument.Kind.BOOKING_RECEIPT for document in recent):
        hidden = hidden_numbers(household, timezone.localdate(now))
        recent = [document for document in recent if document.number not in hidden]
    return [
        Task(
            title=_("Un document est arrivé"),
            detail=document.title,
            url=reverse("front:documents"),
            icon="folder",
        )
        for document in recent
    ]


def _no_phone(adult: Adult) -> list[Task]:
    if adult.mobile_phone or adult.home_phone or adult.work_phone:
        return []
    return [
        Task(
            title=_("Indiquez un téléphone où vous joindre"),
            detail=_("Le service n'a aucun numéro pour vous."),
            url=reverse("front:own_reach"),
            icon="phone",
        )
    ]
