"""Plain text written by agents, made into safe paragraphs, titles and lists."""

import re
from collections.abc import Iterator
from itertools import groupby

from django import template
from django.utils.html import urlize
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

_BLANK = re.compile(r"\n\s*\n")
_FRENCH = re.compile(r"(?<=«) | (?=[»:;!?](\s|$))")
NO_BREAK = "\N{NO-BREAK SPACE}"


@register.filter
def prose(text: str, level: int = 2) -> SafeString:
    """A blank line ends a paragraph; "## " begins a title (of `level`), "- " a line of a list; addresses become links.

    Everything else is shown as it was typed, signs kept beside their word as French printers do: no mark-up of the
    author's ever reaches the page.
    """
    blocks = _BLANK.split(text.replace("\r\n", "\n").replace("\r", "\n").strip())
    parts = [part for block in blocks for part in _parts(block, level)]
    return mark_safe("\n".join(parts))  # noqa: S308 (each line is escaped below)


def _parts(block: str, level: int) -> Iterator[str]:
    """The title, lists and paragraphs of a block, in the order of its lines."""
    lines = [line.strip() for line in block.split("\n") if line.strip()]
    for kind, run in groupby(lines, key=_kind):
        texts = [_line(line.removeprefix(kind)) for line in run]
        if kind == "## ":
            yield from (f"<h{level}>{text}</h{level}>" for text in texts)
        elif kind == "- ":
            yield "<ul>" + "".join(f"<li>{text}</li>" for text in texts) + "</ul>"
        else:
            yield "<p>" + "<br>".join(texts) + "</p>"


def _kind(line: str) -> str:
    return next((mark for mark in ("## ", "- ") if line.startswith(mark)), "")


def _line(line: str) -> str:
    return urlize(_FRENCH.sub(NO_BREAK, line.strip()), autoescape=True)
