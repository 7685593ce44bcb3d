"""Accessible PDF (PDF/UA-1, tagged) from a Typst template and plain data.

Data never becomes markup: it travels as JSON in `sys.inputs.data`, and the template decides what is shown. One
compiler is kept by process, since making one costs as much as a page; what it was given is replaced at each document.
"""

import json
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import typst
from django.http import HttpResponse

FONTS = Path(__file__).parent / "fonts"
# What both shipped fonts draw and a French town may need: Latin in all its accents, Greek, Cyrillic, punctuation.
DRAWN = tuple(
    range(first, last + 1)
    for first, last in [
        (0x20, 0x7E),
        (0xA0, 0x17E),
        (0x1A0, 0x1A1),
        (0x1AF, 0x1B0),
        (0x1CD, 0x1DC),
        (0x218, 0x21B),
        (0x384, 0x38A),
        (0x38E, 0x3A1),
        (0x3A3, 0x3CE),
        (0x400, 0x45F),
        (0x490, 0x493),
        (0x1EA0, 0x1EF9),
        (0x2012, 0x2016),
        (0x2018, 0x201A),
        (0x201C, 0x201E),
        (0x2020, 0x2022),
        (0x2026, 0x2026),
        (0x202F, 0x2030),
        (0x2039, 0x203A),
        (0x20AC, 0x20AC),
        (0x2116, 0x2116),
        (0x2122, 0x2122),
    ]
)
_one_at_a_time = Lock()


def render(template: Path, data: Mapping[str, Any], *, now: datetime) -> bytes:
    """The PDF of a `.typ` template, which reads its data by `json(bytes(sys.inputs.data))`.

    `data` holds JSON values. `now` is the date of the document. What no font can draw (emoji) is left out, so that a
    strange name never keeps a letter from being printed.
    """
    inputs = {"data": json.dumps(_drawable(dict(data)), ensure_ascii=False)}
    with _one_at_a_time:
        made = _compiler().compile(
            input=str(template),
            root=str(template.parent),
            format="pdf",
            sys_inputs=inputs,
            pdf_standards=["1.7", "ua-1"],
            timestamp=int(now.timestamp()),
        )
    assert isinstance(made, bytes)
    return made


def answer(content: bytes, *, name: str) -> HttpResponse:
    """A PDF to open in the browser's reader or to save under this name; nobody keeps a copy on the way."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(font_paths=[str(FONTS)], ignore_system_fonts=True)


def _drawable(value: Any) -> Any:
    """The same data in what the shipped fonts can draw."""
    if isinstance(value, str):
        return "".join(map(_drawn, unicodedata.normalize("NFC", value)))
    if isinstance(value, Mapping):
        return {key: _drawable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_drawable(inner) for inner in value]
    return value


def _drawn(character: str) -> str:
    """The character; "?" for a letter of a script that the fonts lack; nothing for a drawing or a control."""
    if character in "\n\t" or any(ord(character) in stretch for stretch in DRAWN):
        return character
    return "?" if unicodedata.category(character).startswith("L") else ""
