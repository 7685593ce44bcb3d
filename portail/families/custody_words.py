"""The terms of a custody in sentences: for a parent, with « chez vous » and « dans l'autre foyer »; for the service,
with the numbers of the dossiers."""

from collections.abc import Iterable
from datetime import date

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from portail import rules
from portail.families.custody import term_of
from portail.families.models import CustodyTerm, Household
from portail.rules.custody import MIDNIGHT, Calendar, Exchange, Home, Weeks

Names = tuple[str | Promise, str | Promise]
"""How the homes "a" and "b" are called."""
YOURS, OTHERS = gettext_lazy("chez vous"), gettext_lazy("dans l'autre foyer")


def names_for(term: CustodyTerm, household: Household) -> Names:
    """As a parent of this household reads them."""
    return (YOURS, OTHERS) if term.first_id == household.pk else (OTHERS, YOURS)


def lines(term: CustodyTerm, names: Names) -> list[str]:
    """What the term says, a sentence a line, in the language of the moment."""
    return terms_in_words(term_of(term), names)


def terms_in_words(found: Calendar | Exchange, names: Names) -> list[str]:
    """The same, of what is not written yet."""
    if isinstance(found, Exchange):
        return [
            _("%(days)s : %(home)s.")
            % {"days": _capital(_between(s.first, s.last)), "home": _name(s.home, names)}
            for s in found.stretches
        ]
    return [*_usual(found, names), *_holidays(found, names), _dates(found)]


def _usual(calendar: Calendar, names: Names) -> list[str]:
    usual = calendar.usual
    if isinstance(usual, Weeks):
        homes = {"even": _name(usual.even, names), "odd": _name(usual.even.other, names)}
        told = _("Semaines paires : %(even)s. Semaines impaires : %(odd)s.") % homes
        day = {"day": _words().weekday(usual.weekday)}
        if usual.at == MIDNIGHT:
            return [told, _("La semaine commence le %(day)s.") % day]
        day["hour"] = _words().hour(usual.at.hour * 60 + usual.at.minute)
        return [told, _("La semaine commence le %(day)s à %(hour)s : l'enfant change alors de foyer.") % day]
    if usual.even == usual.odd:
        return [_("Chaque semaine : %(days)s.") % {"days": _days(usual.even, names)}]
    return [
        _("Semaines paires : %(days)s.") % {"days": _days(usual.even, names)},
        _("Semaines impaires : %(days)s.") % {"days": _days(usual.odd, names)},
    ]


def _days(homes: Iterable[Home | None], names: Names) -> str:
    """« lundi, mardi chez vous ; mercredi dans l'autre foyer »."""
    by_home: dict[Home, list[str]] = {}
    for number, home in enumerate(homes):
        if home is not None:
            by_home.setdefault(home, []).append(_words().weekday(number))
    told = [f"{', '.join(days)} {_name(home, names)}" for home, days in sorted(by_home.items())]
    return " ; ".join(told) or _("aucun jour n'est dit")


def _holidays(calendar: Calendar, names: Names) -> list[str]:
    if calendar.holidays is None:
        return [_("Les vacances suivent les mêmes semaines.")]
    homes = {"even": _name(calendar.holidays, names), "odd": _name(calendar.holidays.other, names)}
    return [
        _("Vacances scolaires, première moitié : %(even)s les années paires, %(odd)s les années impaires.")
        % homes
    ]


def _dates(calendar: Calendar) -> str:
    since = _words().year(calendar.since)
    if calendar.until is None:
        return _("À partir du %(since)s.") % {"since": since}
    return _("Du %(since)s au %(until)s.") % {"since": since, "until": _words().year(calendar.until)}


def _between(first: date, last: date) -> str:
    if first == last:
        return _words().year(first)
    return _("du %(first)s au %(last)s") % {"first": _words().day(first), "last": _words().year(last)}


def _name(home: Home, names: Names) -> str:
    return str(names[0] if home is Home.A else names[1])


def _words() -> rules.French:
    return rules.ENGLISH if (get_language() or settings.LANGUAGE_CODE).startswith("en") else rules.FRENCH


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
