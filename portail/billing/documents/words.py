"""Words that the papers of billing share: days, periods, ways to pay, whom to call."""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format

from portail import rules
from portail.core import paper
from portail.core.paper import Block
from portail.core.phones import shown
from portail.core.site import Site


def days(iso: Iterable[str]) -> str:
    """« 2, 3 et 5 novembre, 1er décembre »: the days of a line, by month."""
    found = sorted({date.fromisoformat(day) for day in iso})
    months = [list(group) for _, group in groupby(found, key=lambda day: (day.year, day.month))]
    with translation.override(settings.LANGUAGE_CODE):
        return ", ".join(f"{_numbers(month)} {date_format(month[0], 'F')}" for month in months)


def _numbers(month: list[date]) -> str:
    numbers = ["1er" if day.day == 1 else str(day.day) for day in month]
    return numbers[0] if len(numbers) == 1 else f"{', '.join(numbers[:-1])} et {numbers[-1]}"


def period(first: date, last: date) -> str:
    """« novembre 2026 » for a whole month, « du 1er septembre au 31 décembre 2026 » otherwise."""
    if is_month(first, last):
        with translation.override(settings.LANGUAGE_CODE):
            return date_format(first, "F Y")
    return f"du {paper.day(first, year=first.year != last.year)} au {paper.day(last)}"


def title_of(what: str, first: date, last: date) -> str:
    """« Facture de novembre 2026 », « Facture d'avril 2026 », « Facture du 1er septembre au 31 décembre 2026 »."""
    said = period(first, last)
    if not is_month(first, last):
        return f"{what} {said}"
    return f"{what} d'{said}" if said[0] in "ao" else f"{what} de {said}"


def is_month(first: date, last: date) -> bool:
    return first.day == 1 and (first.year, first.month) == (last.year, last.month) and _is_last(last)


def _is_last(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1


def why(explanation: dict[str, Any]) -> str:
    """The sentence of a price, whether it was kept as a text or with its parts."""
    sentence = explanation.get("sentence") or ""
    return str(sentence.get("text", "")) if isinstance(sentence, dict) else str(sentence)


def how_to_pay(cycle: rules.BillingCycle, commune: Site) -> list[Block]:
    """The ways that the regulation accepts, then whom to call. Paying online is said by the page that does it."""
    modes = [mode.words.fr() for mode in cycle.payment_modes if mode is not rules.PaymentMode.ONLINE]
    blocks = []
    if modes:
        accepted = modes[0] if len(modes) == 1 else f"{', '.join(modes[:-1])} ou {modes[-1]}"
        blocks += [
            paper.heading("Comment payer"),
            paper.text(f"Moyens de paiement acceptés : {accepted}. Joignez le numéro de la facture."),
        ]
    return [*blocks, *whom_to_call(commune)]


def whom_to_call(commune: Site) -> list[Block]:
    phone = shown(commune.phone).replace(" ", paper.NO_BREAK) if commune.phone else ""
    reached = " ou ".join(way for way in (phone, commune.email) if way)
    if not reached:
        return []
    who = f"{commune.service_name}, " if commune.service_name else ""
    hours = " ".join(commune.opening_hours.split())
    told = f"Une question, un désaccord, une difficulté pour payer ? Appelez ou écrivez : {who}{reached}."
    return [paper.text(f"{told} {hours}".strip())]
