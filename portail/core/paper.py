"""The papers that the portal issues: one letterhead, one way to be checked, and blocks that say the rest.

A room describes its paper (an invoice, a receipt) as a `Paper` made of blocks; this module gives them the commune's
name, logo and colour, the address in the window of the envelope, the code with its QR drawing, and pages that are
counted. Papers are in French, whoever prints them. Amounts and dates come as texts: see `money`, `day`.
"""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import segno
from django.conf import settings
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format, number_format
from PIL import Image, UnidentifiedImageError

from portail.core import pdf, theme
from portail.core.phones import shown
from portail.core.site import Site

TEMPLATE = Path(__file__).with_name("paper.typ")
NO_BREAK = "\N{NO-BREAK SPACE}"
LOGO_SIDE = 240
"""Pixels: 20 mm at 300 points an inch."""

Block = dict[str, Any]
Side = Literal["left", "right", "center"]


@dataclass(frozen=True)
class Paper:
    """One paper. `to`: the lines of the address, none for what is not posted. `code`: empty for what is not issued."""

    title: str
    blocks: Sequence[Block]
    issued_on: date
    to: Sequence[str] = ()
    code: str = ""
    footer: str = ""


@dataclass(frozen=True)
class Column:
    label: str
    side: Side = "left"
    wide: bool = False


def heading(text: str) -> Block:
    return {"kind": "heading", "text": text}


def text(words: str) -> Block:
    return {"kind": "text", "text": words}


def note(words: str) -> Block:
    """A paragraph in small letters."""
    return {"kind": "note", "text": words}


def bullets(items: Sequence[str]) -> Block:
    return {"kind": "list", "items": list(items)}


def facts(rows: Sequence[tuple[str, str]]) -> Block:
    """Names and values, a line each; those without a value are left out."""
    return {"kind": "facts", "rows": [list(row) for row in rows if row[1]]}


def framed(label: str, value: str, lines: Sequence[str] = ()) -> Block:
    """What matters most, in a frame: usually an amount."""
    return {"kind": "framed", "label": label, "value": value, "lines": [line for line in lines if line]}


def table(columns: Sequence[Column], rows: Sequence[Block]) -> Block:
    """Rows come from `row`, `group` and `total`; the headings are repeated on each page."""
    titles = [{"label": c.label, "side": c.side, "wide": c.wide} for c in columns]
    return {"kind": "table", "columns": titles, "rows": list(rows)}


def row(*cells: str | Mapping[str, Any]) -> Block:
    return {"kind": "row", "cells": list(cells)}


def group(words: str) -> Block:
    """A line over the whole width, above the rows that it gathers."""
    return {"kind": "group", "cells": [words]}


def total(*cells: str) -> Block:
    return {"kind": "total", "cells": list(cells)}


def cell(words: str, *notes: str) -> dict[str, Any]:
    """A cell with smaller lines under its text."""
    return {"text": words, "notes": [line for line in notes if line]}


def render(paper: Paper, *, commune: Site, now: datetime) -> bytes:
    """The PDF of a paper (PDF/UA-1)."""
    return pdf.render(TEMPLATE, _data([paper], paper.title, commune), now=now)


def render_each(papers: Iterable[Paper], *, commune: Site, now: datetime) -> list[bytes]:
    """The PDF of each of these papers: faster than one by one."""
    return pdf.render_many(TEMPLATE, [_data([paper], paper.title, commune) for paper in papers], now=now)


def render_together(papers: Sequence[Paper], *, title: str, commune: Site, now: datetime) -> bytes:
    """One PDF of many papers, in this order, each on pages of its own, to be printed at once."""
    return pdf.render(TEMPLATE, _data(papers, title, commune), now=now)


def _data(papers: Sequence[Paper], title: str, commune: Site) -> dict[str, Any]:
    with translation.override(settings.LANGUAGE_CODE):
        return {
            "title": title,
            "colour": theme.accent(commune.colour).light,
            "commune": {
                "name": commune.name,
                "lines": _sender(commune),
                "logo": _logo(commune.logo),
            },
            "qr_alt": "Code à photographier : il ouvre la page qui vérifie ce document",
            "papers": [_words(paper, commune) for paper in papers],
        }


def day(value: date | datetime, *, year: bool = True) -> str:
    """« 1er décembre 2026 »; a datetime in local time."""
    local = timezone.localdate(value) if isinstance(value, datetime) else value
    with translation.override(settings.LANGUAGE_CODE):
        number = "1er" if local.day == 1 else str(local.day)
        return f"{number} {date_format(local, 'F Y' if year else 'F')}".replace(" ", NO_BREAK)


def money(amount: Decimal) -> str:
    """« 1 234,50 € », « − 12,00 € », unbreakable. Euros."""
    with translation.override(settings.LANGUAGE_CODE):
        digits = number_format(abs(amount), decimal_pos=2, use_l10n=True, force_grouping=True)
    sign = f"−{NO_BREAK}" if amount < 0 else ""
    return f"{sign}{digits}{NO_BREAK}€".replace(" ", NO_BREAK).replace("\N{NARROW NO-BREAK SPACE}", NO_BREAK)


def quantity(value: Decimal) -> str:
    """« 12 », « 1,5 »: without the zeros that say nothing."""
    return f"{value.normalize():f}".replace(".", ",")


def _words(paper: Paper, commune: Site) -> dict[str, Any]:
    where = f"{commune.name}, le" if commune.name else "Le"
    page = f"{settings.PUBLIC_URL}{reverse('front:verify')}"
    return {
        "title": paper.title,
        "to": [line for line in paper.to if line],
        "place_and_date": f"{where} {day(paper.issued_on)}",
        "blocks": list(paper.blocks),
        "code": paper.code,
        "qr": _drawing(paper.code),
        "check": f"Ce document est authentique si la page {page} le reconnaît à son code :",
        "footer": paper.footer or _contact(commune),
    }


def _drawing(code: str) -> str:
    """The QR drawing that leads to the page of this code.

    Always the same mask, which any reader reads: choosing the best of eight takes five times as long.
    """
    if not code:
        return ""
    address = f"{settings.PUBLIC_URL}{reverse('front:verified', args=[code])}"
    drawn: str = segno.make_qr(address, error="m", mask=0, boost_error=False).svg_inline(omitsize=False)
    return drawn


def _sender(commune: Site) -> list[str]:
    phone = shown(commune.phone) if commune.phone else ""
    return [line for line in [commune.service_name, *commune.address.splitlines(), phone] if line][:4]


def _contact(commune: Site) -> str:
    known = [commune.service_name, shown(commune.phone) if commune.phone else "", commune.email]
    return " · ".join(part for part in known if part)


@lru_cache(maxsize=4)
def _logo(name: str) -> str:
    """The logo as a drawing that holds the picture; empty without one. A new logo has another name."""
    if not name:
        return ""
    try:
        with default_storage.open(name) as file, Image.open(file) as picture:
            picture.thumbnail((LOGO_SIDE, LOGO_SIDE))
            content = BytesIO()
            picture.convert("RGBA").save(content, "PNG", optimize=True)
            width, height = picture.size
    except (OSError, UnidentifiedImageError):
        return ""
    encoded = base64.b64encode(content.getvalue()).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
        f'<image width="{width}" height="{height}" href="data:image/png;base64,{encoded}"/></svg>'
    )
