"""`portail rules`: what the person who writes a settings file reads."""

import io
import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.utils import timezone

from portail.activities.models import Commune, Place, Regulation
from portail.cli import main
from portail.core.models import JournalEntry
from portail.rules import parse_bytes
from portail.rules.layout import FILE
from tests import factories as make
from tests.rules import pages
from tests.rules.pages import HEAD, ROOT

GALLERY = ROOT / "rules"
FILE_TEXT = (
    HEAD
    + """
[[services]]
code = "cantine"
name = "Cantine"
start = "12:00"

[[deadlines]]
services = ["cantine"]
before = 2
unit = "working-days"
at = "12:00"
assumes = "l'heure"

[[tariffs]]
name = "Repas"
services = ["cantine"]
part = "meal"
bands = [{ max = 700, price = 3.00 }, { min = 701, price = 4.00 }]

[[absences]]
name = "Maladie"
reasons = ["maladie"]
billed_days = [1]
"""
)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "reglement.toml"
    path.write_text(FILE_TEXT, encoding="utf-8")
    return path


def answer(capsys, *words) -> tuple[int, str, str]:
    status = main(["rules", *map(str, words)])
    out, err = capsys.readouterr()
    return status, out, err


def told(capsys, *words) -> dict:
    status, out, _ = answer(capsys, *words, "--json")
    assert status == 0
    return json.loads(out)


def test_a_sound_file_is_told_with_its_doubts(capsys, path):
    status, out, _ = answer(capsys, "check", path)
    assert status == 0
    assert out.splitlines() == [
        "À vérifier. Ligne 16, deadlines[1] : à confirmer : l'heure",
        "À vérifier. Ligne 18, tariffs[1] : « Repas » : rien n'est prévu entre 700 et 701 (holes)",
        "Le fichier peut être appliqué.",
    ]


def test_everything_to_mend_is_told_at_once(capsys, path):
    path.write_text(
        FILE_TEXT.replace('"12:00"', '"25:00"').replace("max = 700", "maxi = 700"), encoding="utf-8"
    )
    status, out, _ = answer(capsys, "check", path)
    lines = [line.split(" : ")[0] for line in out.splitlines()]
    assert status == 1
    assert lines == [
        "À corriger. Ligne 9, services[1].start",
        "À corriger. Ligne 15, deadlines[1].at",
        "À corriger. Ligne 22, tariffs[1].bands[1].maxi",
        "Le fichier ne peut pas être appliqué.",
    ]


def test_problems_are_also_told_to_machines(capsys, path):
    path.write_text(
        FILE_TEXT + "[[examples]]\nservice = 'cantine'\nknown = { quotient = 1 }\nprice = 2", "utf-8"
    )
    status, out, _ = answer(capsys, "check", path, "--json")
    [error] = json.loads(out)["errors"]
    assert status == 1
    assert error == {
        "line": 28,
        "path": "examples[1]",
        "message": "l'exemple attend 2,00 €, les règles donnent 3,00 €",
    }


@pytest.mark.parametrize(
    ("moment", "allowed"), [("2026-12-08T12:00", True), ("2026-12-08T11:00:01+00:00", False)]
)
def test_a_deadline_is_explained_from_the_file_alone(capsys, path, moment, allowed):
    asked = ("explain", "deadline", path, "--service", "cantine", "--day", "2026-12-10", "--moment", moment)
    found = told(capsys, *asked)
    assert (found["allowed"], found["until"]) == (allowed, "2026-12-08T12:00:00+01:00")
    first = "Réservable jusqu'au mardi 8 décembre" if allowed else "La date limite était mardi 8 décembre"
    assert found["sentence"] == (
        f"{first} à 12 h : les réservations d'un jour se modifient jusqu'à deux jours ouvrés avant, à 12 h"
    )
    assert [step["text"] for step in found["steps"]] == [
        "jour réservé : jeudi 10 décembre 2026",
        "deux jours ouvrés avant : mardi 8 décembre 2026",
        "à 12 h, heure comprise",
    ]


