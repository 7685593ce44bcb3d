"""What a court forbids to a household of a child: written by an agent with the paper that says so, lifted by another.

The household that is forbidden is not written to by the portal: the service tells it as it sees fit.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from portail.accounts.models import User
from portail.core import changes, journal
from portail.core.text import de
from portail.core.uploads import Upload
from portail.families.actions.documents import keep
from portail.families.models import Child, CourtDecision, FamilyDocument, HouseholdChild

TITLE = "Décision de justice"


def forbid(
    link: HouseholdChild,
    values: Mapping[str, Any],
    paper: Upload,
    *,
    token: UUID,
    actor: User,
    now: datetime,
) -> CourtDecision:
    """Forbid this household what `values` says (`forbids_booking`, `forbids_seeing`, `forbids_telling`, `since`,
    `until`, `note`) about this child. It holds from its date on, by itself.

    The same token is the same decision. Raises ValidationError when it forbids nothing, or half of it.
    """
    with ExitStack() as files, transaction.atomic():
        child = Child.objects.select_for_update().get(pk=link.child_id)
        if done := CourtDecision.objects.filter(token=token).first():
            return done
        document = keep(
            files, link.household, TITLE, paper, actor=actor, now=now, kind=FamilyDocument.Kind.COURT
        )
        decision = CourtDecision(
            child=child,
            household=link.household,
            document=document,
            created_at=now,
            created_by=actor,
            token=token,
        )
        made = changes.write(decision, values)
        Child.objects.filter(pk=child.pk).update(has_custody=True)
        summary = f"Décision de justice enregistrée pour {child}, à partir du {decision.since:%d/%m/%Y}"
        after = {"document": paper.name, **changes.after(made)}
        journal.record(
            "court.forbidden",
            link.household.journal_subject,
            summary=summary,
            actor=actor,
            now=now,
            after=after,
        )
        return decision


def note_reading(decision: CourtDecision, *, actor: User, now: datetime) -> None:
    """Who read the paper, in the journal of the dossier: it tells much of a family."""
    journal.record(
        "court.read",
        decision.household.journal_subject,
        summary=f"Décision de justice {de(decision.child)} lue",
        actor=actor,
        now=now,
    )


def lift(decision: CourtDecision, *, why: str, actor: User, now: datetime) -> CourtDecision:
    """It forbids nothing any more, from now on. Twice is once."""
    with transaction.atomic():
        Child.objects.select_for_update().get(pk=decision.child_id)
        found = CourtDecision.objects.select_related("household", "child").get(pk=decision.pk)
        if found.lifted_at is not None:
            return found
        found.lifted_at, found.lifted_by, found.lifted_why = now, actor, why[:300]
        found.save(update_fields=["lifted_at", "lifted_by", "lifted_why"])
        journal.record(
            "court.lifted",
            found.household.journal_subject,
            summary=f"Décision de justice {de(found.child)} levée",
            actor=actor,
            now=now,
            after={"reason": why} if why else {},
        )
        return found
