"""Households, children, démarches and documents."""

from django.db.models import Q
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from portail.accounts.models import User
from portail.accounts.rights import Right
from portail.activities.models import (
    SchoolYear,
)
from portail.billing.models import InvoiceRun
from portail.bookings.models import Absence, Enrolment, Receipt, TypicalWeek
from portail.bookings.planning_pages import children_shown
from portail.bookings.queries import receipt
from portail.bookings.queries.absences import absences
from portail.desk.access.base import found, require
from portail.families.models import (
    Adult,
    Child,
    ChildContact,
    FamilyDocument,
    Household,
    HouseholdChild,
    Quotient,
    Request,
)


def get_household(request: HttpRequest, household_id: int, right: Right = Right.READ_FAMILIES) -> Household:
    require(request, right)
    return get_object_or_404(Household, pk=household_id)


def get_adult(
    request: HttpRequest, household_id: int, adult_id: int, right: Right = Right.EDIT_FAMILIES
) -> Adult:
    """An adult of this household, its household and its account with it."""
    require(request, right)
    return found(Adult.objects.select_related("household", "user"), pk=adult_id, household=household_id)


def get_child_link(
    request: HttpRequest, household_id: int, child_id: int, right: Right = Right.EDIT_FAMILIES
) -> HouseholdChild:
    """The link of this household with one of its children, both rows with it."""
    require(request, right)
    links = HouseholdChild.objects.select_related("household", "child")
    return found(links, household=household_id, child=child_id)


def get_child_health(request: HttpRequest, household_id: int, child_id: int) -> HouseholdChild:
    """The link of this household with a child whose health the agent may read and write."""
    require(request, Right.EDIT_FAMILIES, Right.READ_HEALTH)
    return get_child_link(request, household_id, child_id)


def get_child(request: HttpRequest, child_id: int, right: Right = Right.READ_FAMILIES) -> Child:
    require(request, right)
    return get_object_or_404(Child, pk=child_id)


def get_awaited_account(request: HttpRequest, household_id: int, user_id: int) -> tuple[Household, User]:
    """An account not activated yet that named this household when it signed up."""
    household = get_household(request, household_id, Right.EDIT_FAMILIES)
    awaited = User.objects.filter(activated_at=None, references__number=household.number)
    return household, found(awaited, pk=user_id)


def get_school_year(request: HttpRequest, year_id: int) -> SchoolYear:
    """A school year, for whoever edits the children's schools."""
    require(request, Right.EDIT_FAMILIES)
    return found(SchoolYear.objects.all(), pk=year_id)


def get_contact(request: HttpRequest, household_id: int, contact_id: int) -> ChildContact:
    """A contact that this household named."""
    require(request, Right.EDIT_FAMILIES)
    contacts = ChildContact.objects.select_related("household", "child")
    return found(contacts, pk=contact_id, household=household_id)


def get_household_to_book(request: HttpRequest, household_id: int) -> Household:
    """An open household; a closed one books nothing more."""
    require(request, Right.BOOK)
    return found(Household.objects.filter(closed_at=None), pk=household_id)


def get_planning(
    request: HttpRequest, household_id: int, child_id: int | None
) -> tuple[list[HouseholdChild], list[HouseholdChild]]:
    """The children that this open household has today, eldest first, and those of the planning asked for: one; without
    one, those it books for."""
    require(request, Right.BOOK)
    links = _children_today(household_id)
    shown = children_shown(links, child_id)
    if not shown:
        raise Http404
    return links, shown


def get_children_to_book(request: HttpRequest, household_id: int) -> list[HouseholdChild]:
    """The children that this open household books for today, eldest first."""
    require(request, Right.BOOK)
    return [link for link in _children_today(household_id) if link.can_book]


def get_typical_week(request: HttpRequest, household_id: int, week_id: int) -> TypicalWeek:
    """A typical week that this household keeps."""
    household = get_household_to_book(request, household_id)
    weeks = TypicalWeek.objects.select_related("household", "child", "activity")
    return found(weeks, pk=week_id, household=household.pk)


