"""What the rules say, as a code, its values, and a French sentence.

A `Sentence` is kept as data (code and parameters) so that it can be stored, sent as JSON, compared in a test,
and put into another language: `sentence.render(translate=gettext, words=ENGLISH)`. Alone, it is French.
Templates are marked for extraction by a `gettext_noop` of our own, since the rules know nothing of Django.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, cached_property
from typing import Any, Union

from .templates import TEMPLATES, gettext_noop

DAY_MINUTES = 24 * 60
"""The 24:00 of a day, in minutes: « minuit » is the end of the day that is named, never its beginning."""

Value = Union[str, int, Decimal, date, datetime, "Sentence", None]


class French:
    """Dates, hours and small numbers in French words; another language may take its place."""

    weekdays = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
    months = (
        *("janvier", "février", "mars", "avril", "mai", "juin", "juillet"),
        *("août", "septembre", "octobre", "novembre", "décembre"),
    )
    numbers = ("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix")
    nths = ("premier", "deuxième", "troisième", "quatrième", "dernier")
    midnight = "minuit"
    moment_template = "{day} à {hour}"
    thousands, point = " ", ","

    def weekday(self, number: int) -> str:
        return self.weekdays[number]

    def nth(self, number: int) -> str:
        """The nth of a month's Tuesdays: « deuxième »; the fifth is the last."""
        return self.nths[number - 1]

    def number(self, value: int) -> str:
        return self.numbers[value] if 0 <= value < len(self.numbers) else str(value)

    def short(self, day: date) -> str:
        """« 7 décembre », « 1er mai »."""
        return f"{self.ordinal(day.day)} {self.months[day.month - 1]}"

    def day(self, day: date) -> str:
        """« dimanche 6 décembre »."""
        return f"{self.weekdays[day.weekday()]} {self.short(day)}"

    def year(self, day: date) -> str:
        """« dimanche 6 décembre 2026 »."""
        return f"{self.day(day)} {day.year}"

    def hour(self, minutes: int) -> str:
        """« 21 h », « 9 h 30 », « minuit » (24:00)."""
        if minutes == DAY_MINUTES:
            return self.midnight
        hours, rest = divmod(minutes, 60)
        return f"{hours} h {rest:02d}" if rest else f"{hours} h"

    def moment(self, moment: datetime) -> str:
        """A limit: « dimanche 6 décembre à 21 h ». Zero hour is the midnight that ends the day before."""
        minutes = moment.hour * 60 + moment.minute
        day = moment.date()
        if minutes == 0:
            day, minutes = day - timedelta(days=1), DAY_MINUTES
        return self.moment_template.format(day=self.day(day), hour=self.hour(minutes))

    def ordinal(self, number: int) -> str:
        """The day of a month: « 1er », « 5 »."""
        return "1er" if number == 1 else str(number)

    def nth_place(self, number: int) -> str:
        """A rank in a list: « 1er », « 2e »."""
        return "1er" if number == 1 else f"{number}e"

    def plain(self, value: Decimal | int) -> str:
        """A number as it is written: « 1 050 », « 0,36 »."""
        whole, _, decimals = f"{value:,f}".replace(",", self.thousands).partition(".")
        decimals = decimals.rstrip("0")
        return f"{whole}{self.point}{decimals}" if decimals else whole

    def money(self, amount: Decimal) -> str:
        """« 12,40 € »; a third decimal is shown when there is one."""
        return f"{self._amount(amount)} €"

    def _amount(self, amount: Decimal) -> str:
        shown = amount if amount != amount.quantize(Decimal("0.01")) else amount.quantize(Decimal("0.01"))
        whole, _, decimals = f"{shown:,f}".replace(",", self.thousands).partition(".")
        return f"{whole}{self.point}{decimals.rstrip('0').ljust(2, '0')}"

    def change(self, amount: Decimal) -> str:
        """« + 1,00 € », « − 0,40 € »."""
        return f"{'−' if amount < 0 else '+'} {self.money(abs(amount))}"

    def start(self, moment: datetime) -> str:
        """A beginning: « lundi 7 décembre à 8 h »; at zero hour the day alone."""
        minutes = moment.hour * 60 + moment.minute
        day = self.day(moment.date())
        return self.moment_template.format(day=day, hour=self.hour(minutes)) if minutes else day


