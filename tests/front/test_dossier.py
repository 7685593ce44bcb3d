"""The family's own dossier: what it sees, and what it changes at once."""

import pytest
from django.urls import reverse

from portail.core.models import JournalEntry
from portail.families.models import ChildContact
from tests import factories as make


@pytest.fixture
def alice(client, cast):
    client.force_login(cast.alice.user)
    return client


def contact(household, child, **values):
    return ChildContact.objects.create(
        household=household, child=child, **{"name": "Mamie Odette", "phone": "+33231000001", **values}
    )


def text(response) -> str:
    return response.content.decode()


def test_the_dossier_shows_the_household_and_only_it(alice, cast):
    contact(cast.alice.household, cast.lea)
    contact(cast.bob.household, cast.lea, name="Papi Marcel")
    page = text(alice.get(reverse("front:household")))
    assert "Dossier 7001 · MARTIN" in page
    assert "École Jules-Verne" in page
    assert "Mamie Odette" in page
    assert "06 12 34 56 78" in page
    for other in ("Papi Marcel", "Durand", "7002", "Zoé"):
        assert other not in page


@pytest.mark.parametrize("extra", [0, 4])
def test_the_dossier_costs_the_same_whatever_the_number_of_children(
    alice, cast, extra, django_assert_num_queries
):
    for _ in range(extra):
        child = make.ChildFactory()
        make.HouseholdChildFactory(household=cast.alice.household, child=child)
        make.SchoolingFactory(child=child)
        contact(cast.alice.household, child)
    with django_assert_num_queries(14):
        alice.get(reverse("front:household"))


def test_own_telephones_change_at_once_and_the_journal_says_it(alice, cast):
    url = reverse("front:own_reach")
    typed = {"mobile_phone": "07 66 22 33 44", "email": "alice@nouveau.fr", "invoices_by_mail": "on"}
    assert alice.post(url, typed).url == reverse("front:reach")
    cast.alice.adult.refresh_from_db()
    assert cast.alice.adult.mobile_phone == "+33766223344"
    assert cast.alice.adult.email == "alice@nouveau.fr"
    cast.alice.household.refresh_from_db()
    assert cast.alice.household.invoices_by_mail is True
    line = JournalEntry.objects.get(subject=cast.alice.household.journal_subject)
    assert (line.actor, line.channel) == (cast.alice.user, "front")
    assert line.before["mobile_phone"] == "+33612345678"
    assert line.after["mobile_phone"] == "+33766223344"


def test_saving_the_same_twice_is_saving_once(alice, cast):
    typed = {"mobile_phone": "0766223344", "email": "a@exemple.fr"}
    for _ in range(2):
        alice.post(reverse("front:own_reach"), typed)
    assert JournalEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"mobile_phone": "06 12"}, "Indiquez un numéro de téléphone complet"),
        ({"mobile_phone": ""}, "Gardez au moins un numéro"),
        ({"mobile_phone": "0612345678", "email": "alice@"}, "Écrivez l'adresse en entier"),
        ({"mobile_phone": "0" * 10_000}, "30 caractères"),
    ],
)
def test_what_cannot_be_kept_says_what_to_do_and_keeps_what_was_typed(alice, cast, typed, said):
    response = alice.post(reverse("front:own_reach"), typed)
    assert response.status_code == 422
    assert said in text(response).replace("&#x27;", "'")
    for value in typed.values():
        assert value in text(response)
    cast.alice.adult.refresh_from_db()
    assert cast.alice.adult.mobile_phone == "+33612345678"


def test_a_childs_own_telephone_changes_at_once(alice, cast):
    alice.post(reverse("front:child_reach", args=[cast.lea.pk]), {"phone": "0611111111", "email": ""})
    cast.lea.refresh_from_db()
    assert cast.lea.phone == "+33611111111"


@pytest.mark.parametrize("name", ["Siobhán O'Neill", "Íñigo Ñáñez", "Mamie 🌻", "<b>Odette</b>"])
def test_a_person_to_call_is_added_changed_and_removed(alice, cast, name):
    typed = {"name": name, "phone": "02 31 00 00 01", "may_pick_up": "on"}
    alice.post(reverse("front:add_contact", args=[cast.lea.pk]), typed)
    kept = ChildContact.objects.get()
    assert (kept.name, kept.household, kept.may_pick_up) == (name, cast.alice.household, True)
    page = text(alice.get(reverse("front:reach")))
    assert "<b>Odette" not in page

    alice.post(reverse("front:edit_contact", args=[kept.pk]), {"name": "Paul", "phone": "0231000002"})
    kept.refresh_from_db()
    assert (kept.name, kept.phone, kept.may_pick_up) == ("Paul", "+33231000002", False)

    remove = reverse("front:remove_contact", args=[kept.pk])
    assert "Paul" in text(alice.get(remove))
    assert ChildContact.objects.count() == 1
    alice.post(remove)
    assert ChildContact.objects.count() == 0
    assert alice.post(remove).status_code == 404


@pytest.mark.parametrize("name", ["child_reach", "add_contact"])
def test_another_familys_child_does_not_exist(alice, cast, name):
    url = reverse(f"front:{name}", args=[cast.zoe.pk])
    assert alice.get(url).status_code == 404
    assert alice.post(url, {"name": "X", "phone": "0231000001"}).status_code == 404
    assert ChildContact.objects.count() == 0


@pytest.mark.parametrize("name", ["edit_contact", "remove_contact"])
def test_the_other_parents_contacts_do_not_exist(alice, cast, name):
    theirs = contact(cast.bob.household, cast.lea)
    url = reverse(f"front:{name}", args=[theirs.pk])
    assert alice.get(url).status_code == 404
    assert alice.post(url, {"name": "X", "phone": "0231000001"}).status_code == 404
    theirs.refresh_from_db()
    assert theirs.name == "Mamie Odette"


def test_another_familys_document_does_not_exist(alice, cast, settings):
    from django.core.files.base import ContentFile

    from portail.families.models import FamilyDocument

    document = FamilyDocument(
        household=cast.charlie.household,
        title="Carte",
        file_name="carte.pdf",
        content_type="application/pdf",
        size=4,
        added_at=make.NOW,
    )
    document.file.save("carte.pdf", ContentFile(b"%PDF"))
    url = reverse("front:family_document", args=[document.pk])
    assert alice.get(url).status_code == 404
    document.household = cast.alice.household
    document.save()
    response = alice.get(url)
    assert b"".join(response.streaming_content) == b"%PDF"
    assert 'filename="carte.pdf"' in response.headers["Content-Disposition"]


def test_no_invoice_is_pretended(alice):
    assert "Aucune facture n'a été faite" in text(alice.get(reverse("front:billing"))).replace("&#x27;", "'")


@pytest.mark.parametrize("name", ["household", "reach", "own_reach", "documents", "billing", "dashboard"])
def test_only_a_family_with_a_dossier_comes_here(client, cast, name):
    url = reverse(f"front:{name}")
    assert client.get(url).url.startswith(reverse("account_login"))
    client.force_login(cast.agnes)
    assert client.get(url).status_code == 404
    client.force_login(make.UserFactory(username="seul"))
    assert client.get(url).url == reverse("front:waiting")
