"""A session that ended while a page was open, and a page of ours that leads to the sign-in page by itself."""

import pytest

from portail.accounts import keys
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_a_form_sent_after_the_session_ended_comes_back_to_its_page(client, cast):
    response = client.post("/planning/valider/", {}, headers={"referer": "http://testserver/planning/?x=1"})
    assert (response.status_code, response["Location"]) == (302, "/connexion/?next=%2Fplanning%2F%3Fx%3D1")


def test_htmx_goes_there_as_a_whole_page(client, cast):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/planning/"}
    response = client.get("/planning/", headers=headers)
    assert response.headers["HX-Redirect"] == "/connexion/?next=%2Fplanning%2F"


def test_an_activation_leads_there_with_its_words_and_not_back_to_its_link(client, cast, time_machine):
    time_machine.move_to(make.NOW)
    user = make.UserFactory(activated_at=None, activation_sent_at=make.NOW)
    link = f"/activation/{keys.make(keys.Purpose.ACTIVATION, user, now=make.NOW)}/"
    response = client.post(link, headers={"referer": f"http://testserver{link}"})
    assert (response.status_code, response["Location"]) == (302, "/connexion/")
    assert "Votre compte est activé." in client.get("/connexion/").content.decode()
