"""What both homes of a child are written of its custody: each in its own words, nothing of a dossier to the other."""

from datetime import datetime
from enum import Enum

from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from portail.core import outbox
from portail.families import recipients
from portail.families.models import CustodyTerm, Household
from portail.families.models.custody import told_on

MAIL = "families/mail/custody"


class Event(Enum):
    """What happened: the subject of the mail, what is told to whom did it, what is told to the other."""

    PROPOSED = (
        _("Garde partagée : une proposition"),
        _(
            "Votre proposition pour {child} est envoyée à l'autre parent. Rien ne change tant qu'il n'a pas accepté."
        ),
        _(
            "L'autre parent vous fait une proposition pour {child}. Rien ne change tant que vous n'avez pas accepté."
        ),
    )
    ACCEPTED = (
        _("Garde partagée : c'est accepté"),
        _("Vous avez accepté la proposition pour {child}. Elle s'applique à partir de sa date."),
        _("L'autre parent a accepté votre proposition pour {child}. Elle s'applique à partir de sa date."),
    )
    REFUSED = (
        _("Garde partagée : c'est refusé"),
        _("Vous avez refusé la proposition pour {child}. Rien ne change."),
        _("L'autre parent a refusé votre proposition pour {child}. Rien ne change."),
    )
    WITHDRAWN = (
        _("Garde partagée : proposition retirée"),
        _("Vous avez retiré votre proposition pour {child}. Rien ne change."),
        _(
            "L'autre parent a retiré sa proposition pour {child}. Vous n'avez plus à répondre, rien ne change."
        ),
    )
    DECIDED = (
        _("Garde partagée : calendrier fixé par le service"),
        "",
        _("Le service a fixé le calendrier de garde pour {child}. S'il ne convient pas, appelez le service."),
    )
    STOPPED = (
        _("Garde partagée : décision annulée par le service"),
        "",
        _("Le service a annulé ce qui était convenu pour {child}. S'il ne convient pas, appelez le service."),
    )


def tell(term: CustodyTerm, event: Event, *, by: Household | None, now: datetime) -> None:
    """A mail to each adult of both households, those that may be told. `by`: the household that acts, None: the
    service."""
    subject, to_author, to_other = event.value
    links = told_on(timezone.localdate(now)).filter(child=term.child_id, household__in=term.homes)
    for link in links.select_related("household").order_by("pk"):
        told = to_author if by is not None and link.household_id == by.pk else to_other
        for address, language in recipients.of_household(link.household):
            outbox.post(
                MAIL,
                to=address,
                subject=subject,
                context={
                    "told": format_lazy(told, child=term.child.first_name),
                    "term": term,
                    "household": link.household,
                },
                now=now,
                about=link.household.journal_subject,
                language=language,
            )
