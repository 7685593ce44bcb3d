"""Waiting lists at the desk: who waits and why, a place given by hand, beyond the places with a reason only."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from portail.bookings.models import Booking, Receipt
from tests import factories as make
from tests.bookings.sayings import IN_TIME, add, change, remove, session
from tests.bookings.test_waiting import LIST, WEEKLY, law_of, of, wait

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(IN_TIME, tick=False):
        yield


@pytest.fixture
def town(cast):
    law_of(WEEKLY, LIST)
    make.EnrolmentFactory(child=cast.zoe, activity=cast.canteen.activity, place=cast.offer.place)
    cast.lunch = session(cast, capacity=1)
    change(cast.charlie, add(cast.zoe, cast.lunch))
    change(cast.alice, wait(cast.lea, cast.lunch))
    return cast


@pytest.fixture
def agent(client, town):
    client.force_login(town.agnes)
    return client


def give(agent, town, **typed):
    return agent.post(reverse("desk:waiting_give", args=[of(town.lea).pk]), typed)


def test_the_lists_and_their_order(agent, town):
    page = agent.get(reverse("desk:waiting")).content.decode()
    assert reverse("desk:waiting_list", args=[town.lunch.pk]) in page
    listed = agent.get(reverse("desk:waiting_list", args=[town.lunch.pk])).content.decode()
    assert "Léa Martin" in listed
    assert "demande du mardi 1er décembre à 12 h" in listed


def test_a_place_is_given_by_hand_beyond_the_places_with_a_reason(agent, town):
    assert give(agent, town).status_code == 422
    assert give(agent, town, reason="Urgence sociale").status_code == 422, "full: it has to be said"
    assert of(town.lea).state == "waiting"
    done = give(agent, town, reason="Urgence sociale", beyond="on")
    assert done["Location"] == reverse("desk:waiting_list", args=[town.lunch.pk])
    assert (of(town.lea).state, of(town.lea).is_over) == ("booked", True)
    receipt = Receipt.objects.latest("pk")
    assert (receipt.reason, receipt.by_service, receipt.author) == ("Urgence sociale", True, town.agnes)
    shown = agent.get(reverse("desk:receipt", args=[town.alice.household.pk, receipt.number]))
    assert "au-delà des places" in shown.content.decode()
    assert give(agent, town, reason="Encore").status_code == 404


def test_where_a_place_is_free_nothing_goes_beyond(agent, town):
    town.lunch.capacity = 2
    town.lunch.save()
    page = agent.get(reverse("desk:waiting_give", args=[of(town.lea).pk])).content.decode()
    assert "La séance est complète" not in page
    give(agent, town, reason="Au téléphone")
    assert (of(town.lea).state, of(town.lea).is_over) == ("booked", False)


def test_an_agent_puts_a_child_on_the_list(agent, town):
    months = [town.alice.household.pk, town.noe.pk, town.lunch.date.replace(day=1)]
    page = agent.get(reverse("desk:month", args=months)).content.decode()
    assert f'name="w" value="{town.lunch.pk}"' in page
    recap = agent.post(reverse("desk:month", args=months), {"w": str(town.lunch.pk)})
    save = reverse("desk:planning_save", args=months[:1])
    agent.post(save, {**recap.context["hidden"], "step": "save", "reason": ""})
    assert of(town.noe).state == "waiting"


def test_a_place_that_is_offered_leads_the_agent_nowhere_else(agent, town):
    change(town.charlie, remove(town.zoe, town.lunch))
    months = [town.alice.household.pk, town.lea.pk, town.lunch.date.replace(day=1)]
    page = agent.get(reverse("desk:month", args=months)).content.decode()
    assert "Une place vous est proposée" in page
    assert reverse("front:waiting_lists") not in page


@pytest.mark.parametrize("size", [1, 5])
def test_queries(agent, town, size, django_assert_num_queries):
    for n in range(1, size):
        full = session(town, town.lunch.date + timedelta(days=n), capacity=0)
        change(town.alice, wait(town.lea, full))
        make.BookingFactory(child=make.ChildFactory(), session=town.lunch, state=Booking.State.WAITING)
    with django_assert_num_queries(6):
        agent.get(reverse("desk:waiting"))
    with django_assert_num_queries(10):
        agent.get(reverse("desk:waiting_list", args=[town.lunch.pk]))