def test_a_price_is_explained_with_its_components(capsys, path):
    found = told(
        capsys, "explain", "price", path, "--service", "cantine", "--day", "2027-01-12", "--quotient", "742,5"
    )
    assert found["amount"] == "4.00"
    assert found["components"] == [{"part": "meal", "label": "Repas", "amount": "4.00"}]
    assert found["sentence"] == "4,00 € : quotient 742,5, tranche à partir de 701 : 4,00 €"
    assert [step["code"] for step in found["steps"]] == ["price.band"]


def test_an_absence_is_explained_day_by_day(capsys, path):
    asked = ("explain", "absence", path, "--service", "cantine", "--day", "2027-01-11,2027-01-12")
    found = told(capsys, *asked, "--reason", "maladie")
    assert [(day["day"], day["due"], day["outcome"]) for day in found["days"]] == [
        ("2027-01-11", "1", None),
        ("2027-01-12", "0", "not-billed"),
    ]
    assert found["sentence"] == "Non facturé : Maladie"


@pytest.mark.parametrize(
    ("what", "heading"), [("deadline", "Une limite"), ("price", "Un prix"), ("absence", "Une absence")]
)
def test_the_keys_of_an_answer_are_those_of_the_page(capsys, path, what, heading):
    asked = ("explain", what, path, "--service", "cantine", "--day", "2027-01-11", "--quotient", "1")
    rows = [row for row in pages.rows("commande.md", "Clé", "Ce qu'elle dit") if row.heading == heading]
    assert list(told(capsys, *asked)) == [row.cells["Clé"] for row in rows]


def test_an_explanation_is_also_read_by_people(capsys, path):
    status, out, _ = answer(
        capsys, "explain", "price", path, "--service", "cantine", "--day", "2027-01-12", "--quotient", "500"
    )
    assert status == 0
    assert out.splitlines() == [
        "3,00 € : quotient 500, tranche jusqu'à 700 : 3,00 €",
        "  - quotient 500, tranche jusqu'à 700 : 3,00 €",
    ]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--service", "vélo", "--day", "2027-01-12"), "Aucun tarif n'est fixé pour « vélo »"),
        (("--service", "cantine", "--day", "demain"), "« demain » n'est pas une date"),
        (("--service", "cantine", "--day", "2027-01-12", "--quotient", "beaucoup"), "n'est pas un nombre"),
        (("--service", "cantine", "--day", "2027-01-12", "--moment", "hier"), "n'est pas un moment"),
    ],
)
def test_what_cannot_be_explained_says_why(capsys, path, words, expected):
    status, out, err = answer(capsys, "explain", "price", path, *words)
    assert (status, out) == (1, "")
    assert expected in err


def test_past_the_last_year_known_nothing_is_guessed(capsys, path):
    status, _, err = answer(
        capsys, "explain", "deadline", path, "--service", "cantine", "--day", "2035-12-10"
    )
    assert status == 1
    assert "ne sont connus que jusqu'au" in err


def test_a_missing_or_broken_file_is_told(capsys, path, tmp_path):
    assert "ne peut pas être lu" in answer(capsys, "check", tmp_path / "rien.toml")[2]
    path.write_bytes(b"\xff\xfe")
    status, _, err = answer(capsys, "explain", "price", path, "--service", "x", "--day", "2027-01-12")
    assert status == 1
    assert "UTF-8" in err


def test_what_changes_is_told_in_sentences(capsys, path, tmp_path):
    other = tmp_path / "autre.toml"
    changed = FILE_TEXT.replace("price = 3.00", "price = 3.20").replace("before = 2", "before = 3")
    other.write_text(changed.replace("[[absences]]", '[[absences]]\noutcome = "refund"'), encoding="utf-8")
    _, out, _ = answer(capsys, "diff", path, other)
    assert out.splitlines() == [
        "Délai pour réserver et annuler, cantine : jusqu'à deux jours ouvrés avant, à 12 h "
        "devient jusqu'à trois jours ouvrés avant, à 12 h.",
        "Tarif « Repas », cantine, tranche jusqu'à 700 : 3,00 € devient 3,20 €.",
        "Absence « Maladie », tous les services, motif maladie : jours facturés 1 "
        "devient issue remboursé, jours facturés 1.",
    ]
    assert answer(capsys, "diff", path, path)[1] == "Les deux règlements disent la même chose.\n"


