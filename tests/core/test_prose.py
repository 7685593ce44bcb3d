"""Plain text written by agents, made into safe HTML; sizes of files in words."""

import pytest

from portail.core.templatetags.prose import prose
from portail.core.templatetags.ui import file_size


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("", ""),
        ("Un\nDeux", "<p>Un<br>Deux</p>"),
        ("Un\r\n\r\nDeux", "<p>Un</p>\n<p>Deux</p>"),
        ("## Titre\nTexte", "<h2>Titre</h2>\n<p>Texte</p>"),
        ("## Titre\n- a\n- b", "<h2>Titre</h2>\n<ul><li>a</li><li>b</li></ul>"),
        (
            "Vous pouvez :\n- a\n- b\nou rien",
            "<p>Vous pouvez\xa0:</p>\n<ul><li>a</li><li>b</li></ul>\n<p>ou rien</p>",
        ),
        ("« Oui » ; non ?", "<p>«\xa0Oui\xa0»\xa0; non\xa0?</p>"),
        ("à 16:30 :) http://x.fr/:a", '<p>à 16:30 :) <a href="http://x.fr/:a">http://x.fr/:a</a></p>'),
        ("## <b>O'Neill</b>", "<h2>&lt;b&gt;O&#x27;Neill&lt;/b&gt;</h2>"),
        ("<script>alert('&')</script>", "<p>&lt;script&gt;alert(&#x27;&amp;&#x27;)&lt;/script&gt;</p>"),
        ("javascript:alert(1)", "<p>javascript:alert(1)</p>"),
        ("a@b.fr", '<p><a href="mailto:a@b.fr">a@b.fr</a></p>'),
        (
            'https://x.fr/"onclick="alert(1)',
            '<p><a href="https://x.fr/">https://x.fr/</a>&quot;onclick=&quot;alert(1)</p>',
        ),
    ],
)
def test_prose(text, html):
    assert prose(text) == html


def test_titles_take_the_level_of_where_they_stand():
    assert prose("## Titre", 4) == "<h4>Titre</h4>"


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        (0, "1\xa0ko"),
        (17_200, "17\xa0ko"),
        (999_400, "999\xa0ko"),
        (1_240_000, "1,2\xa0Mo"),
        (25_000_000, "25,0\xa0Mo"),
    ],
)
def test_file_size(octets, words):
    assert file_size(octets) == words
