"""PDFs that every reader can read, whatever the names in them."""

import pytest

from portail.core import pdf
from tests.factories import NOW

FRAME = '#set document(title: "Essai")\n#set text(lang: "fr", font: "Source Sans Pro")\n'
READS = FRAME + "#let data = json(bytes(sys.inputs.data))\n#data.name"


@pytest.fixture
def template(tmp_path):
    def written(text: str):
        path = tmp_path / f"t{len(list(tmp_path.iterdir()))}.typ"
        path.write_text(text, encoding="utf-8")
        return path

    return written


def test_it_is_tagged_and_says_which_standard_it_follows(template):
    made = pdf.render(template(READS), {"name": "Léa"}, now=NOW)
    assert made.startswith(b"%PDF-1.7")
    assert b"pdfuaid:part>1<" in made
    assert b"/StructTreeRoot" in made


@pytest.mark.parametrize(
    ("typed", "markup"),
    [
        ("O'Neill-Ñúñez", "O'Neill-Ñúñez"),
        ('#panic("x") *gras* $x$', r'\#panic("x") \*gras\* \$x\$'),
        ("= Titre", r"\= Titre"),
        ('a"]b\\', r'a"\]b\\'),
        ("Zoé 🌻", "Zoé "),
        ("名前", "??"),
        ("e\u0301", "é"),
        ("a\x00b\u202e", "ab"),
    ],
)
def test_data_is_text_never_markup(template, typed, markup):
    """The document is the same, byte for byte, as one whose author wrote the text with every sign escaped."""
    expected = FRAME + '#set smartquote(enabled: false)\n#"' + _quoted(markup) + '"'
    made = pdf.render(template(READS), {"name": typed}, now=NOW)
    assert made == pdf.render(template(expected), {}, now=NOW)


def _quoted(markup: str) -> str:
    plain = markup.replace("\\\\", "\0").replace("\\", "").replace("\0", "\\")
    return plain.replace("\\", "\\\\").replace('"', '\\"')


def test_the_shipped_fonts_draw_all_that_we_say_they_do(template):
    every = "".join(chr(code) for stretch in pdf.DRAWN for code in stretch)
    for weight in (400, 600):
        page = FRAME + f"#set text(weight: {weight}, fallback: false)\n" + READS[len(FRAME) :]
        assert pdf.render(template(page), {"name": every}, now=NOW)


def test_one_document_leaves_nothing_to_the_next(template):
    pdf.render(template(READS), {"name": "secret"}, now=NOW)
    page = template(FRAME + '#sys.inputs.at("data", default: "rien")')
    assert pdf.render(page, {}, now=NOW) == pdf.render(template(FRAME + '#"{}"'), {}, now=NOW)


def test_the_answer_is_kept_by_nobody():
    response = pdf.answer(b"%PDF", name="courrier.pdf")
    assert response["Content-Type"] == "application/pdf"
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Disposition"] == 'inline; filename="courrier.pdf"'