def test_a_structure_that_changes_is_told_from_one_file_to_the_other(capsys, tmp_path):
    one, two = tmp_path / "un.toml", tmp_path / "deux.toml"
    one.write_text(BOOKABLE, encoding="utf-8")
    gone = '[[activities]]\ncode = "restauration"\nname = "Restauration"\n'
    two.write_text(BOOKABLE.replace("capacity = 40", "capacity = 50").replace(gone, ""), encoding="utf-8")
    assert answer(capsys, "diff", one, two)[1].splitlines() == [
        "Prestation dans un lieu « cantine, Restaurant » : places : 40 devient 50.",
        "[[activities]] : le fichier n'en parle plus, les écrans du guichet en décident.",
    ]
    assert answer(capsys, "diff", two, one)[1].splitlines() == [
        "Activité « Restauration » : créée.",
        "Prestation dans un lieu « cantine, Restaurant » : places : 50 devient 40.",
    ]


@pytest.mark.parametrize("file", sorted(GALLERY.glob("*.toml"))[::10], ids=lambda file: file.stem)
def test_no_change_is_ever_left_untold(capsys, file):
    """Whatever single line is taken away from a real regulation, the comparison says something."""
    from portail.rules.differences import differences

    text = file.read_text(encoding="utf-8")
    whole = parse_bytes(text.encode())
    for block in text.split("\n[[")[1:]:
        if block.startswith("examples"):
            continue
        reduced = parse_bytes(text.replace("\n[[" + block, "\n").encode())
        assert differences(whole, reduced)
        assert differences(reduced, whole)


def test_the_schema_accepts_the_gallery_and_refuses_what_the_parser_refuses(capsys):
    import tomllib

    _, out, _ = answer(capsys, "schema")
    found = json.loads(out)
    assert found["properties"].keys() == FILE.fields.keys()
    for file in sorted(GALLERY.glob("*.toml"))[::5]:
        assert _refused(tomllib.loads(file.read_text(encoding="utf-8")), found) == []
    whole = (
        BOOKABLE + '[[schools]]\nname = "A"\n[billing]\nevery = "quarter"\nseries = "F"\nreminders = [15]\n'
    )
    assert _refused(tomllib.loads(whole), found) == []
    wrong = {
        "format": 2,
        "commune": {"nom": "x"},
        "deadlines": [{"before": "2"}],
        "schools": [{"address": "x"}],
        "services": [{"code": "x", "name": "x", "places": [{"capacity": -1}]}],
        "billing": {"every": "trimestre", "due_days": 400},
    }
    assert sorted(_refused(wrong, found)) == [
        "billing.due_days",
        "billing.every",
        "commune.name",
        "commune.nom",
        "deadlines.0.before",
        "format",
        "schools.0.name",
        "services.0.places.0.capacity",
        "services.0.places.0.place",
    ]


def _refused(value, schema, path="") -> list[str]:
    """The places of a value that a schema refuses: the keywords that ours uses."""
    if "anyOf" in schema:
        return [] if any(not _refused(value, one, path) for one in schema["anyOf"]) else [path]
    if "enum" in schema:
        return [] if value in schema["enum"] else [path]
    kinds = {"object": dict, "array": list, "integer": int, "number": (int, float), "boolean": bool}
    kind = kinds.get(schema["type"], object)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        return [path]
    if isinstance(value, dict):
        known, join = schema.get("properties", {}), f"{path}." if path else ""
        bad = [f"{join}{key}" for key in value if key not in known]
        bad += [f"{join}{key}" for key in schema.get("required", ()) if key not in value]
        return bad + [b for k, v in value.items() if k in known for b in _refused(v, known[k], join + k)]
    if isinstance(value, list):
        return [b for n, v in enumerate(value) for b in _refused(v, schema["items"], f"{path}.{n}")]
    low, high = schema.get("minimum", value), schema.get("maximum", value)
    return [] if not isinstance(value, int | float) or low <= value <= high else [path]


