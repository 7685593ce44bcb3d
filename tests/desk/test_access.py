"""Who passes each door of the desk."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from portail.accounts.rights import Right
from portail.desk import access
from tests import factories as make


@pytest.fixture
def asks(rf):
    def request_of(user):
        request = rf.get("/guichet/")
        request.user = user
        return request

    return request_of


def test_a_family_is_told_that_the_desk_does_not_exist(asks, cast):
    with pytest.raises(Http404):
        access.require(asks(cast.alice.user))
    with pytest.raises(Http404):
        access.get_household(asks(cast.alice.user), cast.alice.household.pk)


def test_a_colleague_without_the_right_is_refused(asks, cast):
    with pytest.raises(PermissionDenied):
        access.get_household(asks(cast.lou), cast.alice.household.pk)
    with pytest.raises(PermissionDenied):
        access.require(asks(cast.remi), Right.READ_FAMILIES, Right.EDIT_FAMILIES)


def test_the_right_is_asked_before_anything_is_read(asks, cast, django_assert_num_queries):
    request = asks(cast.lou)
    with django_assert_num_queries(0), pytest.raises(PermissionDenied):
        access.get_household(request, 999_999)


def test_everybody_of_the_town_hall_enters(asks, cast):
    for user in (cast.lou, cast.remi, cast.renee, cast.agnes, cast.alix):
        assert access.require(asks(user)) == user


def test_rows_of_another_household_are_not_found(asks, cast):
    request = asks(cast.agnes)
    assert access.get_adult(request, cast.bob.household.pk, cast.bob.adult.pk) == cast.bob.adult
    with pytest.raises(Http404):
        access.get_adult(request, cast.alice.household.pk, cast.bob.adult.pk)
    with pytest.raises(Http404):
        access.get_child_link(request, cast.bob.household.pk, cast.noe.pk)
    contact = make.ChildContactFactory(household=cast.alice.household, child=cast.lea)
    assert access.get_contact(request, cast.alice.household.pk, contact.pk) == contact
    with pytest.raises(Http404):
        access.get_contact(request, cast.bob.household.pk, contact.pk)
