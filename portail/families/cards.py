"""The quotient card: a page that says a household's quotient, until when, and by which code anybody can check it."""

from contextlib import ExitStack
from datetime import datetime

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from portail.accounts.models import User
from portail.activities import queries as activities
from portail.core import codes, paper
from portail.core.paper import Paper
from portail.core.site import current_site
from portail.families.actions.documents import issue as keep
from portail.families.models import FamilyDocument, Quotient
from portail.families.quotients import value_of
from portail.rules import FRENCH
from portail.rules.quotients import validity

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
        content = paper.render(card_paper(quotient, code, now=now), commune=current_site(), now=now)
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


def is_replaced(document: FamilyDocument) -> bool:
    """Whether the value of this card was corrected or withdrawn since: the card stays, and says it no more."""
    if document.kind != KIND:
        return False
    row = document.number.rpartition("-")[2]
    return row.isdigit() and Quotient.objects.filter(replaces=int(row)).exists()


def card_paper(quotient: Quotient, code: str, *, now: datetime) -> Paper:
    """All that the card says. Two queries: its adults, the rules in force."""
    home = quotient.household
    start, end = validity(value_of(quotient), activities.regulation().quotient)
    until = f"jusqu'au {paper.day(end)}" if end else "jusqu'à la prochaine valeur"
    adults = [str(adult) for adult in home.adults.all()] or [home.name]
    return Paper(
        title="Carte de quotient familial",
        blocks=[
            paper.framed(
                "Quotient familial", FRENCH.plain(quotient.value), [f"Valable du {paper.day(start)} {until}"]
            ),
            paper.facts(
                [
                    ("Carte n°", quotient.number),
                    ("Dossier", f"{home.number} {home.name}"),
                    ("Adultes", ", ".join(adults)),
                    ("Justificatif", f"{quotient.kind}, {paper.day(quotient.proved_on)}"),
                ]
            ),
            paper.note("Le prix des activités est calculé avec ce quotient, par le règlement de la commune."),
        ],
        issued_on=timezone.localdate(now),
        code=code,
        footer=f"Carte {quotient.number} · dossier {home.number}",
    )
