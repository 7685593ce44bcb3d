"""Codes that somebody reads on paper and types: twelve letters and figures that cannot be taken for one another.

No vowel, so that no word is ever spelt; neither 0, 1, I, L nor O; neither U, which is read as V. 27 signs over twelve
places: whoever tries a million codes finds none.
"""

import secrets

ALPHABET = "23456789BCDFGHJKMNPQRSTVWXZ"
LENGTH, GROUP = 12, 4


def new() -> str:
    """A code at random, « 7KXD-M2PQ-4RTB »."""
    return _grouped("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)))


def read(typed: str) -> str:
    """The code as it is kept, whatever the case, the spaces and the dashes; empty when it cannot be one."""
    signs = "".join(sign for sign in typed.upper() if sign.isalnum())
    if len(signs) != LENGTH or any(sign not in ALPHABET for sign in signs):
        return ""
    return _grouped(signs)


def _grouped(signs: str) -> str:
    return "-".join(signs[start : start + GROUP] for start in range(0, LENGTH, GROUP))
