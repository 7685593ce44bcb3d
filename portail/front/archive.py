"""A year of an account as one file: its PDFs, and its movements for a spreadsheet. Written while it is sent."""

from collections.abc import Iterator
from zipfile import ZIP_DEFLATED, ZipFile

from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _

from portail.billing.models import Account
from portail.billing.queries.accounts import Statement, Year, statement
from portail.billing.templatetags.billing import movement_label
from portail.core.spreadsheets import csv_text
from portail.families.models import FamilyDocument

CHUNK = 64 * 1024


class _Outlet:
    """A file that cannot go back: what was written waits here until it is taken."""

    def __init__(self) -> None:
        self.waiting = bytearray()

    def write(self, data: bytes, /) -> int:
        self.waiting += data
        return len(data)

    def flush(self) -> None:
        """Nothing is kept elsewhere."""

    def close(self) -> None:
        """Nothing to close."""

    def take(self) -> bytes:
        taken = bytes(self.waiting)
        self.waiting.clear()
        return taken


def archive(account: Account | None, year: Year) -> StreamingHttpResponse:
    """The ZIP of a year: never more than one document in memory, however many there are."""
    also = ("payment__document", "invoice__document", "credit_note__document")
    found = statement(account, year.first, year.last, also=also)
    table = csv_text(
        [_("Date"), _("Mouvement"), _("Montant"), _("Solde")],
        [
            (row.movement.day, movement_label(row.movement), row.movement.amount, row.balance)
            for row in found.rows
        ],
    )
    name = _("compte-%(year)s") % {"year": year.key}
    response = StreamingHttpResponse(
        _written(_("mouvements.csv"), table, _documents(found)), content_type="application/zip"
    )
    response["Content-Disposition"] = f'attachment; filename="{name}.zip"'
    response["Cache-Control"] = "private, no-store"
    return response


def _documents(found: Statement) -> list[FamilyDocument]:
    """The PDFs of these movements: invoices, credit notes, receipts. Each once."""
    documents: dict[int, FamilyDocument] = {}
    for row in found.rows:
        for source in (
            row.movement.invoice,
            row.movement.credit_note,
            getattr(row.movement, "payment", None),
        ):
            if source is not None and source.document is not None:
                documents[source.document.pk] = source.document
    return list(documents.values())


def _written(table_name: str, table: str, documents: list[FamilyDocument]) -> Iterator[bytes]:
    outlet, names = _Outlet(), {table_name}
    with ZipFile(outlet, "w") as zipped:
        zipped.writestr(table_name, table, ZIP_DEFLATED)
        yield outlet.take()
        for document in documents:
            name = _free(document.file_name, names)
            with document.file.open("rb") as source, zipped.open(name, "w") as target:
                while chunk := source.read(CHUNK):
                    target.write(chunk)
                    yield outlet.take()
    yield outlet.take()


def _free(name: str, taken: set[str]) -> str:
    """A name that no file of the archive has yet."""
    stem, dot, suffix = name.rpartition(".")
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{stem} ({number}){dot}{suffix}"
    taken.add(free)
    return free
