"""Schools, classes, places, activities, services: kept once, archived, removed only when nothing points to them."""

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from portail.activities.actions import structure
from portail.activities.models import Activity, Place, School, SchoolClass, Service, ServicePlace
from portail.core.models import JournalEntry
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def keep(row, **values):
    return structure.keep(row, values, actor=None, now=NOW)


def journal() -> list[tuple[str, str, str]]:
    return list(JournalEntry.objects.order_by("pk").values_list("verb", "subject", "summary"))


def test_a_school_is_created_changed_and_kept_the_same_without_a_word():
    school = keep(School(), name="École du Port", address="1 quai Nord")
    keep(school, name="École du Port", address="2 quai Nord")
    keep(school, name="École du Port", address="2 quai Nord")
    assert School.objects.get().address == "2 quai Nord"
    assert journal() == [
        ("school.created", f"school:{school.pk}", "École créée : École du Port"),
        ("school.changed", f"school:{school.pk}", "École modifiée : École du Port"),
    ]
    line = JournalEntry.objects.latest("pk")
    assert (line.before, line.after) == ({"address": "1 quai Nord"}, {"address": "2 quai Nord"})


def test_a_name_already_taken_is_refused_in_words():
    keep(School(), name="École du Port")
    other = keep(School(), name="École du Parc")
    with pytest.raises(ValidationError):
        keep(other, name="École du Port")
    assert School.objects.get(pk=other.pk).name == "École du Parc"


def test_a_class_is_once_in_a_school_and_a_year():
    first = make.SchoolClassFactory(name="CE1")
    with pytest.raises(ValidationError, match="déjà une classe de ce nom"):
        keep(SchoolClass(), school=first.school, school_year=first.school_year, name="CE1", level="CE1")


@pytest.mark.parametrize("factory", [make.SchoolFactory, make.PlaceFactory, make.ActivityFactory])
def test_what_nothing_points_to_is_removed_and_removing_twice_is_removing_once(factory):
    row = factory()
    assert structure.is_removable(row)
    structure.remove(row, actor=None, now=NOW)
    structure.remove(row, actor=None, now=NOW)
    assert not type(row).objects.exists()
    assert len(journal()) == 1


def test_what_others_point_to_stays_and_may_be_archived():
    offer = make.ServicePlaceFactory()
    make.SessionFactory(service=offer.service, place=offer.place)
    for row in (offer.place, offer.service, offer.service.activity):
        assert not structure.is_removable(row)
        with pytest.raises(structure.StillUsed):
            structure.remove(row, actor=None, now=NOW)
        structure.archive(row, actor=None, now=NOW)
        structure.archive(row, actor=None, now=NOW)
    assert not Activity.objects.get().is_active
    structure.restore(offer.place, actor=None, now=NOW)
    assert Place.objects.get().is_active
    assert [verb for verb, *_ in journal()] == [
        "place.archived",
        "service.archived",
        "activity.archived",
        "place.restored",
    ]


def test_a_service_without_session_is_removed_with_its_offers():
    offer = make.ServicePlaceFactory()
    structure.remove(offer.service, actor=None, now=NOW)
    assert not Service.objects.exists()
    assert not ServicePlace.objects.exists()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_agents_give_the_same_name_at_once():
    """One is written, the other is told in words: never a crash, never two."""
    start, answers = threading.Barrier(2), []

    def agent() -> None:
        start.wait()
        try:
            keep(School(), name="École du Port")
            answers.append("created")
        except ValidationError:
            answers.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=agent) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["created", "refused"]
    assert School.objects.count() == 1
