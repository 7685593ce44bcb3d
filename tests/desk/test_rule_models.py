"""Another commune's regulation: found, read beside ours, taken group by group into the draft."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portail import rules
from portail.activities.actions.drafts import draft_of
from portail.activities.actions.regulation import apply_regulation, default_text
from portail.activities.models import Regulation
from portail.desk import gallery
from tests import factories as make
from tests.desk.screens import errors, post
from tests.factories import NOW

pytestmark = pytest.mark.django_db
START = default_text("Valmont-sur-Orne", "B") + '\n[[tariffs]]\nname = "Repas"\nprice = 4.00\n'


@pytest.fixture
def in_force(administration):
    apply_regulation(START, "Départ", actor=None, now=NOW)
    make.ServiceFactory(code="repas-midi", name="Restaurant scolaire")
    return administration


def take(client, slug="vailhauques", **values):
    """Send the form of a model as it is shown, some groups ticked, some of its services named."""
    form = client.get(reverse("desk:rule_model", args=[slug])).context["form"]
    sent = {field.html_name: field.value() or "" for field in form if field.name != "groups"}
    return post(client, "rule_model", slug, **{**sent, **values}, take="1")


def test_the_gallery_is_listed_and_searched(in_force):
    page = in_force.get(reverse("desk:rule_models"))
    assert page.context["count"] > 100
    found = in_force.get(reverse("desk:rule_models"), {"q": "saint barnabé"})
    assert [model.slug for model in found.context["page"]] == ["saint-barnabe"]
    assert "délai" in found.content.decode()
    nothing = in_force.get(reverse("desk:rule_models"), {"q": "zzzz"}).content.decode()
    assert "Aucun règlement ne répond" in nothing


def test_a_model_is_read_beside_ours(in_force):
    page = in_force.get(reverse("desk:rule_model", args=["saint-colomban"]))
    titles = [group["title"] for group in page.context["beside"]]
    assert titles[:2] == ["Délais et ouvertures", "Tarifs"]
    assert page.context["beside"][1]["ours"] == ("Tarif « Repas », tous les services : 4,00 €",)
    html = page.content.decode()
    assert "Votre règlement" in html
    assert "colomban" in page.context["source"].lower()


def test_a_group_is_taken_under_our_own_service_and_the_rest_stays(in_force, cast):
    form = in_force.get(reverse("desk:rule_model", args=["vailhauques"])).context["form"]
    answer = take(in_force, groups=["deadlines"], **{f"s{form.codes.index('cantine')}": "repas-midi"})
    assert answer.status_code == 302
    taken, theirs = rules.parse(draft_of(cast.alix).text), rules.parse(gallery.text_of("vailhauques"))
    assert len(taken.deadlines) == len(theirs.deadlines)
    assert "repas-midi" in {code for rule in taken.deadlines for code in rule.scope.services}
    assert "cantine" not in {code for rule in taken.deadlines for code in rule.scope.services}
    assert [t.name for t in taken.tariffs] == ["Repas"]
    assert taken.commune.name == "Valmont-sur-Orne"
    assert Regulation.objects.count() == 1


def test_the_same_service_is_proposed_for_the_one_that_looks_like_it(in_force):
    make.ServiceFactory(code="cantine", name="Cantine")
    form = in_force.get(reverse("desk:rule_model", args=["vailhauques"])).context["form"]
    assert form[f"s{form.codes.index('cantine')}"].value() == "cantine"


def test_nothing_ticked_takes_nothing(in_force, cast):
    page = take(in_force)
    assert errors(page) == {"groups": ["Cochez au moins ce que vous voulez prendre."]}
    assert page.status_code == 422
    assert draft_of(cast.alix) is None


def test_two_services_on_one_of_ours_that_contradict_each_other_are_refused(in_force, cast):
    theirs = (
        START
        + '[[deadlines]]\nservices = ["un"]\nbefore = 1\n[[deadlines]]\nservices = ["deux"]\nbefore = 2\n'
    )
    sent = SimpleUploadedFile("voisine.toml", theirs.encode())
    page = post(in_force, "rule_model_upload", file=sent)
    form = page.context["form"]
    names = {f"s{index}": "repas-midi" for index in range(len(form.codes))}
    page = post(
        in_force, "rule_model_upload", text=form.initial["text"], groups=["deadlines"], take="1", **names
    )
    assert "Ces règles ne vont pas avec les services choisis" in errors(page)["__all__"][0]
    assert draft_of(cast.alix) is None


def test_a_file_that_is_sent_is_compared_then_taken(in_force, cast):
    theirs = START.replace("21:00", "12:00").replace("4.00", "3.10").replace("Valmont-sur-Orne", "Voisine")
    page = post(in_force, "rule_model_upload", file=SimpleUploadedFile("v.toml", theirs.encode()))
    assert page.status_code == 200
    assert "Voisine" in page.content.decode()
    text = page.context["form"].initial["text"].replace("\n", "\r\n")
    assert post(in_force, "rule_model_upload", text=text, groups=["tariffs"], take="1").status_code == 302
    assert draft_of(cast.alix).text == START.replace("4.00", "3.10")


@pytest.mark.parametrize(
    ("content", "expected"),
    [(b"format = 1\n[commune]\n", "ne comprend pas tout"), (b"\xff\xfe", "ne comprend pas tout")],
)
def test_a_file_that_is_not_understood_is_refused_with_its_lines(in_force, content, expected):
    page = post(in_force, "rule_model_upload", file=SimpleUploadedFile("x.toml", content))
    assert page.status_code == 422
    assert expected in errors_of_upload(page)
    assert "Ligne" in page.content.decode()


def errors_of_upload(page):
    return page.context["upload"].errors["file"][0]


def test_a_file_too_big_or_missing_is_refused(in_force):
    big = SimpleUploadedFile("x.toml", b"#" * 1_000_001)
    assert "trop gros" in errors_of_upload(post(in_force, "rule_model_upload", file=big))
    assert "Choisissez un fichier" in errors_of_upload(post(in_force, "rule_model_upload"))


def test_only_a_file_of_the_gallery_is_opened(in_force):
    assert in_force.get(reverse("desk:rule_model", args=["inconnu"])).status_code == 404
    assert gallery.text_of("../pyproject") is None


def test_without_the_gallery_the_page_says_so(in_force, settings, tmp_path):
    settings.RULES_GALLERY = tmp_path / "absent"
    assert "Les modèles ne sont pas installés" in in_force.get(reverse("desk:rule_models")).content.decode()


def test_the_doubts_of_a_file_are_told_with_its_effect(in_force):
    text = START + '[[tariffs]]\nname = "S"\nservices = ["repas-midi"]\nassumes = "le prix"\nprice = 1\n'
    page = post(in_force, "regulation_edit", text=text, over=1, check="1").content.decode()
    assert "à confirmer : le prix" in page


@pytest.mark.parametrize("slug", ["vailhauques", "la-chapelle-darmentieres"])
def test_the_queries_of_a_model_do_not_grow(in_force, django_assert_num_queries, slug):
    in_force.get(reverse("desk:rule_model", args=[slug]))
    with django_assert_num_queries(6):
        in_force.get(reverse("desk:rule_model", args=[slug]))
