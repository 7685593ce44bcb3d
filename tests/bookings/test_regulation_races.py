"""A file that archives a service while families book it, on real connections: it is archived or booked, never both.

Without the lock on the sessions PostgreSQL archives what is being booked: this test was seen red that way.
"""

from uuid import uuid4

import pytest

from portail.activities.actions.regulation import StaleVersion, apply_regulation, default_text
from portail.activities.models import Regulation, Service, ServicePlace
from portail.activities.queries import whole_text
from portail.bookings.actions import BookingsNotChanged, change_bookings
from portail.bookings.actions.regulation import Applied, StillBooked, apply_file
from portail.bookings.models import Booking, Receipt
from tests import factories as make
from tests.bookings.sayings import IN_TIME, add, session
from tests.threads import all_at_once

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
ROUNDS, FAMILIES = 6, 6


@pytest.fixture
def families(cast):
    found = []
    for number in range(FAMILIES):
        household, child = make.HouseholdFactory(), make.ChildFactory()
        user = make.UserFactory(username=f"famille{number}")
        make.AdultFactory(household=household, user=user)
        make.HouseholdChildFactory(household=household, child=child)
        make.EnrolmentFactory(child=child, activity=cast.canteen.activity, place=cast.offer.place)
        found.append((household, user, child))
    return found


def test_what_is_archived_is_not_booked(cast, families):
    apply_regulation(default_text("Valmont-sur-Orne", "B"), "", actor=None, now=IN_TIME)
    lunch, text = session(cast), whole_text().replace('name = "Cantine"', 'name = "Cantine"\nactive = false')

    def booking(household, user, child):
        wishes = add(child, lunch)
        return lambda: change_bookings(household, wishes, token=uuid4(), actor=user, now=IN_TIME)

    for _ in range(ROUNDS):
        work = [booking(*family) for family in families]
        work.insert(FAMILIES // 2, lambda: apply_file(text, "", actor=None, now=IN_TIME))
        done = all_at_once(work)
        known = (Receipt, BookingsNotChanged, Applied, StillBooked)
        assert [one for one in done if not isinstance(one, known)] == []
        archived = not Service.objects.get().is_active
        assert archived is any(isinstance(one, Applied) for one in done)
        assert not (archived and Booking.objects.active().exists())
        Service.objects.update(is_active=True)
        Booking.objects.update(state=Booking.State.CANCELLED)


def test_two_files_at_once_make_one_version_and_one_structure(cast):
    apply_regulation(default_text("Valmont-sur-Orne", "B"), "", actor=None, now=IN_TIME)
    whole = whole_text()
    texts = [whole.replace("capacity = 40", f"capacity = {50 + n}") for n in range(4)]
    done = all_at_once([lambda t=t: apply_file(t, "", actor=None, now=IN_TIME, over=1) for t in texts])
    [applied] = [one for one in done if isinstance(one, Applied)]
    assert [type(one) for one in done if one is not applied] == [StaleVersion] * 3
    assert Regulation.objects.get(version=2).text in texts
    assert f"capacity = {ServicePlace.objects.get().capacity} " in Regulation.objects.get(version=2).text
