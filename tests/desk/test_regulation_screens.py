"""The settings file from the desk: problems with their lines, effects before and after, applied, downloaded."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portail.activities.actions.regulation import apply_regulation, default_text
from portail.activities.models import Commune, Regulation, Session
from portail.desk.views import regulation_edit
from tests import factories as make
from tests.desk.screens import errors, post, said
from tests.factories import NOW

pytestmark = pytest.mark.django_db
START = default_text("Valmont-sur-Orne", "B")
LATER = START.replace("21:00", "18:30")


@pytest.fixture
def in_force(administration):
    apply_regulation(START, "Départ", actor=None, now=NOW)
    make.SessionFactory(date="2026-12-03")
    return administration


def check(client, text=LATER, over=1, **more):
    return post(client, "regulation_edit", text=text, over=over, note="Délibération", check="1", **more)


def apply(client, text=LATER, over=1, seen=None):
    seen = check(client, text, over).context["form"].initial["seen"] if seen is None else seen
    return post(client, "regulation_edit", text=text, over=over, note="Délibération", seen=seen, apply="1")


def test_before_any_version_the_settings_of_the_start_are_shown(administration):
    page = administration.get(reverse("desk:regulation")).content.decode()
    assert "les réglages de départ" in page
    answer = administration.get(reverse("desk:regulation_download", args=[0]))
    assert b"[[deadlines]]" in answer.content
    assert answer["Content-Disposition"] == 'attachment; filename="reglement-en-vigueur.toml"'


def test_the_text_in_force_is_there_to_be_edited(in_force):
    page = in_force.get(reverse("desk:regulation_edit")).content.decode()
    assert "Valmont-sur-Orne" in page
    assert 'name="over" value="1"' in page


def test_checking_tells_the_effect_and_changes_nothing(in_force):
    page = check(in_force)
    assert page.status_code == 200
    text = page.content.decode()
    assert "Cantine, jeudi 3 décembre 2026" in text
    assert "29 novembre à 21 h" in text
    assert "29 novembre à 18 h 30" in text
    assert Regulation.objects.count() == 1


MEAL = '\n[[tariffs]]\nname = "Repas"\nservices = ["cantine"]\npart = "meal"\nprice = 3.00\n'


@pytest.mark.parametrize("most", [0, 5_000])
def test_checking_tells_the_prices_of_what_is_booked(in_force, cast, monkeypatch, most):
    monkeypatch.setattr(regulation_edit, "MOST_REPRICED", most)
    apply_regulation(START + MEAL, "", actor=None, now=NOW, over=1)
    session = Session.objects.get()
    make.BookingFactory(child=cast.noe, household=cast.alice.household, session=session)
    text = check(in_force, START + MEAL.replace("3.00", "3.20"), over=2).content.decode()
    told = "1 prix change pour 1 dossier" if most else "trop pour les recalculer ici"
    assert told in text


def test_applying_puts_it_in_force_once(in_force, cast):
    seen = check(in_force).context["form"].initial["seen"]
    for _ in range(2):
        assert apply(in_force, seen=seen).status_code == 302
    last = Regulation.objects.first()
    assert (Regulation.objects.count(), last.version, last.note) == (2, 2, "Délibération")
    assert (last.text, last.applied_by) == (LATER, cast.alix)
    page = in_force.get(reverse("desk:regulation")).content.decode()
    assert "En vigueur : version 2" in page
    assert "Version 1" in page


def test_a_text_that_was_not_shown_is_shown_before_it_is_applied(in_force):
    seen = check(in_force).context["form"].initial["seen"]
    page = apply(in_force, START.replace("21:00", "12:00"), seen=seen)
    assert page.status_code == 200
    assert "29 novembre à 12 h" in page.content.decode()
    assert Regulation.objects.count() == 1


def test_every_problem_is_listed_with_its_line_and_the_text_stays(in_force):
    text = START.replace('at = "21:00"', 'at = "25:00"').replace("= 12", "= 6")
    page = check(in_force, text)
    assert errors(page) == {"text": ["2 points à corriger : voyez la liste."]}
    lines = text.splitlines()
    assert [lines[problem.line - 1].split(" ")[0] for problem in page.context["problems"]] == [
        "password_min_length",
        "at",
    ]
    assert "25:00" in page.content.decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "ceci n'est pas un réglage",
        "[commune",
        "format = 99",
        "a = " + "[" * 5000,
        "\x00",
        "format = 1",
    ],
)
def test_nonsense_is_refused_in_words(in_force, text):
    assert list(errors(check(in_force, text))) == ["text"]
    assert Regulation.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("vide.toml", b""),
        ("latin.toml", 'name = "Ostricourt à"'.encode("latin-1")),
        ("image.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256))),
        ("enorme.toml", b"# " + b"a" * 1_000_001),
    ],
)
def test_a_file_that_is_no_settings_file_is_refused(in_force, name, content):
    page = check(in_force, START, file=SimpleUploadedFile(name, content))
    assert list(errors(page)) == ["file"]
    assert Regulation.objects.count() == 1


def test_a_file_sent_takes_the_place_of_the_text(in_force):
    sent = SimpleUploadedFile("reglement.toml", b"\xef\xbb\xbf" + LATER.replace("\n", "\r\n").encode())
    page = check(in_force, START, file=sent)
    assert page.status_code == 200
    assert "18:30" in page.content.decode()
    seen = page.context["form"].initial["seen"]
    assert apply(in_force, LATER.replace("\n", "\r\n"), seen=seen).status_code == 302
    assert Regulation.objects.first().text == LATER


def test_two_administrators_do_not_overwrite_each_other(in_force):
    seen = check(in_force).context["form"].initial["seen"]
    apply_regulation(START.replace("21:00", "20:00"), "Autre", actor=None, now=NOW)
    page = apply(in_force, seen=seen)
    assert "Un collègue a appliqué la version 2" in errors(page)["__all__"][0]
    assert "18:30" in page.content.decode()
    assert Regulation.objects.first().version == 2


def test_a_service_that_does_not_exist_is_pointed_out(in_force):
    page = check(in_force, START.replace('["*"]', '["cantine", "piscine"]')).content.decode()
    assert "Aucune prestation n&#x27;a le code « piscine »" in page


def test_an_earlier_version_is_seen_and_taken_up_again(in_force):
    apply_regulation(LATER, "", actor=None, now=NOW)
    page = in_force.get(reverse("desk:regulation_version", args=[1])).content.decode()
    assert "Repartir de cette version" in page
    again = in_force.get(reverse("desk:regulation_edit"), {"version": "1"}).content.decode()
    assert "21:00" in again
    assert in_force.get(reverse("desk:regulation_edit"), {"version": "77"}).status_code == 404
    assert in_force.get(reverse("desk:regulation_edit"), {"version": "²"}).status_code == 200


def test_another_zone_reminds_to_import_the_calendar(in_force):
    told = said(apply(in_force, LATER.replace('zone = "B"', 'zone = "C"')))
    assert "importez de nouveau le calendrier national" in told[-1]
    assert Commune.objects.get().zone == "C"


def test_the_commune_s_name_follows_the_file(in_force):
    text = LATER.replace('"Valmont-sur-Orne"', '"Valmont-les-Bains"')
    assert "Valmont-sur-Orne devient Valmont-les-Bains" in check(in_force, text).content.decode()
    apply(in_force, text)
    assert Commune.objects.get().name == "Valmont-les-Bains"