def test_a_file_is_applied_then_exported_as_it_was(capsys, path, db):
    assert answer(capsys, "apply", path, "--dry-run")[0] == 0
    assert not Regulation.objects.exists()
    status, out, _ = answer(capsys, "apply", path, "--note", "Rentrée", "--yes")
    assert (status, out.splitlines()[-1]) == (0, "Règlement, version 1 en vigueur.")
    assert answer(capsys, "export")[1] == FILE_TEXT
    assert answer(capsys, "apply", path, "--yes")[1].splitlines() == [
        "À vérifier :",
        "  - Aucune prestation n'a le code « cantine » : la règle qui la nomme ne sert à rien tant qu'elle n'existe "
        "pas.",
        "Ce fichier ne change ni les règles ni la structure.",
        "Règlement, version 1 toujours en vigueur : son texte n'a pas changé.",
    ]
    assert Regulation.objects.get().note == "Rentrée"


def test_a_file_of_windows_is_the_same_file(capsys, path, db):
    path.write_bytes(b"\xef\xbb\xbf" + FILE_TEXT.replace("\n", "\r\n").encode())
    assert answer(capsys, "apply", path, "--yes")[0] == 0
    assert answer(capsys, "export")[1] == FILE_TEXT


@pytest.mark.parametrize("words", [("export",), ("apply", "--dry-run")])
def test_without_a_commune_what_to_do_is_told(tmp_path, path, words):
    """In a process of its own, with an empty data folder."""
    words = [words[0], path, *words[1:]] if words[0] == "apply" else words
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "portail", "rules", *map(str, words)],
        env=os.environ | {"PORTAIL_DATA": str(tmp_path / "vide"), "DATABASE_URL": ""},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("La base de données est vide. Créez votre commune")


def test_nobody_to_answer_is_no_yes(capsys, path, db):
    status, out, err = answer(capsys, "apply", path)
    assert (status, "Tarif « Repas »" in out) == (2, True)
    assert err.startswith("Rien n'a été appliqué : personne n'est là pour répondre.")
    assert not Regulation.objects.exists()


@pytest.mark.parametrize(
    ("typed", "status", "versions"),
    [("oui\n", 0, 1), ("peut-être\nO\n", 0, 1), ("non\n", 1, 0), ("\nn\n", 1, 0)],
)
def test_whoever_is_there_is_asked(capsys, path, db, monkeypatch, typed, status, versions):
    terminal = io.StringIO(typed)
    terminal.isatty = lambda: True
    monkeypatch.setattr("sys.stdin", terminal)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    found, _, err = answer(capsys, "apply", path)
    assert (found, Regulation.objects.count()) == (status, versions)
    assert "Appliquer ce fichier ? oui ou non" in err
    assert ("Répondez oui ou non." in err) is typed.startswith(("peut", "\n"))


TOWN = """
[[activities]]
code = "restauration"
name = "Restauration"

[[places]]
name = "Restaurant"

[[services]]
code = "cantine"
name = "Cantine"
activity = "restauration"
start = "12:00"
end = "13:30"
places = [{ place = "Restaurant", capacity = 40 }]
"""
BOOKABLE = (
    HEAD
    + """
[[deadlines]]
services = ["cantine"]
before = 1
at = "12:00"

[[tariffs]]
name = "Repas"
services = ["cantine"]
part = "meal"
price = 3.00
"""
    + TOWN
)


