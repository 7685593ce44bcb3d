"""A child's diet, allergies and PAI at the desk: written once, read by those with the right, never in the journal."""

import pytest
from django.urls import reverse

from portail.core.models import JournalEntry
from portail.families.models import ChildHealth
from tests.desk.screens import errors, post, said

TYPED = {
    "diet": "sans porc",
    "allergies": "Arachide",
    "has_pai": "on",
    "care": "Trousse au bureau",
    "pai_until": "",
}


def home(cast) -> tuple[int, int]:
    return cast.alice.household.pk, cast.lea.pk


def test_what_is_typed_is_kept_and_shown_but_not_told_by_the_journal(desk, cast):
    page = desk.get(reverse("desk:child_health", args=home(cast)))
    seen = page.context["form"]["seen"].value()
    response = post(desk, "child_health", *home(cast), **TYPED, seen=seen)
    assert said(response) == ["Le régime et la santé sont enregistrés."]
    row = ChildHealth.objects.get()
    assert (row.child, row.diet, row.allergies, row.has_pai) == (cast.lea, "sans porc", "Arachide", True)
    told = JournalEntry.objects.filter(verb="child.health_edited")
    assert {entry.subject for entry in told} == {
        cast.alice.household.journal_subject,
        cast.bob.household.journal_subject,
    }
    assert "Arachide" not in str([(entry.summary, entry.before, entry.after) for entry in told])
    shown = desk.get(reverse("desk:household", args=[cast.alice.household.pk])).content.decode()
    assert "Allergies : Arachide" in shown


@pytest.mark.parametrize(
    ("who", "reads"), [("agnes", True), ("alix", True), ("remi", False), ("renee", False)]
)
def test_the_health_of_a_child_is_for_those_with_the_right(client, cast, who, reads):
    ChildHealth.objects.create(child=cast.lea, allergies="Arachide")
    client.force_login(getattr(cast, who))
    shown = client.get(reverse("desk:household", args=[cast.alice.household.pk])).content.decode()
    assert ("Arachide" in shown) is reads


def test_a_meal_from_home_asks_for_a_pai(desk, cast):
    response = post(desk, "child_health", *home(cast), diet="", brings_meal="on", seen="{}")
    assert list(errors(response)) == ["brings_meal"]
    assert not ChildHealth.objects.exists()


def test_a_diet_that_the_rules_name_no_more_stays_the_childs(desk, cast):
    ChildHealth.objects.create(child=cast.lea, diet="mixé")
    choices = desk.get(reverse("desk:child_health", args=home(cast))).context["form"].fields["diet"].choices
    assert choices == [
        ("", "Repas habituel"),
        ("sans porc", "Sans porc"),
        ("sans viande", "Sans viande"),
        ("mixé", "Mixé"),
    ]


def test_a_colleague_who_wrote_meanwhile_is_not_overwritten(desk, cast):
    page = desk.get(reverse("desk:child_health", args=home(cast)))
    ChildHealth.objects.create(child=cast.lea, allergies="Kiwi")
    seen = page.context["form"]["seen"].value()
    response = post(desk, "child_health", *home(cast), **TYPED, seen=seen)
    assert response.status_code == 422
    assert ChildHealth.objects.get().allergies == "Kiwi"
