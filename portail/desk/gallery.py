"""The gallery: the regulations of real organisers that come with the portal, found by name, read one at a time.

An installed portal is a copy of its repository (docs/exploitation.md): `rules/` comes with it and is upgraded with it.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from portail.core.text import plain

_TITLES = {
    "deadlines": "délai",
    "tariffs": "tarif",
    "absences": "règle d'absence",
    "surcharges": "pénalité",
    "quotient": "règle de quotient",
    "constraints": "règle de panier",
    "quotas": "quota de places",
    "waiting": "liste d'attente",
}
_HEADER = re.compile(r"(?m)^\[{1,2}(\w+)\]{1,2}")
_NAME = re.compile(r'(?m)^name = "(.*)"')
_SOURCE = re.compile(r'(?m)^source = "(.*)"')


@dataclass(frozen=True)
class Model:
    """A file of the gallery: its name in addresses, the organiser, where it was read, what it holds."""

    slug: str
    name: str
    source: str
    holds: tuple[str, ...]
    services: str


def folder() -> Path:
    return Path(settings.RULES_GALLERY)


def models(words: str = "") -> list[Model]:
    """The files whose organiser, services or file name hold every one of these words, in order of name."""
    wanted = plain(words).split()
    return [
        model
        for model in _all(folder(), _changed(folder()))
        if all(word in plain(f"{model.name} {model.slug} {model.services}") for word in wanted)
    ]


def text_of(slug: str) -> str | None:
    """The file with this name, or None; only a name of the list is ever opened."""
    if any(model.slug == slug for model in models()):
        return (folder() / f"{slug}.toml").read_text(encoding="utf-8")
    return None


def model(slug: str) -> Model | None:
    return next((found for found in models() if found.slug == slug), None)


def _changed(where: Path) -> float:
    return where.stat().st_mtime if where.is_dir() else 0


@lru_cache(maxsize=2)
def _all(where: Path, changed: float) -> tuple[Model, ...]:
    """What the titles of each file tell, without reading them as rules: a list must be quick."""
    found = [_model(path) for path in where.glob("*.toml")] if changed else []
    return tuple(sorted(found, key=lambda model: plain(model.name)))


def _model(path: Path) -> Model:
    text = path.read_text(encoding="utf-8")
    titles = [match[1] for match in _HEADER.finditer(text)]
    counted = ((_TITLES[key], titles.count(key)) for key in _TITLES)
    holds = tuple(_many(count, noun) for noun, count in counted if count)
    name, source = _NAME.search(text), _SOURCE.search(text)
    services = re.findall(r'(?m)^\[\[services\]\]\ncode = "(.*)"', text)
    return Model(
        path.stem,
        name[1] if name else path.stem,
        source[1] if source else "",
        holds,
        ", ".join(services),
    )


def _many(count: int, noun: str) -> str:
    if noun.startswith("règle"):
        return f"{count} {noun.replace('règle', 'règles', 1) if count > 1 else noun}"
    return f"{count} {noun}{'s' if count > 1 else ''}"
