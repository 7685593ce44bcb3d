"""Forms that speak plainly and are tied to their words for a screen reader."""

from decimal import Decimal
from html.parser import HTMLParser

import pytest
from django import forms

from portail.core import forms as plain
from portail.core.specimen import SpecimenForm


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def one(self, **wanted: str) -> dict[str, str]:
        (only,) = [attrs for _, attrs in self.found if wanted.items() <= attrs.items()]
        return only


class Household(plain.Form):
    number = forms.IntegerField(label="Numéro de dossier", help_text="En haut du courrier.")
    name = forms.CharField(
        label="Nom", error_messages={"required": "Indiquez le nom écrit sur votre courrier."}
    )
    born = forms.DateField(label="Né le", required=False)
    price = forms.DecimalField(label="Prix", required=False)
    school = forms.ChoiceField(label="École", choices=[("1", "Jean-Moulin")])
    agreed = forms.BooleanField(label="J'accepte")
    proof = forms.FileField(label="Justificatif")


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        ({}, "number", "Remplissez « Numéro de dossier »."),
        ({"number": "abc"}, "number", "Écrivez un nombre entier, comme 12."),
        ({}, "name", "Indiquez le nom écrit sur votre courrier."),
        ({"born": "hier"}, "born", "Écrivez la date avec le jour, le mois et l'année, comme 03/12/2026."),
        ({"price": "cher"}, "price", "Écrivez un nombre, comme 12,50."),
        ({}, "school", "Choisissez une réponse pour « École »."),
        (
            {"school": "9"},
            "school",
            "Choisissez dans la liste : la valeur reçue n'y est pas ou n'y est plus.",
        ),
        ({}, "agreed", "Cochez cette case pour continuer."),
        ({}, "proof", "Choisissez un fichier."),
    ],
)
def test_a_refusal_says_what_to_do(data, field, words):
    assert Household(data).errors[field] == [words]


def test_two_forms_do_not_share_their_words():
    class Other(plain.Form):
        number = forms.IntegerField(label="Âge")

    assert Household({}).errors["number"] == ["Remplissez « Numéro de dossier »."]
    assert Other({}).errors["number"] == ["Remplissez « Âge »."]


def test_a_field_is_tied_to_its_label_help_and_refusal():
    tags = Tags(Household({"number": "abc"})["number"].as_field_group())
    field = tags.one(name="number")
    assert field["aria-describedby"].split() == ["id_number_helptext", "id_number_error"]
    assert field["aria-invalid"] == "true"
    assert field["value"] == "abc"
    assert tags.one(id="id_number_helptext") == {"class": "help", "id": "id_number_helptext"}
    assert tags.one(id="id_number_error")["class"] == "field-error"
    assert tags.one(**{"for": "id_number"}) == {"for": "id_number"}


def test_choices_are_a_fieldset_with_its_legend():
    tags = Tags(SpecimenForm()["diet"].as_field_group())
    assert [tag for tag, _ in tags.found if tag in ("fieldset", "legend")] == ["fieldset", "legend"]
    assert [attrs["for"] for tag, attrs in tags.found if tag == "label"] == [f"id_diet_{n}" for n in range(3)]


def test_a_new_password_carries_what_its_line_needs():
    tags = Tags(SpecimenForm()["password"].as_field_group())
    line = tags.one(**{"data-strength": "id_password"})
    assert (line["data-min"], line["data-own"]) == ("12", "id_last_name id_email")
    assert "hidden" in line
    assert tags.one(**{"data-reveal": "id_password"})["type"] == "button"
    field = tags.one(name="password")
    assert (field["type"], field["autocomplete"], field["minlength"]) == ("password", "new-password", "12")


def test_a_password_is_never_shown_back():
    form = SpecimenForm({"password": "secret-de-polichinelle"})
    assert "secret-de-polichinelle" not in form["password"].as_field_group()


def test_what_was_typed_is_escaped():
    page = SpecimenForm({"last_name": '"><script>', "note": "</textarea><script>"}).as_div()
    assert "<script>" not in page


class Bounded(plain.Form):
    count = forms.IntegerField(label="Nombre", min_value=1, max_value=20)
    price = forms.DecimalField(label="Prix", min_value=Decimal("0.5"), localize=True)
    name = forms.CharField(label="Nom", max_length=5, min_length=2)
    token = forms.UUIDField(widget=forms.HiddenInput)


def test_a_value_out_of_its_bounds_says_them():
    sent = {"count": "21", "price": "0,1", "name": "Bernadette", "token": "x"}
    assert Bounded(sent).errors == {
        "count": ["Écrivez un nombre plus petit : 20 au plus."],
        "price": ["Écrivez un nombre plus grand : 0,5 au moins."],
        "name": ["Écrivez un texte plus court : 5 caractères au plus."],
        "token": ["Cette page n'est plus à jour : rechargez-la, puis recommencez."],
    }
    few = Bounded({"count": "0", "price": "1", "name": "A"}).errors
    assert few["count"] == ["Écrivez un nombre plus grand : 1 au moins."]
    assert few["name"] == ["Écrivez un texte plus long : 2 caractères au moins."]
    assert few["token"] == ["Cette page n'est plus à jour : rechargez-la, puis recommencez."]


def test_a_field_added_after_the_others_speaks_plainly_too():
    class Growing(plain.Form):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.fields["late"] = forms.IntegerField(label="Nombre")

    assert Growing({"late": ""}).errors["late"] == ["Remplissez « Nombre »."]
    assert Growing({"late": "x"}).errors["late"] == ["Écrivez un nombre entier, comme 12."]
