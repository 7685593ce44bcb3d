"""`portail rules`: what the person who writes a settings file reads."""

import json

import pytest

from portail.activities.models import Regulation
from portail.cli import main
from portail.rules import parse_bytes
from portail.rules.layout import FILE
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
        "devient issue refund, jours facturés 1.",
    ]
    assert answer(capsys, "diff", path, path)[1] == "Les deux règlements disent la même chose.\n"


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
    wrong = {"format": 2, "commune": {"nom": "x"}, "deadlines": [{"before": "2"}]}
    assert sorted(_refused(wrong, found)) == ["commune.name", "commune.nom", "deadlines.0.before", "format"]


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
    status, out, _ = answer(capsys, "apply", path, "--note", "Rentrée")
    assert (status, out.splitlines()[-1]) == (0, "Règlement, version 1 en vigueur.")
    assert answer(capsys, "export")[1] == FILE_TEXT
    answer(capsys, "apply", path)
    assert Regulation.objects.get().note == "Rentrée"


def test_a_broken_file_is_never_half_applied(capsys, path, db):
    path.write_text(FILE_TEXT + "[[tariffs]]\n", encoding="utf-8")
    status, _, err = answer(capsys, "apply", path)
    assert status == 1
    assert "il manque « name »" in err
    assert not Regulation.objects.exists()
