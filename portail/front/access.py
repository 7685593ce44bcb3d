"""The whole of the families' authorisation, on one page: what this signed-in person may reach.

A stranger gets 404, and so does an agent: these pages are the families' own. A family whose account has no dossier
yet is led to the page that says what it waits for.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TypeVar

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from portail.accounts.models import User
from portail.billing.models import Account, CreditNote, Invoice, InvoiceLine
from portail.billing.queries.accounts import account_of
from portail.bookings import offer_keys, queries
from portail.bookings.models import Absence, Booking, CalendarFeed, Receipt, TypicalWeek
from portail.bookings.planning_pages import children_shown
from portail.bookings.queries.absences import absences
from portail.core import codes
from portail.families.actions.custody import NotShared, homes_of
from portail.families.models import (
    Adult,
    Child,
    ChildContact,
    CustodyTerm,
    FamilyDocument,
    Household,
    HouseholdChild,
)
from portail.families.models import Request as FamilyRequest
from portail.families.models.custody import hidden_on, seen_on
from portail.families.queries import other_homes
from portail.messaging import queries as published
from portail.messaging.models import Audience, PublicDocument

Found = TypeVar("Found")


def person(request: HttpRequest) -> User:
    """Whoever is signed in, family or agent (LoginRequiredMiddleware has seen to it that somebody is)."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def get_family_user(request: HttpRequest) -> User:
    """The signed-in family account, with or without a dossier. Terms of use that changed are first to be accepted."""
    user = person(request)
    if not user.is_family:
        raise Http404
    if "terms_due" in getattr(request, "session", {}):
        raise ImmediateHttpResponse(leave_for(request, reverse("front:terms")))
    return user


def get_adult(request: HttpRequest) -> Adult:
    """The adult whose account is signed in, with its household. Without one: the waiting page."""
    known: Adult | None = getattr(request, "_adult", None)
    if known is None:
        user = get_family_user(request)
        known = Adult.objects.select_related("household").filter(user=user).first()
        if known is None:
            raise ImmediateHttpResponse(leave_for(request, reverse("front:waiting")))
        known.user = user
        request._adult = known  # type: ignore[attr-defined]
    return known


def get_household(request: HttpRequest) -> Household:
    return get_adult(request).household


def get_children(request: HttpRequest, *, on: date | None = None) -> QuerySet[HouseholdChild]:
    """The children that this household sees on that day (today), with its rights on each; eldest first."""
    return _seen(on or timezone.localdate()).filter(household=get_household(request))


def list_children(request: HttpRequest) -> list[HouseholdChild]:
    """The same, today, with their household: read at once, in one query when there is somebody to see."""
    seen = _seen(timezone.localdate()).filter(household__adults__user=get_family_user(request))
    found = list(seen.select_related("household"))
    if not found:
        get_adult(request)  # an account without dossier is led to its waiting page
    return found


def get_planning(
    request: HttpRequest, child_id: int | None
) -> tuple[list[HouseholdChild], list[HouseholdChild]]:
    """The children that this household sees today, and those of the planning asked for: one; without one, those it
    books for."""
    children = list_children(request)
    shown = children_shown(children, child_id)
    if not shown:
        raise Http404
    return children, shown


def list_children_to_book(request: HttpRequest) -> list[HouseholdChild]:
    """Those that this household books for, today."""
    return [link for link in list_children(request) if link.can_book]


def get_typical_week(request: HttpRequest, week_id: int) -> TypicalWeek:
    """A typical week that this household keeps for a child that it books for today."""
    children = get_children(request).filter(can_book=True).values("child")
    weeks = TypicalWeek.objects.select_related("household", "child", "activity")
    return get_object_or_404(weeks, pk=week_id, household=get_household(request), child__in=children)


def _seen(day: date) -> QuerySet[HouseholdChild]:
    return seen_on(day).select_related("child").order_by("child__birth_date", "pk")


def get_child_link(request: HttpRequest, child_id: int) -> HouseholdChild:
    """What ties this household to this child today: its rights and dates."""
    return get_object_or_404(get_children(request), child__pk=child_id)


def get_child(request: HttpRequest, child_id: int) -> Child:
    """A child that this household sees today."""
    return get_child_link(request, child_id).child


def get_child_to_book(request: HttpRequest, child_id: int) -> Child:
    """A child that this household sees and books for; one that it only sees is refused (403)."""
    link = get_child_link(request, child_id)
    if not link.can_book:
        raise PermissionDenied
    return link.child


def get_shared_child(request: HttpRequest, child_id: int) -> HouseholdChild:
    """The link with a child that another household sees too today; one that is not shared has no such page."""
    shared = get_children(request).filter(Exists(other_homes(timezone.localdate())))
    link = get_object_or_404(shared.select_related("child", "household"), child__pk=child_id)
    try:
        homes_of(link.child, timezone.localdate())
    except NotShared as alone:
        raise Http404 from alone
    return link


def get_custody_term(request: HttpRequest, term_id: int) -> tuple[HouseholdChild, CustodyTerm]:
    """What was proposed or decided between this household and the other of a child, with the link to this child."""
    household = get_household(request)
    terms = CustodyTerm.objects.filter(Q(first=household) | Q(second=household)).select_related("child")
    term = get_object_or_404(terms, pk=term_id)
    return get_shared_child(request, term.child_id), term


def get_contact(request: HttpRequest, contact_id: int) -> ChildContact:
    """Somebody whom this household named for a child that it sees today."""
    children = get_children(request).values("child")
    return get_object_or_404(
        ChildContact.objects.select_related("child", "household"),
        pk=contact_id,
        household=get_household(request),
        child__in=children,
    )


