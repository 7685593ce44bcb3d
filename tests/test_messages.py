"""The texts to translate are found in code and templates, and a bad translation is refused."""

import polib
import pytest
from django.utils.translation import templatize

from scripts.messages import catalogue, complaints, french, texts_of


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("_('Bonjour')", [(None, "Bonjour", "")]),
        ("gettext_lazy('Bon' 'jour')", [(None, "Bonjour", "")]),
        ("pgettext_lazy('mois', 'mai')", [("mois", "mai", "")]),
        ("ngettext('%(n)d place', '%(n)d places', n)", [(None, "%(n)d place", "%(n)d places")]),
        ("npgettext('repas', 'un', 'des', n)", [("repas", "un", "des")]),
        ("autre('Bonjour')", []),
    ],
)
def test_texts_of_the_code(source, expected):
    assert texts_of(source) == expected


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{% translate 'À 100 %' %}", [(None, "À 100 %%", "")]),
        ('{% translate "mai" context "mois" %}', [("mois", "mai", "")]),
        ('<p>\n    {% url "a" %}(\n  {{ _("Midi") }}', [(None, "Midi", "")]),
        (
            "{% blocktranslate count n=a trimmed %}\n {{ n }} place\n{% plural %}{{ n }} places{% endblocktranslate %}",
            [(None, "%(n)s place", "%(n)s places")],
        ),
    ],
)
def test_texts_of_the_templates(template, expected):
    assert texts_of(f"(\n{templatize(template)}\n)") == expected


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"msgid": "Le %(day)s", "msgstr": "On %(day)s"}, []),
        ({"msgid": "Le {day:full}", "msgstr": "On {day:short}"}, []),
        ({"msgid": "Le jour", "msgstr": ""}, ["sans traduction : Le jour"]),
        ({"msgid": "Le {day}", "msgstr": "On the day"}, ["la traduction change les variables : Le {day}"]),
        ({"msgid": "Le jour", "msgstr": "On {day}"}, ["la traduction change les variables : Le jour"]),
        ({"msgid": "Jour", "msgstr": "Day", "flags": ["fuzzy"]}, ["traduction à relire (fuzzy) : Jour"]),
        (
            {"msgid": "Une place", "msgid_plural": "%(n)d places", "msgstr_plural": {0: "One", 1: "%(n)d"}},
            [],
        ),
    ],
)
def test_what_is_wrong_with_a_translation(given, complaint):
    assert complaints(polib.POEntry(**given)) == complaint


def test_a_known_translation_stays_and_what_is_gone_leaves():
    known = [polib.POEntry(msgid="Jour", msgstr="Day"), polib.POEntry(msgid="Ancien", msgstr="Old")]
    made = catalogue("en", {(None, "Jour", ""): {"a.py"}, (None, "Mois", ""): {"b.py", "a.py"}}, known)
    assert [(entry.msgid, entry.msgstr) for entry in made] == [("Jour", "Day"), ("Mois", "")]
    assert made[1].occurrences == [("a.py", ""), ("b.py", "")]


def test_french_needs_only_its_plurals():
    made = french({(None, "Jour", ""): set(), (None, "une place", "des places"): set()})
    assert [(entry.msgid, entry.msgstr_plural) for entry in made] == [
        ("une place", {0: "une place", 1: "des places"})
    ]
