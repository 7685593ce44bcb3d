"""Plain text written by agents, made into safe paragraphs, titles and lists."""

import re

from django import template
from django.utils.html import escape, urlize
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

_BLANK = re.compile(r"\n\s*\n")


@register.filter
def prose(text: str, level: int = 2) -> SafeString:
    """A blank line ends a paragraph; "## " begins a title (of `level`), "- " a line of a list; addresses become links.

    Everything else is shown as it was typed: no mark-up of the author's ever reaches the page.
    """
    blocks = _BLANK.split(text.replace("\r\n", "\n").replace("\r", "\n").strip())
    return mark_safe("\n".join(_block(block, level) for block in blocks if block.strip()))  # noqa: S308 (escaped below)


def _block(block: str, level: int) -> str:
    lines = block.strip().split("\n")
    if lines[0].startswith("## "):
        title = f"<h{level}>{escape(lines[0][3:].strip())}</h{level}>"
        rest = "\n".join(lines[1:]).strip()
        return title + ("\n" + _block(rest, level) if rest else "")
    if all(line.startswith("- ") for line in lines):
        return "<ul>" + "".join(f"<li>{_line(line[2:])}</li>" for line in lines) + "</ul>"
    return "<p>" + "<br>".join(_line(line) for line in lines) + "</p>"


def _line(line: str) -> str:
    return urlize(line.strip(), autoescape=True)
