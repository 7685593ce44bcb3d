"""The structure of the commune: every row of docs/rules/structure.md, and what the text keeps whatever changes."""

from itertools import groupby

import pytest
from hypothesis import HealthCheck, given, settings

from portail.desk.forms.structure import ICONS as CHOICES
from portail.rules import parse
from portail.rules.structure import ICONS, SECTIONS, Structure, keys
from portail.rules.structure_changes import lost_references, structure_changes
from portail.rules.structure_text import completed, refreshed

from . import pages
from .structures import structures

ROWS = pages.rows("structure.md", "Le portail dit")
SECTIONS_OF_THE_PAGE = [
    (toml, [row.cells["Le portail dit"] for row in rows])
    for toml, rows in groupby(ROWS, key=lambda row: row.toml)
]
TOWN = SECTIONS_OF_THE_PAGE[0][0]
RULES = """
# Le soir
[[deadlines]]
services = ["*"]
at = "21:00"   # voté en juin

[[calendar]]
kind = "closure"
label = "Pont"
start = 2027-05-07
# fin
"""
EMPTY = Structure((), (), (), ())


def structure(toml: str) -> Structure:
    return pages.regulation(toml).structure


@pytest.mark.parametrize(("toml", "told"), SECTIONS_OF_THE_PAGE[1:], ids=lambda value: str(value)[:40])
def test_what_a_file_changes_is_told_as_the_page_says(toml, told):
    current = structure(TOWN)
    assert [change.fr() for change in structure_changes(current, structure(toml))] == told


def test_a_whole_commune_is_told_as_the_page_says():
    told = [change.fr() for change in structure_changes(EMPTY, structure(TOWN))]
    assert told == SECTIONS_OF_THE_PAGE[0][1]


def test_a_section_that_the_file_leaves_out_says_nothing_and_an_empty_one_archives_all():
    assert parse(pages.HEAD).structure == Structure()
    assert structure_changes(structure(TOWN), Structure()) == ()
    gone = structure_changes(structure(TOWN), parse("schools = []\n" + pages.HEAD).structure)
    assert [change.fr() for change in gone] == ["École « École Jules-Ferry » : archivée."]


def test_a_service_that_is_only_described_is_no_part_of_the_structure():
    described = parse(pages.HEAD + '[[services]]\ncode = "A_1"\nname = "Soir"\n')
    assert (described.structure, described.services[0].code) == (Structure(), "A_1")


def test_what_nothing_describes_is_told_with_its_line():
    text = pages.HEAD + '[[places]]\nname = "Préau"\nschool = "École Z"\n'
    [problem] = lost_references(structure(TOWN), parse(text).structure)
    assert str(problem) == (
        "Ligne 5, places[1].school : « École Z » n'existe pas : décrivez cette école sous [[schools]]"
    )
    known = pages.HEAD + '[[places]]\nname = "Préau"\nschool = "École Jules-Ferry"\n'
    assert lost_references(structure(TOWN), parse(known).structure) == ()


def test_a_new_name_is_followed_wherever_it_is_named():
    text = (
        '[[schools]]\nname = "Jules"\nwas = "École Jules-Ferry"\naddress = "3 rue des Écoles"\n'
        '[[places]]\nname = "Resto"\nwas = "Restaurant Jules-Ferry"\nschool = "Jules"\n'
        '[[places]]\nname = "Centre La Source"\n'
    )
    assert [change.fr() for change in structure_changes(structure(TOWN), structure(text))] == [
        "École « École Jules-Ferry » : nom : École Jules-Ferry devient Jules.",
        "Lieu « Restaurant Jules-Ferry » : nom : Restaurant Jules-Ferry devient Resto.",
    ]


def test_the_pictures_are_those_of_the_desk():
    assert tuple(icon for icon, _ in CHOICES) == ICONS


def test_a_change_of_one_value_leaves_every_comment_and_line_in_place():
    text = pages.HEAD + TOWN + "  # deux services\n" + RULES
    now = structure(TOWN.replace("capacity = 60", "capacity = 64").replace("3 rue", "5 rue"))
    assert refreshed(text, now) == text.replace("capacity = 60", "capacity = 64").replace("3 rue", "5 rue")


@pytest.mark.parametrize(
    "written",
    [
        'places = [{ place = "Restaurant Jules-Ferry", capacity = 60 }]',
        '[[services.places]]\nplace = "Restaurant Jules-Ferry"\ncapacity = 60',
    ],
)
def test_places_are_written_again_however_the_file_writes_them(written):
    text = pages.HEAD + TOWN.replace(TOWN.splitlines()[-1], written) + RULES
    more = TOWN.replace("capacity = 60 }]", 'capacity = 60 }, { place = "Centre La Source" }]')
    after = refreshed(text, structure(more))
    assert parse(after).structure == structure(more)
    assert after.endswith(RULES)


def test_sections_between_brackets_and_services_only_described_are_completed():
    text = (
        'format = 1\nschools = [{ name = "École Jules-Ferry" }]\n[commune]\nname = "Ostricourt"\nzone = "B"\n'
        '[[services]]\ncode = "cantine"\nname = "Repas"\n[[services]]\ncode = "autre"\nname = "Autre"\n'
    )
    whole = parse(completed(text, structure(TOWN)))
    assert structure_changes(structure(TOWN), whole.structure) == ()
    assert [service.code for service in whole.services] == ["cantine", "autre"]
    assert refreshed(whole_text := completed(text, structure(TOWN)), structure(TOWN)) == whole_text


def test_a_row_that_is_gone_leaves_the_comments_around_it():
    text = pages.HEAD + TOWN.replace(
        '[[places]]\nname = "Centre La Source"',
        '# le centre\n[[places]]\nname = "Centre La Source"\n\n# Suite',
    )
    now = structure(TOWN.replace('[[places]]\nname = "Centre La Source"\n\n', ""))
    after = refreshed(text, now)
    assert ("le centre" in after, "# Suite" in after) == (False, True)
    assert structure_changes(now, parse(after).structure) == ()


@given(structures(), structures())
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_the_tables_hold_the_text_says_it_and_keeps_the_rest(one, two):
    text = pages.HEAD + RULES
    for current in (one, two):
        text = completed(text, current)
        said = parse(text).structure
        assert structure_changes(current, said) == ()
        assert [keys(said, section) for section in SECTIONS] == [
            keys(current, section) for section in SECTIONS
        ]
        assert completed(text, current) == refreshed(text, current) == text
    assert [line for line in RULES.splitlines() if line not in text.splitlines()] == []


@given(structures(), structures())
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_done_once_nothing_is_left_to_do(current, wanted):
    """What is archived or done is what the changes say: the rows they leave are those that the file names."""
    after = dict[tuple[str, str], object]()
    for section in SECTIONS:
        after |= {(section, row.key): row.active for row in current.section(section)}
    for change in structure_changes(current, wanted):
        if not change.service:
            after[change.section, change.after.key] = change.after.active
    said = {(s, row.key): row.active for s in SECTIONS for row in wanted.section(s)}
    assert after == dict.fromkeys(after, False) | said
