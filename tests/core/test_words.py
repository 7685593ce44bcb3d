"""Dates, hours and amounts as people say them."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from django.core.paginator import Paginator
from django.utils import translation

from portail.core.templatetags import ui

NB = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("value", "form", "words"),
    [
        (date(2026, 12, 3), "", "jeudi 3 décembre"),
        (date(2026, 12, 1), "", "mardi 1er décembre"),
        (date(2027, 1, 4), "", "lundi 4 janvier 2027"),
        (date(2026, 12, 3), "year", "jeudi 3 décembre 2026"),
        (date(2026, 12, 3), "day", "3 décembre"),
        (date(2026, 12, 1), "date", "1er décembre 2026"),
        (datetime(2026, 12, 2, 23, 30, tzinfo=UTC), "", "jeudi 3 décembre"),
        (None, "", ""),
    ],
)
def test_dates_in_words(time_machine, value, form, words):
    time_machine.move_to(datetime(2026, 11, 20, tzinfo=UTC))
    assert ui.in_words(value, form) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (time(21), f"21{NB}h"),
        (time(7, 30), f"7{NB}h{NB}30"),
        (time(0, 5), f"0{NB}h{NB}05"),
        (datetime(2026, 12, 6, 20, tzinfo=UTC), f"21{NB}h"),
        (None, ""),
    ],
)
def test_hours(value, words):
    assert ui.hour(value) == words


def test_moments(time_machine):
    time_machine.move_to(datetime(2026, 11, 20, tzinfo=UTC))
    assert ui.moment(datetime(2026, 12, 6, 20, tzinfo=UTC)) == f"dimanche 6 décembre à 21{NB}h"
    assert ui.moment(None) == ""


@pytest.mark.parametrize(
    ("value", "sign", "words"),
    [
        (Decimal("48.3"), "", f"48,30{NB}€"),
        (Decimal("1234.5"), "", f"1{NB}234,50{NB}€"),
        (Decimal("-12"), "", f"−{NB}12,00{NB}€"),
        (Decimal("8.74"), "+", f"+{NB}8,74{NB}€"),
        (Decimal("0"), "+", f"0,00{NB}€"),
        (None, "", ""),
    ],
)
def test_amounts(value, sign, words):
    assert ui.money(value, sign) == words


def test_in_english():
    with translation.override("en"):
        assert ui.hour(time(21)) == f"9{NB}pm"
        assert ui.hour(time(7, 30)) == f"7:30{NB}am"
        assert ui.money(Decimal("-1234.5")) == "−€1,234.50"
        assert ui.in_words(date(2020, 12, 3)) == "Thursday 3 December 2020"


def test_page_numbers_keep_the_ends_and_the_neighbours():
    page = Paginator(range(200), 10).get_page(5)
    assert list(ui.page_numbers(page)) == [1, Paginator.ELLIPSIS, 4, 5, 6, Paginator.ELLIPSIS, 20]
