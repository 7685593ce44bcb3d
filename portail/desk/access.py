"""The whole of the desk's authorisation. Every desk view starts with one call of this page, and filters nothing itself.

Anonymous people are sent to sign in by LoginRequiredMiddleware. A family's account gets 404: to a family the desk does
not exist. An agent without the right gets 403, before anything is read.
"""

from typing import TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from portail.accounts.models import User
from portail.accounts.rights import Right, has_right
from portail.families.models import (
    Adult,
    Child,
    ChildContact,
    FamilyDocument,
    Household,
    HouseholdChild,
    Request,
)

Row = TypeVar("Row", bound=Model)


def require(request: HttpRequest, *rights: Right) -> User:
    """The agent who asks, who has all these rights; with no right named, anybody of the town hall."""
    user = request.user
    if not isinstance(user, User) or user.is_family:
        raise Http404
    if not all(has_right(user, right) for right in rights):
        raise PermissionDenied
    return user


def get_household(request: HttpRequest, household_id: int, right: Right = Right.READ_FAMILIES) -> Household:
    require(request, right)
    return get_object_or_404(Household, pk=household_id)


def get_adult(
    request: HttpRequest, household_id: int, adult_id: int, right: Right = Right.EDIT_FAMILIES
) -> Adult:
    """An adult of this household, its household and its account with it."""
    require(request, right)
    return _found(Adult.objects.select_related("household", "user"), pk=adult_id, household=household_id)


def get_child_link(
    request: HttpRequest, household_id: int, child_id: int, right: Right = Right.EDIT_FAMILIES
) -> HouseholdChild:
    """The link of this household with one of its children, both rows with it."""
    require(request, right)
    links = HouseholdChild.objects.select_related("household", "child")
    return _found(links, household=household_id, child=child_id)


def get_child(request: HttpRequest, child_id: int, right: Right = Right.READ_FAMILIES) -> Child:
    require(request, right)
    return get_object_or_404(Child, pk=child_id)


def get_contact(request: HttpRequest, household_id: int, contact_id: int) -> ChildContact:
    """A contact that this household named."""
    require(request, Right.EDIT_FAMILIES)
    contacts = ChildContact.objects.select_related("household", "child")
    return _found(contacts, pk=contact_id, household=household_id)


def get_request(request: HttpRequest, request_id: int, right: Right = Right.READ_FAMILIES) -> Request:
    """A démarche of any household, or of a person who has none yet."""
    require(request, right)
    asked = Request.objects.select_related("household", "child", "author", "decided_by")
    return _found(asked, pk=request_id)


def get_document(
    request: HttpRequest, household_id: int, document_id: int, right: Right = Right.READ_FAMILIES
) -> FamilyDocument:
    """A file put there for this household."""
    require(request, right)
    return _found(FamilyDocument.objects.select_related("household"), pk=document_id, household=household_id)


def _found(rows: QuerySet[Row], **identity: int) -> Row:
    return get_object_or_404(rows, **identity)
