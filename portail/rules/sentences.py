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
from functools import cached_property
from typing import Union

DAY_MINUTES = 24 * 60
"""The 24:00 of a day, in minutes: « minuit » is the end of the day that is named, never its beginning."""

Value = Union[str, int, date, datetime, "Sentence", None]


def gettext_noop(template: str) -> str:
    """Mark a template for the catalogues; changes nothing."""
    return template


class French:
    """Dates, hours and small numbers in French words; another language may take its place."""

    weekdays = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
    months = (
        *("janvier", "février", "mars", "avril", "mai", "juin", "juillet"),
        *("août", "septembre", "octobre", "novembre", "décembre"),
    )
    numbers = ("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix")
    midnight = "minuit"
    moment_template = "{day} à {hour}"

    def weekday(self, number: int) -> str:
        return self.weekdays[number]

    def number(self, value: int) -> str:
        return self.numbers[value] if 0 <= value < len(self.numbers) else str(value)

    def short(self, day: date) -> str:
        """« 7 décembre », « 1er mai »."""
        return f"{'1er' if day.day == 1 else day.day} {self.months[day.month - 1]}"

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
    midnight = "midnight"
    moment_template = "{day} at {hour}"

    def short(self, day: date) -> str:
        return f"{day.day} {self.months[day.month - 1]}"

    def hour(self, minutes: int) -> str:
        if minutes == DAY_MINUTES:
            return self.midnight
        hours, rest = divmod(minutes, 60)
        half = "pm" if hours >= 12 else "am"
        hours = hours % 12 or 12
        return f"{hours}:{rest:02d} {half}" if rest else f"{hours} {half}"


FRENCH = French()
ENGLISH = English()


class _Filler(string.Formatter):
    """Fills a template: `{until:moment}` asks the words for `moment(until)`; a sentence renders itself."""

    def __init__(self, translate: Callable[[str], str], words: French) -> None:
        self.translate, self.words = translate, words

    def format_field(self, value: Value, format_spec: str) -> str:
        if isinstance(value, Sentence):
            return value.render(translate=self.translate, words=self.words)
        if format_spec:
            return str(getattr(self.words, format_spec)(value))
        return str(value)


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
        return _Filler(translate, words).vformat(translate(self.template), (), dict(self.params))

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


TEMPLATES: Mapping[str, str] = {
    # what may be done, until when
    "allowed": gettext_noop("{verb} {limit}"),
    "allowed.both": gettext_noop("Réservable {book}, annulable {cancel}"),
    "allowed.always": gettext_noop("{verb} sans date limite"),
    "verb.book": gettext_noop("Réservable"),
    "verb.cancel": gettext_noop("Annulable"),
    "verb.both": gettext_noop("Modifiable"),
    "limit.until": gettext_noop("jusqu'au {moment:moment}"),
    "limit.before": gettext_noop("avant le {moment:moment}"),
    # refusals
    "refused.too_late": gettext_noop("La date limite était {moment:moment}"),
    "refused.full": gettext_noop("Complet : {taken} places prises sur {capacity}"),
    "refused.full.none": gettext_noop("Aucune place n'est ouverte ce jour-là"),
    "refused.closed": gettext_noop("Fermé : {label}"),
    "refused.not_open": gettext_noop("Les réservations ouvrent le {moment:start}"),
    "refused.year": gettext_noop("En attente de l'ouverture de l'année scolaire"),
    "refused.past": gettext_noop("Cette journée est passée"),
    "refused.started": gettext_noop("L'accueil a commencé à {hour:hour}"),
    # the reason: which rule
    "reason": gettext_noop("{subject} {verb} {limit}"),
    "reason.none": gettext_noop("aucune date limite n'est fixée pour ce service"),
    "subject.day": gettext_noop("les réservations d'un jour"),
    "subject.week": gettext_noop("les réservations de la semaine du {week:short}"),
    "reason.verb.book": gettext_noop("se font"),
    "reason.verb.cancel": gettext_noop("s'annulent"),
    "reason.verb.both": gettext_noop("se modifient"),
    "rule.at": gettext_noop("{day}, à {hour:hour}"),
    "rule.at.strict": gettext_noop("{day}, avant {hour:hour}"),
    "rule.same_day": gettext_noop("jusqu'au jour même"),
    "rule.same_monday": gettext_noop("jusqu'au lundi de cette semaine"),
    "rule.eve": gettext_noop("jusqu'à la veille"),
    "rule.days": gettext_noop("jusqu'à {count:number} jours avant"),
    "rule.week": gettext_noop("jusqu'à une semaine avant"),
    "rule.weeks": gettext_noop("jusqu'à {count:number} semaines avant"),
    "rule.monday.eve": gettext_noop("jusqu'à la veille du lundi"),
    "rule.monday.days": gettext_noop("jusqu'à {count:number} jours avant le lundi"),
    "rule.monday.week": gettext_noop("jusqu'au lundi de la semaine qui précède"),
    "rule.monday.weeks": gettext_noop("jusqu'au lundi, {count:number} semaines avant"),
    "rule.snap": gettext_noop("jusqu'au {weekday:weekday} qui précède"),
    "rule.snap.day": gettext_noop("jusqu'au {weekday:weekday} qui précède, au moins un jour avant"),
    "rule.snap.days": gettext_noop(
        "jusqu'au {weekday:weekday} qui précède, au moins {count:number} jours avant"
    ),
    "rule.snap.week": gettext_noop("jusqu'au {weekday:weekday} qui précède, au moins une semaine avant"),
    "rule.snap.weeks": gettext_noop(
        "jusqu'au {weekday:weekday} qui précède, au moins {count:number} semaines avant"
    ),
    # the steps of a computation
    "step.anchor.day": gettext_noop("jour réservé : {result:year}"),
    "step.anchor.week": gettext_noop("semaine du jour réservé, qui commence le {result:year}"),
    "step.back.days": gettext_noop("{count} jour(s) avant : {result:year}"),
    "step.back.weeks": gettext_noop("{count} semaine(s) avant : {result:year}"),
    "step.snap": gettext_noop("le {weekday:weekday} à cette date ou avant : {result:year}"),
    "step.on": gettext_noop("date fixée par le règlement : {result:year}"),
    "step.hour": gettext_noop("à {hour:hour}, heure comprise"),
    "step.hour.strict": gettext_noop("avant {hour:hour}"),
    "step.none": gettext_noop("aucune date limite n'est fixée pour ce service"),
    "step.places": gettext_noop("{taken} places prises sur {capacity}"),
    "step.closed": gettext_noop("fermé : {label}"),
    "step.past": gettext_noop("la journée du {result:year} est passée"),
    "step.year": gettext_noop("les réservations de l'année scolaire ne sont pas encore ouvertes"),
    "step.opens": gettext_noop("ouverture des réservations : {moment:start}"),
}
