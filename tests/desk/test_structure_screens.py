"""Schools, classes, places, activities, services: typed by people, with what people type."""

import pytest
from django.urls import reverse

from portail.activities.models import Activity, Place, School, SchoolClass, SchoolYear, Service, ServicePlace
from portail.core.models import JournalEntry
from tests import factories as make
from tests.desk.screens import errors, post, said

pytestmark = pytest.mark.django_db
SERVICE = {
    "name": "Accueil du soir",
    "short_name": "Soir",
    "code": "",
    "icon": "evening",
    "weekdays": ["5", "1"],
    "period": "school",
    "starts_at": "16:30",
    "ends_at": "18:30",
    "position": "3",
}


def test_a_school_its_classes_and_its_name_taken(desk, cast):
    year = make.SchoolYearFactory()
    added = post(desk, "school_new", name="École du Port", address="")
    school = School.objects.get(name="École du Port")
    assert added.url == reverse("desk:school", args=[school.pk])
    assert post(desk, "class_new", school.pk, year.pk, name="CP", level="CP").status_code == 302
    again = post(desk, "class_new", school.pk, year.pk, name="CP", level="CP")
    assert errors(again) == {"__all__": ["Cette école a déjà une classe de ce nom cette année-là."]}
    assert b'value="CP"' in again.content
    twin = post(desk, "school_new", name="École du Port", address="ailleurs")
    assert errors(twin) == {"name": ["Une école porte déjà ce nom."]}
    assert b'value="ailleurs"' in twin.content
    assert JournalEntry.objects.latest("pk").actor == cast.agnes


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "=1+1", "École 🎒 d'Ávila", "a" * 120])
def test_strange_names_are_kept_and_shown_as_they_are(desk, name):
    assert post(desk, "school_new", name=name, address="").status_code == 302
    page = desk.get(reverse("desk:schools")).content.decode()
    assert School.objects.filter(name=name).count() == 1
    assert "<script>alert" not in page


@pytest.mark.parametrize(("name", "told"), [("", "Remplissez « École »."), ("   ", "Remplissez « École ».")])
def test_a_school_needs_a_name(desk, name, told):
    assert errors(post(desk, "school_new", name=name)) == {"name": [told]}


def test_a_name_too_long_and_a_null_character_are_refused(desk):
    assert "name" in errors(post(desk, "school_new", name="a" * 121))
    assert "name" in errors(post(desk, "school_new", name="a\x00b"))


def test_the_school_year_of_the_address_chooses_the_classes(desk):
    old = make.SchoolYearFactory(label="2025-2026", start="2025-09-01", end="2026-07-04")
    mine = make.SchoolClassFactory(name="CE1 - Mme Petit")
    make.SchoolClassFactory(school=mine.school, school_year=old, name="CP - M. Roux")
    address = reverse("desk:school", args=[mine.school.pk])
    assert "CE1 - Mme Petit" in desk.get(address).content.decode()
    earlier = desk.get(address, {"annee": old.pk}).content.decode()
    assert "CP - M. Roux" in earlier
    assert "CE1 - Mme Petit" not in earlier
    assert desk.get(address, {"annee": "tout"}).status_code == 200


def test_a_place_and_an_activity_are_added_and_changed(desk):
    school = make.SchoolFactory()
    post(desk, "place_new", name="Restaurant", school=school.pk, address="")
    place = Place.objects.get(name="Restaurant")
    assert post(desk, "place", place.pk, name="Grand restaurant", school="", address="").status_code == 302
    place.refresh_from_db()
    assert (place.name, place.school) == ("Grand restaurant", None)
    post(desk, "activity_new", name="Accueil de loisirs", code="", icon="leisure", position="2")
    assert Activity.objects.get(name="Accueil de loisirs").code == "accueil-de-loisirs"


