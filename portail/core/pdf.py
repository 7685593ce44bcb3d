"""Accessible PDF (PDF/UA-1, tagged) from a Typst template and plain data.

Data never becomes markup: it travels as JSON in `sys.inputs.data`, and the template decides what is shown. Compilers
are kept, since making one costs as much as a page; what one was given is replaced at each document. Compiling leaves
Python free, so that as many documents are made at once as there are processors.
"""

import json
import os
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from queue import LifoQueue
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
        (0x2212, 0x2212),
    ]
)
AT_ONCE = max(1, min(4, os.cpu_count() or 1))
_idle: LifoQueue[typst.Compiler | None] = LifoQueue()
"""Compilers that wait, the last used on top; None stands for one that was never needed."""
for _ in range(AT_ONCE):
    _idle.put(None)


def render(template: Path, data: Mapping[str, Any], *, now: datetime) -> bytes:
    """The PDF of a `.typ` template, which reads its data by `json(bytes(sys.inputs.data))`.

    `data` holds JSON values. `now` is the date of the document. What no font can draw (emoji) is left out, so that a
    strange name never keeps a letter from being printed.
    """
    return _compiled(template, _inputs(data), now)


def render_many(template: Path, documents: Sequence[Mapping[str, Any]], *, now: datetime) -> list[bytes]:
    """The PDF of each of these, in their order, made on all the processors."""
    inputs = [_inputs(data) for data in documents]
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(lambda one: _compiled(template, one, now), inputs))


def _inputs(data: Mapping[str, Any]) -> dict[str, str]:
    return {"data": json.dumps(_drawable(dict(data)), ensure_ascii=False)}


def _compiled(template: Path, inputs: dict[str, str], now: datetime) -> bytes:
    with _compiler() as compiler:
        made = compiler.compile(
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


@contextmanager
def _compiler() -> Iterator[typst.Compiler]:
    """A compiler that nobody else uses meanwhile."""
    compiler = _idle.get()
    try:
        if compiler is None:
            compiler = typst.Compiler(font_paths=[str(FONTS)], ignore_system_fonts=True)
        yield compiler
    finally:
        _idle.put(compiler)


def _drawable(value: Any) -> Any:
    """The same data in what the shipped fonts can draw."""
    if isinstance(value, str):
        if value.isascii() and value.isprintable():
            return value
        return "".join(map(_drawn, unicodedata.normalize("NFC", value)))
    if isinstance(value, Mapping):
        return {key: _drawable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_drawable(inner) for inner in value]
    return value


@lru_cache(maxsize=4096)
def _drawn(character: str) -> str:
    """The character; "?" for a letter of a script that the fonts lack; nothing for a drawing or a control."""
    if character in "\n\t" or any(ord(character) in stretch for stretch in DRAWN):
        return character
    return "?" if unicodedata.category(character).startswith("L") else ""
