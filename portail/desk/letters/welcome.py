"""The welcome letter: the dossier's number and name, and how to open an account with them."""

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format

from portail.core import pdf
from portail.core.site import Site
from portail.families.models import Household

TEMPLATE = Path(__file__).with_name("welcome.typ")


def welcome(households: Iterable[Household], *, commune: Site, now: datetime) -> bytes:
    """One page a household, in the order given; their adults must have been fetched with them."""
    return pdf.render(TEMPLATE, words(households, commune=commune, now=now), now=now)


def words(households: Iterable[Household], *, commune: Site, now: datetime) -> dict[str, Any]:
    """All that the letters say, in French whoever prints them."""
    with translation.override(settings.LANGUAGE_CODE):
        day = _in_full(timezone.localdate(now))
    return {
        "title": "Votre Portail Famille est ouvert",
        "commune": {"name": commune.name, "lines": _sender(commune)},
        "colour": commune.colour or "#1f6073",
        "place_and_date": f"{commune.name}, le {day}" if commune.name else f"Le {day}",
        "opening": _OPENING,
        "number_label": "Numéro de dossier",
        "name_label": "Nom du dossier",
        "steps_title": "Pour votre première connexion",
        "steps": _steps(),
        "closing": _CLOSING,
        "signature": commune.service_name,
        "footer": _footer(commune),
        "letters": [
            {"to": _recipient(household), "number": household.number, "name": household.name}
            for household in households
        ],
    }


_OPENING = (
    "Madame, Monsieur, la commune vous ouvre un espace personnel. À toute heure, vous y réservez les activités "
    "de vos enfants, vous consultez votre dossier et vous écrivez au service. Voici les deux informations qui "
    "relient votre compte à votre dossier. Gardez ce courrier : elles vous seront demandées une seule fois."
)
_CLOSING = (
    "Chaque parent ouvre son propre compte. Si vous n'avez pas Internet, ou si une étape vous arrête, le service "
    "fait ces démarches avec vous."
)


def _in_full(day: date) -> str:
    """« 1er décembre 2026 »: a letter is read another year."""
    return f"{'1er' if day.day == 1 else day.day} {date_format(day, 'F Y')}"


def _steps() -> list[str]:
    return [
        f"Allez sur {settings.PUBLIC_URL} et choisissez « Inscrivez-vous ».",
        "Écrivez votre nom, votre adresse e-mail, un nom d'utilisateur et un mot de passe.",
        "À l'étape « Mes références dossier », recopiez le numéro et le nom encadrés ci-dessus.",
        "Ouvrez le courriel reçu et activez votre compte dans les vingt-quatre heures.",
    ]


def _recipient(household: Household) -> list[str]:
    """The adults, then the address, a line each; the dossier's name when it has no adult yet."""
    adults = [str(adult) for adult in household.adults.all()] or [household.name]
    town = f"{household.postcode} {household.city}".strip()
    return [line for line in [*adults[:3], household.street, household.street_more, town] if line]


def _sender(commune: Site) -> list[str]:
    return [line for line in [commune.service_name, *commune.address.splitlines()] if line][:4]


def _footer(commune: Site) -> str:
    hours = " ".join(commune.opening_hours.split())
    return " · ".join(part for part in [commune.phone, commune.email, hours] if part)
