"""The quotient card: a page that says a household's quotient, until when, and by which code anybody can check it."""

from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from portail.accounts.models import User
from portail.activities import queries as activities
from portail.core import codes, pdf
from portail.core.site import current_site
from portail.families.actions.documents import issue as keep
from portail.families.models import FamilyDocument, Quotient
from portail.families.quotients import value_of
from portail.rules import FRENCH
from portail.rules.quotients import validity

TEMPLATE = Path(__file__).with_name("quotient-card.typ")
KIND = FamilyDocument.Kind.QUOTIENT_CARD


def issue(
    quotient: Quotient, *, actor: User | None, now: datetime, files: ExitStack | None = None
) -> FamilyDocument:
    """The card of this quotient, made once and kept for ever; asked again, the same. In French whoever asks."""
    known = FamilyDocument.objects.filter(kind=KIND, number=quotient.number, code__isnull=False).first()
    if known:
        return known
    code = codes.new()
    with translation.override(settings.LANGUAGE_CODE):
        content = pdf.render(TEMPLATE, words(quotient, code, now=now), now=now)
        title = _("Carte de quotient familial %(number)s") % {"number": quotient.number}
    return keep(
        quotient.household,
        KIND,
        quotient.number,
        title,
        content,
        f"carte-quotient-{quotient.number}.pdf",
        now=now,
        code=code,
        actor=actor,
        request=quotient.request,
        files=files,
    )


def words(quotient: Quotient, code: str, *, now: datetime) -> dict[str, Any]:
    """All that the card says."""
    commune, home = current_site(), quotient.household
    start, end = validity(value_of(quotient), activities.regulation().quotient)
    until = f"jusqu'au {FRENCH.year(end)}" if end else "jusqu'à la prochaine valeur"
    adults = [str(adult) for adult in home.adults.all()] or [home.name]
    return {
        "title": "Carte de quotient familial",
        "commune": commune.name,
        "service": [line for line in (commune.service_name, *commune.address.splitlines()) if line],
        "colour": commune.colour or "#1f6073",
        "value_label": "Quotient familial",
        "value": FRENCH.plain(quotient.value),
        "facts": [
            ["Dossier", f"{home.number} · {home.name}"],
            ["Adultes", ", ".join(adults)],
            ["Justificatif", f"{quotient.kind}, {FRENCH.year(quotient.proved_on)}"],
            ["Valable", f"du {FRENCH.year(start)} {until}"],
            ["Carte", f"{quotient.number}, émise le {FRENCH.year(timezone.localdate(now))}"],
        ],
        "check": f"Pour vérifier cette carte : {settings.PUBLIC_URL}/verifier/ , code {code}",
        "note": "Le prix des activités est calculé avec ce quotient, par le règlement de la commune.",
    }
