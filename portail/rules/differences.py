"""What changes between two regulations, in sentences a secretary can check before applying."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from .bands import Band, Holes, Overlaps
from .booking_periods import Room
from .calendars import ANY_SERVICE
from .deadlines import DeadlineRule, OpeningRule, Tier
from .limits import Limit
from .pricing import band_words
from .regulation import Regulation
from .scopes import TAG_WORDS, Scope, Span
from .sentences import FRENCH, Sentence, say
from .structure import keys
from .successions import redated
from .tariffs import Adjustment, Flat, Grid, Line, Points, Share, Tariff
from .wording import reason
from .words import FIELDS, MODES, PERIODS, amount, word

Said = Iterator[tuple[str, str]]
"""What is said: of what, and its value in words."""

_ACTIONS = {"book": "réserver", "cancel": "annuler", "change": "changer"}
_SAMPLE = date(2027, 1, 12)
"""A Tuesday: the day for which a rule is put into words."""


def differences(old: Regulation, new: Regulation) -> tuple[str, ...]:
    """« Tarif « Repas », tranche jusqu'à 700 : 6,23 € devient 6,40 €. », in the order of the files.

    A rule that ends and the one that follows it are compared with the rule they come from: only what the follower says
    otherwise is told. The rules alone: schools, places, activities and services that families book are told by
    `structure_changes`.
    """
    bookable = keys(old.structure, "services") | keys(new.structure, "services")
    written, heirs = redated(old, new)
    before, after = dict(_flat(written, bookable)), dict(_flat(new, bookable))
    changed = [
        f"{what} : {before[what]} devient {told}."
        for what, told in after.items()
        if before.get(what, told) != told
    ]
    added = [f"{what} : ajouté ({told})." for what, told in after.items() if what not in before]
    removed = [f"{what} : retiré (c'était : {told})." for what, told in before.items() if what not in after]
    return (*_days_changed(heirs), *changed, *added, *removed)


def _days_changed(heirs: Iterable[tuple[Any, tuple[Any, ...]]]) -> Iterator[str]:
    """« Règle « Repas », cantine : ses jours changent : jusqu'au …, puis dès le …. »"""
    for rule, new in heirs:
        name = f"« {rule.name} », " if rule.name else ""
        yield f"Règle {name}{scope_words(rule.scope)} : ses jours changent : {', puis '.join(map(_days, new))}."


def _days(rule: Any) -> str:
    ends = []
    if rule.scope.valid_from:
        ends.append(f"dès le {FRENCH.year(rule.scope.valid_from)}")
    if rule.scope.valid_until:
        ends.append(f"jusqu'au {FRENCH.year(rule.scope.valid_until)}")
    return " et ".join(ends) or "sans début ni fin"


