"""Every row of docs/rules is true."""

from datetime import time

import pytest

from portail.rules import Action, Refusal, SessionFacts, decide_many, modifiable, rule_for

from . import pages

ANSWERS = {
    "oui": None,
    "trop tard": Refusal.TOO_LATE,
    "fermé": Refusal.CLOSED,
    "pas ouvert": Refusal.NOT_OPEN,
    "complet": Refusal.FULL,
    "passé": Refusal.PAST,
    "jamais": Refusal.NEVER,
    "service": Refusal.AGENT,
    "attente": Refusal.WAITING,
}
ACTIONS = {"réserver": Action.BOOK, "annuler": Action.CANCEL}
LIMIT = ("Jour réservé", "Limite", "Le portail dit")
ASKED = ("Jour réservé", "Demande du", "Action", "Réponse", "Le portail dit")


@pytest.mark.parametrize(
    "row",
    [
        *pages.rows("delais.md", *LIMIT),
        *pages.rows("delais.md", "Service", *LIMIT),
        *pages.rows("delais.md", "Service", "Début", *LIMIT),
    ],
    ids=str,
)
def test_a_deadline_is_where_the_page_says(row):
    service, day = row.cells.get("Service", "cantine"), pages.day(row.cells["Jour réservé"])
    calendar, rules = pages.calendar(row.toml), pages.regulation(row.toml).deadlines
    start = time.fromisoformat(row.cells["Début"]) if "Début" in row.cells else None
    told, reasons = modifiable(service, day, rules, calendar, start=start)
    first = rule_for(rules, Action.BOOK, service, day).cutoff(day, calendar, service=service, start=start)
    assert (first.at, told.fr()) == (pages.moment(row.cells["Limite"]), row.cells["Le portail dit"])
    assert all(reason.fr() for reason in reasons)


@pytest.mark.parametrize(
    "row",
    [
        *pages.rows("delais.md", *ASKED),
        *pages.rows("delais.md", "Service", *ASKED),
        *pages.rows("delais.md", "Service", "Ce qu'on sait", *ASKED),
        *pages.rows("ouvertures.md", "Service", "Ce qu'on sait", *ASKED),
    ],
    ids=str,
)
def test_a_question_is_answered_as_the_page_says(row):
    regulation = pages.regulation(row.toml)
    session = SessionFacts(
        row.cells.get("Service", "cantine"),
        pages.day(row.cells["Jour réservé"]),
        known=pages.known(row.cells.get("Ce qu'on sait", "")),
    )
    [decision] = decide_many(
        [(ACTIONS[row.cells["Action"]], session)],
        regulation.deadlines,
        pages.calendar(row.toml),
        now=pages.moment(row.cells["Demande du"]),
        openings=regulation.openings,
    )
    expected = (ANSWERS[row.cells["Réponse"]], row.cells["Le portail dit"])
    assert (decision.refusal, decision.sentence().fr()) == expected


@pytest.mark.parametrize(
    "row", pages.rows("delais.md", "Service", "Ce qu'on sait", "Jour réservé", "Limite"), ids=str
)
def test_the_rule_depends_on_what_is_known(row):
    day, known = pages.day(row.cells["Jour réservé"]), pages.known(row.cells["Ce qu'on sait"])
    rules, calendar = pages.regulation(row.toml).deadlines, pages.calendar(row.toml)
    rule = rule_for(rules, Action.BOOK, row.cells["Service"], day, known)
    assert rule.cutoff(day, calendar).at == pages.moment(row.cells["Limite"])


@pytest.mark.parametrize(
    "row", pages.rows("calendrier.md", "Jour", "Férié", "Vacances", "Fermeture", "École"), ids=str
)
def test_a_day_is_what_the_page_says(row):
    calendar, day = pages.calendar(row.toml), pages.day(row.cells["Jour"])
    found = (calendar.public_holiday(day), calendar.school_holiday(day), calendar.closure(day))
    assert found == tuple(row.cells[name] or None for name in ("Férié", "Vacances", "Fermeture"))
    assert calendar.is_school_day(day) is (row.cells["École"] == "oui")


@pytest.mark.parametrize("row", pages.rows("calendrier.md", "Service", "Jour", "Fermeture"), ids=str)
def test_a_closure_holds_for_its_services(row):
    found = pages.calendar(row.toml).closure(pages.day(row.cells["Jour"]), row.cells["Service"])
    assert found == (row.cells["Fermeture"] or None)


@pytest.mark.parametrize("row", pages.rows("calendrier.md", "Département", "Jour", "Férié"), ids=str)
def test_public_holidays_follow_the_department(row):
    department = row.cells["Département"]
    calendar = pages.calendar(subdivision=None if department == "59" else department)
    assert calendar.public_holiday(pages.day(row.cells["Jour"])) == (row.cells["Férié"] or None)


@pytest.mark.parametrize("row", pages.rows("calendrier.md", "Jour", "Heure", "Moment exact"), ids=str)
def test_hours_are_right_across_the_changes_of_hour(row):
    hours, minutes = map(int, row.cells["Heure"].split(":"))
    found = pages.calendar().local(pages.day(row.cells["Jour"]), hours * 60 + minutes)
    assert found.isoformat() == row.cells["Moment exact"]