def test_a_service_is_made_with_its_days_then_offered_in_places(desk, cast):
    done = post(desk, "service_new", **SERVICE, activity=cast.canteen.activity_id)
    service = Service.objects.get(code="accueil-du-soir")
    assert done.url == reverse("desk:service", args=[service.pk])
    assert service.weekdays == "15"
    post(desk, "offer_new", service.pk, place=cast.offer.place_id, capacity="")
    offer = ServicePlace.objects.get(service=service)
    assert offer.capacity is None
    assert post(desk, "offer", offer.pk, capacity="25").status_code == 302
    offer.refresh_from_db()
    assert (offer.capacity, offer.place) == (25, cast.offer.place)
    twice = post(desk, "offer_new", service.pk, place=cast.offer.place_id, capacity="5")
    assert "place" in errors(twice)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"weekdays": []}, "weekdays"),
        ({"weekdays": ["8"]}, "weekdays"),
        ({"starts_at": "25:00"}, "starts_at"),
        ({"starts_at": "19:00"}, "__all__"),
        ({"period": "toujours"}, "period"),
        ({"activity": "999999"}, "activity"),
        ({"code": "Accueil Soir"}, "code"),
        ({"code": "cantine"}, "code"),
        ({"position": "-1"}, "position"),
        ({"position": "99999999999"}, "position"),
    ],
)
def test_a_service_badly_typed_keeps_what_was_typed(desk, cast, change, field):
    response = post(desk, "service_new", **{**SERVICE, "activity": cast.canteen.activity_id, **change})
    assert list(errors(response)) == [field]
    assert b'value="Accueil du soir"' in response.content
    assert Service.objects.count() == 1


@pytest.mark.parametrize("capacity", ["-1", "1000000000", "beaucoup", "1.5"])
def test_a_capacity_badly_typed_is_refused(desk, cast, capacity):
    assert list(errors(post(desk, "offer", cast.offer.pk, capacity=capacity))) == ["capacity"]


def test_places_may_be_given_to_the_sessions_to_come(desk, cast):
    session = make.SessionFactory(service=cast.canteen, place=cast.offer.place)
    full = make.SessionFactory(service=cast.canteen, place=cast.offer.place, date="2026-12-04")
    for child in (cast.lea, cast.noe):
        make.BookingFactory(session=full, child=child, household=cast.alice.household)
    post(desk, "offer", cast.offer.pk, capacity="30")
    session.refresh_from_db()
    assert session.capacity == 40
    told = said(post(desk, "offer", cast.offer.pk, capacity="1", coming="on"))
    assert told[-1].startswith("Gardent leurs places, car plus d'enfants y sont réservés : 04/12.")
    session.refresh_from_db()
    full.refresh_from_db()
    assert (session.capacity, full.capacity) == (1, 40)


def test_the_code_of_a_service_does_not_change(desk, cast):
    values = {**SERVICE, "name": "Cantine", "code": "autre", "activity": cast.canteen.activity_id}
    response = post(desk, "service", cast.canteen.pk, **values)
    cast.canteen.refresh_from_db()
    assert cast.canteen.code == "cantine"
    assert "générer à nouveau" in said(response)[1]


def test_only_what_nothing_points_to_is_deleted_after_one_question(desk, cast):
    free = make.PlaceFactory(name="Salle neuve")
    asked = post(desk, "remove", "lieu", free.pk)
    assert asked.status_code == 200
    assert "Supprimer Salle neuve ?" in asked.content.decode()
    assert post(desk, "remove", "lieu", free.pk, confirmed="1").url == reverse("desk:places")
    make.SessionFactory(service=cast.canteen, place=cast.offer.place)
    refused = post(desk, "remove", "lieu", cast.offer.place_id, confirmed="1")
    assert "leur passé doit rester lisible" in said(refused)[-1]
    assert list(Place.objects.all()) == [cast.offer.place]


