"""What an agent does with a dossier and its adults. Every change leaves what was and what is in its journal."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import BigIntegerField, Max
from django.db.models.functions import Cast

from portail.accounts.models import User
from portail.core import changes, journal
from portail.core.changes import Changes, Merged
from portail.families.models import Adult, Household

# The family reads its journal: what the agents note for themselves is told there as changed, never quoted.
PRIVATE = ("note",)
FIRST_NUMBER = 1000
MOST_TRIES = 20
SAME_GESTURE = timedelta(minutes=10)


class AdultHasAccount(Exception):
    """The adult signs in: the account is to be unlinked first."""


def next_number() -> str:
    """The number after the greatest one in use."""
    greatest = Household.objects.aggregate(greatest=Max(Cast("number", BigIntegerField())))["greatest"]
    return str(max(greatest or 0, FIRST_NUMBER - 1) + 1)


def create_household(values: Mapping[str, Any], *, actor: User, now: datetime) -> Household:
    """A new dossier. An empty `number` takes the next free one, whoever else takes one at the same moment.

    Raises ValidationError, on `number`, when the number given is another dossier's.
    """
    with transaction.atomic():
        household = Household(created_at=now)
        if values.get("number"):
            made = changes.write(household, values)
        else:
            household, made = _numbered(values, now)
        _record(household, "household.created", f"Dossier {household.number} créé", made, actor, now)
        return household


def create_family(
    values: Mapping[str, Any], adult: Mapping[str, Any], *, actor: User, now: datetime
) -> Household:
    """A new dossier and its first adult, both or neither. Raises ValidationError as `create_household`.

    The same family sent again by the same agent within ten minutes is the same gesture: the first dossier comes back.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=actor.pk)
        typed = {field: value for field, value in values.items() if field != "number" or value}
        recent = Household.objects.filter(**typed, created_at__gt=now - SAME_GESTURE)
        for same in recent:
            if same.adults.filter(**adult).exists():
                return same
        household = create_household(values, actor=actor, now=now)
        add_adult(household, adult, actor=actor, now=now)
        return household


def edit_household(
    household: Household, values: Mapping[str, Any], *, seen: Mapping[str, Any], actor: User, now: datetime
) -> Merged:
    """Change what this agent changed since the form showed `seen`. Raises EditedMeanwhile, ValidationError."""
    with transaction.atomic():
        household = locked(household)
        merged = changes.merge(household, values, seen=seen)
        _record(household, "household.edited", "Dossier modifié", merged.mine, actor, now)
        return merged


def close_household(household: Household, *, reason: str, actor: User, now: datetime) -> None:
    """The family left: nothing more is booked by this dossier, everything in it stays. Twice is once.

    The caller has seen to it that no booking is to come.
    """
    with transaction.atomic():
        household = locked(household)
        if household.closed_at is None:
            household.closed_at = now
            household.save(update_fields=["closed_at"])
            journal.record(
                "household.closed",
                household.journal_subject,
                summary=f"Dossier clos : {reason}" if reason else "Dossier clos",
                actor=actor,
                now=now,
            )


def reopen_household(household: Household, *, actor: User, now: datetime) -> None:
    """The family is back. Twice is once."""
    with transaction.atomic():
        household = locked(household)
        if household.closed_at is not None:
            was = household.closed_at.isoformat()
            household.closed_at = None
            household.save(update_fields=["closed_at"])
            journal.record(
                "household.reopened",
                household.journal_subject,
                summary="Dossier rouvert",
                actor=actor,
                now=now,
                before={"closed_at": was},
            )


def add_adult(household: Household, values: Mapping[str, Any], *, actor: User, now: datetime) -> Adult:
    """One more adult, after the others. The same person sent twice (double click) is added once."""
    with transaction.atomic():
        household = locked(household)
        same = household.adults.filter(**values).first()
        if same:
            return same
        last = household.adults.aggregate(last=Max("position"))["last"]
        adult = Adult(household=household, position=0 if last is None else last + 1)
        made = changes.write(adult, values)
        _record(household, "adult.added", f"Adulte ajouté : {adult}", made, actor, now)
        return adult


def edit_adult(
    adult: Adult, values: Mapping[str, Any], *, seen: Mapping[str, Any], actor: User, now: datetime
) -> Merged:
    """Change an adult's names, address and telephones. Raises EditedMeanwhile."""
    with transaction.atomic():
        household = locked(adult.household)
        adult = Adult.objects.select_for_update().get(pk=adult.pk)
        merged = changes.merge(adult, values, seen=seen)
        _record(household, "adult.edited", f"Fiche de {adult} modifiée", merged.mine, actor, now)
        return merged


def remove_adult(adult: Adult, *, actor: User, now: datetime) -> None:
    """Take an adult out of the dossier; the journal keeps who it was. Raises AdultHasAccount. Twice is once."""
    with transaction.atomic():
        household = locked(adult.household)
        found = Adult.objects.select_for_update().filter(pk=adult.pk).first()
        if found is None:
            return
        if found.user_id:
            raise AdultHasAccount
        before = changes.shown(found, ["first_name", "last_name", "email"])
        found.delete()
        journal.record(
            "adult.removed",
            household.journal_subject,
            summary=f"Adulte retiré : {adult}",
            actor=actor,
            now=now,
            before=before,
        )


def locked(household: Household) -> Household:
    """The dossier, read again and held until the end of the transaction: two agents write one after the other."""
    return Household.objects.select_for_update().get(pk=household.pk)


def _numbered(values: Mapping[str, Any], now: datetime) -> tuple[Household, Changes]:
    for _ in range(MOST_TRIES):
        household = Household(created_at=now)
        try:
            with transaction.atomic():
                return household, changes.write(household, {**values, "number": next_number()})
        except (IntegrityError, ValidationError):
            continue  # another dossier took this number between the reading and the writing
    raise ValidationError(
        {"number": "Choisissez un numéro vous-même : plusieurs dossiers se créent à la fois."}
    )


def _record(household: Household, verb: str, summary: str, made: Changes, actor: User, now: datetime) -> None:
    if made:
        journal.record(
            verb,
            household.journal_subject,
            summary=summary,
            actor=actor,
            now=now,
            before=_told(changes.before(made)),
            after=_told(changes.after(made)),
        )


def _told(values: dict[str, Any]) -> dict[str, Any]:
    return {field: "…" if field in PRIVATE and value else value for field, value in values.items()}
