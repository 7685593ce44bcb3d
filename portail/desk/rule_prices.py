"""Prices under one text or two: a table by quotient, each with its reason, and what changes from one to the other."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from portail import rules
from portail.rules.asking import Asking, asking
from portail.rules.tariffs import Grid, Line, Points, Share

MOST_ROWS = 60
_STEPS = re.compile(r"de (\S+) à (\S+) par (\S+)", re.IGNORECASE)


class TooMany(ValueError):
    """More quotients than a page can show."""


@dataclass(frozen=True)
class Cell:
    """A price (None: it cannot be told) and why."""

    amount: Decimal | None
    why: str


@dataclass(frozen=True)
class Row:
    """A row of the table: a quotient (None: without proof), its price now, the other text's, what changes."""

    quotient: Decimal | None
    now: Cell
    other: Cell | None = None

    @property
    def change(self) -> Decimal | None:
        if self.other is None or self.now.amount is None or self.other.amount is None:
            return None
        return self.now.amount - self.other.amount


@dataclass(frozen=True)
class PriceTable:
    """The prices of one service."""

    code: str
    name: str
    lines: tuple[Row, ...]


def quotients_typed(words: str) -> list[Decimal | None]:
    """« 0 400 742,5 » or « de 0 à 2000 par 100 »; raises ValueError for what is neither, TooMany past 60."""
    steps = _STEPS.fullmatch(words.strip())
    if steps:
        low, high, by = (_number(part) for part in steps.groups())
        if by <= 0 or high < low:
            raise ValueError(words)
        if (high - low) / by > MOST_ROWS:
            raise TooMany
        found = [low + by * n for n in range(int((high - low) / by) + 1)]
    else:
        found = sorted({_number(part) for part in re.split(r"[\s;]+", words.strip()) if part})
    if len(found) > MOST_ROWS:
        raise TooMany
    return [*found]


def _number(words: str) -> Decimal:
    try:
        found = Decimal(words.replace(",", "."))
    except InvalidOperation:
        raise ValueError(words) from None
    if not found.is_finite() or not 0 <= found <= 1_000_000:
        raise ValueError(words)
    return found


def quotients_of(regulations: Iterable[rules.Regulation], code: str) -> list[Decimal | None]:
    """The quotients where the price of a service may turn: one inside each band, then without proof."""
    edges: set[Decimal] = set()
    for regulation in regulations:
        for tariff in _tariffs(regulation, code):
            function = tariff.function
            if isinstance(function, Grid) and function.axis == "quotient":
                for band in function.bands:
                    ends = (band.span.least, band.span.most, band.span.above, band.span.below)
                    edges |= {end for end in ends if end is not None}
            elif isinstance(function, Points) and function.axis == "quotient":
                edges |= {value for value, _ in function.points}
            elif isinstance(function, Line) and function.axis == "quotient":
                edges |= {Decimal(n) for n in range(200, 2001, 200)}
            edges |= _of_scopes(tariff)
    if not edges:
        return [None]
    high = sorted(edges)[: MOST_ROWS // 3]
    return [*high, high[-1] + 1, None]


def _of_scopes(tariff: rules.Tariff) -> set[Decimal]:
    scopes = (tariff.scope, *tariff.columns, *(change.scope for change in tariff.adjustments))
    spans = [span for scope in scopes for span in scope.spans if span.name == "quotient"]
    return {
        end for span in spans for end in (span.least, span.most, span.above, span.below) if end is not None
    }


def _tariffs(regulation: rules.Regulation, code: str, depth: int = 0) -> list[rules.Tariff]:
    """The tariffs of a service, and of the service whose price they are a share of."""
    found = [
        t for t in regulation.tariffs if code in t.scope.services or rules.ANY_SERVICE in t.scope.services
    ]
    for tariff in list(found):
        if isinstance(tariff.function, Share) and depth < 3 and tariff.function.service != code:
            found += _tariffs(regulation, tariff.function.service, depth + 1)
    return found


def table(
    now: rules.Regulation,
    other: rules.Regulation | None,
    service: tuple[str, str],
    *,
    day: date,
    quotients: Sequence[Decimal | None],
    known: rules.Known,
) -> PriceTable:
    """The prices of a service (code, name) for these quotients, other facts being the same."""
    code, name = service
    lines = []
    for quotient in quotients:
        facts = rules.know(**{**dict(known), "quotient": quotient})
        compared = _cell(other, code, day, facts) if other else None
        lines.append(Row(quotient, _cell(now, code, day, facts), compared))
    return PriceTable(code, name, tuple(lines))


def _cell(regulation: rules.Regulation, code: str, day: date, known: rules.Known) -> Cell:
    try:
        found = rules.price(regulation.tariffs, code, day, known)
    except rules.PriceUnknown as unknown:
        return Cell(None, f"{unknown}.")
    return Cell(found.amount, found.sentence().fr())


def priced(regulations: Iterable[rules.Regulation]) -> frozenset[str]:
    """The codes of services that some tariff names; "*" when one prices them all."""
    return frozenset(code for r in regulations for t in r.tariffs for code in t.scope.services)


def both(regulations: Iterable[rules.Regulation]) -> Asking:
    """What must be known under any of these texts."""
    words: dict[str, dict[str, None]] = {}
    numbers: dict[str, None] = {}
    for found in map(asking, regulations):
        numbers.update(dict.fromkeys(found.numbers))
        for name, values in found.words.items():
            words.setdefault(name, {}).update(dict.fromkeys(values))
    return Asking({name: tuple(values) for name, values in words.items()}, tuple(numbers))
