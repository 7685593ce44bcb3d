"""Booking periods at the desk: the list, the room as it lives, the hand on it, a new period in the draft."""

from datetime import timedelta

import pytest
import time_machine

from portail.activities.models import RegulationDraft
from portail.bookings.models import Ticket, WaitingRoom
from portail.core.models import JournalEntry
from portail.rules import parse
from tests.bookings.rushes import MINUTE, OPENS, call, household, rush, take
from tests.front.helpers import text_of

pytestmark = pytest.mark.django_db
LIST, ROOM, NEW = (f"/guichet/activites/ouvertures/{part}" for part in ("", "noel/", "nouvelle/"))
HAND = {"mode": "auto", "families": "", "reason": "Le serveur peine."}


@pytest.fixture
def agnes(client, cast):
    rush()
    with time_machine.travel(OPENS + MINUTE, tick=False):
        client.force_login(cast.agnes)
        yield client


@pytest.fixture
def alix(agnes, cast):
    agnes.force_login(cast.alix)
    return agnes


def test_the_list_says_what_opens_when_and_how_many_wait(agnes):
    for n in range(3):
        take(household(n), OPENS)
    call(OPENS)
    words = text_of(agnes.get(LIST)).replace("\xa0", " ")
    assert "Habitants de la commune : mardi 1er décembre à 12 h 30" in words
    assert "Ouverte 1 en attente" in words


def test_without_period_the_page_says_what_it_is_for(client, cast):
    client.force_login(cast.agnes)
    assert "Aucune période de réservation" in text_of(client.get(LIST))


def test_the_room_is_seen_as_it_lives(agnes, django_assert_num_queries):
    for n in range(4):
        take(household(n), OPENS - MINUTE)
    call(OPENS)
    page = agnes.get(ROOM)
    words = text_of(page)
    assert "En attente 2" in words
    assert "Entrées, sur 2 à la fois 2" in words
    assert "Tickets pris avant l'ouverture 4, tirés au sort" in words
    assert 'hx-trigger="every 5s"' in page.content.decode()
    for n in range(4, 8):
        take(household(n), OPENS)
    with django_assert_num_queries(10):
        agnes.get(ROOM)


def test_entries_are_suspended_with_a_reason_that_the_journal_keeps(agnes):
    assert agnes.post(ROOM, {**HAND, "is_paused": "on", "families": "9"}).status_code == 302
    room = WaitingRoom.objects.get()
    assert (room.is_paused, room.families, room.changed_by.username) == (True, 9, "agnes")
    assert (
        "entrées suspendues, 9 familles en même temps. Le serveur peine."
        in JournalEntry.objects.get().summary
    )
    assert "Entrées suspendues" in text_of(agnes.get(ROOM))


@pytest.mark.parametrize(
    "wrong", [{"reason": ""}, {"families": "0"}, {"families": "beaucoup"}, {"mode": "ailleurs"}]
)
def test_what_is_not_understood_changes_nothing(agnes, wrong):
    answer = agnes.post(ROOM, HAND | {"is_paused": "on"} | wrong)
    assert answer.status_code == 422
    assert not WaitingRoom.objects.get().is_paused


@pytest.mark.parametrize(("who", "status"), [("alice", 404), ("lou", 403), ("remi", 403), ("renee", 403)])
def test_only_who_runs_activities_comes_in(client, cast, who, status):
    rush()
    found = getattr(cast, who)
    client.force_login(getattr(found, "user", found))
    assert {client.get(LIST).status_code, client.get(ROOM).status_code} == {status}
    assert client.post(ROOM, HAND).status_code == status


def test_a_period_that_is_not_in_force_is_not_there(agnes):
    assert agnes.get("/guichet/activites/ouvertures/inconnue/").status_code == 404
    assert agnes.delete(ROOM).status_code == 405


PERIOD = {
    "name": "Vacances de printemps 2027",
    "services": ["cantine"],
    "start": "2027-04-10",
    "end": "2027-04-25",
    "closes": "2027-04-02",
    "closes_at": "20:00",
    "families": "50",
    "draws": "draw",
    "label_1": "Habitants de la commune",
    "by_1": "residences",
    "word_1": "commune",
    "on_1": "2027-03-06",
    "at_1": "09:00",
    "label_2": "Toutes les familles",
    "on_2": "2027-03-10",
    "at_2": "18:30",
}


def test_a_new_period_is_written_in_the_draft(alix, cast):
    assert alix.get(NEW).status_code == 200
    assert alix.post(NEW, PERIOD)["Location"] == "/guichet/administration/reglement/modifier/"
    period = parse(RegulationDraft.objects.get(owner=cast.alix).text).period("vacances-de-printemps-2027")
    assert [rule.name for rule in period.openings] == ["Habitants de la commune", "Toutes les familles"]
    assert (period.room.families, period.room.draws, period.end - period.start) == (
        50,
        True,
        timedelta(days=15),
    )


CLASHING = {
    "start": "2026-12-10",
    "end": "2026-12-20",
    "closes": "",
    "on_1": "2026-12-01",
    "on_2": "2026-12-02",
}


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"services": []}, "Cochez au moins une prestation."),
        ({"on_2": ""}, "Donnez le jour où cette classe peut réserver."),
        ({"word_1": ""}, "Écrivez le mot du règlement"),
        ({"end": "2027-04-01"}, "la date doit suivre"),
        (CLASHING, "a déjà des jours de ces services"),
    ],
)
def test_what_does_not_go_together_is_said_and_kept(alix, wrong, told):
    page = alix.post(NEW, PERIOD | wrong)
    assert page.status_code == 422
    assert told in text_of(page)
    assert "Vacances de printemps 2027" in page.content.decode()
    assert RegulationDraft.objects.count() == 0


def test_an_agent_writes_no_rule(agnes):
    assert agnes.get(NEW).status_code == 403
    assert Ticket.objects.count() == 0
