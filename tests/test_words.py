"""The check of words sees what it must and lets the rest through."""

import pytest

from scripts.words import hits


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (
            "a.txt",
            "voir https://py" + "pi.org/simple",
            ["a.txt:1: adresse d'un dépôt de paquets : py" + "pi.org"],
        ),
        ("a.py", "x\ny = '/ro" + "ot/portail'", ["a.py:2: chemin d'une machine : /ro" + "ot/portail"]),
        ("a.py", "path('guichet/home/accueil')", []),
        ("a.py", "'portail/work/x', ~/work/x", []),
        (
            "portail/front/templates/a.html",
            "<p>\nUne Erreur</p>",
            ["portail/front/templates/a.html:2: mot qui accuse (dire quoi faire) : Erreur"],
        ),
        (
            "portail/front/templates/a.html",
            '<p class="erreur">{% include "erreur.html" %}{# erreur #}</p>',
            [],
        ),
        ("portail/front/views.py", "erreur", []),
    ],
)
def test_words(name, text, expected):
    assert hits(name, text) == expected


def test_words_inside_translated_texts_are_read():
    assert len(hits("portail/front/templates/a.html", '{% translate "Champ requis" %}')) == 1
