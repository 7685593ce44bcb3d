"""Démarches, from the family's side."""

import pytest
from django.urls import reverse

from portail.families.models import Request
from tests import factories as make

ADDRESS = {"street": "3 place du Puits", "postcode": "59162", "city": "Ostricourt"}


@pytest.fixture
def alice(client, cast):
    client.force_login(cast.alice.user)
    return client


def text(response) -> str:
    return response.content.decode().replace("&#x27;", "'")


def test_an_address_is_asked_with_what_was_and_what_shall_be(alice, cast):
    response = alice.post(reverse("front:ask_address"), {**ADDRESS, "message": "Le 1er janvier"})
    item = Request.objects.get()
    assert response.url == reverse("front:request", args=[item.pk])
    assert (item.household, item.author, item.state) == (cast.alice.household, cast.alice.user, "waiting")
    page = text(alice.get(response.url))
    for said in (item.number, "12 rue des Lilas", "3 place du Puits", "Le 1er janvier", "En attente"):
        assert said in page
    cast.alice.household.refresh_from_db()
    assert cast.alice.household.street == "12 rue des Lilas"


def test_asking_twice_is_asking_once(alice):
    for _ in range(2):
        alice.post(reverse("front:ask_address"), ADDRESS)
    assert Request.objects.count() == 1


def test_asking_for_what_is_says_so_and_keeps_what_was_typed(alice, cast):
    household = cast.alice.household
    typed = {"street": household.street, "postcode": household.postcode, "city": household.city}
    response = alice.post(reverse("front:ask_address"), typed)
    assert response.status_code == 422
    assert "Rien ne change" in text(response)
    assert household.street in text(response)
    assert Request.objects.count() == 0


@pytest.mark.parametrize("postcode", ["5916", "ABCDE", "591620", "٥٩١٦٢", "59 162"])
def test_a_postcode_has_five_figures(alice, postcode):
    response = alice.post(reverse("front:ask_address"), {**ADDRESS, "postcode": postcode})
    assert response.status_code == 422
    assert "cinq chiffres" in text(response)
    assert Request.objects.count() == 0


@pytest.mark.parametrize("name", ["O'Neill", "Ñáñez", "Dupont 🌻", "<script>alert(1)</script>"])
def test_names_are_asked_as_they_are_written(alice, cast, name):
    url = reverse("front:ask_child_name", args=[cast.lea.pk])
    response = alice.post(url, {"first_name": "Léa", "last_name": name})
    page = alice.get(response.url).content.decode()
    assert "<script>alert" not in page
    assert Request.objects.get().data["changes"] == [{"field": "last_name", "old": "Martin", "new": name}]


def test_a_school_is_asked_by_its_name(alice, cast):
    other = make.SchoolFactory(name="École du Parc")
    response = alice.post(reverse("front:ask_school", args=[cast.lea.pk]), {"school": other.pk})
    page = text(alice.get(response.url))
    assert "École Jules-Verne" in page
    assert "École du Parc" in page


def test_a_closed_school_cannot_be_asked(alice, cast):
    closed = make.SchoolFactory(name="École du Pont", is_active=False)
    response = alice.post(reverse("front:ask_school", args=[cast.lea.pk]), {"school": closed.pk})
    assert response.status_code == 422
    assert Request.objects.count() == 0


def test_a_tax_certificate_is_asked_for_a_past_year_once(alice):
    url = reverse("front:ask_certificate")
    assert alice.post(url, {"year": "1999"}).status_code == 422
    years = [value for value, _ in alice.get(url).context["form"].fields["year"].choices]
    for _ in range(2):
        alice.post(url, {"year": years[0]})
    assert Request.objects.get().data == {"year": years[0]}


def test_a_message_is_sent_and_withdrawn(alice):
    response = alice.post(reverse("front:ask_message"), {"message": "Bonjour,\n\nLéa mange sans porc."})
    item = Request.objects.get()
    assert "<p>Léa mange sans porc.</p>" in alice.get(response.url).content.decode()
    withdraw = reverse("front:withdraw_request", args=[item.pk])
    assert "Retirer" in text(alice.get(withdraw))
    for _ in range(2):
        alice.post(withdraw)
    item.refresh_from_db()
    assert item.state == Request.State.WITHDRAWN


def test_what_the_service_decided_is_not_withdrawn(alice, cast):
    alice.post(reverse("front:ask_message"), {"message": "Bonjour"})
    Request.objects.update(state="answered", answer="C'est noté.", decided_at=make.NOW)
    item = Request.objects.get()
    response = alice.post(reverse("front:withdraw_request", args=[item.pk]), follow=True)
    assert "Le service a répondu entre-temps" in text(response)
    assert "C'est noté." in text(response)
    item.refresh_from_db()
    assert item.state == "answered"


@pytest.mark.parametrize("name", ["request", "withdraw_request"])
def test_another_familys_request_does_not_exist(alice, cast, name):
    item = Request.objects.create(
        kind="message", household=cast.charlie.household, author=cast.charlie.user, created_at=make.NOW
    )
    url = reverse(f"front:{name}", args=[item.pk])
    assert alice.get(url).status_code == 404
    assert alice.post(url).status_code in (404, 405)
    item.refresh_from_db()
    assert item.state == "waiting"


@pytest.mark.parametrize("name", ["ask_child_name", "ask_school"])
def test_another_familys_child_cannot_be_asked_for(alice, cast, name):
    url = reverse(f"front:{name}", args=[cast.zoe.pk])
    assert alice.get(url).status_code == 404
    assert alice.post(url, {"first_name": "X", "last_name": "Y"}).status_code == 404


@pytest.mark.parametrize("number", [1, 5])
def test_the_list_costs_the_same_whatever_its_length(alice, cast, number, django_assert_num_queries):
    for n in range(number):
        Request.objects.create(
            kind="message",
            household=cast.alice.household,
            author=cast.alice.user,
            message=f"Question {n}",
            created_at=make.NOW,
        )
    with django_assert_num_queries(6):
        page = text(alice.get(reverse("front:requests")))
    assert page.count("Question au service") == number
