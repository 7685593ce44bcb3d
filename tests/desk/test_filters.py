"""Lists narrowed by somebody's name or address: what is typed never goes into an address."""

import pytest
from django.urls import reverse

from portail.desk.filters import MOST_KEPT
from tests.core.mails import outbox_mail
from tests.guard import GuardingClient


def narrow(client, name, **typed):
    response = client.post(reverse(f"desk:{name}"), {"csrfmiddlewaretoken": "x", **typed})
    assert response.status_code == 302
    return response["Location"]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("mails", {"q": "bob@exemple.fr"}),
        ("users", {"q": "Renée"}),
        ("journal", {"q": "Martin", "auteur": "Alix"}),
    ],
)
def test_what_is_typed_is_kept_out_of_the_address_and_shown_again(administration, name, typed):
    address = narrow(administration, name, **typed)
    assert address == f"{reverse(f'desk:{name}')}?filtre=1"
    page = administration.get(address).content.decode()
    assert all(f'value="{word}"' in page for word in typed.values())


def test_a_list_is_narrowed_page_after_page(administration):
    for number in range(51):
        outbox_mail(to="bob@exemple.fr", subject_line=f"Reçu {number}")
    outbox_mail(to="zoe@exemple.fr", subject_line="Autre")
    address = narrow(administration, "mails", q="bob@", etat="pending")
    first = administration.get(address)
    assert first.context["page"].paginator.count == 51
    assert "?filtre=1&amp;page=2" in first.content.decode()
    assert len(administration.get(f"{address}&page=2").context["page"]) == 1


def test_the_oldest_are_forgotten_and_one_that_is_gone_shows_everything(administration, cast):
    last = [narrow(administration, "users", q="Renée") for _ in range(MOST_KEPT + 1)][-1]
    users = reverse("desk:users")
    assert len(administration.get(last).context["page"]) == 1
    everybody = len(administration.get(users).context["page"])
    assert [len(administration.get(f"{users}?filtre={n}").context["page"]) for n in (1, 999)] == [
        everybody
    ] * 2


def test_another_session_does_not_see_it(administration, cast):
    address = narrow(administration, "users", q="Renée")
    other = GuardingClient()
    other.force_login(cast.alix)
    assert len(other.get(address).context["page"]) > 1


@pytest.mark.parametrize("name", ["mails", "users", "journal"])
@pytest.mark.parametrize("typed", ["a\x00b", "%", "💶", "O'Neill", "a" * 10_000])
def test_absurd_words_narrow_a_list_without_harm(client, cast, name, typed):
    client.force_login(cast.alix)
    url = reverse(f"desk:{name}")
    values = {"q": typed, "texte": typed, "etat": typed, "role": typed}
    assert client.post(url, values, follow=True).status_code in (200, 422)
    assert client.get(url, values).status_code in (200, 422)
