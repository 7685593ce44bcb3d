"""The sentences of the rules in the language of the page."""

from typing import Any

from django.utils.translation import get_language, gettext

from portail.rules import ENGLISH, Sentence, read_sentence


def said(sentence: Sentence) -> str:
    """The sentence in French, or in English when the person chose it."""
    if (get_language() or "fr").startswith("fr"):
        return sentence.fr()
    return sentence.render(translate=gettext, words=ENGLISH)


def told(kept: Any) -> str:
    """A sentence that was kept as JSON (`Sentence.as_json`), in the language of the page.

    What is kept as text, or with a code that is no longer known, stays as it was written.
    """
    if isinstance(kept, dict):
        known = read_sentence(kept)
        return said(known) if known else str(kept.get("text", ""))
    return str(kept or "")
