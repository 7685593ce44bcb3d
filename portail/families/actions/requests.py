"""Démarches, the family's side: to ask, to withdraw. What an agent decides is in decisions.py."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from portail.accounts.models import User
from portail.activities.models import SchoolYear
from portail.core import journal
from portail.families.models import Adult, Child, Household, Request, Schooling

# What waits for an agent's approval; the rest of a dossier is changed at once (contacts.py).
ASKED_OF_HOUSEHOLD = ("name", "street", "street_more", "postcode", "city")
ASKED_OF_ADULT = ("first_name", "last_name")
ASKED_OF_CHILD = ("first_name", "last_name", "birth_date")


class NothingAsked(Exception):
    """What is asked is what already is."""


class AlreadyDecided(Exception):
    """Somebody else closed this démarche meanwhile; `request` is how it stands now."""

    def __init__(self, request: Request) -> None:
        super().__init__(request.state)
        self.request = request


def ask_change(
    subject: Household | Adult | Child,
    wanted: Mapping[str, Any],
    *,
    household: Household,
    author: User,
    now: datetime,
    message: str = "",
) -> Request:
    """Ask for another name, address or birth date. `wanted` holds fields of ASKED_OF_…, of the subject's kind.

    Only what differs is asked. The same wish while it waits is the same démarche. Raises NothingAsked when nothing
    differs, ValueError on a field that is not asked for this way.
    """
    with transaction.atomic():
        _lock(household)
        about, fields = _kind_of(subject)
        if unknown := set(wanted) - set(fields):
            raise ValueError(f"not asked of a {about}: {sorted(unknown)}")
        subject = type(subject).objects.get(pk=subject.pk)
        changes = [
            {"field": field, "old": _plain(getattr(subject, field)), "new": _plain(wanted[field])}
            for field in fields
            if field in wanted and _plain(getattr(subject, field)) != _plain(wanted[field])
        ]
        if not changes:
            raise NothingAsked
        data: dict[str, Any] = {"about": about, "changes": changes}
        if isinstance(subject, Adult):
            data["adult"] = subject.pk
        child = subject if isinstance(subject, Child) else None
        return _ask(Request.Kind.CHANGE, household, author, now, data=data, child=child, message=message)


def ask_school(
    child: Child,
    school_id: int,
    *,
    school_year: SchoolYear,
    household: Household,
    author: User,
    now: datetime,
    message: str = "",
) -> Request:
    """Ask for another school for a child, in a school year. Raises NothingAsked when it already goes there."""
    with transaction.atomic():
        _lock(household)
        current = Schooling.objects.filter(child=child, school_year=school_year).first()
        old = current.school_id if current else None
        if old == school_id:
            raise NothingAsked
        data = {
            "about": "child",
            "school_year": school_year.pk,
            "changes": [{"field": "school", "old": old, "new": school_id}],
        }
        return _ask(Request.Kind.CHANGE, household, author, now, data=data, child=child, message=message)


def ask_tax_certificate(
    household: Household, year: int, *, author: User, now: datetime, message: str = ""
) -> Request:
    """Ask for the certificate of what was paid in a civil year. One waits at most for each year."""
    with transaction.atomic():
        _lock(household)
        waiting = Request.objects.filter(
            household=household,
            kind=Request.Kind.TAX_CERTIFICATE,
            state=Request.State.WAITING,
            data__year=year,
        ).first()
        if waiting:
            return waiting
        return _ask(
            Request.Kind.TAX_CERTIFICATE, household, author, now, data={"year": year}, message=message
        )


def send_message(household: Household, message: str, *, author: User, now: datetime) -> Request:
    """Write to the service. The same words while they wait are the same message."""
    with transaction.atomic():
        _lock(household)
        return _ask(Request.Kind.MESSAGE, household, author, now, data={}, message=message)


def dispute_line(
    household: Household,
    line: Mapping[str, Any],
    *,
    child: Child | None,
    message: str,
    author: User,
    now: datetime,
) -> Request:
    """Contest a line of an invoice, named by "invoice" (number) and "line" (key) in `line`. One waits at most for each.

    Source of the numbers and words of `line`: the invoice, read by the caller; never the browser.
    """
    with transaction.atomic():
        _lock(household)
        waiting = waiting_dispute(household, line["line"])
        if waiting:
            return waiting
        return _ask(
            Request.Kind.DISPUTE, household, author, now, data=dict(line), child=child, message=message
        )


def waiting_dispute(household: Household, line_id: int) -> Request | None:
    """The dispute of this invoice line that nobody has answered yet."""
    return Request.objects.filter(
        household=household, kind=Request.Kind.DISPUTE, state=Request.State.WAITING, data__line=line_id
    ).first()


def withdraw(request: Request, *, actor: User, now: datetime) -> Request:
    """The family gives up a démarche that still waits; twice is once. Raises AlreadyDecided when an agent was first."""
    with transaction.atomic():
        request = Request.objects.select_for_update().get(pk=request.pk)
        if request.state == Request.State.WITHDRAWN:
            return request
        if not request.is_waiting:
            raise AlreadyDecided(request)
        request.state = Request.State.WITHDRAWN
        request.decided_at = now
        request.save(update_fields=["state", "decided_at"])
        journal.record(
            "request.withdrawn",
            request.journal_subject,
            summary=f"Démarche {request.journal_label} retirée",
            actor=actor,
            now=now,
        )
        return request


def _lock(household: Household) -> None:
    """One démarche of a household at a time: a double click waits here, then finds the first."""
    Household.objects.select_for_update().get(pk=household.pk)


def _kind_of(subject: Household | Adult | Child) -> tuple[str, tuple[str, ...]]:
    if isinstance(subject, Household):
        return "household", ASKED_OF_HOUSEHOLD
    if isinstance(subject, Adult):
        return "adult", ASKED_OF_ADULT
    return "child", ASKED_OF_CHILD


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _ask(
    kind: str,
    household: Household,
    author: User,
    now: datetime,
    *,
    data: dict[str, Any],
    child: Child | None = None,
    message: str = "",
) -> Request:
    same = Request.objects.filter(
        kind=kind, household=household, child=child, message=message, state=Request.State.WAITING
    )
    for waiting in same:
        if waiting.data == data:
            return waiting
    request = Request.objects.create(
        kind=kind,
        author=author,
        author_label=str(author),
        household=household,
        child=child,
        data=data,
        message=message,
        created_at=now,
    )
    journal.record(
        "request.asked",
        household.journal_subject,
        summary=f"Démarche {request.journal_label} demandée",
        actor=author,
        now=now,
        after=data,
    )
    return request
