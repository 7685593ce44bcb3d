"""The custody of shared children: calendars for whoever reads dossiers, what a court says for whoever edits them."""

from django.db.models import QuerySet
from django.http import HttpRequest

from portail.accounts.rights import Right
from portail.bookings.models import CustodyConflict
from portail.desk.access.base import found, require
from portail.families.models import CourtDecision, CustodyTerm, HouseholdChild


def get_custody(request: HttpRequest, household_id: int, child_id: int) -> HouseholdChild:
    """The link of this household with a child, to read its custody."""
    require(request, Right.READ_FAMILIES)
    links = HouseholdChild.objects.select_related("household", "child")
    return found(links, household=household_id, child=child_id)


def get_custody_term(
    request: HttpRequest, household_id: int, term_id: int
) -> tuple[HouseholdChild, CustodyTerm]:
    """A term about a child of this household, in force or not, with the link to this child."""
    require(request, Right.EDIT_FAMILIES)
    terms = CustodyTerm.objects.select_related("child", "first", "second")
    term = found(terms, pk=term_id)
    return get_custody(request, household_id, term.child_id), term


def get_court_decision(request: HttpRequest, household_id: int, decision_id: int) -> CourtDecision:
    """What a court forbids to this household; its paper is read at an address of its own, and each time written."""
    require(request, Right.EDIT_FAMILIES)
    decisions = CourtDecision.objects.select_related("household", "child", "document")
    return found(decisions, pk=decision_id, household=household_id)


def get_conflicts(request: HttpRequest) -> QuerySet[CustodyConflict]:
    """The bookings on a day of the other household, for whoever books for families."""
    require(request, Right.BOOK)
    return CustodyConflict.objects.select_related(
        "booking__child", "booking__household", "booking__session__service", "booking__session__place"
    )
