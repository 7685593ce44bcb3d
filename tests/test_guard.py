"""The guard lets a good page through and stops each of the faults it is there for."""

import pytest
from django.conf import settings
from django.template import Context, Engine

from tests.guard import problems

GOOD = """<!doctype html>
<html lang="fr"><head><title>Accueil</title><link rel="stylesheet" href="/static/site.css"></head>
<body><h1>Bonjour</h1>
<script type="application/json" id="data">{"a": 1}</script><script src="/static/site.js" defer></script>
<form method="post"><input type="hidden" name="csrfmiddlewaretoken" value="x">
<label for="name">Nom</label><input id="name" aria-describedby="help"><p id="help">Aide</p>
<label>Ville <input name="city"></label><select aria-label="Mois"></select>
<button>Envoyer</button><a href="/"><svg aria-hidden="true"><use href="/static/icons.svg#home"/></svg>Accueil</a></form>
<a href="/logo"><img src="/static/logo.png" alt="Mairie"></a>
<table><caption>Séances</caption><tr><td>1</td></tr></table>
BODY</body></html>"""


def page(body: str = "", **changes: str) -> bytes:
    html = GOOD.replace("BODY", body)
    for old, new in changes.values():
        assert old in html
        html = html.replace(old, new)
    return html.encode()


def test_a_good_page_passes():
    assert problems(page()) == []


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("<script>go()</script>", "an inline <script>"),
        ("<style>a {}</style>", "a <style> element"),
        ('<p style="color:red">a</p>', "<p>: style attribute"),
        ('<p onclick="go()">a</p>', "<p>: onclick attribute"),
        ('<p hx-on:click="go()">a</p>', "<p>: hx-on:click attribute"),
        ('<a href="javascript:go()">a</a>', "<a>: javascript: address"),
        ('<input name="x">', '<input name="x">: no label'),
        ('<textarea id="x"></textarea>', '<textarea id="x">: no label'),
        ('<p id="name">a</p>', "id 'name' 2 times"),
        (
            '<p aria-describedby="nowhere">a</p>',
            "aria-describedby of <p> names 'nowhere', which is not there",
        ),
        ('<img src="/a.png">', '<img src="/a.png">: no alt'),
        ('<a href="/"><img src="/a.png" alt=""></a>', "a <a> that a screen reader cannot name"),
        ("<button><svg></svg></button>", "a <button> that a screen reader cannot name"),
        ("<table><tr><td>1</td></tr></table>", "a <table> without caption or aria-label"),
        ('<form method="post"><button>Envoyer</button></form>', "a form that posts without {% csrf_token %}"),
        ("<h1>Encore</h1>", "2 <h1>, exactly one wanted"),
        ("<div>", "line 11: </body> closes <div>"),
        ('<script src="/static/a.js"></script>', "5 static files, 4 allowed: "),
    ],
)
def test_each_fault_is_named(body, complaint):
    found = problems(page(body))
    assert len(found) == 1
    assert found[0].startswith(complaint)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ((' lang="fr"', ""), "<html> without lang"),
        (("<title>Accueil</title>", "<title> </title>"), "no <title>"),
    ],
)
def test_a_document_needs_a_language_and_a_title_and_a_fragment_does_not(change, complaint):
    html = page(one=change)
    assert problems(html) == [complaint]
    assert problems(html, fragment=True) == []


def test_an_unknown_template_variable_is_named():
    options = settings.TEMPLATES[0]["OPTIONS"]
    template = Engine(string_if_invalid=options["string_if_invalid"]).from_string(
        '<p class="{{ a.b }}">{{ c }}</p>'
    )
    found = problems(page(template.render(Context())))
    assert found == ["unknown template variable, class of <p>: a.b", "unknown template variable, text: c"]


def test_a_heavy_page_is_refused_unless_the_test_allows_it():
    html = page("<p>" + "é" * 20_000 + "</p>")
    assert problems(html) == [f"weighs {len(html)} bytes, 40000 allowed"]
    assert problems(html, limit=80_000) == []