@pytest.fixture
def booked(cast, path, capsys):
    """A commune made of a file, where a meal is booked for a day to come."""
    path.write_text(BOOKABLE, encoding="utf-8")
    Commune.objects.update(name="Ostricourt")
    text = BOOKABLE.replace(TOWN, "")
    path.write_text(text, encoding="utf-8")
    assert answer(capsys, "apply", path, "--yes")[0] == 0
    session = make.SessionFactory(
        service=cast.canteen, place=cast.offer.place, date=timezone.localdate() + timedelta(days=20)
    )
    make.SchoolYearFactory(start=session.date - timedelta(days=90), end=session.date + timedelta(days=90))
    make.BookingFactory(child=cast.noe, household=cast.alice.household, session=session)
    return session


def test_what_changes_for_bookings_already_made_is_told(capsys, booked, path):
    text = (
        path.read_text(encoding="utf-8")
        .replace("price = 3.00", "price = 3.20")
        .replace("before = 1", "before = 2")
    )
    path.write_text(text, encoding="utf-8")
    status, out, _ = answer(capsys, "apply", path, "--dry-run")
    assert status == 0
    lines = out.splitlines()
    start = lines.index("Réservations déjà prises :")
    assert lines[start + 1].startswith("  - Cantine : la limite change pour 1 réservation à venir (1 jour).")
    assert lines[start + 2].startswith(
        "  - Cantine : 1 prix change pour 1 dossier, de 3,00 € à 3,20 € en tout. Par exemple "
    )
    assert lines[start + 2].endswith(" : 3,00 € devient 3,20 €.")
    assert "Rien n'a été appliqué (--dry-run)." in lines


def test_what_is_booked_is_never_archived_by_a_file(capsys, booked, path):
    path.write_text("services = []\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    for option in ("--dry-run", "--yes"):
        status, _, err = answer(capsys, "apply", path, option)
        assert status == 1
        assert err.startswith(
            "Rien n'a été appliqué.\nPrestation « Cantine » : archivée, mais 1 réservation à venir"
        )
    assert Regulation.objects.count() == 1


def test_a_whole_commune_is_exported_and_applied_without_a_change(capsys, booked, path):
    whole = answer(capsys, "export")[1]
    assert "[[services.places]]" not in whole
    assert 'places = [\n  { place = "Restaurant Jules-Verne", capacity = 40 },\n]' in whole
    path.write_text(whole, encoding="utf-8")
    lines = JournalEntry.objects.count()
    status, out, _ = answer(capsys, "apply", path, "--yes")
    assert (status, out.splitlines()) == (
        0,
        [
            "Ce fichier ne change ni les règles ni la structure.",
            "Règlement, version 1 toujours en vigueur : son texte n'a pas changé.",
        ],
    )
    assert JournalEntry.objects.count() == lines


def test_a_name_of_nothing_is_told_with_its_line(capsys, path, db):
    path.write_text(
        BOOKABLE.replace('[[activities]]\ncode = "restauration"\nname = "Restauration"\n', ""), "utf-8"
    )
    status, _, err = answer(capsys, "apply", path, "--yes")
    assert status == 1
    assert "services[1].activity : « restauration » n'existe pas : décrivez cette activité" in err
    assert not Regulation.objects.exists()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"#" * 10_000_000, "trop gros"),
        (BOOKABLE.encode("latin-1", "replace") + "# é".encode("latin-1"), "UTF-8"),
        (BOOKABLE.replace("2", "2").encode() + b"[[schools]]\nnom = 1\n", "il manque « name »"),
        (BOOKABLE.encode() + b"[billing]\ndue_days = 1979-13-45\n", "n'est pas comprise"),
    ],
)
def test_bad_files_are_refused_whole_with_their_place(capsys, path, db, data, told):
    path.write_bytes(data)
    status, _, err = answer(capsys, "apply", path, "--yes")
    assert status == 1
    assert told in err
    assert "Ligne" in err
    assert [table.objects.exists() for table in (Regulation, Place)] == [False, False]


def test_a_broken_file_is_never_half_applied(capsys, path, db):
    path.write_text(FILE_TEXT + "[[tariffs]]\n", encoding="utf-8")
    status, _, err = answer(capsys, "apply", path, "--yes")
    assert status == 1
    assert "il manque « name »" in err
    assert not Regulation.objects.exists()
