"""What the desk shows of a household's quotient: how it stands, its history, who read the proofs."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from portail.activities import queries as activities
from portail.core.models import JournalEntry
from portail.families import quotients
from portail.families.models import Household, Quotient
from portail.families.quotients import Standing
from portail.rules.asking import asks_quotients
from portail.rules.quotients import QuotientRule

SHOWN = 4


@dataclass(frozen=True)
class QuotientBlock:
    """`is_asked`: whether the regulation asks for quotients at all."""

    standing: Standing
    rule: QuotientRule
    is_asked: bool
    history: list[Quotient]
    readings: list[JournalEntry]
    has_more: bool


def quotient_block(household: Household, *, today: date) -> QuotientBlock:
    """Five queries: the regulation, the values, what waits, the history, the readings."""
    regulation = activities.regulation()
    history = list(history_of(household)[: SHOWN + 1])
    readings = JournalEntry.objects.filter(subject=household.journal_subject, verb="proof.read")
    return QuotientBlock(
        standing=quotients.standing_of(household, regulation.quotient, on=today),
        rule=regulation.quotient,
        is_asked=asks_quotients(regulation),
        history=history[:SHOWN],
        readings=list(readings[:SHOWN]),
        has_more=len(history) > SHOWN,
    )


def history_of(household: Household) -> QuerySet[Quotient]:
    """All that was entered, the last first, with what replaced each and where it comes from."""
    return household.quotients.select_related(
        "created_by", "proof", "request", "replaced_by", "replaces"
    ).order_by("-created_at", "-pk")
