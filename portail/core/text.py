"""Names as people type them: compared without case, accents, hyphens, spaces and apostrophes."""

import re
import unicodedata

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ł": "l"})
_SEPARATORS = re.compile(r"[\W_]+")


def plain(text: str) -> str:
    """Lower case without accents; anything that is not a letter or a digit becomes one space."""
    folded = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    letters = "".join(c for c in folded if not unicodedata.combining(c))
    return _SEPARATORS.sub(" ", letters).strip()


def name_key(text: str) -> str:
    """`plain` without its spaces: "D'Ávila-Núñez" and "davila nunez" have the same key."""
    return plain(text).replace(" ", "")


def masked_email(address: str) -> str:
    """ "alice@exemple.fr" as "a•••@exemple.fr": enough for its owner, too little for who looks over a shoulder."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}•••{at}{domain}"


def many(count: int, words: str) -> str:
    """« 0 séance créée », « 1 séance créée », « 3 séances créées »: in French every word agrees, from two on."""
    agreed = " ".join(f"{word}s" for word in words.split()) if abs(count) > 1 else words
    return f"{count} {agreed}"


def elides(name: str) -> bool:
    """Whether « de » becomes « d' » before this name: a vowel, or the y of Yves (not that of Yanis)."""
    start = plain(name)[:2]
    return start[:1] in {*"aeiou"} or (start[:1] == "y" and start[1:] not in {*"aeiou"})


def de(name: object) -> str:
    """« de Léa », « d'Awa »: French whatever the language of the page, for the journal and the desk."""
    return f"d'{name}" if elides(str(name)) else f"de {name}"
