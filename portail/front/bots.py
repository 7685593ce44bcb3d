"""A trap for the machines that fill forms, which asks nothing of people: a field that nobody sees must stay empty.

No clock is watched: a password manager fills the form faster than any machine would dare.
"""

from collections.abc import Mapping

TRAP = "site_web"


def is_caught(data: Mapping[str, str]) -> bool:
    """Whether this form was filled by a machine."""
    return bool(data.get(TRAP))
