"""Who asks, and with which rights."""

from typing import TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from portail.accounts.models import User
from portail.accounts.rights import Right, has_right

Row = TypeVar("Row", bound=Model)


def require(request: HttpRequest, *rights: Right) -> User:
    """The agent who asks, who has all these rights; with no right named, anybody of the town hall."""
    user = request.user
    if not isinstance(user, User) or user.is_family:
        raise Http404
    if not all(has_right(user, right) for right in rights):
        raise PermissionDenied
    return user


def person(request: HttpRequest) -> User:
    """Who asks, once a function of this page has let them in."""
    assert isinstance(request.user, User)
    return request.user


def may_exceed(request: HttpRequest) -> bool:
    """Whether this agent, once let in, may book beyond the places of a session, with a reason."""
    return has_right(person(request), Right.EXCEED_PLACES)


def found(rows: QuerySet[Row], **identity: int) -> Row:
    return get_object_or_404(rows, **identity)
