"""Nothing that leaves for a spreadsheet can be run by it."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

import pytest

from portail.core.spreadsheets import csv_response, harmless, xlsx_response


@pytest.mark.parametrize(
    "typed",
    ["=1+1", "+33 6 12", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "  =1+1", "＝1+1", "=cmd|' /C calc'!A0"],
)
def test_what_would_be_computed_is_made_text(typed):
    assert harmless(typed) == f"'{typed}"


@pytest.mark.parametrize("typed", ["Léa", "06 12 34 56 78", "a=b", "", "12,5", "'déjà"])
def test_what_is_text_stays_as_it_is(typed):
    assert harmless(typed) == typed


def test_nothing_and_numbers():
    assert (harmless(None), harmless(12)) == ("", "12")


def test_a_file_that_french_spreadsheets_open():
    response = csv_response("liste", ["Nom"], [["Ève; « l'aînée »"], ["deux\nlignes"]])
    assert response.content.decode() == '\ufeffNom\r\n"Ève; « l\'aînée »"\r\n"deux\nlignes"\r\n'
    assert response["Cache-Control"] == "private, no-store"


def test_our_numbers_and_dates_stay_numbers_and_dates():
    assert harmless(Decimal("-12.40")) == "-12,40"
    assert harmless(-3) == "-3"
    assert harmless(date(2026, 11, 24)) == "24/11/2026"


def test_a_workbook_holds_real_amounts_and_text_that_is_never_computed():
    rows = [[date(2026, 11, 24), Decimal("-12.40"), "=1+1", None]]
    response = xlsx_response("compte", ["Date", "Montant", "Intitulé", "Vide"], rows)
    assert response["Content-Disposition"] == 'attachment; filename="compte.xlsx"'
    sheet = ZipFile(BytesIO(response.content)).read("xl/worksheets/sheet1.xml").decode()
    assert "<v>-12.4</v>" in sheet
    assert "<t>=1+1</t>" in sheet
    assert "<f>" not in sheet


def test_an_empty_workbook_keeps_its_header():
    sheet = ZipFile(BytesIO(xlsx_response("compte", ["Date"], []).content)).read("xl/worksheets/sheet1.xml")
    assert b"<t>Date</t>" in sheet
