"""A receipt of bookings on paper: what was added and removed, when, by whom, under which conditions."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format

from portail.bookings.models import Receipt, ReceiptLine
from portail.bookings.templatetags.hours import hours as hours_told
from portail.bookings.templatetags.prices import price_of, total_told
from portail.core import paper
from portail.core.paper import Block, Column, Paper

COLUMNS = (Column("Jour"), Column("Enfant"), Column("Prestation", wide=True))
PRICE = Column("Prix", "right")
Change = ReceiptLine.Change


def receipt_paper(receipt: Receipt, *, code: str) -> Paper:
    """The paper of a receipt read with its lines (`queries.receipts.receipt`). Two queries: its dossier, its adults."""
    household = receipt.household
    adults = [str(adult) for adult in household.adults.all()][:3] or [household.name]
    town = f"{household.postcode} {household.city}".strip()
    at = timezone.localtime(receipt.created_at)
    done_by = "le service" if receipt.by_service else receipt.author_label
    lines = list(receipt.lines.all())
    blocks = [
        paper.facts(
            [
                ("Reçu n°", receipt.number),
                ("Dossier", f"{household.number} {household.name}"),
                ("Fait le", f"{paper.day(at)} à {at.hour} h {at.minute:02d}"),
                ("Fait par", done_by),
                ("Motif", receipt.reason),
                ("Différence de prix", _total(receipt)),
            ]
        ),
        *_changes(
            "Ajouté : libre avant, réservé maintenant",
            [line for line in lines if line.change == Change.ADDED],
        ),
        *_changes(
            "Retiré : réservé avant, libre maintenant",
            [line for line in lines if line.change == Change.REMOVED],
        ),
        *_changes("Mis en liste d'attente", [line for line in lines if line.change == Change.WAITING]),
        *_changes("Sorti de la liste d'attente", [line for line in lines if line.change == Change.LEFT]),
    ]
    return Paper(
        title="Reçu de réservation",
        blocks=blocks,
        issued_on=at.date(),
        to=[*adults, household.street, household.street_more, town],
        code=code,
        footer=f"Reçu {receipt.number} · dossier {household.number}",
    )


def _total(receipt: Receipt) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        return total_told(receipt.difference)


def _changes(title: str, lines: Sequence[ReceiptLine]) -> list[Block]:
    if not lines:
        return []
    has_prices = any(line.explanation for line in lines)
    with translation.override(settings.LANGUAGE_CODE):
        rows = [
            paper.row(*_cells(line), price_of(line)) if has_prices else paper.row(*_cells(line))
            for line in lines
        ]
    return [paper.heading(title), paper.table((*COLUMNS, PRICE) if has_prices else COLUMNS, rows)]


def _cells(line: ReceiptLine) -> tuple[str, str, dict[str, Any]]:
    session, hours = line.booking.session, hours_told(line)
    told = f" {hours}" if hours else ""
    return (
        f"{date_format(session.date, 'D')} {paper.day(session.date)}",
        line.booking.child.first_name,
        paper.cell(f"{session.service.name}{told} · {session.place}", line.conditions),
    )
