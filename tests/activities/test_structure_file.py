"""The structure of the commune in the settings file: done to the tables, exported from them, never half applied."""

from datetime import time

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings

from portail import rules
from portail.activities import queries
from portail.activities.actions import regulation as actions
from portail.activities.actions import structure
from portail.activities.models import Activity, Place, Regulation, School, Service, ServicePlace
from portail.core.models import JournalEntry
from portail.rules.structure import SECTIONS, keys
from portail.rules.structure_changes import structure_changes
from portail.rules.structure_text import completed
from tests import factories as make
from tests.factories import NOW
from tests.rules.structures import structures

pytestmark = pytest.mark.django_db
START = actions.default_text("Valmont-sur-Orne", "B")
TOWN = """
[[schools]]
name = "École Jules-Ferry"   # la plus ancienne
address = "3 rue des Écoles"

[[places]]
name = "Restaurant Jules-Ferry"
school = "École Jules-Ferry"

[[activities]]
code = "restauration"
name = "Restauration scolaire"
icon = "meal"

[[services]]
code = "cantine"
name = "Cantine"
activity = "restauration"
start = "12:00"
end = "13:30"
weekdays = ["lundi", "mardi", "jeudi", "vendredi"]
places = [
  { place = "Restaurant Jules-Ferry", capacity = 60 },  # deux services
]
"""


@pytest.fixture(autouse=True)
def commune(db):
    return make.CommuneFactory(zone="B")


def apply(text: str, **options) -> Regulation:
    return actions.apply_regulation(text, "", actor=None, now=NOW, **options)


def test_a_whole_commune_is_made_of_its_file():
    apply(START + TOWN)
    school, place = School.objects.get(), Place.objects.get()
    assert (school.name, school.address, place.school) == ("École Jules-Ferry", "3 rue des Écoles", school)
    service = Service.objects.get()
    assert (service.activity, service.code, service.short_name) == (
        Activity.objects.get(code="restauration"),
        "cantine",
        "Cantine",
    )
    assert (service.starts_at, service.ends_at, service.weekdays) == (time(12), time(13, 30), "1245")
    assert (service.period, service.position, service.icon) == ("school", 1, "calendar")
    offer = ServicePlace.objects.get()
    assert (offer.service, offer.place, offer.capacity, offer.is_active) == (service, place, 60, True)
    verbs = JournalEntry.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == [
        *("school.created", "place.created", "activity.created", "service.created", "offer.created"),
        "regulation.applied",
    ]


def test_the_same_file_again_changes_nothing():
    first = apply(START + TOWN)
    told = JournalEntry.objects.count()
    assert apply(START + TOWN) == first
    assert (JournalEntry.objects.count(), Regulation.objects.count()) == (told, 1)


def test_what_the_file_does_not_name_any_more_is_archived_never_deleted():
    apply(START + TOWN)
    other = TOWN.replace("Restaurant Jules-Ferry", "Restaurant neuf")
    apply(START + other)
    assert list(Place.objects.order_by("name").values_list("name", "is_active")) == [
        ("Restaurant Jules-Ferry", False),
        ("Restaurant neuf", True),
    ]
    assert list(ServicePlace.objects.order_by("place__name").values_list("is_active", "capacity")) == [
        (False, 60),
        (True, 60),
    ]
    apply(START + TOWN)
    assert dict(Place.objects.values_list("name", "is_active")) == {
        "Restaurant Jules-Ferry": True,
        "Restaurant neuf": False,
    }


def test_a_row_takes_its_new_name_and_keeps_its_key():
    apply(START + TOWN)
    place, school = Place.objects.get(), School.objects.get()
    text = START + TOWN.replace(
        'name = "Restaurant Jules-Ferry"', 'name = "Resto"\nwas = "Restaurant Jules-Ferry"'
    )
    text = text.replace('place = "Restaurant Jules-Ferry"', 'place = "Resto"')
    text = text.replace('name = "École Jules-Ferry"', 'name = "Jules"\nwas = "École Jules-Ferry"')
    text = text.replace('school = "École Jules-Ferry"', 'school = "Jules"')
    apply(text)
    assert (Place.objects.get(name="Resto"), School.objects.get(name="Jules")) == (place, school)
    assert ServicePlace.objects.get().place == place
    version = apply(text).version
    assert (version, Place.objects.count()) == (2, 1)


