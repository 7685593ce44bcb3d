"""Words: dates, hours, and sentences that can be kept, sent and translated."""

import json
import re
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from portail.rules import (
    ENGLISH,
    FRENCH,
    DeadlineRule,
    Unit,
    When,
    read_sentence,
    say,
    step,
)
from portail.rules.limits import Anchor
from portail.rules.sentences import TEMPLATES

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("minutes", "french", "english"),
    [
        (0, "0 h", "12 am"),
        (450, "7 h 30", "7:30 am"),
        (545, "9 h 05", "9:05 am"),
        (720, "12 h", "noon"),
        (750, "12 h 30", "12:30 pm"),
        (1260, "21 h", "9 pm"),
        (1440, "minuit", "midnight"),
    ],
)
def test_hours_in_words(minutes, french, english):
    assert (FRENCH.hour(minutes), ENGLISH.hour(minutes)) == (french, english)


def test_days_in_words():
    assert FRENCH.day(date(2026, 12, 6)) == "dimanche 6 décembre"
    assert FRENCH.year(date(2027, 5, 1)) == "samedi 1er mai 2027"
    assert ENGLISH.year(date(2027, 5, 1)) == "Saturday 1 May 2027"


@pytest.mark.parametrize(
    ("number", "french", "english"),
    [
        (1, "1er", "1st"),
        (2, "2", "2nd"),
        (3, "3", "3rd"),
        (5, "5", "5th"),
        (11, "11", "11th"),
        (21, "21", "21st"),
    ],
)
def test_days_of_the_month_in_words(number, french, english):
    assert (FRENCH.ordinal(number), ENGLISH.ordinal(number)) == (french, english)


@pytest.mark.parametrize(
    ("amount", "french", "english"),
    [("12.4", "12,40 €", "€12.40"), ("1050", "1 050,00 €", "€1,050.00"), ("0.125", "0,125 €", "€0.125")],
)
def test_amounts_in_words(amount, french, english):
    assert (FRENCH.money(Decimal(amount)), ENGLISH.money(Decimal(amount))) == (french, english)
    assert ENGLISH.change(-Decimal(amount)) == f"− {english}"


def test_zero_hour_is_the_midnight_that_ends_the_day_before():
    moment = datetime(2026, 12, 7, tzinfo=PARIS)
    assert FRENCH.moment(moment) == "dimanche 6 décembre à minuit"
    assert FRENCH.start(moment) == "lundi 7 décembre"


@pytest.mark.parametrize(
    ("when", "at", "inclusive", "expected"),
    [
        (When(), 540, True, "d'un jour se modifient jusqu'au jour même, à 9 h"),
        (When(before=1), 540, False, "d'un jour se modifient jusqu'à la veille, avant 9 h"),
        (When(before=3), None, True, "d'un jour se modifient jusqu'à trois jours avant, à minuit"),
        (
            When(before=1, unit=Unit.WEEKS),
            720,
            True,
            "d'un jour se modifient jusqu'à une semaine avant, à 12 h",
        ),
        (When(before=12), 720, True, "d'un jour se modifient jusqu'à 12 jours avant, à 12 h"),
        (
            When(before=1, weekday=3),
            720,
            True,
            "d'un jour se modifient jusqu'au jeudi qui précède, à 12 h",
        ),
        (
            When(weekday=3),
            720,
            True,
            "d'un jour se modifient jusqu'au jeudi (le jour même, ou celui qui précède), à 12 h",
        ),
        (
            When(Anchor.WEEK, weekday=0),
            720,
            True,
            "de la semaine du 7 décembre se modifient jusqu'au lundi de cette semaine, à 12 h",
        ),
        (
            When(Anchor.WEEK, 2, Unit.WEEKS, 4),
            720,
            True,
            "de la semaine du 7 décembre se modifient jusqu'au vendredi qui précède, au moins deux semaines avant, "
            "à 12 h",
        ),
        (
            When(Anchor.WEEK),
            540,
            True,
            "de la semaine du 7 décembre se modifient jusqu'au lundi de cette semaine, à 9 h",
        ),
        (
            When(Anchor.WEEK, 3),
            540,
            True,
            "de la semaine du 7 décembre se modifient jusqu'à trois jours avant le lundi, à 9 h",
        ),
    ],
)
def test_a_rule_in_words(when, at, inclusive, expected):
    rule = DeadlineRule(when, at, inclusive)
    assert rule.reason(date(2026, 12, 10)).fr() == f"les réservations {expected}"


def test_a_sentence_is_translated_by_its_template_and_words():
    english = {
        "{verb} {limit}": "{verb} {limit}",
        "Modifiable": "Can be changed",
        "jusqu'au {moment:moment}": "until {moment:moment}",
    }
    moment = datetime(2026, 12, 6, 21, tzinfo=PARIS)
    sentence = say("allowed", verb=say("verb.both"), limit=say("limit.until", moment=moment))
    assert (
        sentence.render(translate=english.__getitem__, words=ENGLISH)
        == "Can be changed until Sunday 6 December at 9 pm"
    )


def test_a_sentence_is_kept_as_data():
    moment = datetime(2026, 12, 6, 21, tzinfo=PARIS)
    assert say("refused.too_late", moment=moment).as_json() == {
        "code": "refused.too_late",
        "params": {"moment": "2026-12-06T21:00:00+01:00"},
        "text": "La date limite était dimanche 6 décembre à 21 h",
    }
    assert say("limit.until", moment=moment) == say("limit.until", moment=moment)


@pytest.mark.parametrize(("code", "template"), TEMPLATES.items())
def test_every_word_a_template_asks_for_exists_in_both_languages(code, template):
    for kind in re.findall(r"{\w+:(\w+)}", template):
        assert callable(getattr(FRENCH, kind))
        assert callable(getattr(ENGLISH, kind))


# --- a sentence that was kept as JSON is read again
KEPT = [
    say(
        "price",
        amount=Decimal("4.37"),
        why=step(
            "price.line",
            percent=Decimal("0.36"),
            axis=say("axis.quotient"),
            value=Decimal(1214),
            amount=Decimal("4.37"),
        ),
    ),
    say("quotient.found", value=Decimal(742), kind="caf", start=date(2026, 2, 1), end=date(2027, 1, 31)),
    say("limit.until", moment=datetime(2026, 12, 6, 21, 0)),  # noqa: DTZ001
    say("price.band_shift", count=2),
]


@pytest.mark.parametrize("sentence", KEPT, ids=lambda sentence: sentence.code)
def test_what_was_kept_reads_the_same_in_both_languages(sentence):
    read = read_sentence(json.loads(json.dumps(sentence.as_json())))
    assert read is not None
    assert read.fr() == sentence.fr()
    assert read.render(words=ENGLISH) == sentence.render(words=ENGLISH)


@pytest.mark.parametrize(
    "kept",
    [
        {},
        {"code": "gone", "params": {}, "text": "x"},
        {"code": "price.flat", "params": {}},
        {"code": "price.flat", "params": {"amount": "beaucoup"}},
        {"code": "price", "params": {"amount": "1", "why": {"code": "gone"}}},
        {"code": "limit.until", "params": {"moment": "demain"}},
    ],
)
def test_what_is_no_longer_known_is_not_read(kept):
    assert read_sentence(kept) is None
