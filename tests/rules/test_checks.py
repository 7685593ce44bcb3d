"""What a settings file may not have meant, told before it is applied."""

from datetime import date

import pytest

from portail.rules import SettingsErrors
from portail.rules.checks import broken_examples, doubts

from . import pages

TARIFF = '[[tariffs]]\nname = "Repas"\nservices = ["cantine"]\n'
OFFERED = (
    '[[services]]\ncode = "cantine"\nname = "Cantine"\nactivity = "repas"\nstart = "12:00"\nend = "13:30"\n'
)
DOUBTS = [
    (OFFERED + "places = []", "services[1] : « Cantine » n'est proposé dans aucun lieu (places)"),
    (
        OFFERED + 'places = [{ place = "Préau", capacity = 0 }]',
        "services[1] : « Cantine » n'a aucune place à « Préau » : personne ne pourra réserver (capacity)",
    ),
    (
        '[[places]]\nname = "Préau"\nactive = false\n' + OFFERED + 'places = [{ place = "Préau" }]',
        "services[1] : « Cantine » est proposé à « Préau », qui est archivé",
    ),
    (
        '[[activities]]\ncode = "repas"\nname = "Repas"\nactive = false\n' + OFFERED,
        "services[1] : « Cantine » est proposé, mais son activité « repas » est archivée",
    ),
    (
        OFFERED + '[[services]]\ncode = "soir"\nname = "Soir"',
        "services[2] : « Soir » n'a pas d'activité (activity) : les familles ne le réservent pas",
    ),
    (
        '[[schools]]\nname = "École A"\nactive = false\n[[places]]\nname = "Préau"\nschool = "École A"',
        "places[1] : « Préau » est ouvert, mais « École A » est archivée",
    ),
    (
        TARIFF + "bands = [{ max = 622, price = 1.00 }, { min = 623, price = 3.30 }]",
        "tariffs[1] : « Repas » : rien n'est prévu entre 622 et 623 (holes)",
    ),
    (
        TARIFF + "bands = [{ max = 1500, price = 1.00 }, { min = 1500, price = 3.30 }]",
        "tariffs[1] : « Repas » : deux tranches valent entre 1 500 et 1 500 (overlaps)",
    ),
    (
        TARIFF
        + 'columns = [{ residences = ["commune", "voisine"] }, { residences = ["commune"] }]\nprices = [1, 2]',
        "tariffs[1] : « Repas » : aucun enfant n'atteint la colonne 2, une autre la précède",
    ),
    (TARIFF + "adds = true\nprice = 1", "tariffs[1] : « Repas » s'ajoute au prix de cantine, qui n'en a pas"),
    (
        TARIFF + 'price_of = "traiteur"',
        "tariffs[1] : « Repas » dépend du prix de « traiteur », qui n'en a pas",
    ),
    (
        TARIFF + 'price_of = "cantine"\npercent = 50',
        "tariffs[1] : « Repas » dépend de lui-même : nommez un autre service, ou « like »",
    ),
    (
        TARIFF + 'profiles = ["occasionnel"]\nprice = 5\n' + TARIFF + 'residences = ["extérieur"]\nprice = 6',
        "tariffs[2] : « Repas » l'emporte sur « Repas » (tariffs[1]) quand les deux conviennent",
    ),
    (
        '[[services]]\ncode = "cantine"\nname = "Cantine"\n[[deadlines]]\nservices = ["cantin"]\nbefore = 1',
        "deadlines[1] : le service « cantin » n'est pas décrit sous [[services]]",
    ),
    (
        '[[deadlines]]\nbefore = 7\n[[bookings.openings]]\nbefore = 3\nat = "08:00"',
        "bookings.openings[1] : *, mardi 1er septembre 2026 : l'ouverture (samedi 29 août à 8 h) "
        "ne précède pas la limite (mardi 25 août à minuit)",
    ),
    (
        '[[deadlines]]\nservices = ["alsh"]\nresidences = ["commune"]\nweekdays = ["lundi"]\n'
        'action = "book"\nbefore = 1',
        "deadlines[1] : alsh : sans limite pour réserver quand on ne sait pas : résidence",
    ),
    ('[[deadlines]]\nbefore = 1\nassumes = "l\'heure"', "deadlines[1] : à confirmer : l'heure"),
    (
        '[[services]]\ncode = "x"\nname = "x"\nweekdays = ["dimanche"]\n[[calendar]]\nkind = "closure"\nlabel = "x"\n'
        'start = 2010-01-01\nend = 2030-01-01\n[[deadlines]]\nservices = ["x"]\nbefore = 1\nunit = "service-days"',
        "deadlines[1] : la limite ne se calcule pas toujours : "
        "Il n'y a pas assez de jours de cette nature autour du 28/07/2025.",
    ),
]


@pytest.mark.parametrize(("toml", "expected"), DOUBTS, ids=[expected[:60] for _, expected in DOUBTS])
def test_a_doubt_is_told_with_its_place(toml, expected):
    found = doubts(pages.regulation(toml), pages.calendar(toml), around=date(2026, 9, 1))
    assert [f"{p.path} : {p.message}" for p in found] == [expected]
    assert all(p.line > 4 for p in found)


def test_a_year_without_holidays_is_told():
    regulation = pages.regulation('[[deadlines]]\nanchor = "week"')
    empty = regulation.calendar_with((), date(2030, 1, 1))
    assert [p.message for p in doubts(regulation, empty, around=date(2026, 9, 1))] == [
        "le calendrier n'a pas de vacances scolaires dans l'année qui suit le 01/09/2026",
        "le calendrier n'a pas de jour férié dans l'année qui suit le 01/09/2026",
    ]


def test_the_file_we_ship_leaves_no_doubt():
    text = (pages.ROOT / "portail/activities/default-regulation.toml").read_text(encoding="utf-8")
    regulation = pages.parse(text)
    calendar = regulation.calendar_with(pages.calendar().entries, date(2028, 8, 31))
    assert doubts(regulation, calendar, around=date(2026, 9, 1)) == ()


ABSENCE = (
    '[[absences]]\nname = "Maladie"\nreasons = ["maladie"]\nbilled_days = [1]\n[[examples]]\nservice = "cantine"\n'
    'known = { reason = "maladie" }\nabsent = [2027-01-12, 2027-01-14]\n'
)


def test_an_example_of_an_absence_must_hold():
    for due, expected in (
        ("[1, 0]", []),
        ("[0, 0]", ["l'exemple attend 0 puis 0, les règles donnent 1 puis 0"]),
    ):
        regulation = pages.regulation(f"{ABSENCE}due = {due}")
        assert [p.message for p in broken_examples(regulation, pages.calendar())] == expected


@pytest.mark.parametrize(
    ("toml", "expected"),
    [
        (ABSENCE + "due = [1]", "une part due par jour d'absence est attendue (absent, due)"),
        (
            ABSENCE.replace("12, 2027-01-14", "14, 2027-01-12") + "due = [1, 0]",
            "les jours de l'absence sont attendus dans l'ordre",
        ),
    ],
)
def test_an_example_that_says_half_of_an_absence_is_refused(toml, expected):
    with pytest.raises(SettingsErrors) as refused:
        pages.parse(pages.HEAD + toml)
    assert [p.message for p in refused.value.problems] == [expected]