def get_document(request: HttpRequest, document_id: int) -> FamilyDocument:
    """A paper of this household; neither a court's decision, nor the receipt of a child that it may see no more."""
    papers = FamilyDocument.objects.exclude(kind=FamilyDocument.Kind.COURT)
    document = get_object_or_404(papers, pk=document_id, household=get_household(request))
    if document.kind == FamilyDocument.Kind.BOOKING_RECEIPT:
        get_receipt(request, document.number)
    return document


def find_issued(typed: str) -> FamilyDocument | None:
    """Public: what the portal issued under this code, for whoever holds the paper; nothing personal of it is shown."""
    code = codes.read(typed)
    return FamilyDocument.objects.filter(code=code).first() if code else None


def get_requests(request: HttpRequest) -> QuerySet[FamilyRequest]:
    """What this household asked, and what this person asked before having one."""
    adult = get_adult(request)
    hidden = hidden_on(adult.household, timezone.localdate()).values("child")
    own = FamilyRequest.objects.filter(Q(household=adult.household) | Q(author=adult.user, household=None))
    return own.exclude(child__in=hidden)


def get_request(request: HttpRequest, request_id: int) -> FamilyRequest:
    return get_object_or_404(get_requests(request), pk=request_id)


def get_absences(request: HttpRequest) -> QuerySet[Absence]:
    """The absences that this household told of the children that it may see, the latest day first."""
    household = get_household(request)
    hidden = hidden_on(household, timezone.localdate()).values("child")
    return absences(household).exclude(booking__child__in=hidden)


def get_absence(request: HttpRequest, absence_id: int) -> Absence:
    """An absence that this household told and did not withdraw."""
    return get_object_or_404(get_absences(request), pk=absence_id)


def get_feed(secret: str) -> CalendarFeed:
    """Public: the calendar that this secret opens, as long as its adult's account signs in."""
    alive = CalendarFeed.objects.filter(adult__user__is_active=True, adult__household__closed_at=None)
    return get_object_or_404(alive.select_related("adult__household"), secret=secret)


def get_receipts(request: HttpRequest) -> QuerySet[Receipt]:
    """The receipts of this household that speak of children that it may see alone, the last first."""
    return queries.receipts(get_household(request), hidden_on=timezone.localdate())


def get_offered_place(key: str, *, now: datetime) -> tuple[Booking, offer_keys.Outcome]:
    """Public: the place that a mailed link speaks of, and what became of it. Whoever holds the link may answer."""
    try:
        return offer_keys.read(key, now=now)
    except offer_keys.UnknownKey as unknown:
        raise Http404 from unknown


def adult_of(request: HttpRequest, household: Household) -> User | None:
    """The account that is signed in, when it is one of this household's."""
    user = request.user
    if isinstance(user, User) and household.adults.filter(user=user).exists():
        return user
    return None


def get_receipt(request: HttpRequest, number: str) -> Receipt:
    """One of them, with its lines."""
    try:
        return queries.receipt(get_household(request), number, hidden_on=timezone.localdate())
    except Receipt.DoesNotExist as unknown:
        raise Http404 from unknown


def get_account(request: HttpRequest) -> Account | None:
    """The account of this household with the commune; None when nothing was ever asked of it."""
    return account_of(get_household(request).pk)


def get_invoice(request: HttpRequest, number: int) -> Invoice:
    """A published invoice of this household; a draft is not there, nor another household's."""
    invoices = Invoice.objects.select_related("account", "document", "movement")
    return get_object_or_404(invoices, number=number, account__household=get_household(request))


def get_invoice_line(request: HttpRequest, number: int, line_id: int) -> InvoiceLine:
    """A line of such an invoice, its invoice and its child with it."""
    return get_object_or_404(
        InvoiceLine.objects.select_related("invoice", "child"),
        pk=line_id,
        invoice__number=number,
        invoice__account__household=get_household(request),
    )


def get_credit_note(request: HttpRequest, number: int) -> CreditNote:
    """A credit note of an invoice of this household."""
    notes = CreditNote.objects.select_related("invoice", "document")
    return get_object_or_404(notes, number=number, invoice__account__household=get_household(request))


def found(candidates: Iterable[Found]) -> Found:
    """The first of what was looked for among what this person may reach; nothing: it is not there (404)."""
    for candidate in candidates:
        return candidate
    raise Http404


def audiences(request: HttpRequest) -> list[str]:
    """Whose news and documents this person reads."""
    if not request.user.is_authenticated:
        return [Audience.PUBLIC]
    if person(request).is_family:
        return [Audience.PUBLIC, Audience.FAMILIES]
    return list(Audience.values)


def get_public_document(request: HttpRequest, document_id: int) -> PublicDocument:
    """A document to download whose audience and dates hold this person today."""
    return get_object_or_404(published.documents(audiences(request), on=timezone.localdate()), pk=document_id)


def get_sessions(request: HttpRequest) -> QuerySet[UserSession]:
    """Where this person is signed in now."""
    alive = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    return UserSession.objects.filter(user=person(request), session_key__in=alive)


def get_session(request: HttpRequest, session_id: int) -> UserSession:
    return get_object_or_404(get_sessions(request), pk=session_id)


def leave_for(request: HttpRequest, url: str) -> HttpResponse:
    """Lead the whole page elsewhere, also when htmx only asked for a part of it."""
    if request.headers.get("HX-Request") == "true":
        return HttpResponseClientRedirect(url)
    return redirect(url)