def _flat(regulation: Regulation, bookable: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Everything a regulation says, as (what, value); what is said twice is numbered."""
    seen: dict[str, int] = {}
    for what, told in _said(regulation, bookable):
        seen[what] = seen.get(what, 0) + 1
        yield (what if seen[what] == 1 else f"{what} ({seen[what]})"), told


def _said(regulation: Regulation, bookable: frozenset[str]) -> Iterator[tuple[str, str]]:
    for name, value in _plain(regulation.commune):
        yield f"Commune, {name}", value
    yield "Mot de passe, longueur minimale", str(regulation.password_min_length)
    for service in (one for one in regulation.services if one.code not in bookable):
        yield f"Service « {service.code} »", ", ".join(f"{name} {value}" for name, value in _plain(service))
    yield from _deadlines(regulation)
    for entry in regulation.calendar:
        when = f"du {FRENCH.year(entry.start)} au {FRENCH.year(entry.end)}"
        yield f"Calendrier, « {entry.label} »", f"{when}, {scope_words(Scope(entry.services))}"
    for group in ("tariffs", "surcharges", "absences", "constraints", "quotas", "waiting", "quotient"):
        yield from _GROUPS[group](regulation)
    for name, value in _plain(regulation.meals):
        yield f"Repas, {name}", value
    for name, value in _plain(regulation.billing):
        yield f"Facturation, {name}", value


def _deadlines(regulation: Regulation) -> Said:
    for rule in regulation.deadlines:
        yield from _deadline(rule)
    for opening in regulation.openings:
        yield from _limits(f"Ouverture, {scope_words(opening.scope)}", opening)
    for period in regulation.periods:
        yield f"Période « {period.name} »", _room(period.room)


def _room(room: Room | None) -> str:
    if room is None:
        return "sans salle d'attente"
    order = "tirage au sort" if room.draws else "ordre d'arrivée"
    return (
        f"salle d'attente de {room.before} min avant à {room.after} min après, {room.families} familles à la fois, "
        f"{order}, {room.call} min pour entrer, {room.idle} min sans rien faire"
    )


def _tariffs(regulation: Regulation) -> Said:
    for tariff in regulation.tariffs:
        yield from _tariff(tariff)


def _named(noun: str, rules: Iterable[Any]) -> Said:
    for rule in rules:
        told = ", ".join(f"{name} {value}" for name, value in _plain(rule, without=("name",)))
        yield f"{noun} « {rule.name} », {scope_words(rule.scope)}", told


def _waiting(regulation: Regulation) -> Said:
    for rule in regulation.waiting:
        what = f"Liste d'attente « {rule.name} », {scope_words(rule.scope)}"
        yield what, ", ".join(f"{name} {value}" for name, value in _plain(rule, without=("name",)))
        for criterion in rule.criteria:
            named = f"{what}, critère « {criterion.label} »{_for_whom(criterion.scope)}"
            yield named, f"{criterion.points} points"


def _quotient(regulation: Regulation) -> Said:
    for name, value in _plain(regulation.quotient):
        yield f"Quotient, {name}", value


_GROUPS: Mapping[str, Callable[[Regulation], Said]] = {
    "deadlines": _deadlines,
    "tariffs": _tariffs,
    "surcharges": lambda regulation: _named("Pénalité", regulation.surcharges),
    "absences": lambda regulation: _named("Absence", regulation.absences),
    "constraints": lambda regulation: _named("Panier", regulation.constraints),
    "quotas": lambda regulation: _named("Quota", regulation.quotas),
    "waiting": _waiting,
    "quotient": _quotient,
}


def said_of(regulation: Regulation, group: str) -> tuple[str, ...]:
    """What a regulation says of one group (a key of `rewriting.GROUPS`), in sentences."""
    return tuple(f"{what} : {told}" if told else what for what, told in _GROUPS[group](regulation))


_NAMES = {
    "name": "nom",
    "zone": "zone",
    "subdivision": "département",
    "time_zone": "fuseau horaire",
    "school_weekdays": "jours d'école",
    "office_weekdays": "jours d'ouverture de la mairie",
    "source": "source",
    "weekdays": "jours",
    "runs_in": "partie de l'année",
    "start": "heure",
    "trigger": "déclenchée par",
    "fixed": "prix",
    "amount": "montant",
    "percent": "pourcentage",
    "factor": "multiplié par",
    "once": "comptée par",
    "slice_minutes": "tranche en minutes",
    "grace": "tolérance en minutes",
    "from_count": "à partir de la fois",
    "reset": "compte par",
    "most": "au plus",
    "least": "au moins",
    "refused": "enfant refusé",
    "outcome": "issue",
    "proof": "pièce",
    "proof_hours": "pièce sous (heures)",
    "notice": "prévenir",
    "billed_days": "jours facturés",
    "billed_until": "facturé jusqu'au",
    "least_kind": "nature des jours",
    "kept": "part gardée en %",
    "kinds": "quotients acceptés",
    "renewal": "actualisation",
    "valid_months": "validité en mois",
    "effect": "prise d'effet",
    "missing": "sans justificatif",
    "per": "par",
    "least_with_holiday": "au moins, avec un férié",
    "counts": "nombres possibles",
    "sorted_by": "ordre",
    "hours": "réponse sous (heures)",
    "ends": "proposée jusqu'à",
    "most_days": "jours attendus au plus par enfant",
    "counted": "compté en",
    "whole": "tout ou rien",
    "needs": "demande",
    "excludes": "exclut",
    "linked": "lié à",
    "part": "composante",
    "adds": "s'ajoute",
    "time": "durée",
    "pack": "vendu par",
    "rounding": "arrondi",
    "cap": "plafond",
    "band_shift": "tranches décalées",
    "diets": "régimes",
    "order": "commande modifiable",
    "email": "adresse de la cuisine",
    "every": "facturée par",
    "timing": "avant ou après la période",
    "issued_on": "le jour du mois",
    "due_days": "échéance en jours",
    "due_month_day": "échéance le jour du mois",
    "minimum": "montant minimal",
    "payment_modes": "moyens de paiement",
    "series": "série des factures",
    "credit_series": "série des avoirs",
    "reminders": "relances en jours",
    "invoice_note": "mention au bas des factures",
    "balance_note": "mention du solde antérieur",
}
"""The settings of a rule, in words."""


def _plain(value: Any, *, without: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """The settings of a rule that are not left at their usual value."""
    for field in fields(value):
        found = getattr(value, field.name)
        if field.name in _NAMES and field.name not in without and found != field.default:
            yield _NAMES[field.name], _value(field.name, found)


def _value(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, StrEnum):
        return word(value)
    if isinstance(value, Decimal):
        return amount(name, value)
    if isinstance(value, Limit):
        return _rule(value, _SAMPLE).fr()
    if isinstance(value, frozenset) and name.endswith("weekdays"):
        return ", ".join(FRENCH.weekdays[day] for day in sorted(value))
    if isinstance(value, frozenset | tuple):
        words = sorted(value) if isinstance(value, frozenset) else value
        return ", ".join(_value("", one) for one in words) or "aucun"
    if is_dataclass(value):
        parts = ((f.name, getattr(value, f.name)) for f in fields(value))
        told = (
            (FIELDS.get(part, _NAMES.get(part, part)), _value(part, x)) for part, x in parts if x is not None
        )
        return ", ".join(f"{name} {said}".strip() for name, said in told)
    if name in ("per", "reset"):
        return PERIODS.get(value, value)
    return "rien" if value is None else MODES.get(value, str(value))


def scope_words(scope: Scope) -> str:
    """« cantine, résidence commune », « tous les services »."""
    words = ["tous les services" if ANY_SERVICE in scope.services else ", ".join(scope.services)]
    if scope.valid_from:
        words.append(f"dès le {FRENCH.year(scope.valid_from)}")
    if scope.valid_until:
        words.append(f"jusqu'au {FRENCH.year(scope.valid_until)}")
    if scope.weekdays is not None:
        words.append(" et ".join(FRENCH.weekdays[day] for day in sorted(scope.weekdays)))
    words += [f"{TAG_WORDS[name]} {' ou '.join(sorted(values))}" for name, values in scope.tags]
    words += [f"{say(f'axis.{span.name}').fr()} {_span(span)}" for span in scope.spans]
    return ", ".join(words)


def _span(span: Span) -> str:
    if span.least is not None and span.least == span.most:
        return FRENCH.plain(span.least)
    return band_words(span.name, Band(span, ())).fr()


def _deadline(rule: DeadlineRule) -> Iterator[tuple[str, str]]:
    actions = " et ".join(_ACTIONS[action] for action in sorted(rule.actions))
    what = f"Délai pour {actions}, {scope_words(rule.scope)}"
    yield from _limits(what, rule)
    for number, tier in enumerate(rule.tiers, start=1):
        yield f"{what}, après la limite ({number})", _tier(tier)


def _limits(what: str, rule: DeadlineRule | OpeningRule) -> Iterator[tuple[str, str]]:
    for start, end, limit in rule.dates:
        yield f"{what}, du {FRENCH.year(start)} au {FRENCH.year(end)}", _rule(limit, start).fr()
    for weekday, limit in rule.table:
        yield f"{what}, le {FRENCH.weekdays[weekday]}", _rule(limit, _SAMPLE).fr()
    if not rule.table:
        yield what, _rule(rule, _SAMPLE).fr()
    if rule.shift:
        off = " ou ".join(word(bad) for bad in sorted(rule.shift.off))
        way = "le suivant" if rule.shift.forward else "le précédent"
        hour = f" à {FRENCH.hour(rule.shift.at)}" if rule.shift.at is not None else ""
        yield f"{what}, report", f"si c'est {off}, {way} ({word(rule.shift.kind)}){hour}"


def _rule(limit: Limit, day: date) -> Sentence:
    """« jusqu'au dimanche qui précède, à 21 h »."""
    if limit.never:
        return say("reason.never")
    plain = Limit(limit.when, limit.at, limit.inclusive, several=limit.several, latest=limit.latest)
    told = reason(plain, "both", day)["limit"]
    assert isinstance(told, Sentence)
    return told


def _tier(tier: Tier) -> str:
    words = [word(tier.effect)]
    words += [tier.label] if tier.label else []
    words += [_rule(tier.limit, _SAMPLE).fr()] if tier.limit else []
    words += [f"{TAG_WORDS[name]} {' ou '.join(sorted(values))}" for name, values in tier.scope.tags]
    words += [f"{tier.quota} par {PERIODS.get(tier.per, tier.per)}"] if tier.quota else []
    words += [f"avec {tier.proof}"] if tier.proof else []
    return ", ".join(words)


def _tariff(tariff: Tariff) -> Iterator[tuple[str, str]]:
    what = f"Tarif « {tariff.name} », {scope_words(tariff.scope)}"
    columns = [_for_whom(column) for column in tariff.columns] if len(tariff.columns) > 1 else [""]
    match tariff.function:
        case Flat(prices):
            yield from ((what + c, _money(p)) for c, p in zip(columns, _wide(prices, columns), strict=True))
        case Grid() as grid:
            for band in grid.bands:
                name = f"{what}, tranche {band_words(grid.axis, band).fr()}"
                prices = _wide(band.prices, columns)
                yield from ((name + c, _money(p)) for c, p in zip(columns, prices, strict=True))
            if grid.holes is not Holes.REFUSE:
                yield f"{what}, entre deux tranches", word(grid.holes)
            if grid.overlaps is not Overlaps.REFUSE:
                yield f"{what}, dans deux tranches à la fois", word(grid.overlaps)
        case Line() as line:
            percents = _wide(line.percents, columns)
            yield from (
                (f"{what}{c}, taux", f"{FRENCH.plain(p or 0)} % de {say(f'axis.{line.axis}').fr()}")
                for c, p in zip(columns, percents, strict=True)
            )
            yield (
                f"{what}, bornes",
                f"{_money(line.floor)} à {_money(line.ceiling)}, plus {_money(line.plus)}"
                + (f", compté de {line.least} à {line.most}" if line.least or line.most else ""),
            )
        case Share() as share:
            percents = _wide(share.percents, columns)
            yield from (
                (f"{what}{c}, taux", f"{FRENCH.plain(p or 0)} % du prix de « {share.service} »")
                for c, p in zip(columns, percents, strict=True)
            )
            like = ", ".join(f"{name} {value}" for name, value in share.like)
            bounds = f"{_money(share.floor)} à {_money(share.ceiling)}, plus {_money(share.plus)}"
            yield f"{what}, bornes", f"{bounds}, comme pour : {like}" if like else bounds
        case Points() as points:
            yield f"{what}, barème", ", ".join(f"{FRENCH.plain(x)} → {_money(y)}" for x, y in points.points)
    for name, value in _plain(tariff, without=("name",)):
        yield f"{what}, {name}", value
    for adjustment in tariff.adjustments:
        yield (
            f"{what}, ajustement « {adjustment.label} »{_for_whom(adjustment.scope)}",
            _adjustment(adjustment),
        )


def _for_whom(scope: Scope) -> str:
    """The scope of a part of a tariff, whose services are those of the tariff."""
    words = scope_words(scope).removeprefix("tous les services").removeprefix(", ")
    return f", {words}" if words else ""


def _wide(prices: tuple[Any, ...], columns: list[str]) -> tuple[Any, ...]:
    return prices if len(prices) == len(columns) else prices * len(columns)


def _money(amount: Any) -> str:
    return "rien" if amount is None else FRENCH.money(amount)


def _adjustment(adjustment: Adjustment) -> str:
    return ", ".join(f"{name} {value}" for name, value in _plain(adjustment))
