"""Tariffs made of the tables of a settings file."""

from __future__ import annotations

from decimal import Decimal

from . import bands
from .building import check_dates, scope
from .problems import Expected
from .scopes import EVERYTHING, Span
from .tables import Values
from .tariffs import Adjustment, Cap, Flat, Function, Grid, Line, Per, Points, Rounding, Share, Tariff, Time

_FUNCTIONS = ("price", "prices", "bands", "percent", "percents", "points")
_CHANGES = ("percent", "amount", "fixed", "at_least", "at_most")


def check_tariff(values: Values) -> None:
    """The keys of a tariff that must, or must not, go together."""
    check_dates(values)
    given = [key for key in _FUNCTIONS if values[key]] + (["price"] if values["price"] == 0 else [])
    _check_share(values, given)
    if len(given) != 1 and not values["price_of"]:
        names = ", ".join(given) or "aucun"
        raise Expected(f"un seul de ces réglages est attendu : {', '.join(_FUNCTIONS)} (reçu : {names})")
    width = max(1, len(values["columns"]))
    for key in ("prices", "percents"):
        if values[key] and len(values[key]) != width:
            raise Expected(f"{width} valeurs sont attendues, une par colonne (columns)", key=key)
    for index, band in enumerate(values["bands"]):
        _check_band(band, width, f"bands.{index}")
    for index, pair in enumerate(values["points"] or ()):
        if pair and len(pair) != 2:
            raise Expected(
                "un nombre et un prix sont attendus, par exemple [400, 1.00]", key=f"points.{index}"
            )
    _check_time(values)
    for index, change in enumerate(values["adjust"]):
        if not change["bands"] and all(change[key] is None for key in _CHANGES):
            names = ", ".join((*_CHANGES, "bands"))
            raise Expected(f"un de ces réglages est attendu : {names}", key=f"adjust.{index}")
    if values["bands"] and values.sound:
        _check_order(_grid_bands(values))


def _check_share(values: Values, given: list[str]) -> None:
    """The price of another service takes a rate, or nothing; what goes with a rate goes with nothing else."""
    if values["price_of"] and (other := [key for key in given if key not in ("percent", "percents")]):
        raise Expected("un taux (percent, percents) ou rien est attendu avec « price_of »", key=other[0])
    if values["like"] and not values["price_of"]:
        raise Expected("« like » va avec « price_of »", key="like")
    least, most = values["counted_from"], values["counted_to"]
    for key in ("counted_from", "counted_to"):
        if values[key] is not None and (values["price_of"] or not (values["percent"] or values["percents"])):
            raise Expected("ce réglage va avec un taux (percent, percents)", key=key)
    if least is not None and most is not None and most < least:
        raise Expected(f"un nombre d'au moins {least} (counted_from) est attendu", key="counted_to")


def _check_band(band: Values, width: int, key: str) -> None:
    if (band["price"] is None) == (band["prices"] is None):
        raise Expected("un prix (price), ou un prix par colonne (prices), est attendu", key=key)
    if band["prices"] and len(band["prices"]) != width:
        raise Expected(f"{width} prix sont attendus, un par colonne (columns)", key=f"{key}.prices")
    if (band["min"] is not None and band["above"] is not None) or (
        band["max"] is not None and band["below"] is not None
    ):
        raise Expected("une borne basse (min ou above) et une borne haute (max ou below) au plus", key=key)


def _check_time(values: Values) -> None:
    timed = [key for key in ("step", "priced_per", "last_step", "last_price", "most_minutes") if values[key]]
    if values["unit"] is Per.TIME and not values["step"]:
        raise Expected("la durée d'un pas, en minutes, est attendue (step)", key="unit")
    if values["unit"] is not Per.TIME and timed:
        raise Expected('ce réglage va avec unit = "time"', key=timed[0])
    if (values["last_step"] is None) != (values["last_price"] is None):
        raise Expected("« last_step » et « last_price » vont ensemble")


def _check_order(found: tuple[bands.Band, ...]) -> None:
    """Bands are written in ascending order, or no neighbour would mean anything."""
    tops = [_edge(band.span, high=True) for band in found]
    floors = [_edge(band.span, high=False) for band in found]
    for index in range(1, len(found)):
        if tops[index - 1] is None or (floors[index] or Decimal(0)) < (floors[index - 1] or Decimal(0)):
            raise Expected(
                "les tranches sont attendues dans l'ordre croissant, la dernière seule sans maximum",
                key=f"bands.{index}",
            )


def _edge(span: Span, *, high: bool) -> Decimal | None:
    ends = (span.most, span.below) if high else (span.least, span.above)
    return next((end for end in ends if end is not None), None)


def _grid_bands(values: Values) -> tuple[bands.Band, ...]:
    return bands.complete(
        tuple(
            bands.Band(
                Span(values["by"], band["min"], band["max"], band["above"], band["below"]),
                band["prices"] if band["prices"] else (band["price"],),
                band["label"],
            )
            for band in values["bands"]
        )
    )


def tariff(values: Values) -> Tariff:
    return Tariff(
        name=values["name"],
        function=_function(values),
        scope=scope(values),
        columns=tuple(scope(column) for column in values["columns"]) or (EVERYTHING,),
        part=values["part"],
        adds=values["adds"],
        per=values["unit"],
        time=_time(values) if values["unit"] is Per.TIME else None,
        pack=values["pack"],
        rounding=_rounding(values["round"]),
        adjustments=tuple(adjustment(change) for change in values["adjust"]),
        cap=Cap(values["cap"]["amount"], values["cap"]["per"]) if values["cap"] else None,
    )


def _function(values: Values) -> Function:
    if values["bands"]:
        return Grid(values["by"], _grid_bands(values), values["holes"], values["overlaps"])
    if values["price_of"]:
        return Share(
            values["price_of"],
            values["percents"] or (Decimal(100) if values["percent"] is None else values["percent"],),
            values["plus"] or Decimal(0),
            values["floor"],
            values["ceiling"],
            values["like"],
        )
    if values["percent"] is not None or values["percents"]:
        return Line(
            values["by"],
            values["percents"] or (values["percent"],),
            values["plus"] or Decimal(0),
            values["floor"],
            values["ceiling"],
            values["counted_from"],
            values["counted_to"],
        )
    if values["points"]:
        return Points(values["by"], tuple(sorted((pair[0], pair[1]) for pair in values["points"])))
    return Flat(values["prices"] or (values["price"],))


def _time(values: Values) -> Time:
    step = values["step"]
    return Time(
        step,
        values["priced_per"] or step,
        values["counted"],
        values["least_minutes"],
        values["most_minutes"],
        values["last_step"],
        values["last_price"],
    )


def _rounding(values: Values | None) -> Rounding:
    if values is None:
        return Rounding()
    return Rounding(values["to"], values["mode"], frozenset(values["at"]))


def adjustment(values: Values) -> Adjustment:
    return Adjustment(
        scope=scope(values),
        label=values["label"],
        percent=values["percent"],
        amount=values["amount"],
        fixed=values["fixed"],
        least=values["at_least"],
        most=values["at_most"],
        band_shift=values["bands"],
        part=values["part"],
    )


__all__ = ["adjustment", "check_tariff", "tariff"]
