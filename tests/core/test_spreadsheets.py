"""Nothing that leaves for a spreadsheet can be run by it."""

import pytest

from portail.core.spreadsheets import csv_response, harmless


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
