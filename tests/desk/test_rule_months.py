"""The deadlines of a month: in words, with what the calendar says, under any text."""

from datetime import date

import pytest
from django.urls import reverse

from portail.activities.actions.drafts import keep_draft
from portail.activities.actions.regulation import apply_regulation, default_text
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db
START = default_text("Valmont-sur-Orne", "B")


@pytest.fixture
def in_force(administration):
    apply_regulation(START, "Départ", actor=None, now=NOW)
    make.SchoolYearFactory()
    make.ServiceFactory(code="cantine", name="Cantine", weekdays="1245")
    make.ServiceFactory(code="etude", name="Étude", weekdays="1245")
    make.CalendarEntryFactory(
        kind="public_holiday", label="Fête du village", start="2026-12-08", end="2026-12-08"
    )
    make.CalendarEntryFactory(
        kind="school_holiday", label="Vacances de Noël", start="2026-12-19", end="2027-01-03"
    )
    return administration


def month(client, **asked):
    page = client.get(reverse("desk:rule_month"), {"mois": "2026-12", **asked})
    return page, {row.day: row for row in page.context["days"]}


def test_services_that_share_a_limit_are_told_together(in_force):
    page, days = month(in_force)
    [told] = days[date(2026, 12, 3)].told
    assert told.services == ["Cantine", "Étude"]
    assert told.sentence == "Modifiable jusqu'au dimanche 29 novembre à 21 h"
    assert (told.tone, told.word) == ("ok", "Encore ouvert")
    assert "Cantine, Étude" in page.content.decode()


def test_holidays_and_closures_are_named(in_force):
    _, days = month(in_force)
    assert days[date(2026, 12, 8)].names == ("Fête du village",)
    [told] = days[date(2026, 12, 8)].told
    assert (told.word, told.sentence) == ("Fermé", "Fête du village")
    assert days[date(2026, 12, 21)].names == ("Vacances de Noël",)
    assert days[date(2026, 12, 21)].told == ()
    assert days[date(2026, 12, 5)].told == ()


def test_the_words_follow_the_hour(in_force, today):
    today.move_to("2026-12-07T08:00:00+01:00")
    _, days = month(in_force)
    words = {
        day: days[day].told[0].word for day in (date(2026, 12, 3), date(2026, 12, 10), date(2026, 12, 14))
    }
    assert list(words.values()) == ["Passé", "Limite passée", "Encore ouvert"]
    assert days[date(2026, 12, 7)].is_today


def test_a_draft_is_looked_at_before_it_is_applied(in_force, cast):
    keep_draft(START.replace("21:00", "18:30"), over=1, actor=cast.alix, now=NOW)
    _, days = month(in_force, texte="brouillon")
    assert days[date(2026, 12, 3)].told[0].sentence.endswith("à 18 h 30")
    _, days = month(in_force)
    assert days[date(2026, 12, 3)].told[0].sentence.endswith("à 21 h")


def test_one_service_and_who_asks_are_chosen(in_force):
    more = '[[deadlines]]\nservices = ["etude"]\nresidences = ["extérieur"]\nnever = true\n'
    apply_regulation(START + more, "", actor=None, now=NOW)
    _, days = month(in_force, service="etude", residence="extérieur")
    [told] = days[date(2026, 12, 3)].told
    assert (told.services, told.word) == (["Étude"], "Jamais")
    _, days = month(in_force, service="etude")
    assert days[date(2026, 12, 3)].told[0].word == "Encore ouvert"


def test_a_day_not_open_yet_tells_from_when(in_force):
    opening = '[[bookings.openings]]\nservices = ["cantine"]\non = 2026-12-01\nat = "08:00"\n'
    apply_regulation(START + opening, "", actor=None, now=NOW)
    _, days = month(in_force, service="cantine")
    [told] = days[date(2026, 12, 10)].told
    assert told.word == "Pas encore ouvert"
    assert told.sentence == (
        "Les réservations ouvrent le mardi 1er décembre à 8 h ; "
        "modifiable jusqu'au dimanche 6 décembre à 21 h"
    )


def test_past_the_calendar_it_is_said_what_to_complete(in_force):
    page, days = month(in_force, mois="2031-05")
    assert days == {}
    assert "complétez le calendrier" in page.content.decode()


@pytest.mark.parametrize("asked", [{"service": "piscine"}, {"texte": "autre"}, {"residence": "x"}])
def test_what_is_not_in_the_lists_is_told(in_force, asked):
    page, _ = month(in_force, **asked)
    assert page.status_code == (200 if "residence" in asked else 422)


def test_a_month_that_does_not_exist_is_this_one(in_force):
    page, _ = month(in_force, mois="2026-13")
    assert page.context["first"] == date(2026, 11, 1)


def test_an_unknown_version_is_not_found(in_force):
    page = in_force.get(reverse("desk:rule_month"), {"texte": "version-77"})
    assert page.status_code == 404


@pytest.mark.parametrize("services", [1, 5])
def test_the_queries_do_not_grow_with_the_services(in_force, django_assert_num_queries, services):
    for number in range(services):
        make.ServiceFactory(code=f"s{number}", name=f"Service {number}")
    with django_assert_num_queries(10):
        in_force.get(reverse("desk:rule_month"), {"mois": "2026-12"})
