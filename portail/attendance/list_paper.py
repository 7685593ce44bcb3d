"""A list on paper: boxes to tick, hours to write, what must be known, and room for those who were not expected."""

from portail.attendance.queries.lists import DayList, Row
from portail.core import paper
from portail.core.paper import Block, Column, Paper
from portail.core.templatetags.ui import hour

COLUMNS = (
    Column("Enfant", wide=True),
    Column("Classe"),
    Column("Présent", "center"),
    Column("Absent", "center"),
    Column("Arrivé à", "center"),
    Column("Parti à", "center"),
)
BOX, LINE = "[   ]", "____ h ____"
SPARE = 4
"""Empty lines for the children who were not expected."""


def list_paper(found: DayList) -> Paper:
    """What is already marked is printed as it is; health is there when the list was read with it."""
    session = found.session
    service = session.service
    rows = [_row(row) for row in found.rows] + [paper.row("", "", BOX, BOX, LINE, LINE)] * SPARE
    return Paper(
        title=f"{service.name}, {session.place.name}",
        blocks=[
            paper.facts(
                [
                    ("Jour", paper.day(session.date)),
                    ("Heures", f"{hour(service.starts_at)} à {hour(service.ends_at)}"),
                    ("Attendus", str(found.count.expected)),
                ]
            ),
            paper.table(COLUMNS, rows),
            *_foot(),
        ],
        issued_on=session.date,
        footer="Liste de présence : données personnelles, à rendre au service après la séance.",
    )


def _row(row: Row) -> Block:
    state = row.state
    notes = []
    if row.absence is not None:
        notes.append(f"Absence signalée {row.absence.reason}".strip())
    if row.booking is None:
        notes.append("Inattendu" if row.is_known else "Sans dossier")
    if row.health is not None:
        notes += [row.health.diet, f"Allergie : {row.health.allergies}" if row.health.allergies else ""]
        notes.append("PAI" if row.health.has_pai else "")
    return paper.row(
        paper.cell(row.name, " · ".join(note for note in notes if note)),
        row.class_name,
        "X" if state.came else BOX,
        "X" if state.presence == "absent" else BOX,
        hour(state.arrived) or LINE,
        hour(state.left) or LINE,
    )


def _foot() -> list[Block]:
    return [paper.note("Présents en fin de séance : ______     Nom et signature : ________________________")]
