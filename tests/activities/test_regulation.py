"""The settings file: problems with their line, effects told before, versions kept, two agents never overwriting."""

from datetime import date

import pytest

from portail import rules
from portail.activities import queries
from portail.activities.actions import regulation as actions
from portail.activities.models import Commune, Regulation
from portail.core.models import JournalEntry
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def commune(db):
    return make.CommuneFactory(zone="B")


def apply(text: str, note: str = "", **options) -> Regulation:
    return actions.apply_regulation(text, note, actor=None, now=NOW, **options)


def start() -> str:
    return actions.default_text("Valmont-sur-Orne", "B")


def test_the_first_version_is_in_force_and_told():
    applied = apply(start(), "Rentrée")
    assert (applied.version, queries.regulation()) == (1, rules.parse(start()))
    line = JournalEntry.objects.get()
    assert (line.verb, line.summary) == ("regulation.applied", "Règlement, version 1 appliquée : Rentrée")


def test_applying_the_text_in_force_changes_nothing():
    assert apply(start()) == apply(start(), "encore")
    assert Regulation.objects.count() == 1


def test_earlier_versions_stay():
    apply(start())
    apply(start().replace("21:00", "20:00"))
    assert list(Regulation.objects.values_list("version", flat=True)) == [2, 1]


def test_a_file_with_problems_is_refused_whole_with_every_line():
    text = (
        start()
        .replace('at = "21:00"', 'at = "25:00"')
        .replace("password_min_length = 12", "password_min_length = 6")
    )
    with pytest.raises(rules.SettingsErrors) as refused:
        apply(text)
    lines = text.splitlines()
    found = [lines[problem.line - 1].split(" ")[0] for problem in refused.value.problems]
    assert found == ["password_min_length", "at"]
    assert not Regulation.objects.exists()


def test_two_agents_at_once_do_not_overwrite_each_other():
    apply(start())
    apply(start().replace("21:00", "20:00"), over=1)
    with pytest.raises(actions.StaleVersion) as refused:
        apply(start().replace("21:00", "19:00"), over=1)
    assert refused.value.current == 2
    assert Regulation.objects.count() == 2


def test_the_commune_s_name_and_zone_follow_the_file():
    apply(actions.default_text("Sainte-Croix", "C", "67"))
    commune = Commune.objects.get()
    assert (commune.name, commune.zone, commune.subdivision) == ("Sainte-Croix", "C", "67")


@pytest.mark.parametrize("name", ['Le "Bourg"', "L'Haÿ-les-Roses", "a\\b", "\\1 \\g<0>", "x\ty"])
def test_the_first_file_takes_any_name(name):
    assert rules.parse(actions.default_text(name, "A")).commune.name == name


def test_the_first_file_refuses_a_blank_name():
    with pytest.raises(rules.SettingsErrors):
        actions.default_text(" ", "A")


def test_the_deadlines_of_the_next_days_are_told_before_and_after():
    for day in (date(2026, 11, 23), date(2026, 11, 30), date(2026, 12, 1)):
        make.SessionFactory(date=day)
    apply(start())
    new = rules.parse(start().replace("21:00", "18:30"))
    assert actions.effects(new, today=TODAY) == [
        actions.Effect(
            "Cantine, lundi 30 novembre 2026",
            "Modifiable jusqu'au dimanche 29 novembre à 21 h",
            "Modifiable jusqu'au dimanche 29 novembre à 18 h 30",
        ),
        actions.Effect(
            "Cantine, mardi 1er décembre 2026",
            "Modifiable jusqu'au dimanche 29 novembre à 21 h",
            "Modifiable jusqu'au dimanche 29 novembre à 18 h 30",
        ),
    ]


def test_services_that_change_alike_are_told_together():
    for code, name in (("cantine", "Cantine"), ("soir", "Soir"), ("matin", "Matin")):
        make.SessionFactory(service__code=code, service__name=name, date=date(2026, 12, 1))
    apply(start())
    text = start().replace('["*"]', '["cantine", "matin"]').replace("21:00", "12:00")
    told = actions.effects(rules.parse(text), today=TODAY)
    assert [effect.what for effect in told] == [
        "Cantine, Matin, mardi 1er décembre 2026",
        "Soir, mardi 1er décembre 2026",
    ]


def test_openings_are_told_too_and_every_rule_in_a_sentence():
    make.SessionFactory(date=date(2026, 12, 1))
    apply(start())
    text = start().replace('zone = "B"', 'zone = "A"').replace("= 12", "= 14") + (
        '[[calendar]]\nkind = "closure"\nlabel = "Travaux"\nstart = 2027-08-01\nend = 2027-08-15\n'
        "[[bookings.openings]]\non = 2026-11-25\nat = '8:00'\n"
    )
    new = rules.parse(text)
    assert actions.effects(new, today=TODAY) == [
        actions.Effect(
            "Cantine, mardi 1er décembre 2026",
            "Modifiable jusqu'au dimanche 29 novembre à 21 h",
            "Modifiable jusqu'au dimanche 29 novembre à 21 h ; "
            "réservations ouvertes le mercredi 25 novembre à 8 h",
        )
    ]
    said = actions.changes(new)
    assert said[:2] == (
        "Commune, zone : B devient A.",
        "Mot de passe, longueur minimale : 12 devient 14.",
    )
    assert any(line.startswith("Calendrier, « Travaux » : ajouté") for line in said)


def test_the_same_file_changes_nothing():
    make.SessionFactory(date=date(2026, 12, 1))
    apply(start())
    assert actions.effects(rules.parse(start()), today=TODAY) == []
    assert actions.changes(rules.parse(start())) == ()


def test_a_rule_for_a_service_that_does_not_exist_is_pointed_out():
    make.ServiceFactory(code="cantine")
    text = start().replace('["*"]', '["cantine", "piscine"]')
    assert [w.split(" : ")[0] for w in actions.warnings(rules.parse(text))] == [
        "Aucune prestation n'a le code « piscine »"
    ]


def test_an_example_that_does_not_hold_is_a_warning_with_its_line():
    text = start() + '[[examples]]\nservice = "cantine"\nday = 2026-12-10\nuntil = "2026-12-06 %s"\n'
    known = rules.parse(text % "21:00")
    assert actions.warnings(known) == []
    [told] = actions.warnings(rules.parse(text % "20:00"))
    line = (text % "20:00").splitlines().index("[[examples]]") + 1
    assert told.startswith(f"Ligne {line}, examples[1] : l'exemple attend dimanche 6 décembre à 20 h (2026)")


def test_limits_counted_in_days_of_the_service_know_when_it_runs(django_assert_num_queries):
    make.ServiceFactory(code="mercredi", weekdays="3", period="school")
    make.SchoolYearFactory(start=date(2026, 9, 1), end=date(2027, 8, 31))
    text = (
        start() + '[[deadlines]]\nservices = ["mercredi"]\nbefore = 1\nunit = "service-days"\nat = "18:00"\n'
    )
    parsed = rules.parse(text)
    with django_assert_num_queries(3):  # the school years, the calendar, the services
        calendar = queries.calendar(parsed)
    with django_assert_num_queries(2):
        queries.calendar(rules.parse(start()))
    [_, rule] = parsed.deadlines
    limit = rule.cutoff(date(2026, 12, 9), calendar, service="mercredi").at
    assert limit.isoformat() == "2026-12-02T18:00:00+01:00"
