"""A line of "À faire"."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Task:
    """A line of "À faire". An empty `url`: nothing to open, somebody else is to be told."""

    title: str
    text: str
    icon: str
    tone: str
    url: str = ""
