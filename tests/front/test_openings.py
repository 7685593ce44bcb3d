"""Periods that open at their hour: what the home page tells, the countdown, the waiting room, its light question."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from portail.bookings.models import Booking, Ticket, WaitingRoom
from portail.front import turns
from portail.front.templatetags.openings import left_words
from tests.bookings.rushes import LATER, MINUTE, OPENS, SECOND, call, household, rush, take
from tests.bookings.sayings import session
from tests.front.helpers import text_of

pytestmark = pytest.mark.django_db
ROOM = "/ouvertures/noel/attente/"
ASKS = {"HTTP_HX_REQUEST": "true"}
DECEMBER = date(2026, 12, 1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(OPENS - 2 * 60 * MINUTE - 14 * MINUTE, tick=False) as traveller:
        yield traveller


@pytest.fixture
def town(cast):
    turns._seen.clear()
    rush()
    cast.alice.household.residence = "commune"
    cast.alice.household.save()
    return cast


@pytest.fixture
def alice(client, town):
    client.force_login(town.alice.user)
    return client


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (3 * 86400, "dans 3 jours"),
        (48 * 3600, "dans 2 jours"),
        (48 * 3600 - 1, "dans 47 h 59"),
        (2 * 3600 + 14 * 60, "dans 2 h 14"),
        (3600, "dans 1 h 00"),
        (840, "dans 14 min"),
        (59.2, "dans 1 min"),
        (59, "dans moins d'une minute"),
        (0.1, "dans moins d'une minute"),
        (0, "maintenant"),
        (-5, "maintenant"),
    ],
)
def test_the_countdown_in_words(seconds, words):
    assert left_words(seconds) == words


# --- before
def test_the_home_page_tells_what_opens_and_when(alice, town):
    words = text_of(alice.get("/accueil/"))
    assert "Repas de Noël" in words
    assert "Les réservations ouvrent dans 2 h 14 · mardi 1er décembre à 12 h 30" in words.replace("\xa0", " ")


def test_it_tells_each_family_its_own_moment_and_why(client, town):
    client.force_login(town.bob.user)
    words = text_of(client.get("/ouvertures/noel/")).replace("\xa0", " ")
    assert "Les réservations ouvrent pour vous dans 26 h 14" in words
    assert "mercredi 2 décembre à 12 h 30, l'ouverture prévue pour : Toutes les familles" in words
    assert "Habitants de la commune mardi 1er décembre à 12 h 30" in words
    assert "Toutes les familles · vous mercredi 2 décembre à 12 h 30" in words


def test_a_family_without_such_services_is_told_nothing_at_home(client, town):
    client.force_login(town.charlie.user)
    assert "Repas de Noël" not in text_of(client.get("/accueil/"))


def test_before_the_room_the_door_leads_to_the_countdown_and_the_planning_stays_open(alice, town, clock):
    session(town)
    assert alice.get(ROOM)["Location"] == "/ouvertures/noel/"
    page = alice.get(reverse("front:month", args=[town.lea.pk, DECEMBER]))
    assert (page.status_code, Ticket.objects.count()) == (200, 0)
    assert "Pas encore ouvert" in text_of(page)


# --- the room
def test_a_family_that_opens_its_planning_is_given_a_ticket(alice, town, clock):
    clock.move_to(OPENS - 10 * MINUTE)
    led = alice.get(reverse("front:month", args=[town.lea.pk, DECEMBER]))
    assert led["Location"] == ROOM
    page = alice.get(ROOM)
    ticket = Ticket.objects.get()
    words = text_of(page).replace("\xa0", " ")
    assert f"ticket n° {ticket.pk}" in words
    assert "Les réservations ouvrent dans 10 min" in words
    assert "tiré au sort" in words
    assert re.search(r'<noscript>\s*<meta http-equiv="refresh" content="[0-9]+">', page.content.decode())
    assert len(page.content) < 12_000
    assert alice.get(ROOM).status_code == 200
    assert Ticket.objects.count() == 1


def test_a_class_that_opens_tomorrow_takes_no_ticket_today(client, town, clock):
    clock.move_to(OPENS)
    client.force_login(town.bob.user)
    assert client.get(ROOM)["Location"] == "/ouvertures/noel/"
    assert Ticket.objects.count() == 0


def test_each_is_told_how_many_are_ahead_then_its_turn(alice, town, clock):
    for n in range(4):
        take(household(n), OPENS - MINUTE)
    clock.move_to(OPENS + SECOND)
    assert "2 familles passent avant vous" in text_of(alice.get(ROOM))
    Ticket.objects.filter(state="inside").update(state="done", inside_until=None)
    clock.move_to(OPENS + 3 * SECOND)
    assert "Vous êtes la prochaine famille" in text_of(alice.get(ROOM))
    Ticket.objects.filter(state="inside").update(state="done", inside_until=None)
    clock.move_to(OPENS + 5 * SECOND)
    assert "C'est votre tour" in text_of(alice.get(ROOM))


def test_its_turn_come_it_books_and_is_kept_inside(alice, town, clock):
    session(town)
    clock.move_to(OPENS)
    alice.get(ROOM)
    led = alice.get("/ouvertures/noel/reserver/")
    assert led["Location"] == reverse("front:month", args=[None, DECEMBER])
    clock.move_to(OPENS + 2 * MINUTE)
    assert alice.get(led["Location"]).status_code == 200
    ticket = Ticket.objects.get()
    assert (ticket.came_at, ticket.inside_until) == (OPENS + 2 * MINUTE, OPENS + 7 * MINUTE)


def test_a_recap_posted_out_of_turn_says_where_to_take_one(alice, town, clock):
    lunch = session(town)
    clock.move_to(OPENS)
    page = alice.post(reverse("front:month", args=[town.lea.pk, DECEMBER]), {"s": [lunch.pk], "shown": ""})
    words = text_of(page)
    assert "Chacun réserve à son tour : prenez un ticket dans la salle d'attente" in words
    assert f'href="{ROOM}"' in page.content.decode()
    assert Booking.objects.count() == 0


def test_the_room_leads_on_when_it_is_over(alice, town, clock):
    clock.move_to(OPENS + timedelta(minutes=20))
    session(town)
    assert alice.get(ROOM)["Location"] == "/ouvertures/noel/"
    assert "Les réservations sont ouvertes" in text_of(alice.get("/ouvertures/noel/"))
    assert alice.get(reverse("front:month", args=[town.lea.pk, DECEMBER])).status_code == 200


def test_a_turn_is_given_up(alice, town, clock):
    clock.move_to(OPENS)
    alice.get(ROOM)
    assert alice.post(f"{ROOM}quitter/")["Location"] == "/accueil/"
    assert call(OPENS + SECOND) == []


def test_suspended_the_reason_is_told(alice, town, clock):
    for n in range(3):
        take(household(n), OPENS - MINUTE)
    clock.move_to(OPENS)
    alice.get(ROOM)
    WaitingRoom.objects.update(is_paused=True, reason="Le serveur reprend son souffle.")
    words = text_of(alice.get(ROOM))
    assert "Les entrées sont suspendues un moment" in words
    assert "Le serveur reprend son souffle." in words


# --- the light question
def test_the_question_asked_again_is_one_query_and_light(alice, town, clock, django_assert_num_queries):
    for n in range(5):
        take(household(n), OPENS - MINUTE)
    clock.move_to(OPENS)
    page = alice.get(ROOM).content.decode()
    again = re.search(r'hx-get="([^"]+)"', page)[1]
    with django_assert_num_queries(1):
        answer = alice.get(again, **ASKS)
    assert answer["Cache-Control"] == "no-store"
    body = answer.content.decode()
    assert len(body) < 1_000
    assert "hx-swap-oob" not in body  # nothing new: nothing is announced again
    Ticket.objects.filter(rank__lt=Ticket.objects.get(household=town.alice.household).rank).update(
        state="away"
    )
    with django_assert_num_queries(1):
        assert "Vous êtes la prochaine famille" in alice.get(again, **ASKS).content.decode()


def test_the_cookie_of_another_session_is_worth_nothing(alice, town, clock, client):
    clock.move_to(OPENS - MINUTE)
    alice.get(ROOM)
    kept = alice.cookies["portail_tour"].value
    client.logout()
    client.cookies["portail_tour"] = kept
    assert "/connexion/" in client.get(ROOM, **ASKS).headers.get("HX-Redirect", "")
    client.force_login(town.charlie.user)
    client.cookies["portail_tour"] = kept
    assert client.get(ROOM, **ASKS).headers["HX-Redirect"] == "/ouvertures/noel/"


def test_while_a_room_is_open_a_planning_leads_there_without_a_query(
    alice, town, clock, django_assert_num_queries
):
    clock.move_to(OPENS)
    month = reverse("front:month", args=[town.lea.pk, DECEMBER])
    assert alice.get(month)["Location"] == ROOM
    with django_assert_num_queries(0):
        assert alice.get(month)["Location"] == ROOM
    assert alice.get(reverse("front:month", args=[town.lea.pk, date(2027, 2, 1)])).status_code == 200


def test_a_family_that_has_nothing_to_wait_for_is_led_back_to_its_planning(client, alice, town, clock):
    clock.move_to(OPENS)
    alice.get(ROOM)
    town.charlie.household.residence = "commune"
    town.charlie.household.save()
    client.force_login(town.charlie.user)
    client.cookies.pop("portail_tour", None)
    month = reverse("front:month", args=[town.zoe.pk, DECEMBER])
    assert client.get(month)["Location"] == ROOM
    assert client.get(ROOM)["Location"] == "/planning/"
    assert client.get(month).status_code == 200
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize("path", ["/ouvertures/inconnue/", "/ouvertures/inconnue/attente/"])
def test_a_period_that_does_not_exist_is_not_there(alice, path):
    assert alice.get(path).status_code == 404


def test_queries_of_the_room_are_constant(alice, town, clock, django_assert_num_queries):
    """Session, account, adult, rules, room, and the commune's name; the ticket asked, made, and its place."""
    clock.move_to(OPENS - MINUTE)
    take(household(0), OPENS - MINUTE)
    with django_assert_num_queries(9):
        alice.get(ROOM)
    for n in range(1, 6):
        take(household(n), OPENS - MINUTE)
    with django_assert_num_queries(10):
        alice.get(ROOM)


def test_a_closed_period_says_so(alice, town, clock):
    clock.move_to(LATER + timedelta(days=30))
    alice.force_login(town.alice.user)
    assert "Les réservations sont closes" in text_of(alice.get("/ouvertures/noel/"))
