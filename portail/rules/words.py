"""The words of the settings file, as a secretary says them: what « meal » or « started » means on a screen."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum

from .absences import Outcome
from .bands import Holes, Overlaps
from .calendars import RunsIn
from .days import DayKind
from .deadlines import Effect
from .limits import Bad
from .quotients import Effect as QuotientEffect
from .sentences import FRENCH
from .surcharges import Once, Trigger
from .tariffs import Counted, Part, Per, Stage
from .waiting import Ends, Order

PERIODS: Mapping[str, str] = {
    "day": "jour",
    "week": "semaine",
    "month": "mois",
    "school-period": "période scolaire",
    "period": "période",
    "year": "an",
}
_WORDS: Mapping[type[StrEnum], Mapping[str, str]] = {
    Part: {
        "care": "accueil",
        "meal": "repas",
        "supplement": "supplément",
        "penalty": "pénalité",
        "aid": "aide",
        "membership": "adhésion",
    },
    Per: {
        "item": "à l'unité",
        "slot": "au créneau",
        "time": "à la durée",
        "half-day": "à la demi-journée",
        "day": "à la journée",
        "week": "à la semaine",
        "month": "au mois",
        "term": "au trimestre",
        "period": "à la période",
        "year": "à l'année",
        "family-day": "par famille et par jour",
        "family-month": "par famille et par mois",
        "family-year": "par famille et par an",
    },
    Counted: {"started": "commencé", "elapsed": "écoulé", "nearest": "au plus proche"},
    Stage: {
        "price": "sur le prix",
        "step": "sur le pas",
        "adjustment": "à chaque ajustement",
        "total": "à la fin",
    },
    Holes: {"refuse": "rien n'est prévu", "up": "celle du dessus", "down": "celle du dessous"},
    Overlaps: {"refuse": "rien n'est prévu", "first": "la première", "last": "la dernière"},
    Trigger: {
        "unbooked": "présence sans réservation",
        "late-booking": "réservation tardive",
        "late-cancel": "annulation tardive",
        "no-show": "absence non prévenue",
        "late-pick-up": "reprise en retard",
        "late-file": "dossier en retard",
        "unpaid": "impayé",
    },
    Once: {
        "item": "chaque fois",
        "slice": "chaque tranche de retard",
        "order": "chaque commande",
        "day": "jour",
        "month": "mois",
        "family-day": "famille et jour",
        "family-month": "famille et mois",
        "family-year": "famille et an",
    },
    Outcome: {
        "not-billed": "non facturé",
        "deducted": "déduit de la facture",
        "credit": "porté au crédit",
        "refund": "remboursé",
        "annual": "régularisé en fin d'année",
    },
    DayKind: {
        "days": "jours",
        "working-days": "jours ouvrés",
        "business-days": "jours ouvrables",
        "service-days": "jours du service",
        "school-days": "jours d'école",
        "office-days": "jours d'ouverture de la mairie",
    },
    Effect: {
        "free": "encore possible",
        "surcharge": "possible, plus cher",
        "waiting-list": "en liste d'attente",
        "agent": "par le service",
        "refused": "refusé",
    },
    QuotientEffect: {
        "at-once": "tout de suite",
        "next-month": "le mois suivant",
        "renewal": "à l'actualisation",
    },
    Bad: {
        "week-end": "un week-end",
        "public-holiday": "un jour férié",
        "school-holiday": "pendant les vacances",
        "closure": "un jour de fermeture",
    },
    Order: {"date": "par date de demande", "points": "par points"},
    Ends: {"deadline": "la date limite pour réserver", "start": "au début de l'accueil"},
    RunsIn: {"school": "semaines d'école", "holidays": "vacances", "all": "toute l'année"},
}
FIELDS: Mapping[str, str] = {
    "step": "au multiple de",
    "priced_per": "prix pour (minutes)",
    "counted": "dernier pas",
    "mode": "arrondi",
    "at": "",
    "last_step": "reste jusqu'à (minutes)",
    "last_price": "à",
}
MODES: Mapping[str, str] = {
    "bookings": "réservations",
    "half-up": "au plus proche",
    "half-even": "au plus proche, pair",
    "up": "vers le haut",
    "down": "vers le bas",
}
_EUROS = frozenset({"fixed", "amount", "most", "least", "last_price"})
_PERCENTS = frozenset({"percent", "kept"})


def word(value: StrEnum) -> str:
    """A word of the file in French."""
    return _WORDS.get(type(value), {}).get(value.value, value.value)


def amount(name: str, value: Decimal) -> str:
    """A number of the setting `name`: euros, percents, or as it is."""
    if name in _EUROS:
        return FRENCH.money(value)
    return f"{FRENCH.plain(value)} %" if name in _PERCENTS else FRENCH.plain(value)
