"""The sentences of the rules in English: every one, and what they make when they are put together."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from portail.core.sentences import said
from portail.rules import Calendar, DeadlineRule, RunsIn, Sentence, ServiceDays, say
from portail.rules.constraints import Constraint, violations
from portail.rules.limits import Anchor, Unit, When
from portail.rules.templates import TEMPLATES
from tests.english import french

SUNDAY = datetime(2026, 12, 6, 21, tzinfo=ZoneInfo("Europe/Paris"))
THURSDAY = date(2026, 12, 10)
VALUES = {
    **dict.fromkeys(("moment", "start"), SUNDAY),
    **dict.fromkeys(("day", "year", "short"), THURSDAY),
    **{"weekday": 3, "hour": 1260, "number": 2, "ordinal": 5, "nth": 2, "nth_place": 2},
    **dict.fromkeys(("plain", "money", "change"), Decimal("12.4")),
}


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(("code", "template"), TEMPLATES.items())
def test_no_sentence_keeps_a_french_word(code, template):
    named = re.findall(r"{(\w+)(?::(\w+))?}", template)
    sentence = Sentence(code, tuple((name, VALUES[kind] if kind else "X") for name, kind in named))
    assert french([said(sentence)]) == []


UNTIL = say("limit.until", moment=SUNDAY)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (
            say("allowed", verb=say("verb.both"), limit=UNTIL),
            "Can be changed until Sunday 6 December at 9 pm",
        ),
        (
            say("allowed.both", book=UNTIL, cancel=say("limit.before", moment=SUNDAY)),
            "Can be booked until Sunday 6 December at 9 pm, cancelled before Sunday 6 December at 9 pm",
        ),
        (
            say("refused.agent", moment=SUNDAY, limit=UNTIL),
            "The deadline was Sunday 6 December at 9 pm: please contact the town hall, "
            "until Sunday 6 December at 9 pm",
        ),
        (
            say(
                "price",
                amount=Decimal("3.2"),
                why=say(
                    "price.band",
                    axis=say("axis.quotient"),
                    value=Decimal(840),
                    band=say("band.to", high=Decimal(850)),
                    amount=Decimal("3.2"),
                ),
            ),
            "€3.20: family quotient 840, band up to 850: €3.20",
        ),
    ],
)
def test_sentences_put_together(sentence, expected):
    assert said(sentence) == expected


@pytest.mark.parametrize(
    ("when", "at", "subject", "limit"),
    [
        (When(Anchor.WEEK, weekday=6), 1260, "the week of 7 December", "until the Sunday before, at 9 pm"),
        (When(before=1), 540, "a day", "until the day before, at 9 am"),
        (When(before=2, unit=Unit.WORKING_DAYS), 720, "a day", "up to two working days before, at noon"),
        (
            When(Anchor.MONTH, month_day=21),
            1440,
            "the month",
            "until the 21st of the month before, at midnight",
        ),
    ],
)
def test_a_rule_in_words(when, at, subject, limit):
    reason = DeadlineRule(when, at, True).reason(THURSDAY)
    assert said(reason) == f"bookings for {subject} can be changed {limit}"


def test_the_days_that_a_basket_lacks_are_named_in_the_reader_s_language():
    whole = Constraint("Stage", per="week", whole=True)
    calendar = Calendar(
        (), date(2027, 12, 31), services=(ServiceDays("stage", frozenset(range(5)), RunsIn.ALL),)
    )
    basket = [("stage", date(2027, 2, 22) + timedelta(days=n)) for n in (0, 1, 3)]
    [violation] = violations([whole], basket, calendar)
    assert said(violation.told) == (
        "Stage, week of 22 February: all the days or none; missing: Wednesday 24 February, Friday 26 February"
    )