def test_sections_that_the_file_leaves_out_stay_as_the_desk_has_them():
    apply(START + TOWN)
    apply(START.replace("21:00", "20:00"))
    assert School.objects.get().is_active
    assert ServicePlace.objects.get().is_active


def test_a_name_that_nothing_has_refuses_the_whole_file():
    text = (
        START.replace("21:00", "20:00") + '[[places]]\nname = "Préau"\n[[places]]\nname = "A"\nschool = "Z"\n'
    )
    with pytest.raises(rules.SettingsErrors) as refused:
        apply(text)
    [problem] = refused.value.problems
    assert (problem.path, text.splitlines()[problem.line - 1]) == ("places[2].school", "[[places]]")
    assert [table.objects.exists() for table in (Regulation, Place, JournalEntry)] == [False] * 3


def test_what_the_desk_changes_is_in_the_text_with_its_comments():
    apply(START + TOWN)
    structure.keep(ServicePlace.objects.get(), {"capacity": 72}, actor=None, now=NOW)
    structure.keep(Place(), {"name": "Préau"}, actor=None, now=NOW)
    text = queries.text_in_force()
    changed = (START + TOWN).replace("capacity = 60", "capacity = 72")
    changed = changed.replace("\n[[activities]]", '\n[[places]]\nname = "Préau"\n\n[[activities]]')
    assert text == changed
    assert apply(text).version == 1


def test_the_file_as_it_was_applied_puts_back_what_the_desk_changed_since():
    apply(START + TOWN)
    structure.keep(ServicePlace.objects.get(), {"capacity": 72}, actor=None, now=NOW)
    assert apply(START + TOWN).version == 1
    assert ServicePlace.objects.get().capacity == 60
    assert JournalEntry.objects.filter(verb="offer.changed").count() == 2


def test_a_file_without_structure_is_exported_whole():
    make.ServicePlaceFactory(place__school=make.SchoolFactory(), capacity=None)
    apply(START)
    assert queries.text_in_force() == START
    whole = queries.whole_text()
    assert whole.startswith(START)
    assert rules.parse(whole).structure == queries.structure()
    assert apply(whole).version == 1
    assert queries.text_in_force() == START


def test_seconds_and_blanks_that_a_file_cannot_say_are_left_alone():
    service = make.ServiceFactory(starts_at=time(12, 0, 30))
    make.SchoolFactory(name="École A", address=" 3 rue des Écoles ")
    apply(START)
    apply(queries.whole_text())
    service.refresh_from_db()
    assert (service.starts_at, School.objects.get().address) == (time(12, 0, 30), " 3 rue des Écoles ")


def test_the_structure_is_read_in_five_queries(django_assert_num_queries):
    apply(START + TOWN)
    with django_assert_num_queries(5):
        queries.structure()


def text_of(wanted) -> str:
    """A file whose four sections are there, even empty."""
    empty = [section for section in SECTIONS if not wanted.section(section)]
    return "".join(f"{section} = []\n" for section in empty) + completed(START, wanted)


@given(structures(), structures())
@settings(
    deadline=None,
    max_examples=12,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_whatever_the_commune_offers_exported_then_applied_nothing_changes(one, two):
    """Round trip, from any structure to any other: the tables say the file, and the file says the tables."""
    with transaction.atomic():
        for wanted in (one, two):
            apply(text_of(wanted))
            assert structure_changes(queries.structure(), wanted) == ()
            exported, lines = queries.whole_text(), JournalEntry.objects.count()
            version = apply(exported).version
            assert (version, JournalEntry.objects.count()) == (actions.current_version(), lines)
            said = rules.parse(exported).structure
            assert [keys(said, section) for section in SECTIONS] == [
                keys(queries.structure(), section) for section in SECTIONS
            ]
        transaction.set_rollback(True)
