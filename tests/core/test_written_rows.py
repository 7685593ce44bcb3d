"""What changed in a row: written once, told in plain JSON; what nobody points to."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from portail.activities.models import Place, School, ServicePlace
from portail.core.changes import after, before, unreferenced, write
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_a_new_row_tells_all_and_a_row_changed_tells_what_did():
    school = make.SchoolFactory()
    place = Place()
    assert write(place, {"name": "Cantine", "school": school}) == {
        "name": (None, "Cantine"),
        "school": (None, school.pk),
    }
    changes = write(place, {"name": "Cantine", "school": None})
    assert (before(changes), after(changes)) == ({"school": school.pk}, {"school": None})


def test_nothing_changed_writes_nothing(django_assert_num_queries):
    year = make.SchoolYearFactory()
    with django_assert_num_queries(0):
        assert write(year, {"start": date(2026, 9, 1)}) == {}


def test_only_the_fields_that_changed_are_written():
    place = make.PlaceFactory(address="1 rue Haute")
    Place.objects.filter(pk=place.pk).update(address="2 rue Basse")
    write(place, {"name": "Autre"})
    place.refresh_from_db()
    assert (place.name, place.address) == ("Autre", "2 rue Basse")


def test_what_the_table_refuses_is_said_in_its_words_and_the_transaction_goes_on():
    make.SchoolFactory(name="École du Port")
    with pytest.raises(ValidationError, match="Une école porte déjà ce nom"):
        write(School(), {"name": "École du Port"})
    assert School.objects.count() == 1


def test_what_nobody_points_to():
    offer = make.ServicePlaceFactory()
    free = make.PlaceFactory(name="Libre")
    assert list(unreferenced(Place.objects.all())) == [free]
    assert list(unreferenced(Place.objects.order_by("pk"), but=(ServicePlace,))) == [offer.place, free]
