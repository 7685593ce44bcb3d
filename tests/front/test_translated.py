"""Every word of the families' screens and mails goes through gettext: a bare one would stay French for everybody."""

import re
from pathlib import Path

import pytest

import portail

ROOT = Path(portail.__file__).parent
STAFF = re.compile(r".*desk|field/|attendance/.*mail/kitchen_order")
# The desk, the leaders and the kitchen are in French; what core lends to both sides, and the other mails, are read by
# families.
TEMPLATES = sorted(
    path
    for path in ROOT.glob("*/templates/**/*")
    if path.suffix in (".html", ".txt")
    and not STAFF.match(path.relative_to(ROOT).as_posix())
    and "dev" not in path.parts
)
TRANSLATED = re.compile(
    r"{%\s*comment\b.*?{%\s*endcomment\s*%}|{#.*?#}|{%\s*block body_class\s*%}.*?{%\s*endblock\s*%}"
    r"|{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}|{%.*?%}|{{.*?}}",
    re.DOTALL,
)
SPOKEN = re.compile(r'\b(?:aria-label|title|placeholder|alt|data-label|data-confirm[\w-]*)="([^"]*)"')
WORD = re.compile(r"[^\W\d_]{2,}")
# Names, and what is the same in every language.
SAME = {"Portail", "Famille", "doctype", "html", "DOCTYPE"}


def bare_words(source: str) -> list[str]:
    text = TRANSLATED.sub(" ", source)
    spoken = " ".join(SPOKEN.findall(text))
    shown = re.sub(r"<[^>]*>|&\w+;", " ", text)
    return [word for word in WORD.findall(f"{shown} {spoken}") if word not in SAME]


def test_the_search_sees_bare_words():
    source = '{% translate "Oui" %}<a title="Lien" href="/x">{{ name }} Bonjour</a>{# non #}'
    assert bare_words(source) == ["Bonjour", "Lien"]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_word_is_left_out(path):
    assert bare_words(path.read_text(encoding="utf-8")) == []
