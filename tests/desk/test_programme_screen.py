"""An outing or a programme named on some days, and where families and agents read it."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from portail.activities.models import Session
from portail.core.models import JournalEntry
from tests import factories as make
from tests.desk.screens import errors, said

pytestmark = pytest.mark.django_db
FARM = "Sortie à la ferme"
MONDAY = date(2026, 12, 7)


@pytest.fixture
def days(desk, cast):
    """Monday and Tuesday in the cast's canteen; Monday elsewhere."""
    place = cast.offer.place
    monday, tuesday = (
        make.SessionFactory(service=cast.canteen, place=place, date=MONDAY + timedelta(days=n))
        for n in range(2)
    )
    elsewhere = make.ServicePlaceFactory(service=cast.canteen, place=make.PlaceFactory(name="Ailleurs"))
    other = make.SessionFactory(service=cast.canteen, place=elsewhere.place, date=MONDAY)
    return monday, tuesday, other


def address(cast, **more):
    query = "&".join(f"{name}={value}" for name, value in more.items())
    return f"{reverse('desk:programme')}?offre={cast.offer.pk}&mois=2026-12&{query}"


def named():
    return list(Session.objects.order_by("pk").values_list("programme", flat=True))


@pytest.mark.parametrize(
    ("ticked", "everywhere", "expected", "told"),
    [
        ((0,), False, [FARM, "", ""], "1 séance : Sortie à la ferme."),
        ((0, 1), False, [FARM, FARM, ""], "2 séances : Sortie à la ferme."),
        ((0,), True, [FARM, "", FARM], "2 séances : Sortie à la ferme."),
    ],
)
def test_days_are_named_in_one_place_or_in_all(desk, cast, days, ticked, everywhere, expected, told):
    data = {"programme": f" {FARM} ", "seances": [days[n].pk for n in ticked]}
    done = desk.post(address(cast), data | ({"partout": "on"} if everywhere else {}))
    assert (done.status_code, said(done)) == (302, [told])
    assert named() == expected
    assert JournalEntry.objects.filter(verb="sessions.programme_changed").count() == 1
    again = desk.post(address(cast), data | ({"partout": "on"} if everywhere else {}))
    assert said(again)[-1] == "Rien n'a changé : ces jours étaient déjà nommés ainsi."
    assert JournalEntry.objects.filter(verb="sessions.programme_changed").count() == 1


def test_a_name_is_shown_at_the_desk_and_taken_off(desk, cast, days):
    Session.objects.filter(pk=days[0].pk).update(programme=FARM)
    assert (
        FARM in desk.get(reverse("desk:sessions") + f"?offre={cast.offer.pk}&mois=2026-12").content.decode()
    )
    assert "Changer ce programme" in desk.get(reverse("desk:session", args=[days[0].pk])).content.decode()
    page = desk.get(address(cast, seance=days[0].pk)).content.decode()
    assert f'value="{FARM}"' in page
    assert page.count(" checked") == 1
    desk.post(address(cast), {"programme": "", "seances": [days[0].pk]})
    assert named() == ["", "", ""]


@pytest.mark.parametrize("seance", ["x", "9" * 30, "-1", ""])
def test_nonsense_in_the_address_ticks_nothing(desk, cast, days, seance):
    page = desk.get(address(cast, seance=seance))
    assert (page.status_code, page.content.decode().count(" checked")) == (200, 0)


def test_what_is_to_be_corrected(desk, cast, days):
    refused = desk.post(address(cast), {"programme": "x" * 121, "seances": []})
    assert errors(refused) == {
        "programme": ["Écrivez un texte plus court : 120 caractères au plus."],
        "seances": ["Cochez au moins un jour."],
    }
    elsewhere = desk.post(address(cast), {"programme": FARM, "seances": [days[2].pk]})
    assert list(errors(elsewhere)) == ["seances"]
    assert named() == ["", "", ""]