def _children_today(household_id: int) -> list[HouseholdChild]:
    today = timezone.localdate()
    return list(
        HouseholdChild.objects.filter(household=household_id, household__closed_at=None, since__lte=today)
        .filter(Q(until=None) | Q(until__gte=today))
        .select_related("household", "child")
        .order_by("child__birth_date", "pk")
    )


def get_receipt(request: HttpRequest, household_id: int, number: str) -> Receipt:
    """A receipt of this household by its number, with its lines."""
    household = get_household(request, household_id)
    try:
        return receipt(household, number)
    except Receipt.DoesNotExist:
        raise Http404 from None


def get_absence(request: HttpRequest, household_id: int, absence_id: int) -> Absence:
    """An absence of this household that was not withdrawn, for whoever may tell one."""
    require(request, Right.BOOK)
    told = absences(Household(pk=household_id)).select_related("booking__household")
    return found(told, pk=absence_id)


def get_enrolment(
    request: HttpRequest, household_id: int, enrolment_id: int
) -> tuple[HouseholdChild, Enrolment]:
    """An enrolment of one of this household's children, with the link that ties the child to it."""
    require(request, Right.EDIT_FAMILIES)
    enrolments = Enrolment.objects.select_related("activity", "school_year", "place")
    enrolment = found(enrolments, pk=enrolment_id)
    return get_child_link(request, household_id, enrolment.child_id), enrolment


def get_request(request: HttpRequest, request_id: int, right: Right = Right.READ_FAMILIES) -> Request:
    """A démarche of any household, or of a person who has none yet."""
    require(request, right)
    asked = Request.objects.select_related("household", "child", "author", "decided_by")
    return found(asked, pk=request_id)


def get_certificate_request(request: HttpRequest, request_id: int) -> Request:
    """A family's request for its tax certificate, to look at what it would say and to decide."""
    require(request, Right.DECIDE_REQUESTS, Right.READ_BILLING)
    asked = Request.objects.select_related("household", "author", "decided_by")
    return get_object_or_404(asked, pk=request_id, kind=Request.Kind.TAX_CERTIFICATE, household__isnull=False)


def get_published_run(request: HttpRequest, run_id: int, right: Right = Right.READ_BILLING) -> InvoiceRun:
    """An invoicing whose invoices have their numbers."""
    require(request, right)
    return found(InvoiceRun.objects.filter(state=InvoiceRun.State.PUBLISHED), pk=run_id)


def get_document(
    request: HttpRequest, household_id: int, document_id: int, right: Right = Right.READ_FAMILIES
) -> FamilyDocument:
    """A file put there for this household. A proof of a quotient has an address of its own (`get_proof`)."""
    require(request, right)
    files = FamilyDocument.objects.exclude(kind__in=FamilyDocument.RESTRICTED).select_related("household")
    return found(files, pk=document_id, household=household_id)


def get_proof(request: HttpRequest, household_id: int, document_id: int) -> FamilyDocument:
    """The proof of a quotient: for those who decide on it, and each reading is written in the journal."""
    require(request, Right.DECIDE_REQUESTS)
    proofs = FamilyDocument.objects.filter(kind=FamilyDocument.Kind.PROOF).select_related("household")
    return found(proofs, pk=document_id, household=household_id)


def get_quotient(request: HttpRequest, household_id: int, quotient_id: int) -> Quotient:
    """A quotient of this household, replaced or not; what only withdraws another has no such address."""
    require(request, Right.EDIT_FAMILIES)
    rows = Quotient.objects.filter(is_void=False).select_related("household", "proof")
    return found(rows, pk=quotient_id, household=household_id)


def get_document_to_remove(request: HttpRequest, household_id: int, document_id: int) -> FamilyDocument:
    """A file that was deposited; what the portal issued stays for ever, and has no such address."""
    require(request, Right.EDIT_FAMILIES)
    deposited = FamilyDocument.objects.filter(code=None).exclude(kind__in=FamilyDocument.RESTRICTED)
    return found(deposited.select_related("household"), pk=document_id, household=household_id)