def test_archiving_waits_for_bookings_to_come_and_can_be_undone(desk, cast):
    session = make.SessionFactory(service=cast.canteen, place=cast.offer.place, date="2026-11-24")
    booking = make.BookingFactory(session=session, child=cast.lea, household=cast.alice.household)
    for noun, row in [
        ("lieu", cast.offer.place),
        ("prestation", cast.canteen),
        ("activite", cast.canteen.activity),
        ("offre", cast.offer),
    ]:
        assert "1 réservation à venir." in said(post(desk, "archive", noun, row.pk))[-1]
    booking.state = "cancelled"
    booking.save()
    post(desk, "archive", "prestation", cast.canteen.pk)
    cast.canteen.refresh_from_db()
    assert not cast.canteen.is_active
    assert "Remettre en service" in desk.get(reverse("desk:service", args=[cast.canteen.pk])).content.decode()
    post(desk, "restore", "prestation", cast.canteen.pk)
    cast.canteen.refresh_from_db()
    assert cast.canteen.is_active


def test_a_class_with_pupils_stays(desk, cast):
    row = make.SchoolClassFactory()
    cast.lea.schoolings.update(school_class=row)
    post(desk, "remove", "classe", row.pk, confirmed="1")
    assert SchoolClass.objects.filter(pk=row.pk).exists()
    cast.lea.schoolings.update(school_class=None)
    post(desk, "remove", "classe", row.pk, confirmed="1")
    assert not SchoolClass.objects.filter(pk=row.pk).exists()


def test_years_are_added_corrected_and_followed(desk):
    year = make.SchoolYearFactory()
    make.SchoolClassFactory(school_year=year)
    page = desk.get(reverse("desk:year_next", args=[year.pk])).content.decode()
    assert 'value="2027-2028"' in page
    assert 'value="2027-09-01"' in page
    values = {
        "label": "2027-2028",
        "start": "2027-09-01",
        "end": "2028-08-31",
        "bookable_from": "2027-06-01T08:00",
    }
    for _ in range(2):
        assert post(desk, "year_next", year.pk, **values).status_code in (302, 422)
    made = SchoolYear.objects.get(label="2027-2028")
    assert made.classes.count() == 1
    assert made.bookable_from.isoformat() == "2027-06-01T06:00:00+00:00"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"start": "2028-02-30"}, "start"),
        ({"end": "2027-08-31"}, "__all__"),
        ({"start": "2027-07-01"}, "__all__"),
        ({"label": "2026-2027"}, "label"),
        ({"bookable_from": "bientôt"}, "bookable_from"),
        ({"bookable_from": "0001-01-01T00:00"}, "bookable_from"),
        ({"end": "9999-12-31"}, "end"),
        ({"bookable_from": "2028-03-26T02:30"}, "bookable_from"),
    ],
)
def test_a_year_badly_typed_is_refused_in_words(desk, change, field):
    make.SchoolYearFactory()
    values = {"label": "2027-2028", "start": "2027-09-01", "end": "2028-07-04", "bookable_from": ""}
    response = post(desk, "year_new", **{**values, **change})
    assert list(errors(response)) == [field]
    assert SchoolYear.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "queries"), [("activities", 6), ("schools", 4), ("places", 6), ("years", 4)]
)
def test_lists_cost_the_same_with_more_rows(desk, cast, django_assert_num_queries, name, queries):
    for number in range(3):
        with django_assert_num_queries(queries):
            assert desk.get(reverse(f"desk:{name}")).status_code == 200
        place = make.PlaceFactory(name=f"Lieu {number}", school=make.SchoolFactory(name=f"École {number}"))
        service = make.ServiceFactory(code=f"s{number}", activity=make.ActivityFactory(code=f"a{number}"))
        make.ServicePlaceFactory(service=service, place=place)
        make.SchoolClassFactory(
            school_year=make.SchoolYearFactory(
                label=f"{2030 + number}", start=f"{2030 + number}-09-01", end=f"{2031 + number}-07-01"
            )
        )
