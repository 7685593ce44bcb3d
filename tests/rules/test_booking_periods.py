"""Booking periods: what a file may say of them, when each class opens, when a room is planned."""

from datetime import UTC, date, datetime, timedelta

import pytest

from portail.rules import SessionFacts, SettingsErrors, know, may_book, parse
from portail.rules.differences import differences
from portail.rules.editables import rules_of

from . import pages
from .test_pages import ASKED

SPRING = pages.rows("ouvertures.md", "Service", "Ce qu'on sait", *ASKED)[0].toml
CALENDAR = pages.calendar()


def spring(**changes):
    text = SPRING
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return parse(pages.HEAD + text)


def told(text):
    with pytest.raises(SettingsErrors) as refused:
        parse(pages.HEAD + text)
    return [problem.message for problem in refused.value.problems]


def at(words):
    return pages.moment(words).astimezone(UTC)


def test_each_class_has_its_moment_and_the_first_that_holds_counts():
    (period,) = spring().periods
    assert [(name, f"{moment:%d/%m %H:%M}") for name, moment in period.moments(CALENDAR)] == [
        ("Habitants de la commune", "06/03 09:00"),
        ("Enfants du personnel", "08/03 09:00"),
        ("Toutes les familles", "10/03 18:30"),
    ]
    children = [know(residence="extérieur"), know(residence="extérieur", profile="personnel")]
    assert period.opening_for(children).name == "Enfants du personnel"
    assert period.opening_for([]) is None
    assert f"{period.closes(CALENDAR):%d/%m %H:%M}" == "02/04 20:00"


@pytest.mark.parametrize(
    ("seconds", "is_open"), [(-1, False), (-0.001, False), (0, True)], ids=["a second", "a thousandth", "now"]
)
def test_it_opens_to_the_second(seconds, is_open):
    regulation = spring()
    session = SessionFacts("vacances", date(2027, 4, 12), known=know(residence="commune"))
    now = at("samedi 06/03/2027 09:00") + timedelta(seconds=seconds)
    found = may_book(session, regulation.deadlines, CALENDAR, now=now, openings=regulation.openings)
    assert found.is_allowed is is_open


def test_the_night_when_the_clock_goes_back_the_second_half_past_two_is_meant():
    (period,) = spring(**{'on = 2027-03-10, at = "18:30"': 'on = 2026-10-25, at = "02:30"'}).periods
    assert period.moments(CALENDAR)[2][1].astimezone(UTC) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("when", "rush"),
    [
        ("samedi 06/03/2027 08:44", None),
        ("samedi 06/03/2027 08:45", "samedi 06/03/2027 09:00"),
        ("dimanche 07/03/2027 12:00", "samedi 06/03/2027 09:00"),
        ("lundi 08/03/2027 08:45", "lundi 08/03/2027 09:00"),
        ("vendredi 02/04/2027 20:00", None),
    ],
)
def test_a_room_is_planned_around_the_nearest_opening(when, rush):
    (period,) = spring().periods
    assert period.rush(CALENDAR, at(when)) == (at(rush) if rush else None)


def test_without_room_none_is_planned():
    (period,) = spring(**{"room = { families = 20 }": ""}).periods
    assert period.rush(CALENDAR, at("samedi 06/03/2027 09:00")) is None


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('"printemps-2027"', '"Printemps 2027"', "des minuscules, des chiffres et des tirets"),
        ("2027-04-25", "2027-04-09", "la date doit suivre « from »"),
        ("closes = 2027-04-02", "closes = 2027-03-05", "la date doit suivre la première ouverture"),
        ("on = 2027-03-10", "on = 2027-05-10", "la date doit précéder « until »"),
        ("{ families = 20 }", "{ }", "il manque « families »"),
    ],
)
def test_what_cannot_be_is_told(old, new, expected):
    (message,) = told(SPRING.replace(old, new))
    assert message.startswith(expected)


def test_a_code_names_one_period_and_a_day_belongs_to_one():
    assert told(SPRING + "\n" + SPRING) == [
        "la période « Vacances de printemps 2027 » a déjà des jours de ces services : "
        "changez les services ou les dates",
        "le code « printemps-2027 » est déjà celui d'une autre période",
    ]
    apart = SPRING.replace("printemps-2027", "autre").replace('["vacances"]', '["cantine"]')
    assert len(parse(pages.HEAD + SPRING + "\n" + apart).periods) == 2


def test_its_moments_can_be_edited_and_its_room_is_told_when_it_changes():
    (rule,) = rules_of(pages.HEAD + SPRING)["periods"]
    assert [setting.label for setting in rule.settings][-3:] == [
        "Toutes les familles, ouverture",
        "Toutes les familles, heure d'ouverture",
        "Familles qui réservent en même temps",
    ]
    lines = differences(spring(), spring(**{"families = 20": "families = 30"}))
    assert len(lines) == 1
    assert "30 familles à la fois" in str(lines[0])
