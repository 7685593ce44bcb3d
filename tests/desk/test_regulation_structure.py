"""The structure of the commune changed by the settings file, from the desk: told first, refused when it is booked."""

import pytest
from django.urls import reverse

from portail.activities.actions import structure
from portail.activities.actions.regulation import apply_regulation, default_text
from portail.activities.models import Regulation, ServicePlace
from portail.activities.queries import whole_text
from tests import factories as make
from tests.desk.screens import errors, post, said
from tests.factories import NOW

pytestmark = pytest.mark.django_db
START = default_text("Valmont-sur-Orne", "B")


@pytest.fixture
def town(administration, cast):
    """The file in force holds the structure, and a meal is booked."""
    apply_regulation(START, "Départ", actor=None, now=NOW)
    apply_regulation(whole_text() + "# fin\n", "Tout", actor=None, now=NOW)
    session = make.SessionFactory(
        service=cast.canteen, place=cast.offer.place, date="2026-12-03", capacity=40
    )
    make.BookingFactory(child=cast.noe, household=cast.alice.household, session=session)
    return administration


def check(client, text):
    return post(client, "regulation_edit", text=text, over=Regulation.objects.count(), check="1")


def apply(client, text):
    page = check(client, text)
    form = page.context["form"].initial
    return post(client, "regulation_edit", text=text, over=form["over"], seen=form["seen"], apply="1")


def test_what_changes_of_the_structure_is_told_then_done(town):
    text = whole_text().replace("capacity = 40", "capacity = 52")
    page = check(town, text).content.decode()
    assert "<h3>Écoles, lieux, prestations</h3>" in page
    assert "Prestation dans un lieu « cantine, Restaurant Jules-Verne » : places : 40 devient 52." in page
    assert "Ce fichier dit la même chose" not in page
    assert ServicePlace.objects.get().capacity == 40
    assert apply(town, text).status_code == 302
    assert ServicePlace.objects.get().capacity == 52


def test_a_session_that_keeps_its_places_is_named(town, cast):
    for child in (cast.lea, cast.zoe):
        make.BookingFactory(child=child, household=cast.alice.household, session=cast.canteen.sessions.get())
    answer = apply(town, whole_text().replace("capacity = 40", "capacity = 2"))
    assert "Gardent leurs places, car plus d'enfants y sont réservés : 03/12." in said(answer)[1]


def test_what_is_booked_is_refused_with_what_to_do(town):
    text = whole_text().replace('name = "Cantine"', 'name = "Cantine"\nactive = false')
    page = check(town, text)
    shown = page.content.decode()
    assert "À régler avant" in shown
    assert "1 réservation à venir en dépend. Fermez d" in shown
    assert 'name="apply"' not in shown
    refused = apply(town, text)
    assert refused.status_code == 422
    assert errors(refused)["__all__"][0].startswith(
        "Rien n'est appliqué. Prestation « Cantine » : archivée, mais 1 réservation"
    )
    assert Regulation.objects.count() == 2


def test_a_name_of_nothing_is_told_and_nothing_is_applied(town):
    text = START + '[[places]]\nname = "Restaurant Jules-Verne"\nschool = "École Z"\n'
    assert "« École Z » n&#x27;existe pas" in check(town, text).content.decode()
    assert apply(town, text).status_code == 422
    assert Regulation.objects.count() == 2


def test_the_text_to_edit_and_to_download_says_what_the_desk_changed_since(town):
    structure.keep(ServicePlace.objects.get(), {"capacity": 61}, actor=None, now=NOW)
    edited = town.get(reverse("desk:regulation_edit")).content.decode()
    downloaded = town.get(reverse("desk:regulation_download", args=[0])).content.decode()
    assert "capacity = 61" in edited
    assert "capacity = 61" in downloaded
    assert downloaded.endswith("# fin\n")


def test_the_moved_deadlines_of_what_is_booked_are_told(town):
    page = check(town, whole_text().replace("21:00", "18:30")).content.decode()
    assert "<h3>Réservations déjà prises</h3>" in page
    assert "Cantine : la limite change pour 1 réservation à venir (1 jour)." in page