class English(French):
    """The same in English, for families who read it."""

    weekdays = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    months = (
        *("January", "February", "March", "April", "May", "June", "July"),
        *("August", "September", "October", "November", "December"),
    )
    numbers = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    nths = ("first", "second", "third", "fourth", "last")
    midnight = "midnight"
    moment_template = "{day} at {hour}"
    thousands, point = ",", "."

    def short(self, day: date) -> str:
        return f"{day.day} {self.months[day.month - 1]}"

    def hour(self, minutes: int) -> str:
        """« 9 pm », « 9:30 am », « noon », « midnight » (24:00)."""
        if minutes == DAY_MINUTES:
            return self.midnight
        if minutes == DAY_MINUTES // 2:
            return "noon"
        hours, rest = divmod(minutes, 60)
        half = "pm" if hours >= 12 else "am"
        hours = hours % 12 or 12
        return f"{hours}:{rest:02d} {half}" if rest else f"{hours} {half}"

    def ordinal(self, number: int) -> str:
        """« 1st », « 22nd », « 13th »."""
        ending = "th" if 10 < number < 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
        return f"{number}{ending}"

    def nth_place(self, number: int) -> str:
        return self.ordinal(number)

    def money(self, amount: Decimal) -> str:
        """« €12.40 »."""
        return f"{'−' if amount < 0 else ''}€{self._amount(abs(amount))}"


FRENCH = French()
ENGLISH = English()


@cache
def _parsed(template: str) -> tuple[tuple[str, str | None, str | None], ...]:
    return tuple((text, name, kind) for text, name, kind, _ in string.Formatter().parse(template))


@dataclass(frozen=True)
class Sentence:
    """One thing said: a stable `code`, the values it speaks of, and the text made of them.

    Values are strings, integers, dates, aware local datetimes, or other sentences.
    """

    code: str
    params: tuple[tuple[str, Value], ...] = ()

    @property
    def template(self) -> str:
        return TEMPLATES[self.code]

    def __getitem__(self, name: str) -> Value:
        return dict(self.params)[name]

    def render(self, *, translate: Callable[[str], str] = gettext_noop, words: French = FRENCH) -> str:
        """The text: `translate` receives the French template, `words` puts dates and hours into words."""
        values, text = dict(self.params), []
        for literal, name, kind in _parsed(translate(self.template)):
            text.append(literal)
            if name is not None:
                value = values[name]
                if isinstance(value, Sentence):
                    text.append(value.render(translate=translate, words=words))
                else:
                    text.append(getattr(words, kind)(value) if kind else str(value))
        return "".join(text)

    @cached_property
    def _french(self) -> str:
        return self.render()

    def fr(self) -> str:
        """The sentence in French."""
        return self._french

    def __str__(self) -> str:
        return self.fr()

    def as_json(self) -> dict[str, object]:
        """`{"code", "params", "text"}`; dates and moments in ISO 8601, nested sentences the same way."""
        params = {
            name: value.as_json()
            if isinstance(value, Sentence)
            else value.isoformat()
            if isinstance(value, date)
            else str(value)
            if isinstance(value, Decimal)
            else value
            for name, value in self.params
        }
        return {"code": self.code, "params": params, "text": self.fr()}


class Step(Sentence):
    """A sentence that tells one step of a computation: which rule, which inputs, which result."""


def say(code: str, **params: Value) -> Sentence:
    """Shorthand: `say("until", action=…, moment=…)`."""
    return Sentence(code, tuple(params.items()))


def step(code: str, **params: Value) -> Step:
    """Shorthand for a `Step`."""
    return Step(code, tuple(params.items()))


_READ: Mapping[str, Callable[[str], Value]] = {
    **dict.fromkeys(("money", "plain", "change"), Decimal),
    **dict.fromkeys(("day", "short", "year"), date.fromisoformat),
    **dict.fromkeys(("moment", "start"), datetime.fromisoformat),
}


def read_sentence(data: Mapping[str, Any]) -> Sentence | None:
    """The sentence that `as_json` wrote; None when its code or its values are not (or no longer) known."""
    code, params = data.get("code"), data.get("params")
    if not isinstance(code, str) or code not in TEMPLATES or not isinstance(params, Mapping):
        return None
    kinds = {name: kind or "" for _, name, kind in _parsed(TEMPLATES[code]) if name is not None}
    try:
        return Sentence(code, tuple((name, _value(params[name], kind)) for name, kind in kinds.items()))
    except (KeyError, ValueError, ArithmeticError):
        return None


def _value(written: Any, kind: str) -> Value:
    if isinstance(written, Mapping):
        found = read_sentence(written)
        if found is None:
            raise ValueError(written)
        return found
    return _READ[kind](str(written)) if kind in _READ else written
