"""The statement of an account on paper: what was asked, what was received, and the balance after each line."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from portail.billing.documents import words
from portail.billing.queries.accounts import Statement
from portail.core import paper
from portail.core.paper import Block, Column, Paper
from portail.core.site import Site
from portail.families.models import Household

COLUMNS = (
    Column("Date"),
    Column("Écriture", wide=True),
    Column("Demandé", "right"),
    Column("Reçu", "right"),
    Column("Solde", "right"),
)


def statement_paper(
    household: Household,
    statement: Statement,
    *,
    number: str,
    code: str,
    issued_on: date,
    recipient: Sequence[str],
    site: Site,
) -> Paper:
    """The paper of a statement (`queries.accounts.statement`). Reads nothing."""
    return Paper(
        title="Relevé de compte",
        blocks=[
            paper.facts(
                [
                    ("Relevé n°", number),
                    ("Dossier", f"{household.number} {household.name}"),
                    ("Période", words.period(statement.first, statement.last)),
                ]
            ),
            paper.table(COLUMNS, _rows(statement)),
            _balance(statement),
            *words.whom_to_call(site),
        ],
        issued_on=issued_on,
        to=recipient,
        code=code,
        footer=f"Relevé {number} · dossier {household.number}",
    )


def _rows(statement: Statement) -> list[Block]:
    rows = [paper.row(_short(statement.first), "Solde précédent", "", "", paper.money(statement.before))]
    for line in statement.rows:
        moved = line.movement
        asked = paper.money(moved.amount) if moved.amount > 0 else ""
        received = paper.money(-moved.amount) if moved.amount <= 0 else ""
        rows.append(
            paper.row(
                _short(moved.day),
                paper.cell(moved.label, moved.reason),
                asked,
                received,
                paper.money(line.balance),
            )
        )
    asked, received = paper.money(statement.asked), paper.money(statement.received)
    return [*rows, paper.total("", "Total", asked, received, paper.money(statement.after))]


def _balance(statement: Statement) -> Block:
    on = f"Au {paper.day(statement.last)}"
    if statement.after > 0:
        return paper.framed("Vous devez", paper.money(statement.after), [on])
    if statement.after < 0:
        return paper.framed("Votre avance", paper.money(-statement.after), [on])
    return paper.framed("Vous êtes à jour", paper.money(Decimal(0)), [on])


def _short(day: date) -> str:
    return f"{day:%d/%m/%Y}"
