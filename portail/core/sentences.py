"""The sentences of the rules in the language of the page."""

from django.utils.translation import get_language, gettext

from portail.rules import ENGLISH, Sentence


def said(sentence: Sentence) -> str:
    """The sentence in French, or in English when the person chose it."""
    if (get_language() or "fr").startswith("fr"):
        return sentence.fr()
    return sentence.render(translate=gettext, words=ENGLISH)
