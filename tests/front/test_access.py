"""Who reaches what on the families' side."""

from datetime import date

import pytest
import time_machine
from allauth.core.exceptions import ImmediateHttpResponse
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import RequestFactory

from portail.families.models import Adult, HouseholdChild
from portail.front import access
from tests import factories as make

pytestmark = pytest.mark.django_db


def asked_by(user, **headers):
    request = RequestFactory().get("/", headers=headers)
    request.user = user
    return request


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(make.NOW, tick=False):
        yield


def link(cast, **values):
    HouseholdChild.objects.filter(household=cast.bob.household, child=cast.lea).update(**values)


def test_both_households_reach_the_child_they_share(cast):
    assert access.get_child(asked_by(cast.alice.user), cast.lea.pk) == cast.lea
    assert access.get_child(asked_by(cast.bob.user), cast.lea.pk) == cast.lea


def test_a_stranger_gets_404(cast):
    for child in (cast.lea.pk, 987_654, 10**30):
        with pytest.raises(Http404):
            access.get_child(asked_by(cast.charlie.user), child)
    with pytest.raises(Http404):
        access.get_child(asked_by(cast.bob.user), cast.noe.pk)


def test_an_agent_is_no_family(cast):
    for reach in (access.get_adult, access.get_household, access.get_family_user):
        with pytest.raises(Http404):
            reach(asked_by(cast.alix))


@pytest.mark.parametrize(
    ("values", "reached"),
    [
        ({"can_see": False}, False),
        ({"since": date(2026, 11, 24)}, True),
        ({"since": date(2026, 11, 25)}, False),
        ({"until": date(2026, 11, 24)}, True),
        ({"until": date(2026, 11, 23)}, False),
    ],
)
def test_rights_and_dates_of_the_link_are_honoured(cast, values, reached):
    link(cast, **values)
    request = asked_by(cast.bob.user)
    assert [known.child for known in access.get_children(request)] == [cast.lea] * reached
    if reached:
        assert access.get_child(request, cast.lea.pk) == cast.lea
    else:
        with pytest.raises(Http404):
            access.get_child(request, cast.lea.pk)


def test_a_child_seen_but_not_booked_for_is_refused(cast):
    link(cast, can_book=False)
    assert access.get_child(asked_by(cast.bob.user), cast.lea.pk) == cast.lea
    with pytest.raises(PermissionDenied):
        access.get_child_to_book(asked_by(cast.bob.user), cast.lea.pk)
    assert access.get_child_to_book(asked_by(cast.alice.user), cast.lea.pk) == cast.lea


def test_a_family_without_dossier_is_led_to_the_waiting_page(cast):
    Adult.objects.filter(pk=cast.bob.adult.pk).update(user=None)
    with pytest.raises(ImmediateHttpResponse) as stopped:
        access.get_child(asked_by(cast.bob.user), cast.lea.pk)
    assert (stopped.value.response.status_code, stopped.value.response.url) == (302, "/en-attente/")


def test_htmx_is_led_there_with_the_whole_page(cast):
    Adult.objects.filter(pk=cast.bob.adult.pk).update(user=None)
    with pytest.raises(ImmediateHttpResponse) as stopped:
        access.get_household(asked_by(cast.bob.user, hx_request="true"))
    assert stopped.value.response.headers["HX-Redirect"] == "/en-attente/"


def test_the_adult_is_read_once(cast, django_assert_num_queries):
    request = asked_by(cast.alice.user)
    with django_assert_num_queries(1):
        access.get_adult(request)
        assert access.get_household(request) == cast.alice.household
        assert access.get_adult(request).user == cast.alice.user
    with django_assert_num_queries(1):
        assert {known.child for known in access.get_children(request)} == {cast.lea, cast.noe}
